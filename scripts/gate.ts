import { toolPart, testPart, type Part } from './parts.ts';
import { runProgram } from './run-program.ts';

const TYPE_CHECKER = 'ts7/bin/tsc';
const ROOTS = ['src', 'test', 'bench', 'scripts'];

/** The fast gate, longest part first so that two at a time end together. */
export function gateParts(existing: (path: string) => boolean): readonly Part[] {
  return [
    toolPart('lint', 'eslint/bin/eslint.js', ['--max-warnings=0', '.']),
    testPart('unit', 5 * 60_000),
    typesPart(),
    toolPart('imports', 'dependency-cruiser/bin/dependency-cruiser.mjs', [
      '--config=.dependency-cruiser.cjs',
      '--output-type=err-long',
      ...ROOTS.filter(existing),
    ]),
    toolPart('dead code', 'knip/bin/knip.js', ['--no-progress']),
    toolPart('format', 'prettier/bin/prettier.cjs', ['--check', '--log-level=warn', '.']),
  ];
}

/**
 * TypeScript 7, the native one, checks the types; 6 lies beside it for the tools that need its interface. Both call
 * themselves `tsc`, so the version is looked at first.
 */
function typesPart(): Part {
  const check = toolPart('types', TYPE_CHECKER, ['--noEmit', '--project', 'tsconfig.json', '--pretty', 'false']);
  return {
    ...check,
    run: async () => {
      const args = [`node_modules/${TYPE_CHECKER}`, '--version'];
      const { output } = await runProgram({ command: process.execPath, args, timeoutMs: 60_000 });
      const result = await check.run();
      if (output.startsWith('Version 7.')) return result;
      const complaint = `expected TypeScript 7, found: ${output.trim()}`;
      return { ...result, ok: false, output: complaint, tally: { ...result.tally, failed: 1 } };
    },
  };
}
