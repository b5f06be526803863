import { describe, expect, it } from 'vitest'
import { AggregateOperations } from '../../aggregate/aggregate-operations.ts'
import { AggregateOperation } from '../../aggregate/operation-builder.ts'
import { Sinks } from '../../connectors/sinks.ts'
import { TestSources } from '../../connectors/test-sources.ts'
import { edgeTexts, placementText, vertexNames } from '../../testing/dag-shape.ts'
import type { BatchStage } from '../batch-stage.ts'
import { Pipeline } from '../pipeline.ts'
import type { StreamStage } from '../stream-stage.ts'
import { sliding, tumbling } from '../window-definition.ts'

const { aggregateOperation2, aggregateOperation3, allOf, counting, maxBy, summingDouble, summingLong, toList } =
  AggregateOperations

interface Bid {
  readonly auction: number
  readonly price: number
}

const auctionOf = (bid: Bid): number => bid.auction
const byPrice = (a: Bid, b: Bid): number => a.price - b.price

/** An operation whose accumulators cannot be combined. */
const lastPrice = AggregateOperation.named('lastPrice')
  .withCreate(() => ({ price: 0 }))
  .andAccumulate((last, bid: Bid) => {
    last.price = bid.price
  })
  .andExportFinish((last) => last.price)

/** The same over two inputs. */
const lastOfTwo = AggregateOperation.named('lastOfTwo')
  .withCreate(() => ({ price: 0 }))
  .andAccumulate0((last, bid: Bid) => {
    last.price = bid.price
  })
  .andAccumulate1((last, price: number) => {
    last.price = price
  })
  .andExportFinish((last) => last.price)

function batch(p: Pipeline, name = 'bids'): BatchStage<Bid> {
  return p.readFrom(TestSources.itemsDistributed<Bid>()).setName(name)
}

function stream(p: Pipeline, name = 'bids'): StreamStage<Bid> {
  const generated = TestSources.itemStream(1, (_time, n): Bid => ({ auction: n, price: n }))
  return p.readFrom(generated).withNativeTimestamps(0).setName(name)
}

