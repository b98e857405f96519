const { ROOMS } = require('./scripts/rooms.ts');

const TESTS = '[.]test[.]tsx?$';
const PURE = ['/decide[.]ts$', '^src/conversation/(flows|wording)/'];

const anyOf = (names) => `^src/(${names.join('|')})/`;
const asPattern = (file) => `/${file.replaceAll('.', '[.]').replaceAll('*', '[a-z0-9-]+')}$`;

/** The rules of one room, from the map in scripts/rooms.ts. A test may also build values of the rooms it knows by type. */
function roomRules([name, room]) {
  if (room.every) return [];
  const { imports, types = [], exception, files = [] } = room;
  const known = [anyOf([name, ...imports, ...types]), ...files.map(asPattern)];
  const from = `^src/${name}/`;
  const rules = [
    {
      name: `${name}-imports`,
      severity: 'error',
      from: exception ? { path: from, pathNot: asPattern(exception.file) } : { path: from },
      to: { path: '^src/', pathNot: known },
    },
  ];
  if (types.length > 0)
    rules.push({
      name: `${name}-types-only`,
      severity: 'error',
      from: { path: from, pathNot: TESTS },
      to: { path: anyOf(types), dependencyTypesNot: ['type-only'] },
    });
  if (exception)
    rules.push({
      name: `${name}-exception`,
      severity: 'error',
      from: { path: `^src/${name}.*${asPattern(exception.file)}` },
      to: { path: '^src/', pathNot: [...known, anyOf([exception.imports])] },
    });
  return rules;
}

module.exports = {
  forbidden: [
    ...Object.entries(ROOMS).flatMap(roomRules),
    {
      name: 'no-cycles',
      comment: 'At run time. A file may take the types of its own door, whose factory imports the file.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-room-outside-the-map',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: anyOf(Object.keys(ROOMS)) },
    },
    {
      name: 'program-does-not-import-its-tests',
      severity: 'error',
      from: { path: '^src/', pathNot: TESTS },
      to: { path: `^(test|bench|scripts)/|${TESTS}` },
    },
    {
      name: 'pure-files-touch-nothing',
      severity: 'error',
      from: { path: PURE, pathNot: TESTS },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'web-framework-only-in-routes',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(main|simulator)/', '/(route|server)[.]ts$', TESTS] },
      to: { path: 'node_modules/(fastify|@fastify)(/|$)' },
    },
    {
      name: 'database-driver-only-in-stores',
      comment: 'A name tells whether a file can touch the world; types may travel, connections may not.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(base|main)/', '[/-]store[.]ts$', TESTS] },
      to: { path: 'node_modules/(pg|kysely|ioredis)(/|$)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'program-needs-no-development-package',
      severity: 'error',
      from: { path: '^src/', pathNot: ['[.]tsx$', TESTS, '^src/(console|simulator)/page/'] },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    // Without it type imports are invisible, and with them half of the map.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage|[.]cache|[.]data)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
