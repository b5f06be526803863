import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { counting } from '../../aggregate/counting.ts'
import { Sinks } from '../../connectors/sinks.ts'
import { Sources } from '../../connectors/sources.ts'
import { TestSources } from '../../connectors/test-sources.ts'
import type { EventTimePolicy } from '../../core/event-time-policy.ts'
import { edgeTexts, placementText, vertexNames } from '../../testing/dag-shape.ts'
import { Pipeline } from '../pipeline.ts'
import type { StreamSource } from '../source.ts'
import type { StreamStage } from '../stream-stage.ts'
import { sliding, tumbling, type WindowDefinition } from '../window-definition.ts'

const itself = (n: number): number => n

/** A stream source that notes the policies it is planned with. */
function notingSource(policies: (EventTimePolicy | null)[]): StreamSource<number> {
  const source = TestSources.longStream(1).withPartitionIdleTimeout(7)
  return {
    ...source,
    metaSupplier(policy) {
      policies.push(policy)
      return source.metaSupplier(policy)
    },
  }
}

/** The watermark stride of a pipeline with these windows. */
function strideOf(...windows: readonly WindowDefinition[]): number {
  const policies: (EventTimePolicy | null)[] = []
  const p = Pipeline.create()
  const stage = p.readFrom(notingSource(policies)).withNativeTimestamps(0)
  stage.writeTo(Sinks.noop())
  for (const window of windows) stage.window(window).aggregate(counting()).writeTo(Sinks.noop())
  p.toDag()
  return policies[0]!.watermarkStrideMs
}

describe('the stride of watermarks', () => {
  it('is a second when there is no window', () => {
    expect(strideOf()).toBe(1000)
  })

  it('is the step of the only window', () => {
    expect(strideOf(tumbling(20))).toBe(20)
    expect(strideOf(sliding(1000, 10))).toBe(10)
    expect(strideOf(tumbling(1000))).toBe(1000)
  })

  it('is the greatest common divisor of all steps', () => {
    expect(strideOf(tumbling(20), sliding(90, 30))).toBe(10)
    expect(strideOf(tumbling(7), tumbling(12))).toBe(1)
    expect(strideOf(tumbling(40), tumbling(40))).toBe(40)
  })

  it('is never more than a second, and then a divisor of one too', () => {
    expect(strideOf(tumbling(60_000))).toBe(1000)
    expect(strideOf(tumbling(1500))).toBe(500)
    expect(strideOf(tumbling(86_400_000), tumbling(7001))).toBe(1)
    expect(strideOf(tumbling(1001))).toBe(1)
  })

  it('divides every step and is at most a second', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 4 }), (steps) => {
        const stride = strideOf(...steps.map((step) => sliding(step * 3, step)))
        expect(stride).toBeGreaterThan(0)
        expect(stride).toBeLessThanOrEqual(1000)
        for (const step of steps) expect(step % stride).toBe(0)
      }),
    )
  })
})

describe('a stream source', () => {
  it('is planned with the policy that its stage asks for', () => {
    const policies: (EventTimePolicy | null)[] = []
    const p = Pipeline.create()
    const read = () => p.readFrom(notingSource(policies))
    read().withoutTimestamps().writeTo(Sinks.noop())
    read().withIngestionTimestamps().writeTo(Sinks.noop())
    read().withNativeTimestamps(5).writeTo(Sinks.noop())
    read().withTimestamps(itself, 0.5).window(tumbling(250)).aggregate(counting()).writeTo(Sinks.noop())
    const dag = p.toDag()
    const shared = { idleTimeoutMs: 7, watermarkStrideMs: 250, watermarkOffsetMs: 0 }
    expect(policies).toEqual([
      null,
      { timestampOf: 'ingestion', allowedLagMs: 0, ...shared },
      { timestampOf: 'native', allowedLagMs: 5, ...shared },
      { timestampOf: itself, allowedLagMs: 0.5, ...shared },
    ])
    expect(dag.vertices.slice(0, 2).map(({ name, timed }) => [name, timed])).toEqual([
      ['longStream', false],
      ['noopSink', false],
    ])
    expect(dag.getVertex('longStream-4').timed).toBe(true)
    expect(dag.getVertex('longStream-4').description).toMatchObject({
      kind: 'streamSource',
      timestamps: { kind: 'function', allowedLagMs: 0.5, strideMs: 250 },
    })
  })

  it('may be given timestamps later, along itself', () => {
    const p = Pipeline.create()
    const untimed = p.readFrom(TestSources.longStream(1)).withoutTimestamps()
    untimed.map(itself).addTimestamps(itself, 10).map(itself).setName('later').writeTo(Sinks.noop())
    const dag = p.toDag()
    expect(edgeTexts(dag)).toEqual([
      'longStream -> map isolated',
      'map -> add-timestamps isolated',
      'add-timestamps -> later isolated',
      'later -> noopSink isolated',
    ])
    expect(dag.vertices.map(({ timed }) => timed)).toEqual([false, false, true, true, true])
    expect(dag.getVertex('add-timestamps').description).toEqual({
      kind: 'addTimestamps',
      allowedLagMs: 10,
      strideMs: 1000,
    })
  })
})