describe('a batch aggregated by key', () => {
  it('is aggregated where it comes from, and its partial results are combined', () => {
    const p = Pipeline.create()
    batch(p).groupingKey(auctionOf).aggregate(counting()).writeTo(Sinks.noop())
    const dag = p.toDag()
    expect(edgeTexts(dag)).toEqual([
      'bids -> aggregate-prepare isolated',
      'aggregate-prepare -> aggregate partitioned distributed keyed(f64)',
      'aggregate -> noopSink isolated',
    ])
    expect(dag.getVertex('aggregate').description).toEqual({
      kind: 'aggregate',
      keyed: true,
      operations: ['counting'],
      stages: 2,
    })
  })

  it('sends the state columns of its operation', () => {
    const p = Pipeline.create()
    const operation = allOf(
      counting<Bid>(),
      summingDouble((bid: Bid) => bid.price),
      maxBy(byPrice),
      toList<Bid>(),
    )
    batch(p).groupingKey(auctionOf).aggregate(operation).writeTo(Sinks.noop())
    expect(edgeTexts(p.toDag())[1]).toBe(
      'aggregate-prepare -> aggregate partitioned distributed keyed(f64, f64, f64, any, any)',
    )
  })

  it('is aggregated in one stage by an operation without combine, which gets the values of its getters', () => {
    const p = Pipeline.create()
    batch(p).groupingKey(auctionOf).aggregate(lastPrice).writeTo(Sinks.noop())
    const dag = p.toDag()
    expect(edgeTexts(dag)).toEqual([
      'bids -> aggregate partitioned distributed projected(item)',
      'aggregate -> noopSink isolated',
    ])
    expect(dag.getVertex('aggregate').description).toMatchObject({ operations: ['lastPrice'], stages: 1 })
    expect(dag.edges[0]!.projection!.owner).toBe('lastPrice')
  })

  it('has first stages along its input and second stages as the user says', () => {
    const p = Pipeline.create()
    p.readFrom(TestSources.items<Bid>())
      .groupingKey(auctionOf)
      .aggregate(counting())
      .setLocalParallelism(3)
      .writeTo(Sinks.noop())
    batch(p).setLocalParallelism(5).groupingKey(auctionOf).aggregate(counting()).writeTo(Sinks.noop())
    const dag = p.toDag()
    expect(dag.vertices.map((vertex) => `${vertex.name}: ${placementText(vertex)}`)).toEqual([
      'items: 1 in all',
      'aggregate-prepare: 1 in all',
      'aggregate: 3',
      'noopSink: each thread',
      'bids: 5',
      'aggregate-prepare-2: 5',
      'aggregate-2: each thread',
      'noopSink-2: each thread',
    ])
    expect(edgeTexts(dag)).toContain('items -> aggregate-prepare isolated')
    expect(edgeTexts(dag)).toContain('bids -> aggregate-prepare-2 isolated')
  })

  it('has one first stage for all that is merged into an input, along them when they are alike', () => {
    const p = Pipeline.create()
    batch(p, 'a').merge(batch(p, 'b')).groupingKey(auctionOf).aggregate(counting()).writeTo(Sinks.noop())
    batch(p, 'c')
      .setLocalParallelism(2)
      .merge(batch(p, 'd'))
      .groupingKey(auctionOf)
      .aggregate(counting())
      .writeTo(Sinks.noop())
    const dag = p.toDag()
    expect(edgeTexts(dag).filter((edge) => edge.includes('-prepare'))).toEqual([
      'a -> aggregate-prepare isolated',
      'b -> aggregate-prepare:1 isolated',
      'aggregate-prepare -> aggregate partitioned distributed keyed(f64)',
      'c -> aggregate-prepare-2 unicast',
      'd -> aggregate-prepare-2:1 isolated',
      'aggregate-prepare-2 -> aggregate-2 partitioned distributed keyed(f64)',
    ])
  })

  it('is distinct by any one item of each key', () => {
    const p = Pipeline.create()
    batch(p).groupingKey(auctionOf).distinct().writeTo(Sinks.noop())
    batch(p, 'others').distinct().map(auctionOf).writeTo(Sinks.noop())
    expect(edgeTexts(p.toDag())).toEqual([
      'bids -> distinct-aggregate-prepare isolated',
      'distinct-aggregate-prepare -> distinct-aggregate partitioned distributed keyed(any)',
      'distinct-aggregate -> distinct isolated',
      'distinct -> noopSink isolated',
      'others -> distinct-aggregate-prepare-2 isolated',
      'distinct-aggregate-prepare-2 -> distinct-aggregate-2 partitioned distributed keyed(any)',
      'distinct-aggregate-2 -> fused(distinct, map) isolated',
      'fused(distinct, map) -> noopSink-2 isolated',
    ])
  })
})

describe('a batch aggregated as a whole', () => {
  it('is accumulated where it comes from and combined in one processor', () => {
    const p = Pipeline.create()
    batch(p)
      .aggregate(summingLong((bid) => bid.price))
      .writeTo(Sinks.noop())
    const dag = p.toDag()
    expect(edgeTexts(dag)).toEqual([
      'bids -> aggregate-prepare isolated',
      'aggregate-prepare -> aggregate allToOne distributed keyed(f64)',
      'aggregate -> noopSink unicast',
    ])
    expect(placementText(dag.getVertex('aggregate'))).toBe('1 in all')
  })

  it('goes whole to one processor when the operation has no combine', () => {
    const p = Pipeline.create()
    batch(p).aggregate(lastPrice).setLocalParallelism(4).writeTo(Sinks.noop())
    const dag = p.toDag()
    expect(edgeTexts(dag)[0]).toBe('bids -> aggregate allToOne distributed')
    expect(placementText(dag.getVertex('aggregate'))).toBe('1 in all')
  })
})

