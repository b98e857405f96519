import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the stores that the files of one run share; their keeper stops them soon after the last file. */
    readonly storesDir: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const storesDir = await mkdtemp(join(tmpdir(), 'vimbiso-tests-'));
  project.provide('storesDir', storesDir);
  return async () => {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      try {
        await rm(storesDir, { recursive: true, force: true });
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
  };
}