describe('timestamps of a batch', () => {
  it('are given by a source that can do so itself', () => {
    const p = Pipeline.create()
    p.readFrom(TestSources.items(1)).addTimestamps(itself, 5).map(itself).writeTo(Sinks.noop())
    const dag = p.toDag()
    expect(edgeTexts(dag)).toEqual(['items -> map unicast', 'map -> noopSink isolated'])
    expect(dag.getVertex('items').timed).toBe(true)
    expect(dag.getVertex('items').description).toMatchObject({
      kind: 'batchSource',
      timestamps: { kind: 'function', allowedLagMs: 5, strideMs: 1000 },
    })
  })

  it('are given by a processor of their own when the source cannot, is read otherwise, or runs otherwise', () => {
    const p = Pipeline.create()
    const lines = p.readFrom(Sources.files('a'))
    lines
      .addTimestamps(() => 1, 0)
      .setName('a')
      .writeTo(Sinks.noop())
    const items = p.readFrom(TestSources.itemsDistributed(1))
    items.addTimestamps(itself, 0).setName('b').writeTo(Sinks.noop())
    items.writeTo(Sinks.noop())
    const others = p.readFrom(TestSources.itemsDistributed(1)).setLocalParallelism(3)
    others.addTimestamps(itself, 0).setName('c').setLocalParallelism(2).writeTo(Sinks.noop())
    const dag = p.toDag()
    expect(vertexNames(dag).filter((name) => name.length === 1)).toEqual(['a', 'b', 'c'])
    expect(dag.getVertex('itemsDistributed').timed).toBe(false)
  })

  it('are given along the input, one processor for each, never by more', () => {
    const placementBehind = (stage: (p: Pipeline) => StreamStage<number>): readonly string[] => {
      const p = Pipeline.create()
      stage(p).setName('t').writeTo(Sinks.noop())
      const dag = p.toDag()
      return [placementText(dag.getVertex('t')), ...dag.inboundEdges(dag.getVertex('t')).map((edge) => edge.routing)]
    }
    const wide = (p: Pipeline) => p.readFrom(TestSources.itemsDistributed(1)).map(itself)
    const single = (p: Pipeline) =>
      p
        .readFrom(TestSources.items(1))
        .filter(() => true)
        .setLocalParallelism(1)
    expect(placementBehind((p) => wide(p).addTimestamps(itself, 0))).toEqual(['each thread', 'isolated'])
    expect(placementBehind((p) => wide(p).setLocalParallelism(3).addTimestamps(itself, 0))).toEqual(['3', 'isolated'])
    expect(placementBehind((p) => single(p).addTimestamps(itself, 0))).toEqual(['1', 'isolated'])
    expect(placementBehind((p) => wide(p).merge(wide(p)).addTimestamps(itself, 0))).toEqual([
      'each thread',
      'isolated',
      'isolated',
    ])
    expect(placementBehind((p) => wide(p).merge(single(p)).addTimestamps(itself, 0))).toEqual([
      '1',
      'isolated',
      'isolated',
    ])
    expect(
      placementBehind((p) => wide(p).setLocalParallelism(3).addTimestamps(itself, 0).setLocalParallelism(2)),
    ).toEqual(['2', 'isolated'])
    expect(
      placementBehind((p) => wide(p).setLocalParallelism(3).addTimestamps(itself, 0).setLocalParallelism(8)),
    ).toEqual(['3', 'isolated'])
  })
})
