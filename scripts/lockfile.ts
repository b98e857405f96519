/** The part of package-lock.json (version 3) that we look at. */
export type Lockfile = { readonly packages: Record<string, LockedPackage> };

type LockedPackage = {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly cpu?: readonly string[];
  readonly os?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

type MissingPackage = { readonly name: string; readonly version: string; readonly dev: boolean };

/** Optional dependencies without an entry: `npm ci` refuses a lockfile that has such. */
export function findMissingOptionals({ packages }: Lockfile): readonly MissingPackage[] {
  return Object.entries(packages).flatMap(([owner, { optionalDependencies = {}, dev = false }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !foldersToSearch(owner).some((folder) => `${folder}node_modules/${name}` in packages))
      .map(([name, version]) => ({ name, version, dev })),
  );
}

/** Where Node looks for a dependency: in the package itself, then in each package around it. */
function foldersToSearch(owner: string): readonly string[] {
  if (owner === '') return [''];
  return [`${owner}/`, ...foldersToSearch(owner.slice(0, Math.max(0, owner.lastIndexOf('/node_modules/'))))];
}
