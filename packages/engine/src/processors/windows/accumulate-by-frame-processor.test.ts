import { describe, expect, it } from 'vitest'
import type { AggregateOperation } from '../../aggregate/aggregate-operation.ts'
import { toList } from '../../aggregate/collecting.ts'
import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import { counting } from '../../aggregate/counting.ts'
import { summingLong } from '../../aggregate/summing.ts'
import { ProcessorRig, type ProcessorRigOptions } from '../../testing/processor-rig.ts'
import { AccumulateByFrameProcessor } from './accumulate-by-frame-processor.ts'

type Operation = AggregateOperation<never, unknown, unknown>

function rigOf(
  operation: unknown,
  keyFunction: ((item: string) => unknown) | null,
  options: ProcessorRigOptions = {},
): ProcessorRig {
  const columns = columnarFormOf(operation as Operation).state.map(({ type }) => type)
  const processor = new AccumulateByFrameProcessor({ keyFunction, operation: operation as Operation, frameSizeMs: 10 })
  return new ProcessorRig(processor, { output: { kind: 'keyed', timed: true, columns }, ...options })
}

const first = (item: string): string => item[0]!

/** `end key=values` and `wm(…)`, in order. */
function emitted(rig: ProcessorRig): string[] {
  rig.flush()
  return rig.events.map((event) => {
    if (event.kind === 'entry') return `${event.timestamp} ${String(event.key)}=${event.values.join()}`
    return event.kind === 'watermark' ? `wm(${event.watermark})` : event.kind
  })
}

