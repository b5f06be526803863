import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BatchLayout } from '../core/batch.ts'
import type { EventTimePolicy } from '../core/event-time-policy.ts'
import { WATERMARK_IDLE } from '../core/watermark.ts'
import { fakePlatform } from '../platform/fake/fake-platform.ts'
import { ProcessorRig, type ProcessorRigOptions } from '../testing/processor-rig.ts'
import { InsertWatermarksProcessor } from './insert-watermarks-processor.ts'

const UNTIMED: BatchLayout = { kind: 'items', timed: false }
const POLICY: EventTimePolicy = {
  timestampOf: (item) => item as number,
  allowedLagMs: 0,
  idleTimeoutMs: 60_000,
  watermarkStrideMs: 1,
  watermarkOffsetMs: 0,
}

function rigOf(policy: Partial<EventTimePolicy>, options: ProcessorRigOptions = {}): ProcessorRig {
  return new ProcessorRig(new InsertWatermarksProcessor({ policy: { ...POLICY, ...policy } }), {
    ...options,
    inputs: [UNTIMED],
  })
}

/** `[item, timestamp]` of items, the number of watermarks. */
function eventsOf(rig: ProcessorRig): unknown[] {
  return rig.events.flatMap((event): unknown[] => {
    if (event.kind === 'item') return [[event.item, event.timestamp]]
    return event.kind === 'watermark' ? [event.watermark] : [event.kind]
  })
}

describe('inserting watermarks', () => {
  it('sends the watermark of a batch behind its items: the top less the lag, as a multiple of the stride', () => {
    const rig = rigOf({ allowedLagMs: 5, watermarkStrideMs: 10 })
    rig.feedItems([31, 12])
    rig.feedItems([33])
    rig.feedItems([36, 48])
    rig.complete()
    expect(eventsOf(rig)).toEqual([[31, 31], [12, 12], 20, [33, 33], [36, 36], [48, 48], 40, 'done'])
  })

  it('gives the same however small the output and however often it refuses', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: -100, max: 1000 }), { minLength: 1, maxLength: 12 }), { maxLength: 5 }),
        fc.record({
          allowedLagMs: fc.nat(50),
          watermarkStrideMs: fc.integer({ min: 1, max: 100 }),
          watermarkOffsetMs: fc.nat(9),
        }),
        fc.record({ refusal: fc.constantFrom(0, 0.5, 0.9), seed: fc.nat() }),
        (batches, policy, options) => {
          const rig = rigOf(policy, { ...options, capacity: 12 })
          const expected: unknown[] = []
          let top = Number.NEGATIVE_INFINITY
          let sent = Number.NEGATIVE_INFINITY
          for (const batch of batches) {
            rig.feedItems(batch)
            for (const item of batch) expected.push([item, item])
            top = Math.max(top, ...batch)
            const { allowedLagMs, watermarkStrideMs: stride, watermarkOffsetMs: offset } = policy
            const watermark = Math.floor((top - allowedLagMs - offset) / stride) * stride + offset
            if (watermark > sent) expected.push((sent = watermark))
          }
          rig.complete()
          expect(eventsOf(rig)).toEqual([...expected, 'done'])
          expect(rig.largestBatch).toBeLessThanOrEqual(12)
        },
      ),
    )
  })

  it('lets the watermark wait for all items of a batch that does not fit at once', () => {
    const processor = new InsertWatermarksProcessor({ policy: POLICY })
    const rig = new ProcessorRig(processor, { inputs: [UNTIMED], capacity: 3, refusal: 0.9, seed: 5 })
    // What waits in front takes room, so that each batch goes in pieces.
    rig.outbox.offer('x', 0)
    rig.feedItems([1, 9, 2])
    rig.feedItems([10, 11, 12])
    rig.complete()
    expect(eventsOf(rig).slice(1)).toEqual([[1, 1], [9, 9], [2, 2], 9, [10, 10], [11, 11], [12, 12], 12, 'done'])
  })

  it('drops watermarks of its input', () => {
    const rig = rigOf({})
    rig.feedWatermark(100)
    rig.feedItems([5])
    rig.complete()
    expect(eventsOf(rig)).toEqual([[5, 5], 5, 'done'])
  })

  it('sends what is due in front of a barrier', () => {
    const rig = rigOf({}, { refusal: 0.9 })
    rig.feedItems([5])
    rig.barrier()
    rig.complete()
    expect(eventsOf(rig)).toEqual([[5, 5], 5, 'barrier', 'done'])
  })

  it('sends the idle marker once after the idle timeout without items, and goes on with the next item', () => {
    const platform = fakePlatform()
    const rig = rigOf({ idleTimeoutMs: 1000 }, { platform })
    rig.feedItems([5])
    const quiet = (ms: number) => {
      platform.clock.advance(ms)
      rig.processor.tryProcess()
      rig.processor.tryProcess()
    }
    quiet(999)
    quiet(1)
    quiet(5000)
    rig.feedItems([6])
    quiet(10)
    rig.complete()
    expect(eventsOf(rig)).toEqual([[5, 5], 5, WATERMARK_IDLE, [6, 6], 6, 'done'])
  })

  it('does not take waiting for room as idleness', () => {
    const platform = fakePlatform()
    const rig = rigOf({ idleTimeoutMs: 1000 }, { platform })
    rig.feedItems([5])
    platform.clock.advance(100_000)
    rig.feedItems([6])
    rig.complete()
    expect(eventsOf(rig)).toEqual([[5, 5], 5, [6, 6], 6, 'done'])
  })

  it.each([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    1e17,
    undefined,
    null,
    '2026-01-01',
    5n,
    new Date(0),
  ])('refuses the timestamp %s', (timestamp) => {
    const rig = rigOf({ timestampOf: () => timestamp as number }, { vertexName: 'late' })
    expect(() => rig.feedItems([7])).toThrow(
      expect.objectContaining({
        code: 'ERR_TIMESTAMP',
        message: expect.stringMatching(
          /^stage 'late' gave an item the timestamp .*: it must be a number of milliseconds since the epoch, at item 7$/,
        ),
      }),
    )
  })

  it('names vertex and item when the timestamp function throws', () => {
    const fail = () => {
      throw new RangeError('no date')
    }
    const rig = rigOf({ timestampOf: fail }, { vertexName: 'late' })
    expect(() => rig.feedItems([7])).toThrow(
      "the timestamp function of vertex 'late' threw RangeError: no date, at item 7",
    )
  })
})