describe('co-grouped batches', () => {
  it('have a first stage for each input', () => {
    const p = Pipeline.create()
    const prices = batch(p, 'prices').map((bid) => bid.price)
    const operation = aggregateOperation2(
      counting<Bid>(),
      summingLong((price: number) => price),
    )
    batch(p)
      .groupingKey(auctionOf)
      .aggregate2(
        prices.groupingKey((price) => price),
        operation,
      )
      .writeTo(Sinks.noop())
    const dag = p.toDag()
    expect(edgeTexts(dag)).toEqual([
      'prices -> map isolated',
      'bids -> aggregate2-prepare isolated',
      'map -> aggregate2-prepare-2 isolated',
      'aggregate2-prepare -> aggregate2 partitioned distributed keyed(f64, f64)',
      'aggregate2-prepare-2 -> aggregate2:1 partitioned distributed keyed(f64, f64)',
      'aggregate2 -> noopSink isolated',
    ])
    expect(dag.getVertex('aggregate2-prepare-2').description).toMatchObject({ input: 1 })
  })

  it('are aggregated in one stage when accumulators cannot be combined', () => {
    const p = Pipeline.create()
    const prices = batch(p, 'prices').map((bid) => bid.price)
    const keyed = batch(p).groupingKey(auctionOf)
    keyed.aggregate2(prices.groupingKey(Math.trunc), lastOfTwo).writeTo(Sinks.noop())
    batch(p, 'whole').aggregate2(prices, lastOfTwo).writeTo(Sinks.noop())
    expect(edgeTexts(p.toDag()).filter((edge) => edge.includes('-> aggregate2'))).toEqual([
      'bids -> aggregate2 partitioned distributed projected(item)',
      'map -> aggregate2:1 partitioned distributed projected(item)',
      'whole -> aggregate2-2 allToOne distributed',
      'map:1 -> aggregate2-2:1 allToOne distributed',
    ])
  })

  it('may each be merged of several, whose edges bring the same values', () => {
    const p = Pipeline.create()
    const merged = batch(p, 'a').merge(batch(p, 'b')).groupingKey(auctionOf)
    const prices = batch(p, 'c').map((bid) => bid.price)
    merged.aggregate2(prices.groupingKey(Math.trunc), lastOfTwo).writeTo(Sinks.noop())
    const dag = p.toDag()
    const inputs = dag.inboundEdges(dag.getVertex('aggregate2'))
    expect(inputs.map((edge) => [edge.source.name, edge.projection!.owner])).toEqual([
      ['a', 'lastOfTwo[0]'],
      ['b', 'lastOfTwo[0]'],
      ['map', 'lastOfTwo[1]'],
    ])
  })

  it('may be three, or one that is read twice', () => {
    const p = Pipeline.create()
    const bids = batch(p)
    const keyed = bids.groupingKey(auctionOf)
    const three = aggregateOperation3(counting<Bid>(), counting<Bid>(), counting<Bid>())
    keyed.aggregate3(keyed, keyed, three).writeTo(Sinks.noop())
    bids.aggregate3(bids, bids, three).writeTo(Sinks.noop())
    const dag = p.toDag()
    dag.validate()
    expect(dag.inboundEdges(dag.getVertex('aggregate3')).map((edge) => edge.source.name)).toEqual([
      'aggregate3-prepare',
      'aggregate3-prepare-2',
      'aggregate3-prepare-3',
    ])
    expect(dag.outboundEdges(dag.getVertex('bids'))).toHaveLength(6)
  })
})