describe('AccumulateByFrameProcessor', () => {
  it('sends each frame that the watermark has closed, then the watermark', () => {
    const rig = rigOf(counting(), first)
    rig.feedItems(['a1', 'b1', 'a2', 'a3', 'c1'], [0, 9, 10, 9, 25])
    rig.feedWatermark(9)
    rig.feedWatermark(19)
    rig.feedWatermark(20)
    rig.complete()
    expect(emitted(rig)).toEqual(['wm(9)', '10 a=2', '10 b=1', 'wm(19)', '20 a=1', 'wm(20)', '30 c=1', 'done'])
  })

  it('aligns frames to zero also before it', () => {
    const rig = rigOf(counting(), first)
    rig.feedItems(['a', 'b', 'c', 'd', 'e'], [-1, -10, -11, 0, -0])
    rig.complete()
    expect(emitted(rig)).toEqual(['-10 c=1', '0 a=1', '0 b=1', '10 d=1', '10 e=1', 'done'])
  })

  it('sends everything under the key 0 when it has no key function', () => {
    const rig = rigOf(
      summingLong((item: string) => item.length),
      null,
    )
    rig.feedItems(['a', 'bb', 'ccc', 'dddd'], [0, 5, 15, 1])
    rig.complete()
    expect(emitted(rig)).toEqual(['10 0=7', '20 0=3', 'done'])
  })

  it('drops and counts items of frames that the watermark has closed, and logs one line for a burst of them', () => {
    const rig = rigOf(counting(), first, { vertexName: 'counts' })
    rig.feedWatermark(25)
    rig.feedItems(['a', 'b', 'c'], [19, 20, 24])
    for (let i = 0; i < 1000; i++) rig.feedItems(['late'], [-i])
    rig.complete()
    expect(emitted(rig)).toEqual(['wm(25)', '30 b=1', '30 c=1', 'done'])
    expect(rig.context.metrics.value('lateEventsDropped')).toBe(1001)
    const { logger, clock } = rig.platform
    expect(logger.messages('warn')).toEqual([
      "vertex 'counts' dropped 1 late event, up to 1 ms behind the windows already emitted: allow more lag if they matter",
    ])
    clock.advance(10_000)
    rig.feedItems(['late'], [0])
    expect(logger.messages('warn')).toHaveLength(2)
    expect(logger.messages('warn')[1]).toContain('dropped 1001 late events, up to 1019 ms behind')
  })

  it('tells of late events without a line when it ends', async () => {
    const rig = rigOf(counting(), first)
    rig.feedWatermark(20)
    rig.feedItems(['a'], [0])
    rig.feedItems(['a', 'b'], [0, 1])
    await rig.processor.close(undefined)
    expect(rig.platform.logger.entries.map(({ fields }) => fields['lateEventsDropped'])).toEqual([1, 2])
  })

  it('keeps nothing over a barrier, and sends what follows for the same frame later', () => {
    const rig = rigOf(counting(), first)
    rig.feedItems(['a', 'b'], [0, 12])
    rig.barrier()
    rig.feedItems(['a', 'b'], [1, 13])
    rig.feedWatermark(10)
    rig.complete()
    expect(emitted(rig)).toEqual(['10 a=1', '20 b=1', 'barrier', '10 a=1', 'wm(10)', '20 b=1', 'done'])
  })

  it('hands its accumulator objects over and never touches them again', () => {
    const rig = rigOf(toList(), first)
    for (let round = 0; round < 30; round++) {
      rig.feedItems([`a${round}`, `b${round}`], [round * 10, round * 10])
      rig.feedWatermark(round * 10 + 10)
    }
    rig.complete()
    expect(rig.entries.map(({ values }) => values[0])).toEqual(
      Array.from({ length: 30 }, (_, round) => [[`a${round}`], [`b${round}`]]).flat(),
    )
  })

  it('goes on where the output has refused, with dictionaries that start anew', () => {
    const rig = rigOf(counting(), (item) => item, { capacity: 3, refusal: 0.6, dictionaryKeysMax: 4, destinations: 2 })
    const items = Array.from({ length: 50 }, (_, i) => `key${i}`)
    for (let round = 0; round < 5; round++) {
      rig.feedItems(
        items,
        items.map((_, i) => round * 10 + (i % 10)),
      )
      rig.feedWatermark(round * 10 + 10)
    }
    rig.complete()
    expect(rig.largestBatch).toBeLessThanOrEqual(3)
    for (let round = 0; round < 5; round++) {
      const keys = rig.entries
        .filter(({ timestamp, values }) => timestamp === round * 10 + 10 && values[0] === 1)
        .map(({ key }) => key)
      expect(keys.toSorted()).toEqual(items.toSorted())
    }
    expect(rig.entries).toHaveLength(250)
  })

  it('calls the key function and each getter once for an item', () => {
    let keys = 0
    let values = 0
    const rig = rigOf(
      summingLong(() => ++values),
      () => ++keys,
    )
    rig.feedItems(['a', 'b', 'c'], [0, 1, 20])
    rig.complete()
    expect([keys, values]).toEqual([3, 3])
  })

  it('refuses a null key, naming vertex and item', () => {
    const rig = rigOf(counting(), (item) => (item === 'b' ? null : item), { vertexName: 'counts' })
    expect(() => rig.feedItems(['a', 'b'], [0, 0])).toThrow(
      'Null key from key extractor of vertex \'counts\', at item "b"',
    )
  })

  it('refuses an item without event time', () => {
    const rig = rigOf(counting(), first, { vertexName: 'counts' })
    expect(() => rig.feedItems(['a'], [Number.NaN])).toThrow("vertex 'counts' got an item with timestamp NaN")
  })

  it('names vertex, function and item when a function of the user throws', () => {
    const fail = (item: string): never => {
      throw new TypeError(`what is ${item}?`)
    }
    const failing = (item: string): string => (item === 'b' ? fail(item) : item)
    const byKey = rigOf(counting(), failing, { vertexName: 'counts' })
    expect(() => byKey.feedItems(['a', 'b'], [0, 0])).toThrow(
      'the key function of vertex \'counts\' threw TypeError: what is b?, at item "b"',
    )
    const mapping = {
      ...summingLong(() => 1),
      name: 'failing',
      columnar: null,
      accumulate: (_: unknown, item: string) => void failing(item),
    }
    const byValue = rigOf(mapping, first, { vertexName: 'counts' })
    expect(() => byValue.feedItems(['a', 'b'], [0, 0])).toThrow(
      'the accumulate function of failing of vertex \'counts\' threw TypeError: what is b?, at item "b"',
    )
  })
})
