// Adds to package-lock.json the optional platform packages that a registry did not have when the lockfile was written.
// `npm ci` refuses a lockfile in which an optional dependency has no entry ("Missing: … from lock file"), though on this
// platform it would never install it. Run it after `npm install` when test/tidy.test.ts says so.
import { readFileSync, writeFileSync } from 'node:fs';
import { findMissingOptionals, type Lockfile } from './lockfile.ts';

const PATH = 'package-lock.json';
const PLATFORM = /(android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)-([a-z0-9]+)/;

const lockfile = JSON.parse(readFileSync(PATH, 'utf8')) as Lockfile;
for (const { name, version, dev } of findMissingOptionals(lockfile)) {
  const [, os, cpu] = PLATFORM.exec(name) ?? [];
  if (!os || !cpu || !/^\d/.test(version)) throw new Error(`cannot tell the platform or version of ${name}@${version}`);
  lockfile.packages[`node_modules/${name}`] = { version, cpu: [cpu], ...(dev && { dev }), optional: true, os: [os] };
  console.log(`added ${name}@${version}`);
}
const entries = Object.entries(lockfile.packages).sort(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(PATH, `${JSON.stringify({ ...lockfile, packages: Object.fromEntries(entries) }, null, 2)}\n`);
