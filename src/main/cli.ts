import { enableCompileCache, flushCompileCache } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Arguments, Command, PlainContext } from './command.ts';
import { COMMANDS } from './commands.ts';
import { takeEnvironment } from './env.ts';
import { EXIT } from './exit-codes.ts';
import { reportToParent } from './report-to-parent.ts';

const COMMON_OPTIONS = {
  data: { type: 'string', default: '.data' },
  cache: { type: 'string', default: '.cache' },
  help: { type: 'boolean', default: false },
  /** Given by the supervisor: the role's name. Environment and orders then come over the channel. */
  supervised: { type: 'string' },
} as const;

const print = (line: string): void => console.log(line);
const complain = (line: string): void => console.error(line);

const showUsage = (say: (line: string) => void): void => {
  say('usage: npm run vimbisopay -- COMMAND [--data DIR] [--cache DIR]');
  const heads = COMMANDS.map(({ name, usage }) => (usage === undefined ? name : `${name} ${usage}`));
  const width = Math.max(...heads.map((head) => head.length));
  for (const [index, { about }] of COMMANDS.entries()) say(`  ${(heads[index] ?? '').padEnd(width)}  ${about}`);
};

/** The command whose words the line begins with, the longest first. */
const findCommand = (argv: readonly string[]): Command | undefined =>
  [...COMMANDS]
    .sort((a, b) => b.name.length - a.name.length)
    .find(({ name }) => name.split(' ').every((word, index) => argv[index] === word));

const readArguments = (command: Command, argv: readonly string[]): Arguments | undefined => {
  try {
    const { values, positionals } = parseArgs({
      args: argv.slice(command.name.split(' ').length),
      options: { ...COMMON_OPTIONS, ...command.options },
      allowPositionals: true,
    });
    return { words: positionals, options: values };
  } catch (error) {
    complain(error instanceof Error ? error.message : 'arguments not understood');
    return undefined;
  }
};

/** Runs one command line to its exit code. */
const main = async (argv: readonly string[]): Promise<number> => {
  const command = findCommand(argv);
  if (command === undefined) {
    const isHelp = argv[0] === '--help' || argv[0] === 'help';
    if (!isHelp && argv[0] !== undefined) complain(`unknown command: ${argv[0]}`);
    showUsage(isHelp ? print : complain);
    return isHelp ? EXIT.done : EXIT.failed;
  }
  const args = readArguments(command, argv);
  if (args === undefined) return EXIT.failed;
  if (args.options['help'] === true) {
    print(`${command.name} ${command.usage ?? ''}`.trim());
    print(command.about);
    return EXIT.done;
  }
  const role = args.options['supervised'];
  // A role is up after 0.5 s instead of 0.9 (November 2026). In our own folder: what lies there is run.
  if (role !== undefined) enableCompileCache(join(resolve(String(args.options['cache'])), 'compile'));
  const parent = typeof role === 'string' ? reportToParent() : undefined;
  const plain: PlainContext = {
    args,
    dataDir: resolve(String(args.options['data'])),
    cacheDir: resolve(String(args.options['cache'])),
    print,
    snapshot: parent === undefined ? takeEnvironment() : await parent.receiveEnvironment(),
  };
  if (command.environment === 'none') return (await command.load()).run(plain);
  const { runConfigured } = await import('./run-configured.ts');
  if (role !== undefined) {
    await command.load();
    // Now, not at the end: a process that is killed has none.
    flushCompileCache();
  }
  return runConfigured({ command, plain, parent, complain, role: typeof role === 'string' ? role : command.name });
};

main(process.argv.slice(2)).then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    complain(error instanceof Error ? error.name : 'failed');
    process.exit(EXIT.failed);
  },
);
