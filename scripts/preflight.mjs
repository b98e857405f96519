// Runs before every npm script, on whatever Node the machine has, so it must stay plain JavaScript of Node 18 and later.
import { readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const [needMajor, needMinor] = engines.node.replace('>=', '').split('.').map(Number);
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < needMajor || (major === needMajor && minor < needMinor)) {
  process.stderr.write(
    `This program needs Node ${needMajor}.${needMinor} or newer; this is ${process.version} (${process.execPath}).\n` +
      'On Linux x64 `npm ci` brings a fitting one along and the npm scripts use it: run `npm ci` without `--omit=optional`.\n' +
      'Elsewhere install Node 24 LTS, then try again.\n',
  );
  process.exit(1);
}
