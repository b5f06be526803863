import { describe, expect, it } from 'vitest'
import { AggregateOperations } from '../aggregate/aggregate-operations.ts'
import { AggregateOperation } from '../aggregate/operation-builder.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import { Sinks } from '../connectors/sinks.ts'
import { TestSources } from '../connectors/test-sources.ts'
import { runInPlace } from '../local/in-place-execution.ts'
import { RecordingLogger } from '../platform/fake/recording-logger.ts'
import { RecordingOutput } from '../platform/fake/recording-output.ts'
import { createNodePlatform } from '../platform/node/node-platform.ts'
import { edgeTexts } from '../testing/dag-shape.ts'
import type { BatchStage } from './batch-stage.ts'
import { Pipeline } from './pipeline.ts'
import type { StreamStage } from './stream-stage.ts'
import { tumbling } from './window-definition.ts'

const { coAggregateOperation, counting, summingLong } = AggregateOperations

interface Order {
  readonly user: string
  readonly amount: number
  readonly timeMs: number
}

const userOf = ({ user }: Order): string => user
const timeOf = ({ timeMs }: Order): number => timeMs
const amounts = summingLong(({ amount }: Order) => amount)
const orders: readonly Order[] = [
  { user: 'ann', amount: 5, timeMs: 1 },
  { user: 'bob', amount: 7, timeMs: 12 },
  { user: 'ann', amount: 1, timeMs: 13 },
]
const refunds: readonly Order[] = [{ user: 'ann', amount: 2, timeMs: 14 }]
const visits = ['ann', 'cid', 'ann']

// Its inputs stand in another order than the stages are added in.
const balance = coAggregateOperation({ visits: counting<string>(), refunds: amounts, orders: amounts })

/** The same with one accumulator, which cannot be combined. */
const net = AggregateOperation.withCreate(() => ({ sum: 0 }))
  .andAccumulateEach({
    refunds: (sum, { amount }: Order) => {
      sum.sum -= amount
    },
    orders: (sum, { amount }: Order) => {
      sum.sum += amount
    },
  })
  .andExportFinish(({ sum }) => sum)

function batch<T>(p: Pipeline, items: readonly T[]): BatchStage<T> {
  return p.readFrom(TestSources.itemsDistributed(...items))
}

function stream(p: Pipeline, items: readonly Order[]): StreamStage<Order> {
  return batch(p, items).addTimestamps(timeOf, 100)
}

