// The program's command line, as the supervisor starts it, with its log in a file of the data folder.
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

const dataDir = process.argv[process.argv.indexOf('--data') + 1] ?? '';
closeSync(1);
// Takes the lowest number that is free: that of stdout.
openSync(join(dataDir, 'town.log'), 'a');
await import('../../src/main/cli.ts');
