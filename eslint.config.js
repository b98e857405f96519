import tseslint from 'typescript-eslint';
import { houseRules } from './scripts/house-rules.ts';

const TESTS = ['**/*.test.ts', '**/*.test.tsx', 'test/**'];

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', 'coverage/', '.cache/', '.data/', 'bench/results/'] },
  {
    plugins: { house: { rules: houseRules } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'max-params': ['error', 3],
      'house/suppression-reason': 'error',
    },
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // A stand-in keeps the signature of what it stands in for.
      '@typescript-eslint/require-await': 'off',
      // The compiler says this already.
      '@typescript-eslint/no-unused-vars': 'off',
      'house/errors-are-the-only-classes': 'error',
      'house/no-focused-test': 'error',
    },
  },
  {
    files: ['src/**', 'test/**'],
    rules: {
      'house/clock': 'error',
      'house/chance': 'error',
      'house/sql-in-stores': 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['src/**'],
    ignores: TESTS,
    rules: {
      'house/cryptography': 'error',
      'house/environment': 'error',
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ['scripts/**', 'bench/**'], rules: { 'max-lines-per-function': ['error', { max: 70 }] } },
  {
    files: TESTS,
    rules: {
      // What JSON.parse returns is looked at, not believed.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
      // A test may look into the database to see what is really there.
      'house/sql-in-stores': 'off',
    },
  },
  // The files that own what is refused elsewhere.
  { files: ['src/base/clock.ts', 'src/base/id.ts'], rules: { 'house/clock': 'off' } },
  { files: ['src/base/id.ts'], rules: { 'house/chance': 'off', 'house/cryptography': 'off' } },
  { files: ['src/security/**'], rules: { 'house/cryptography': 'off' } },
  { files: ['src/main/env.ts'], rules: { 'house/environment': 'off' } },
  { files: ['src/main/**'], rules: { 'no-console': 'off' } },
  { files: ['**/store.ts', '**/*-store.ts'], rules: { 'house/sql-in-stores': 'off' } },
);
