import { describe, expect, it } from 'vitest'
import { SinkBuilder } from '../../connectors/sink-builder.ts'
import { Sinks } from '../../connectors/sinks.ts'
import { Sources } from '../../connectors/sources.ts'
import { TestSources } from '../../connectors/test-sources.ts'
import { edgeTexts, placementText, vertexNames } from '../../testing/dag-shape.ts'
import { Pipeline } from '../pipeline.ts'
import type { Sink } from '../sink.ts'
import { splitBy, words } from '../tokenizers.ts'

const plus = (n: number): number => n + 1
const isOdd = (n: number): boolean => n % 2 === 1
const twice = (n: number): number[] => [n, n]

/** A sink with a processor on each thread, which stateless stages in front of it may join. */
function wideSink(name = 'sink'): Sink<unknown> {
  return SinkBuilder.sink(name, () => null)
    .receive(() => {})
    .preferredLocalParallelism(-1)
    .build()
}

describe('fusion of stateless stages', () => {
  it('makes one vertex of stages that follow each other', () => {
    const p = Pipeline.create()
    p.readFrom(TestSources.itemsDistributed(1)).map(plus).filter(isOdd).flatMap(twice).peek().writeTo(Sinks.noop())
    const dag = p.toDag()
    expect(vertexNames(dag)).toEqual(['itemsDistributed', 'fused(map, filter, flatMap, peek)', 'noopSink'])
    expect(edgeTexts(dag)).toEqual([
      'itemsDistributed -> fused(map, filter, flatMap, peek) isolated',
      'fused(map, filter, flatMap, peek) -> noopSink isolated',
    ])
    expect(dag.getVertex('fused(map, filter, flatMap, peek)').description).toEqual({
      kind: 'chain',
      stages: [{ kind: 'map' }, { kind: 'filter' }, { kind: 'flatMap' }, { kind: 'peek' }],
    })
  })

  it('leaves a single stage its name', () => {
    const p = Pipeline.create()
    p.readFrom(TestSources.itemsDistributed(1)).map(plus).writeTo(Sinks.noop())
    expect(vertexNames(p.toDag())).toEqual(['itemsDistributed', 'map', 'noopSink'])
  })

  it('ends where a stage is read twice', () => {
    const p = Pipeline.create()
    const plusOne = p.readFrom(TestSources.itemsDistributed(1)).map(plus).setName('a')
    plusOne.map(plus).setName('b').map(plus).setName('c').writeTo(Sinks.noop())
    plusOne.filter(isOdd).setName('d').writeTo(Sinks.noop())
    const dag = p.toDag()
    expect(edgeTexts(dag)).toEqual([
      'itemsDistributed -> a isolated',
      'a -> fused(b, c) isolated',
      'fused(b, c) -> noopSink isolated',
      'a:1 -> d isolated',
      'd -> noopSink-2 isolated',
    ])
  })

  it('ends where another number of processors is wanted', () => {
    const p = Pipeline.create()
    p.readFrom(TestSources.itemsDistributed(1))
      .map(plus)
      .setName('a')
      .map(plus)
      .setName('b')
      .setLocalParallelism(3)
      .map(plus)
      .setName('c')
      .setLocalParallelism(3)
      .map(plus)
      .setName('d')
      .writeTo(Sinks.noop())
    const dag = p.toDag()
    expect(edgeTexts(dag)).toEqual([
      'itemsDistributed -> a isolated',
      'a -> fused(b, c) unicast',
      'fused(b, c) -> d unicast',
      'd -> noopSink isolated',
    ])
    expect(placementText(dag.getVertex('fused(b, c)'))).toBe('3')
  })

  it('ends at a merge and goes on behind it', () => {
    const p = Pipeline.create()
    const a = p.readFrom(TestSources.itemsDistributed(1)).setName('s1').map(plus).setName('a')
    const b = p.readFrom(TestSources.items(2)).setName('s2').map(plus).setName('b')
    a.merge(b).map(plus).setName('c').filter(isOdd).setName('d').writeTo(Sinks.noop())
    expect(edgeTexts(p.toDag())).toEqual([
      's1 -> a isolated',
      's2 -> b unicast',
      'a -> fused(c, d) isolated',
      'b -> fused(c, d):1 isolated',
      'fused(c, d) -> noopSink isolated',
    ])
  })

  it('reads a stage merged with itself twice', () => {
    const p = Pipeline.create()
    const a = p.readFrom(TestSources.itemsDistributed(1)).map(plus).setName('a')
    a.merge(a).map(plus).setName('b').writeTo(Sinks.noop())
    expect(edgeTexts(p.toDag())).toEqual([
      'itemsDistributed -> a isolated',
      'a -> b isolated',
      'a:1 -> b:1 isolated',
      'b -> noopSink isolated',
    ])
  })

  it('spreads the items of a single processor over all', () => {
    const p = Pipeline.create()
    p.readFrom(TestSources.items(1)).map(plus).writeTo(Sinks.noop())
    const dag = p.toDag()
    expect(edgeTexts(dag)).toEqual(['items -> map unicast', 'map -> noopSink isolated'])
    expect(placementText(dag.getVertex('items'))).toBe('1 in all')
    expect(placementText(dag.getVertex('map'))).toBe('each thread')
  })

  it('takes a single processor to a sink that is one in the whole cluster from everywhere', () => {
    const p = Pipeline.create()
    const source = p.readFrom(TestSources.items(1))
    source.map(plus).writeTo(Sinks.collector<number>([]))
    source.writeTo(Sinks.collector<number>([]))
    expect(edgeTexts(p.toDag())).toEqual([
      'items -> map unicast',
      'map -> collectorSink allToOne distributed',
      'items:1 -> collectorSink-2 isolated',
    ])
  })
})

