import fc from 'fast-check'
import type { FilterDescription, FlatMapDescription, KeyDescription, MapDescription } from './generated-functions.ts'
import { type OperationDescription, PLAIN_OPERATIONS } from './generated-operations.ts'
import type {
  ItemValue,
  PipelineDescription,
  SourceDescription,
  SourceItem,
  StageBody,
} from './pipeline-description.ts'
import { type DrawnPipeline, type DrawnStage, soundDescription } from './sound-description.ts'

/** Pipelines at random. */
export function pipelineDescriptions(
  settings: { readonly preserveOrder?: boolean } = {},
): fc.Arbitrary<PipelineDescription> {
  const { preserveOrder } = settings
  const drawn: fc.Arbitrary<DrawnPipeline> = fc
    .record({
      preserveOrder: preserveOrder === undefined ? fc.boolean() : fc.constant(preserveOrder),
      lateness: fc.oneof(
        { weight: 4, arbitrary: fc.constant('never' as const) },
        { weight: 1, arbitrary: fc.constant('byItem' as const) },
      ),
      sources: fc.array(stageWith(fc.record({ kind: fc.constant('source' as const), source })), {
        minLength: 1,
        maxLength: 3,
      }),
      others: fc.array(stage, { maxLength: 7 }),
    })
    .map(({ sources, others, ...rest }) => ({ ...rest, stages: [...sources, ...others] }))
  return drawn.map(soundDescription)
}

const divisor = fc.integer({ min: 1, max: 12 })
const text = fc.constantFrom('', 'a', 'bc', 'é', '日本', 'a b', 'x'.repeat(40))
const scalar: fc.Arbitrary<ItemValue> = fc.oneof(
  fc.integer({ min: -9, max: 99 }),
  text,
  fc.boolean(),
  fc.constantFrom(0.5, -3.25, 2 ** 40),
)
const itemValue: fc.Arbitrary<ItemValue> = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 40 }) },
  { weight: 1, arbitrary: scalar },
  { weight: 1, arbitrary: fc.tuple(scalar, scalar) },
  {
    weight: 1,
    arbitrary: fc.record(
      { id: fc.nat({ max: 9 }), name: text, of: fc.array(scalar, { maxLength: 2 }) },
      { noNullPrototype: true },
    ),
  },
)

const DAY_MS = 86_400_000
/** Mostly small steps, sometimes far ahead: what lies between has no windows. */
const timeStep = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: -30, max: 60 }) },
  { weight: 1, arbitrary: fc.constantFrom(1_000, DAY_MS, 400 * DAY_MS) },
)
const sourceItems: fc.Arbitrary<readonly SourceItem[]> = fc
  .tuple(
    fc.constantFrom(0, -1_000, 7, 1_700_000_000_000),
    fc.array(fc.record({ v: itemValue, step: timeStep }, { noNullPrototype: true }), { maxLength: 60, size: 'max' }),
  )
  .map(([start, steps]) => {
    let t = start
    return steps.map(({ v, step }) => ({ v, t: (t += step) }))
  })

/** Mostly small sources; sometimes one that fills several batches of the default size. */
const source: fc.Arbitrary<SourceDescription> = fc
  .tuple(
    fc.oneof({ weight: 60, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constantFrom(5, 30) }),
    fc.record(
      {
        kind: fc.constantFrom('items', 'distributed', 'fills', 'stream', 'stream'),
        timestamps: fc.constantFrom('native', 'function', 'native', 'function', 'none', 'ingestion'),
        allowedLagMs: fc.constantFrom(0, 1, 10, 35, 1_000),
        fills: fc
          .array(fc.constantFrom(1, 2, 3, 0, 7, 40), { minLength: 1, maxLength: 4 })
          .map((sizes) => (sizes.every((size) => size === 0) ? [1] : sizes)),
        isAsync: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
        isDistributed: fc.boolean(),
        isWrapped: fc.boolean(),
        items: sourceItems,
      },
      { noNullPrototype: true },
    ),
  )
  .map(([repeats, fields]) => (repeats === null ? fields : { ...fields, repeats }))

const mapDescription: fc.Arbitrary<MapDescription> = plainRecord({
  to: fc.constantFrom(
    'number',
    'text',
    'tuple',
    'record',
    'date',
    'bigint',
    'float',
    'same',
    'dropNull',
    'dropUndefined',
  ),
  divisor,
})
const filterDescription: fc.Arbitrary<FilterDescription> = plainRecord({
  keep: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('multiples', 'others') },
    { weight: 1, arbitrary: fc.constant('none' as const) },
  ),
  divisor: fc.integer({ min: 1, max: 4 }),
  isLoose: fc.boolean(),
})
const flatMapDescription: fc.Arbitrary<FlatMapDescription> = plainRecord({
  to: fc.constantFrom('array', 'generator', 'set', 'holes'),
  divisor: fc.integer({ min: 1, max: 5 }),
})
const keyDescription: fc.Arbitrary<KeyDescription> = plainRecord({
  type: fc.constantFrom(
    ...([
      'int',
      'negative',
      'text',
      'float',
      'odd',
      'boolean',
      'bigint',
      'tuple',
      'record',
      'date',
      'constant',
      'mixed',
    ] as const),
  ),
  divisor: fc.oneof(divisor, fc.constant(1000)),
})
const keyOrNone = fc.oneof({ weight: 3, arbitrary: keyDescription }, { weight: 1, arbitrary: fc.constant(null) })