describe('a stream cut into windows', () => {
  it('is accumulated by frame where it comes from and combined into windows', () => {
    const p = Pipeline.create()
    stream(p).window(sliding(1000, 10)).groupingKey(auctionOf).aggregate(counting()).writeTo(Sinks.noop())
    const dag = p.toDag()
    expect(edgeTexts(dag)).toEqual([
      'bids -> window-aggregate-prepare isolated',
      'window-aggregate-prepare -> window-aggregate partitioned distributed keyed(f64)',
      'window-aggregate -> noopSink isolated',
    ])
    expect(dag.getVertex('window-aggregate').description).toEqual({
      kind: 'windowAggregate',
      sizeMs: 1000,
      slideByMs: 10,
      keyed: true,
      operations: ['counting'],
      stages: 2,
    })
    expect(dag.vertices.every(({ timed }) => timed)).toBe(true)
  })

  it('is the same whether the key or the window is named first', () => {
    const keyFirst = Pipeline.create()
    stream(keyFirst).groupingKey(auctionOf).window(tumbling(5)).aggregate(counting()).writeTo(Sinks.noop())
    const windowFirst = Pipeline.create()
    stream(windowFirst).window(tumbling(5)).groupingKey(auctionOf).aggregate(counting()).writeTo(Sinks.noop())
    expect(edgeTexts(keyFirst.toDag())).toEqual(edgeTexts(windowFirst.toDag()))
  })

  it('meets in one processor when there is no key', () => {
    const p = Pipeline.create()
    stream(p).window(tumbling(1000)).aggregate(counting()).writeTo(Sinks.noop())
    const dag = p.toDag()
    expect(edgeTexts(dag).slice(0, 2)).toEqual([
      'bids -> window-aggregate-prepare isolated',
      'window-aggregate-prepare -> window-aggregate allToOne distributed keyed(f64)',
    ])
    expect(placementText(dag.getVertex('window-aggregate'))).toBe('1 in all')
  })

  it('sends values instead of items to a single stage, with and without key', () => {
    const p = Pipeline.create()
    const bids = stream(p)
    bids.window(tumbling(1000)).groupingKey(auctionOf).aggregate(lastPrice).writeTo(Sinks.noop())
    bids.window(tumbling(1000)).aggregate(lastPrice).writeTo(Sinks.noop())
    expect(edgeTexts(p.toDag()).filter((edge) => edge.startsWith('bids'))).toEqual([
      'bids -> window-aggregate partitioned distributed projected(item)',
      'bids:1 -> window-aggregate-2 allToOne distributed projected(item)',
    ])
  })

  it('is co-grouped with others in the same window', () => {
    const p = Pipeline.create()
    const both = aggregateOperation2(counting<Bid>(), counting<Bid>())
    const others = stream(p, 'others')
    const windowed = stream(p).window(tumbling(1000))
    windowed.aggregate2(others, both).writeTo(Sinks.noop())
    windowed.groupingKey(auctionOf).aggregate2(others.groupingKey(auctionOf), both).writeTo(Sinks.noop())
    expect(edgeTexts(p.toDag()).filter((edge) => edge.includes('-> window-aggregate2'))).toEqual([
      'bids -> window-aggregate2-prepare isolated',
      'others -> window-aggregate2-prepare-2 isolated',
      'window-aggregate2-prepare -> window-aggregate2 allToOne distributed keyed(f64, f64)',
      'window-aggregate2-prepare-2 -> window-aggregate2:1 allToOne distributed keyed(f64, f64)',
      'bids:1 -> window-aggregate2-prepare-3 isolated',
      'others:1 -> window-aggregate2-prepare-4 isolated',
      'window-aggregate2-prepare-3 -> window-aggregate2-2 partitioned distributed keyed(f64, f64)',
      'window-aggregate2-prepare-4 -> window-aggregate2-2:1 partitioned distributed keyed(f64, f64)',
    ])
  })

  it('may have a distinct item of each key and window', () => {
    const p = Pipeline.create()
    stream(p).window(tumbling(1000)).groupingKey(auctionOf).distinct().writeTo(Sinks.noop())
    expect(vertexNames(p.toDag())).toEqual(['bids', 'distinct-prepare', 'distinct', 'noopSink'])
  })
})

describe('a rolling aggregation', () => {
  it('gets keys and values, on the processor that has the key', () => {
    const p = Pipeline.create()
    stream(p)
      .groupingKey(auctionOf)
      .rollingAggregate(summingLong((bid) => bid.price))
      .setLocalParallelism(2)
      .writeTo(Sinks.noop())
    const dag = p.toDag()
    expect(edgeTexts(dag)).toEqual([
      'bids -> rolling-aggregate partitioned distributed projected(f64)',
      'rolling-aggregate -> noopSink unicast',
    ])
    expect(dag.getVertex('rolling-aggregate').timed).toBe(true)
    expect(placementText(dag.getVertex('rolling-aggregate'))).toBe('2')
  })

  it('gets whole items in one processor when there is no key', () => {
    const p = Pipeline.create()
    batch(p).rollingAggregate(counting()).writeTo(Sinks.noop())
    const dag = p.toDag()
    expect(edgeTexts(dag)).toEqual([
      'bids -> rolling-aggregate allToOne distributed',
      'rolling-aggregate -> noopSink unicast',
    ])
    expect(dag.getVertex('rolling-aggregate').timed).toBe(false)
  })

  it('counts without any value', () => {
    const p = Pipeline.create()
    batch(p).groupingKey(auctionOf).rollingAggregate(counting()).writeTo(Sinks.noop())
    expect(edgeTexts(p.toDag())[0]).toBe('bids -> rolling-aggregate partitioned distributed projected()')
  })
})