describe('sinks behind a chain', () => {
  it('take the chain in when both have as many processors', () => {
    const p = Pipeline.create()
    p.readFrom(TestSources.itemsDistributed(1)).map(plus).filter(isOdd).writeTo(wideSink())
    const dag = p.toDag()
    expect(edgeTexts(dag)).toEqual(['itemsDistributed -> fused(map, filter, sink) isolated'])
    expect(dag.getVertex('fused(map, filter, sink)').description).toMatchObject({
      kind: 'sink',
      stages: [{ kind: 'map' }, { kind: 'filter' }],
    })
  })

  it('take it in when both are given the same number', () => {
    const p = Pipeline.create()
    p.readFrom(TestSources.itemsDistributed(1))
      .map(plus)
      .setLocalParallelism(2)
      .writeTo(wideSink())
      .setLocalParallelism(2)
    const dag = p.toDag()
    expect(edgeTexts(dag)).toEqual(['itemsDistributed -> fused(map, sink) unicast'])
    expect(placementText(dag.getVertex('fused(map, sink)'))).toBe('2')
  })

  it('do not when the numbers differ, for which one processor is the default of a built sink', () => {
    const p = Pipeline.create()
    const one = SinkBuilder.sink('one', () => null)
      .receive(() => {})
      .build()
    p.readFrom(TestSources.itemsDistributed(1)).map(plus).writeTo(one)
    p.readFrom(TestSources.itemsDistributed(1)).map(plus).writeTo(wideSink('three')).setLocalParallelism(3)
    expect(vertexNames(p.toDag())).toEqual(['itemsDistributed', 'map', 'one', 'itemsDistributed-2', 'map-2', 'three'])
  })

  it('do not when a stage may give several items for one', () => {
    const p = Pipeline.create()
    p.readFrom(TestSources.itemsDistributed(1)).map(plus).flatMap(twice).writeTo(wideSink())
    p.readFrom(TestSources.itemsDistributed('a b')).flatMap(words()).setName('cut').writeTo(wideSink())
    expect(vertexNames(p.toDag())).toEqual([
      'itemsDistributed',
      'fused(map, flatMap)',
      'sink',
      'itemsDistributed-2',
      'cut',
      'sink-2',
    ])
  })

  it('do not when somebody else reads the chain, or the sink reads somebody else', () => {
    const p = Pipeline.create()
    const a = p.readFrom(TestSources.itemsDistributed(1)).map(plus).setName('a')
    a.writeTo(wideSink('x'))
    a.writeTo(wideSink('y'))
    const b = p.readFrom(TestSources.itemsDistributed(1)).map(plus).setName('b')
    const c = p.readFrom(TestSources.itemsDistributed(1)).map(plus).setName('c')
    p.writeTo(wideSink('z'), b, c)
    expect(edgeTexts(p.toDag())).toEqual([
      'itemsDistributed -> a isolated',
      'a -> x isolated',
      'a:1 -> y isolated',
      'itemsDistributed-2 -> b isolated',
      'itemsDistributed-3 -> c isolated',
      'b -> z isolated',
      'c -> z:1 isolated',
    ])
  })

  it('do not when chains are to be interpreted, or the sink wants other routing', () => {
    const p = Pipeline.create()
    p.readFrom(TestSources.itemsDistributed(1)).map(plus).writeTo(wideSink())
    p.readFrom(TestSources.itemsDistributed(1))
      .map(plus)
      .writeTo({
        ...wideSink('keyed'),
        input: { kind: 'partitioned', keyFunction: plus },
      })
    p.readFrom(TestSources.itemsDistributed(1)).map(plus).writeTo(Sinks.table())
    expect(edgeTexts(p.toDag({ interpretedChains: true }))).toEqual([
      'itemsDistributed -> map isolated',
      'map -> sink isolated',
      'itemsDistributed-2 -> map-2 isolated',
      'map-2 -> keyed partitioned distributed',
      'itemsDistributed-3 -> map-3 isolated',
      'map-3 -> tableSink allToOne distributed',
    ])
    expect(vertexNames(p.toDag())).toContain('fused(map, sink)')
    expect(vertexNames(p.toDag())).toContain('keyed')
  })
})

