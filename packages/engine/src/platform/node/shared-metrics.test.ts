import { describe, expect, it } from 'vitest'
import { NacelleError } from '../../base/nacelle-error.ts'
import { createMetricsMemory, type MetricSlot, SharedMetrics, SharedMetricsReader } from './shared-metrics.ts'

function writer(slots: number): { metrics: SharedMetrics; announced: MetricSlot[][]; memory: SharedArrayBuffer } {
  const memory = createMetricsMemory(slots * 8)
  const announced: MetricSlot[][] = []
  return { memory, announced, metrics: new SharedMetrics(memory, (batch) => announced.push([...batch])) }
}

describe('SharedMetrics', () => {
  it('shows readers what the writer counts', () => {
    const { metrics, announced, memory } = writer(8)
    const itemsIn = metrics.registryFor({ vertex: 'map', processor: '0' }).metric('itemsIn')
    itemsIn.add(3)
    itemsIn.add(4)
    metrics.registryFor({ vertex: 'map', processor: '1' }).metric('itemsIn').set(-1)
    metrics.flush()
    const reader = new SharedMetricsReader()
    for (const slots of announced) reader.addSlots(memory, structuredClone(slots))
    expect(reader.readings()).toEqual([
      { name: 'itemsIn', tags: { vertex: 'map', processor: '0' }, value: 7 },
      { name: 'itemsIn', tags: { vertex: 'map', processor: '1' }, value: -1 },
    ])
    itemsIn.add(1)
    const seen: number[] = []
    reader.forEach((_name, _tags, value) => seen.push(value))
    expect(seen).toEqual([8, -1])
    expect(itemsIn.get()).toBe(8)
  })

  it('announces the metrics of a turn together, and each once', async () => {
    const { metrics, announced } = writer(8)
    const registry = metrics.registryFor({ vertex: 'a' })
    registry.metric('x')
    registry.metric('y')
    registry.metric('x')
    expect(announced).toEqual([])
    await Promise.resolve()
    expect(announced.map((batch) => batch.map((slot) => slot.name))).toEqual([['x', 'y']])
    metrics.flush()
    expect(announced).toHaveLength(1)
  })

  it('gives equal tags the same metric, whatever their order', () => {
    const { metrics } = writer(8)
    const a = metrics.registryFor({ vertex: 'v', processor: '0' }).metric('x')
    expect(metrics.registryFor({ processor: '0', vertex: 'v' }).metric('x')).toBe(a)
    expect(metrics.registryFor({ processor: '1', vertex: 'v' }).metric('x')).not.toBe(a)
  })

  it('refuses more metrics than there is room for', () => {
    const registry = writer(2).metrics.registryFor({})
    registry.metric('a')
    registry.metric('b')
    expect(() => registry.metric('c')).toThrow(NacelleError)
    expect(() => registry.metric('c')).toThrow('2 metrics at most')
  })

  it('keeps several writers apart in one reader', () => {
    const first = writer(2)
    const second = writer(2)
    first.metrics.registryFor({ thread: '0' }).metric('x').set(1)
    second.metrics.registryFor({ thread: '1' }).metric('x').set(2)
    const reader = new SharedMetricsReader()
    for (const { metrics, announced, memory } of [first, second]) {
      metrics.flush()
      for (const slots of announced) reader.addSlots(memory, slots)
    }
    expect(reader.readings().map(({ tags, value }) => [tags['thread'], value])).toEqual([
      ['0', 1],
      ['1', 2],
    ])
  })
})
