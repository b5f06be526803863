import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { counting } from '../../aggregate/counting.ts'
import { SinkBuilder } from '../../connectors/sink-builder.ts'
import { Sinks } from '../../connectors/sinks.ts'
import { TestSources } from '../../connectors/test-sources.ts'
import { AbstractProcessor } from '../../core/abstract-processor.ts'
import { processorMetaSupplier } from '../../core/processor-supplier.ts'
import { Vertex } from '../../core/vertex.ts'
import { edgeTexts, placementText } from '../../testing/dag-shape.ts'
import { Pipeline } from '../pipeline.ts'
import {
  isSamePlacement,
  isWithin,
  type Placement,
  placementWithin,
  SINGLE_PLACEMENT,
  widePlacement,
} from './placement.ts'

const plus = (n: number): number => n + 1

function planned(build: (p: Pipeline) => void): { readonly edges: readonly string[]; readonly placements: string[] } {
  const p = Pipeline.create().setPreserveOrder(true)
  build(p)
  const dag = p.toDag()
  return { edges: edgeTexts(dag), placements: dag.vertices.map((vertex) => `${vertex.name}: ${placementText(vertex)}`) }
}

describe('a pipeline that preserves order', () => {
  it('says so', () => {
    expect(Pipeline.create().isPreserveOrder()).toBe(false)
    expect(Pipeline.create().setPreserveOrder(true).isPreserveOrder()).toBe(true)
    expect(Pipeline.create().setPreserveOrder(true).setPreserveOrder(false).isPreserveOrder()).toBe(false)
  })

  it('has one processor of everything behind a source of one', () => {
    const sink = SinkBuilder.sink('sink', () => null)
      .receive(() => {})
      .preferredLocalParallelism(-1)
      .build()
    const { edges, placements } = planned((p) => {
      const a = p.readFrom(TestSources.items(1)).map(plus).setName('a').setLocalParallelism(4)
      a.map(plus).setName('b').writeTo(sink)
      a.writeTo(Sinks.noop())
    })
    expect(edges).toEqual(['items -> a isolated', 'a -> fused(b, sink) isolated', 'a:1 -> noopSink isolated'])
    expect(placements).toEqual(['items: 1 in all', 'a: 1 in all', 'fused(b, sink): 1 in all', 'noopSink: 1 in all'])
  })

  it('has no stage with more processors than the one before', () => {
    const { edges, placements } = planned((p) => {
      const source = p.readFrom(TestSources.itemsDistributed(1))
      const a = source.map(plus).setName('a').setLocalParallelism(3)
      a.customTransform<number>('b', () => new (class extends AbstractProcessor {})())
        .setLocalParallelism(8)
        .writeTo(Sinks.noop())
      a.map(plus).setName('c').setLocalParallelism(2).writeTo(Sinks.noop())
    })
    expect(edges.every((edge) => edge.endsWith('isolated'))).toBe(true)
    expect(placements).toEqual([
      'itemsDistributed: each thread',
      'a: 3 preferred',
      'b: 3 preferred',
      'noopSink: 3 preferred',
      'c: 2 preferred',
      'noopSink-2: 2 preferred',
    ])
  })

  it('does not hold back first stages of aggregations, whose results have no order', () => {
    const { edges, placements } = planned((p) => {
      const single = p.readFrom(TestSources.items(1))
      const wide = p.readFrom(TestSources.itemsDistributed(1))
      single.merge(wide).aggregate(counting()).writeTo(Sinks.noop())
    })
    expect(edges.slice(0, 2)).toEqual([
      'items -> aggregate-prepare unicast',
      'itemsDistributed -> aggregate-prepare:1 isolated',
    ])
    expect(placements).toContain('aggregate-prepare: each thread')
  })

  it('takes the least of what is merged, and keeps exchanges and single sinks as they are', () => {
    const { edges, placements } = planned((p) => {
      const a = p.readFrom(TestSources.itemsDistributed(1)).setName('a').setLocalParallelism(4)
      const b = p.readFrom(TestSources.itemsDistributed(1)).setName('b').setLocalParallelism(2)
      const c = a.merge(b).map(plus).setName('c')
      c.groupingKey(plus)
        .customTransform<number>('d', () => new (class extends AbstractProcessor {})())
        .writeTo(Sinks.noop())
      c.writeTo(Sinks.collector<number>([]))
    })
    expect(edges).toEqual([
      'a -> c isolated',
      'b -> c:1 isolated',
      'c -> d partitioned distributed',
      'd -> noopSink isolated',
      'c:1 -> collectorSink allToOne distributed',
    ])
    expect(placements).toEqual([
      'a: 4',
      'b: 2',
      'c: 2',
      'd: each thread',
      'noopSink: each thread',
      'collectorSink: 1 in all',
    ])
  })
})

describe('placements', () => {
  const placement = fc.oneof(
    fc.constant(SINGLE_PLACEMENT),
    fc.integer({ min: 1, max: 6 }).map(widePlacement),
    fc.constant(widePlacement(-1)),
    fc.integer({ min: 1, max: 6 }).map((n) => ({ ...widePlacement(-1), preferredLocalParallelism: n })),
  )
  const countOf = (placed: Placement, threads: number): number =>
    new Vertex(
      'v',
      processorMetaSupplier(() => new (class extends AbstractProcessor {})(), placed),
      placed,
    ).effectiveLocalParallelism(threads)
  const threads = [1, 2, 3, 4, 5, 6, 7]

  it('that are within others never have more processors', () => {
    fc.assert(
      fc.property(placement, placement, (a, b) => {
        expect(isWithin(a, b)).toBe(threads.every((n) => countOf(a, n) <= countOf(b, n)))
      }),
    )
  })

  it('that are the same have equally many processors', () => {
    fc.assert(
      fc.property(placement, placement, (a, b) => {
        if (isSamePlacement(a, b)) for (const n of threads) expect(countOf(a, n)).toBe(countOf(b, n))
      }),
    )
  })

  it('within others have as many processors as the least of them', () => {
    fc.assert(
      fc.property(placement, fc.array(placement, { minLength: 1, maxLength: 3 }), (own, from) => {
        const isUndecided = own.localParallelism === -1 && own.preferredLocalParallelism === -1
        const within = placementWithin(own, from)
        for (const n of threads) {
          const counts = (isUndecided ? from : [own, ...from]).map((each) => countOf(each, n))
          expect(countOf(within, n)).toBe(Math.min(...counts))
        }
        for (const each of from) expect(isWithin(within, each)).toBe(true)
      }),
    )
  })
})