describe('a stock tokenizer', () => {
  it('directly behind a files source is a part of it, the stages behind it are not', () => {
    const p = Pipeline.create()
    p.readFrom(Sources.files('books'))
      .flatMap(words())
      .map((word) => word.length)
      .filter(isOdd)
      .writeTo(Sinks.noop())
    const dag = p.toDag()
    expect(edgeTexts(dag)).toEqual([
      'fused(filesSource(books), flatMap) -> fused(map, filter) isolated',
      'fused(map, filter) -> noopSink isolated',
    ])
    expect(dag.vertices[0]!.description).toMatchObject({ kind: 'batchSource', separator: { kind: 'words' } })
  })

  it('in the midst of a chain is a stage of it', () => {
    const p = Pipeline.create()
    p.readFrom(Sources.files('books'))
      .map((line) => line.trim())
      .flatMap(splitBy(','))
      .writeTo(Sinks.noop())
    const dag = p.toDag()
    expect(vertexNames(dag)).toEqual(['filesSource(books)', 'fused(map, flatMap)', 'noopSink'])
    expect(dag.getVertex('fused(map, flatMap)').description).toEqual({
      kind: 'chain',
      stages: [{ kind: 'map' }, { kind: 'tokenize', separator: { kind: 'character', code: 44 } }],
    })
  })

  it('is none of the source when the lines are read otherwise too, or by another number of processors', () => {
    const p = Pipeline.create()
    const lines = p.readFrom(Sources.files('a'))
    lines.flatMap(words()).writeTo(Sinks.noop())
    lines.writeTo(Sinks.noop())
    p.readFrom(Sources.files('b')).flatMap(words()).setLocalParallelism(2).writeTo(Sinks.noop())
    p.readFrom(Sources.files('c'))
      .flatMap((line) => line.split(' '))
      .writeTo(Sinks.noop())
    p.readFrom(Sources.files('d', { invalidBytes: 'fail' }))
      .flatMap(words())
      .writeTo(Sinks.noop())
    expect(vertexNames(p.toDag()).filter((name) => name.startsWith('f'))).toEqual([
      'filesSource(a)',
      'flatMap',
      'filesSource(b)',
      'flatMap-2',
      'filesSource(c)',
      'flatMap-3',
      'filesSource(d)',
      'flatMap-4',
    ])
  })

  it('joins its source when both are given the same number of processors', () => {
    const p = Pipeline.create()
    p.readFrom(Sources.files('a')).setLocalParallelism(2).flatMap(words()).setLocalParallelism(2).writeTo(Sinks.noop())
    const dag = p.toDag()
    expect(vertexNames(dag)).toEqual(['fused(filesSource(a), flatMap)', 'noopSink'])
    expect(placementText(dag.vertices[0]!)).toBe('2')
  })
})