const operation: fc.Arbitrary<OperationDescription> = fc.letrec<{ operation: OperationDescription }>((tie) => ({
  operation: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    { weight: 6, arbitrary: plainRecord({ op: fc.constantFrom(...PLAIN_OPERATIONS) }) },
    {
      weight: 1,
      arbitrary: plainRecord({ op: fc.constantFrom('topN', 'bottomN'), n: fc.integer({ min: 1, max: 4 }) }),
    },
    {
      weight: 2,
      arbitrary: plainRecord({
        op: fc.constantFrom('mapping', 'filtering', 'flatMapping', 'groupingBy'),
        divisor: fc.integer({ min: 1, max: 4 }),
        of: tie('operation'),
      }),
    },
    {
      weight: 2,
      arbitrary: plainRecord({
        op: fc.constant('allOf' as const),
        as: fc.constantFrom('tuple', 'record', 'finish'),
        of: fc.array(tie('operation'), { minLength: 2, maxLength: 3 }),
      }),
    },
  ),
})).operation

/** How far back a stage reads: mostly the one before it. */
const from = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 5 }) })
const aggregation = {
  from,
  others: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 2 }) },
  ),
  key: keyOrNone,
  operations: fc.array(operation, { minLength: 1, maxLength: 3 }),
  together: fc.constantFrom('tuple' as const, 'finish' as const, 'shared' as const),
}

const body: fc.Arbitrary<StageBody> = fc.oneof(
  { weight: 3, arbitrary: plainRecord({ kind: fc.constant('map' as const), from, fn: mapDescription }) },
  { weight: 2, arbitrary: plainRecord({ kind: fc.constant('filter' as const), from, fn: filterDescription }) },
  { weight: 2, arbitrary: plainRecord({ kind: fc.constant('flatMap' as const), from, fn: flatMapDescription }) },
  {
    weight: 1,
    arbitrary: plainRecord({
      kind: fc.constant('tokens' as const),
      from,
      separator: fc.constantFrom(null, ',', 'é', ' '),
    }),
  },
  { weight: 1, arbitrary: plainRecord({ kind: fc.constant('peek' as const), from, divisor }) },
  { weight: 1, arbitrary: plainRecord({ kind: fc.constant('merge' as const), from, other: fc.nat({ max: 5 }) }) },
  {
    weight: 2,
    arbitrary: plainRecord({
      kind: fc.constant('addTimestamps' as const),
      from,
      by: fc.constantFrom('field', 'content'),
      allowedLagMs: fc.constantFrom(500, 2_000),
    }),
  },
  {
    weight: 2,
    arbitrary: plainRecord({
      kind: fc.constant('rolling' as const),
      from,
      key: keyOrNone,
      of: fc.constant('item' as const),
      operation,
    }),
  },
  { weight: 3, arbitrary: plainRecord({ kind: fc.constant('aggregate' as const), ...aggregation }) },
  {
    weight: 5,
    arbitrary: plainRecord({
      kind: fc.constant('window' as const),
      slideByMs: fc.constantFrom(10, 1, 7, 50, 1_500, DAY_MS),
      slides: fc.constantFrom(1, 1, 2, 3, 5, 20),
      ...aggregation,
    }),
  },
  { weight: 1, arbitrary: plainRecord({ kind: fc.constant('distinct' as const), from, key: keyOrNone }) },
  { weight: 1, arbitrary: plainRecord({ kind: fc.constant('custom' as const), from, key: keyOrNone }) },
  {
    weight: 1,
    arbitrary: plainRecord({
      kind: fc.constant('sink' as const),
      from: fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 2 }),
      sink: fc.constantFrom('lines', 'wide', 'collector'),
      ordered: fc.constant(false),
      timed: fc.constant(false),
    }),
  },
)

const stage = stageWith(body)

function stageWith(arbitrary: fc.Arbitrary<StageBody>): fc.Arbitrary<DrawnStage> {
  return fc.record({
    body: arbitrary,
    parallelism: fc.oneof(
      { weight: 3, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.constantFrom(1, 2, 3) },
    ),
  })
}

function plainRecord<T>(arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(arbitraries, { noNullPrototype: true }) as fc.Arbitrary<T>
}
