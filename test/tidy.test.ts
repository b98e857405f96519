// What no linter knows. Each test names the house rule that it holds.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findMissingOptionals, type Lockfile } from '../scripts/lockfile.ts';
import { describeImports, ROOMS } from '../scripts/rooms.ts';
import { findForeignNumbers } from './numbers.ts';

const LINES_MAX = 300;
const DOOR_COMMENT_LINES_MAX = 15;
const CLAIMS_MAX = 110;
const DOCUMENTS = ['README.md', 'ARCHITECTURE.md', 'SECURITY.md', 'CONTRIBUTING.md'];

const read = (path: string) => readFileSync(path, 'utf8');
const find = (...patterns: string[]) => patterns.flatMap((pattern) => globSync(pattern)).sort();

const CODE = find('{src,test,bench,scripts}/**/*.{ts,tsx,js,mjs,css,html}', '*.{ts,js,cjs}');
const TEXTS = [
  ...CODE,
  ...find('{src,test,bench,docs}/**/*.{json,md,sql,txt,yaml,yml}', '*.md', '.env.example').filter(
    (path) => !path.startsWith('bench/results/'),
  ),
];

describe('sizes and names', () => {
  // A word list and a table of shapes are read by looking up, not from top to bottom.
  const EXEMPT = /^src\/conversation\/wording\/|(^|\/|-)schema\.ts$/;

  test(`no file has more than ${LINES_MAX} lines`, () => {
    const long = CODE.filter((path) => !EXEMPT.test(path))
      .map((path) => ({ path, lines: read(path).split('\n').length - 1 }))
      .filter(({ lines }) => lines > LINES_MAX);
    expect(long).toEqual([]);
  });

  test('every file is named in kebab-case', () => {
    const odd = CODE.filter((path) => path.includes('/')).filter(
      (path) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.(test|d))?\.[a-z]+$/.test(basename(path)),
    );
    expect(odd).toEqual([]);
  });

  test('every file of src lies in a room, at most one part deep', () => {
    const stray = find('src/**/*.{ts,tsx,sql}').filter((path) => {
      const [, room = '', ...rest] = path.split('/');
      return !(room in ROOMS) || rest.length < 1 || rest.length > 2;
    });
    expect(stray).toEqual([]);
  });
});

describe('documents', () => {
  const FILE = /\.(ts|tsx|js|mjs|cjs|md|sql|json|yml|yaml|sh|css|html)$/;

  /** Paths in back-ticks and links. `*` may stand for names; a path may also be given from src/. */
  function pathsIn(text: string): readonly string[] {
    const ticked = [...text.matchAll(/`([^`\s]+)`/g)].map((match) => match[1] ?? '');
    const linked = [...text.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '');
    const paths = ticked.filter(
      (path) => /^(src|test|scripts|bench|docs|\.ci)\//.test(path) || /\w\/.*\w\./.test(path),
    );
    return [
      ...paths.filter((path) => FILE.test(path) || path.endsWith('/') || /^(src|test)\/[\w/-]+$/.test(path)),
      ...linked,
    ]
      .filter((path) => !/^[a-z]+:|^\/|[<>{}]|NNNN/.test(path))
      .map((path) => path.replace(/^\.\//, ''));
  }

  test.each(DOCUMENTS.filter(existsSync))('every path in %s exists', (document) => {
    const missing = pathsIn(read(document)).filter(
      (path) => globSync([path, `src/${path}`, `test/${path}`]).length === 0,
    );
    expect(missing).toEqual([]);
  });

  test('the table of rooms in ARCHITECTURE.md equals the import map', ({ skip }) => {
    if (!existsSync('ARCHITECTURE.md')) skip('there is no ARCHITECTURE.md yet');
    const rows = read('ARCHITECTURE.md')
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) => line.slice(1, line.lastIndexOf('|')).split('|'))
      .map((cells) => cells.map((cell) => cell.replaceAll('`', '').trim()));
    const start = rows.findIndex((cells) => cells[0] === 'room' && cells.at(-1) === 'may import');
    const written = rows.slice(start + 2, start + 2 + Object.keys(ROOMS).length);
    const expected = Object.entries(ROOMS).map(([name, room]) => [name, describeImports(room)]);
    expect(written.map((cells) => [cells[0], cells.at(-1)])).toEqual(expected);
  });

  test('every claim number in a test exists', () => {
    const unknown = find('{src,test}/**/*.test.ts').flatMap((path) =>
      [...read(path).matchAll(/\bS(\d+)\b/g)]
        .filter(([, number]) => Number(number) < 1 || Number(number) > CLAIMS_MAX)
        .map(([claim]) => `${path}: ${claim}`),
    );
    expect(unknown).toEqual([]);
  });
});

describe('doors and migrations', () => {
  test(`every door opens with a comment of at most ${DOOR_COMMENT_LINES_MAX} lines`, () => {
    const doors = Object.keys(ROOMS)
      .map((room) => `src/${room}/${room}.ts`)
      .filter(existsSync);
    const bare = doors.filter((path) => {
      const [comment = ''] = /^(\/\*\*?[\s\S]*?\*\/|(\/\/.*\n)+)/.exec(read(path)) ?? [];
      const lines = comment.trimEnd().split('\n').length;
      return comment.length < 40 || lines > DOOR_COMMENT_LINES_MAX;
    });
    expect(bare).toEqual([]);
  });

  test('migrations are numbered without a gap in each folder', () => {
    const files = find('src/**/migrations/*');
    const wrong = [...new Set(files.map(dirname))].flatMap((folder) =>
      files
        .filter((path) => dirname(path) === folder)
        .filter((path, index) => {
          const number = String(index + 1).padStart(4, '0');
          return !new RegExp(`^${number}_[a-z0-9_]+\\.sql$`).test(basename(path));
        }),
    );
    expect(wrong).toEqual([]);
  });

  test('migrations go forward only: none is named as a way back', () => {
    expect(find('src/**/migrations/*').filter((path) => /(down|undo|rollback|revert)/i.test(basename(path)))).toEqual(
      [],
    );
  });
});

describe('people', () => {
  test('every phone number in code, tests and documents is on the list of fictional ones', () => {
    const foreign = TEXTS.flatMap((path) => findForeignNumbers(read(path)).map((number) => `${path}: ${number}`));
    expect(foreign).toEqual([]);
  });

  test('the search for phone numbers finds them as people write them', () => {
    const rest = '1234567'; // Apart from the country's code, or this test would fail the one above.
    const written = [`263${rest}89`, `+263${rest}89`, `"wa_id":"263${rest}89"`, `+263 71 ${rest.slice(0, 3)} 4567`];
    for (const text of written) expect(findForeignNumbers(text)).toHaveLength(1);
    for (const text of ['263770001234', '+263 77 000 1234', `0x263${rest}89`, `1${rest}89012`])
      expect(findForeignNumbers(text)).toEqual([]);
  });
});

describe('packages', () => {
  const manifest = JSON.parse(read('package.json'));
  const lockfile = JSON.parse(read('package-lock.json')) as Lockfile;

  test('every version in package.json is exact', () => {
    const groups = [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies];
    const loose = groups
      .flatMap((group: Record<string, string> | undefined) => Object.entries(group ?? {}))
      .filter(([, version]) => !/^(npm:[a-z@/-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version));
    expect(loose).toEqual([]);
  });

  test('the lockfile has every optional package, so that `npm ci` accepts it (else: node scripts/mend-lockfile.ts)', () => {
    expect(findMissingOptionals(lockfile)).toEqual([]);
  });
});
