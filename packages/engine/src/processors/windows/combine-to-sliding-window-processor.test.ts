import { afterEach, describe, expect, it, vi } from 'vitest'
import type { AggregateOperation } from '../../aggregate/aggregate-operation.ts'
import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import { counting } from '../../aggregate/counting.ts'
import { maxBy } from '../../aggregate/extremes.ts'
import { summingDouble, summingLong } from '../../aggregate/summing.ts'
import { WATERMARK_IDLE } from '../../core/watermark.ts'
import { ProcessorRig, type ProcessorRigOptions } from '../../testing/processor-rig.ts'
import type { RigEntry } from '../../testing/recording-queue.ts'
import { CombineToSlidingWindowProcessor } from './combine-to-sliding-window-processor.ts'
import { FrameWindow } from './frame-window.ts'
import { SlidingFrames } from './sliding-frames.ts'

type Operation = AggregateOperation<never, unknown, unknown>

const YEAR_MS = 365 * 24 * 60 * 60 * 1000

interface RigOptions extends ProcessorRigOptions {
  readonly sizeMs?: number
  readonly slideByMs?: number
  readonly keyed?: boolean
}

function rigOf(operation: unknown, options: RigOptions = {}): ProcessorRig {
  const { sizeMs = 30, slideByMs = 10, keyed = true, ...rest } = options
  const columns = columnarFormOf(operation as Operation).state.map(({ type }) => type)
  const processor = new CombineToSlidingWindowProcessor({
    operation: operation as Operation,
    window: { sizeMs, slideByMs },
    keyed,
  })
  return new ProcessorRig(processor, { inputs: [{ kind: 'keyed', timed: true, columns }], ...rest })
}

/** What a first stage sends for one key of the frame that ends at `timestamp`. */
const partial = (timestamp: number, key: unknown, ...values: unknown[]): RigEntry => ({ key, values, timestamp })

/** `end key=result`, in the order of the events. */
function results(rig: ProcessorRig): string[] {
  rig.flush()
  return rig.items.map((item) => {
    const { end, key, result } = item as { readonly end: number; readonly key: unknown; readonly result: unknown }
    return `${end} ${String(key)}=${String(result)}`
  })
}

const sum = summingLong((value: number) => value)

afterEach(() => {
  vi.restoreAllMocks()
})