async function resultsOf<T>(build: (p: Pipeline) => BatchStage<T> | StreamStage<T>): Promise<readonly T[]> {
  const received: T[] = []
  const p = Pipeline.create()
  p.writeTo(Sinks.collector(received), build(p))
  const platform = createNodePlatform({ logger: new RecordingLogger(), output: new RecordingOutput() })
  await runInPlace(p.toDag(), { platform, parallelism: 3 })
  return received.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

describe('an aggregation over named inputs', () => {
  it('has a result for all items of batches', async () => {
    const results = await resultsOf((p) =>
      batch(p, orders)
        .aggregateBuilder('orders')
        .add('refunds', batch(p, refunds))
        .add('visits', batch(p, visits))
        .build(balance),
    )
    expect(results).toEqual([{ visits: 3, refunds: 2, orders: 13 }])
  })

  it('has a result for each key that any input has', async () => {
    const results = await resultsOf((p) =>
      batch(p, orders)
        .groupingKey(userOf)
        .aggregateBuilder('orders')
        .add(
          'visits',
          batch(p, visits).groupingKey((user) => user),
        )
        .add('refunds', batch(p, refunds).groupingKey(userOf))
        .build(balance),
    )
    expect(results).toEqual([
      { key: 'ann', value: { visits: 2, refunds: 2, orders: 6 } },
      { key: 'bob', value: { visits: 0, refunds: 0, orders: 7 } },
      { key: 'cid', value: { visits: 1, refunds: 0, orders: 0 } },
    ])
  })

  it('has a result for each window, and for each window and key', async () => {
    const whole = await resultsOf((p) =>
      stream(p, orders).window(tumbling(10)).aggregateBuilder('orders').add('refunds', stream(p, refunds)).build(net),
    )
    expect(whole).toEqual([
      { start: 0, end: 10, result: 5, isEarly: false },
      { start: 10, end: 20, result: 6, isEarly: false },
    ])
    const byKey = await resultsOf((p) =>
      stream(p, orders)
        .groupingKey(userOf)
        .window(tumbling(10))
        .aggregateBuilder('orders')
        .add('refunds', stream(p, refunds).groupingKey(userOf))
        .build(net),
    )
    expect(byKey.map(({ key, end, result }) => `${key} until ${end}: ${result}`).toSorted()).toEqual([
      'ann until 10: 5',
      'ann until 20: -1',
      'bob until 20: 7',
    ])
  })

  it('reads its inputs in the order of the operation', () => {
    const p = Pipeline.create()
    batch(p, orders)
      .setName('orders')
      .groupingKey(userOf)
      .aggregateBuilder('orders')
      .add('refunds', batch(p, refunds).setName('refunds').groupingKey(userOf))
      .build(net)
      .writeTo(Sinks.noop())
    expect(edgeTexts(p.toDag())).toEqual([
      'refunds -> co-aggregate partitioned distributed projected(item)',
      'orders -> co-aggregate:1 partitioned distributed projected(item)',
      'co-aggregate -> noopSink isolated',
    ])
  })
})

describe('a builder given what does not fit', () => {
  const p = Pipeline.create()
  const batches = batch(p, orders).setName('batches')
  const builder = batches.aggregateBuilder('orders')
  const keyed = batches.groupingKey(userOf)
  const timed = stream(p, orders).setName('timed')
  const untimed = p.readFrom(TestSources.longStream(1)).withoutTimestamps().setName('untimed')
  const foreign = batch(Pipeline.create(), orders).setName('theirs')
  const wrong = (value: unknown): never => value as never

  it.each([
    [
      'an empty name',
      () => batches.aggregateBuilder(''),
      'aggregateBuilder: the name of an input is a text that is not empty, not ',
    ],
    ['a name twice', () => builder.add('orders', batches), "aggregateBuilder: there are two inputs named 'orders'"],
    [
      'no stage',
      () => builder.add('refunds', wrong(undefined)),
      'add cannot take undefined as its input: it takes a stage',
    ],
    ['a stream', () => builder.add('refunds', wrong(untimed)), "add cannot take stage 'untimed': it is not a batch"],
    ['a grouped stage', () => builder.add('refunds', wrong(keyed)), 'add cannot take a BatchStageWithKey as its input'],
    [
      'a stage that is not grouped',
      () => keyed.aggregateBuilder('a').add('b', wrong(batches)),
      'it takes a stage with a key',
    ],
    [
      'a grouped stream',
      () => keyed.aggregateBuilder('a').add('b', wrong(timed.groupingKey(userOf))),
      'add cannot take a grouped stream: it takes grouped batches',
    ],
    [
      'a stream without timestamps',
      () => timed.window(tumbling(1)).aggregateBuilder('orders').add('refunds', wrong(untimed)).build(net),
      "co-aggregate cannot take stage 'untimed': it has no timestamps",
    ],
    [
      'a stage of another pipeline',
      () => builder.add('refunds', foreign),
      "stage 'theirs' belongs to another pipeline",
    ],
    ['no operation', () => builder.build(wrong(null)), 'build takes an operation over inputs with names, not null'],
    [
      'an operation over one input',
      () => builder.build(wrong(counting())),
      'build takes an operation over inputs with names',
    ],
    [
      'an operation over other inputs',
      () => builder.build(wrong(net)),
      "build takes an operation over the inputs 'orders', not one over 'refunds', 'orders'",
    ],
  ] as const)('refuses %s', (_what, run, message) => {
    expect(run).toThrow(NacelleError)
    expect(run).toThrow(message)
  })
})
