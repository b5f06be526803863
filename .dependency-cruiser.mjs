// Which folder of the engine may import which. Read by tools/check-layers.ts (`npm run layering`).

/** Lowest first. A layer imports itself and the layers before it; names in one array are siblings and apart. */
const LAYERS = [
  ['base'],
  ['platform'],
  ['grid'],
  ['core'],
  ['wire'],
  ['aggregate'],
  ['processors', 'execution'],
  ['snapshot'],
  ['pipeline'],
  ['connectors'],
  ['deployment'],
  ['jobs'],
  ['local'],
  ['embedded-grid'],
  ['execution-process'],
  ['member'],
  ['client'],
  ['http'],
  ['cli'],
]

/** The layers that may make the real ports. */
const COMPOSING = [
  'deployment',
  'local',
  'embedded-grid',
  'execution-process',
  'member',
  'client',
  'http',
  'cli',
  'testing',
]

const SRC = '^packages/engine/src/'
const TESTS = '\\.(test|test-d|bench|conformance)\\.ts$'
const folder = (...names) => `${SRC}(${names.join('|')})/`

const upwards = LAYERS.flatMap((layer, level) =>
  layer.map((name) => ({
    name: `${name}-imports-downwards-only`,
    severity: 'error',
    from: { path: folder(name), pathNot: TESTS },
    to: {
      path: SRC,
      pathNot: folder(name, ...LAYERS.slice(0, level).flat()),
    },
  })),
)

export default {
  forbidden: [
    ...upwards,
    {
      name: 'known-layers',
      comment: 'A new folder gets its place in LAYERS first.',
      severity: 'error',
      from: { path: `${SRC}[^/]+/`, pathNot: folder(...LAYERS.flat(), 'testing') },
      to: {},
    },
    {
      name: 'no-cycles',
      comment: 'Type-only imports count.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'fakes-are-for-tests',
      severity: 'error',
      from: { path: SRC, pathNot: [TESTS, folder('testing', 'platform/fake')] },
      to: { path: folder('platform/fake') },
    },
    {
      name: 'testing-is-for-tests',
      severity: 'error',
      from: { path: SRC, pathNot: [TESTS, folder('testing')] },
      to: { path: folder('testing') },
    },
    {
      name: 'real-ports-are-made-above',
      comment: 'Everything else receives a Platform.',
      severity: 'error',
      from: { path: SRC, pathNot: [TESTS, folder('platform/node', ...COMPOSING)] },
      to: { path: folder('platform/node') },
    },
    {
      name: 'fakes-and-real-ports-are-apart',
      severity: 'error',
      from: { path: folder('platform/fake') },
      to: { path: folder('platform/node') },
    },
    {
      name: 'node-is-reached-from-above',
      severity: 'error',
      from: { path: SRC, pathNot: [TESTS, folder('platform/node', ...COMPOSING)] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'entry-points-are-for-users',
      comment: 'Inside the engine import the file itself.',
      severity: 'error',
      from: { path: `${SRC}[^/]+/`, pathNot: TESTS },
      to: { path: `${SRC}[^/]+\\.ts$` },
    },
    {
      name: 'declared-dependencies',
      severity: 'error',
      from: { path: SRC, pathNot: [TESTS, folder('testing')] },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: { path: SRC },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    moduleSystems: ['es6'],
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
}