describe('CombineToSlidingWindowProcessor', () => {
  it('emits results of windows with all their properties, stamped with the last millisecond', () => {
    const rig = rigOf(counting())
    rig.feedKeyed([partial(10, 'a', 2)])
    rig.complete()
    expect(rig.events).toEqual([
      {
        kind: 'item',
        destination: 0,
        timestamp: 9,
        item: { start: -20, end: 10, key: 'a', result: 2, isEarly: false },
      },
      {
        kind: 'item',
        destination: 0,
        timestamp: 19,
        item: { start: -10, end: 20, key: 'a', result: 2, isEarly: false },
      },
      { kind: 'item', destination: 0, timestamp: 29, item: { start: 0, end: 30, key: 'a', result: 2, isEarly: false } },
      { kind: 'done', destination: 0 },
    ])
    expect(Object.keys(rig.items[0] as object)).toEqual(['start', 'end', 'key', 'result', 'isEarly'])
  })

  it('leaves the key out of results without keys', () => {
    const rig = rigOf(counting(), { keyed: false, sizeMs: 10 })
    rig.feedKeyed([partial(10, 0, 2)])
    rig.complete()
    expect(rig.items).toEqual([{ start: 0, end: 10, result: 2, isEarly: false }])
    expect(Object.keys(rig.items[0] as object)).toEqual(['start', 'end', 'result', 'isEarly'])
  })

  it('emits windows up to the watermark, then the watermark', () => {
    const rig = rigOf(counting())
    rig.feedKeyed([partial(10, 'a', 1), partial(20, 'a', 1)])
    rig.feedWatermark(19)
    rig.feedWatermark(20)
    rig.flush()
    expect(rig.events.map((event) => (event.kind === 'item' ? event.timestamp : event.kind))).toEqual([
      9,
      'watermark',
      19,
      'watermark',
    ])
  })

  it('keeps the results of a key whose sum returns to zero', () => {
    const rig = rigOf(sum)
    rig.feedKeyed([partial(10, 'a', 5), partial(20, 'a', -5), partial(60, 'b', 1)])
    rig.complete()
    expect(results(rig)).toEqual(['10 a=5', '20 a=0', '30 a=0', '40 a=-5', '60 b=1', '70 b=1', '80 b=1'])
  })

  it('keeps the results of a key that only ever had zeros', () => {
    const rig = rigOf(sum, { sizeMs: 20 })
    rig.feedKeyed([partial(10, 'a', 0)])
    rig.complete()
    expect(results(rig)).toEqual(['10 a=0', '20 a=0'])
  })

  it('lets no rounding error stay when a large number has left the window', () => {
    const rig = rigOf(summingDouble((value: number) => value))
    rig.feedKeyed([partial(10, 'a', 1e17, 0), partial(10, 'b', -0.1, 0)])
    for (let end = 20; end <= 10_000; end += 10) {
      rig.feedKeyed([partial(end, 'a', 0.25, 0)])
      rig.feedWatermark(end)
    }
    const late = results(rig).filter((text) => text.includes('a=') && Number.parseInt(text, 10) >= 40)
    expect(late).toHaveLength(997)
    expect(new Set(late.map((text) => text.split('=')[1]))).toEqual(new Set(['0.75']))
  })

  it.each([
    ['counting, which can deduct', counting(), 1],
    ['maxBy, which cannot', maxBy((a: number, b: number) => a - b), 7],
  ])('jumps over a gap of years: %s', (_, operation, value) => {
    const enter = vi.spyOn(SlidingFrames.prototype, 'enter')
    const rig = rigOf(operation)
    rig.feedKeyed([partial(10, 'a', value)])
    rig.feedWatermark(10)
    rig.feedKeyed([partial(100 * YEAR_MS, 'a', value)])
    rig.feedWatermark(100 * YEAR_MS)
    rig.complete()
    expect(rig.items).toHaveLength(6)
    expect(enter).toHaveBeenCalledTimes(6)
  })

  it('jumps over a gap of years between tumbling windows', () => {
    const open = vi.spyOn(FrameWindow.prototype, 'open')
    const rig = rigOf(counting(), { sizeMs: 10 })
    rig.feedKeyed([partial(-100 * YEAR_MS, 'a', 1), partial(100 * YEAR_MS, 'a', 1)])
    rig.complete()
    expect(open).toHaveBeenCalledTimes(2)
  })

  it('works at both ends of time', () => {
    const rig = rigOf(counting(), { sizeMs: 20 })
    rig.feedKeyed([partial(-8_640_000_000_000_000, 'a', 1), partial(8_640_000_000_000_000, 'a', 1)])
    rig.complete()
    const [first, second] = [-8_640_000_000_000_000, 8_640_000_000_000_000]
    expect(results(rig)).toEqual([`${first} a=1`, `${first + 10} a=1`, `${second} a=1`, `${second + 10} a=1`])
  })

  it('gives a key that has vanished a fresh start when it comes back, though its row was given to another meanwhile', () => {
    const rig = rigOf(sum, { sizeMs: 20 })
    const frame = (end: number, ...entries: readonly (readonly [string, number])[]): void => {
      rig.feedKeyed(entries.map(([key, value]) => partial(end, key, value)))
      rig.feedWatermark(end)
    }
    frame(10, ['a', 1], ['b', 2])
    frame(20, ['b', 2])
    frame(30, ['b', 2])
    frame(40, ['c', 3])
    frame(50, ['d', 4])
    frame(60, ['a', 10], ['c', 30])
    rig.complete()
    const expected =
      '10 a=1,10 b=2,20 a=1,20 b=4,30 b=4,40 b=2,40 c=3,50 c=3,50 d=4,60 a=10,60 c=30,60 d=4,70 a=10,70 c=30'
    expect(results(rig).toSorted().join()).toBe(expected)
  })

  it('goes on with dictionaries that start anew, where slots mean other keys', () => {
    const rig = rigOf(counting(), { producers: 2 })
    rig.feedKeyed([partial(10, 'a', 1), partial(10, 'b', 2)], { producer: 0 })
    rig.feedKeyed([partial(10, 'b', 4), partial(10, 'a', 8)], { producer: 1 })
    rig.restartDictionary({ producer: 0 })
    rig.feedKeyed([partial(10, 'b', 16), partial(10, 'c', 32), partial(10, 'a', 64)], { producer: 0 })
    rig.feedWatermark(10)
    expect(results(rig)).toEqual(['10 a=73', '10 b=22', '10 c=32'])
  })

  it('holds hundreds of keys in several frames at once, whatever comes first where', () => {
    const rig = rigOf(counting(), { capacity: 7, refusal: 0.5 })
    const keys = Array.from({ length: 300 }, (_, i) => i)
    for (let i = 0; i < 300; i += 100) {
      const some = keys.slice(0, i + 100)
      for (const end of [30, 10, 20]) rig.feedKeyed(some.map((key) => partial(end, key, 1)))
    }
    rig.complete()
    const counts = [3, 2, 1]
    const expected = [10, 20, 30, 40, 50].flatMap((end) => {
      const frames = end <= 30 ? end / 10 : (60 - end) / 10
      return keys.map((key) => `${end} ${key}=${frames * counts[Math.floor(key / 100)]!}`)
    })
    expect(results(rig).toSorted()).toEqual(expected.toSorted())
  })

  it('emits no more than the capacity at a time and goes on where the outbox has refused', () => {
    const rig = rigOf(counting(), { capacity: 3, refusal: 0.7 })
    rig.feedKeyed(Array.from({ length: 20 }, (_, key) => partial(10, key, key)))
    rig.complete()
    expect(rig.largestBatch).toBe(3)
    expect(rig.items).toHaveLength(60)
    expect(new Set(results(rig)).size).toBe(60)
  })

  it('waits for the slowest producer and passes over idle ones', () => {
    const rig = rigOf(counting(), { producers: 2, sizeMs: 10 })
    rig.feedKeyed([partial(10, 'a', 1)], { producer: 0 })
    rig.feedWatermark(10, { producer: 0 })
    expect(results(rig)).toEqual([])
    rig.feedWatermark(WATERMARK_IDLE, { producer: 1 })
    expect(results(rig)).toEqual(['10 a=1'])
  })

  it('drops and counts what a producer sends that was idle while its frame was emitted', () => {
    const rig = rigOf(counting(), { producers: 2, sizeMs: 20 })
    rig.feedWatermark(WATERMARK_IDLE, { producer: 1 })
    rig.feedKeyed([partial(10, 'a', 1)], { producer: 0 })
    rig.feedWatermark(10, { producer: 0 })
    rig.feedKeyed([partial(10, 'a', 1), partial(10, 'b', 1), partial(20, 'a', 1)], { producer: 1 })
    rig.complete()
    expect(results(rig)).toEqual(['10 a=1', '20 a=2', '30 a=1'])
    expect(rig.context.metrics.value('lateEventsDropped')).toBe(2)
  })

  it('names operation and key when a function of the user throws', () => {
    const failing = {
      name: 'failing',
      create: () => ({ value: 0 }),
      accumulate: () => {},
      combine: () => {
        throw new TypeError('no way')
      },
      deduct: null,
      export: () => 0,
      finish: () => {
        throw new RangeError('never')
      },
      columnar: null,
    }
    const rig = rigOf(failing, { sizeMs: 10, vertexName: 'windows' })
    rig.feedKeyed([partial(10, 'a', { value: 0 })])
    expect(() => rig.feedKeyed([partial(10, 'a', { value: 0 })])).toThrow(
      `the combine function of failing of vertex 'windows' threw TypeError: no way, at item {"key":"a"}`,
    )
    expect(() => rig.complete()).toThrow(
      `the finish function of failing of vertex 'windows' threw RangeError: never, at item {"key":"a"}`,
    )
  })
})
