import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WATERMARK_IDLE, WATERMARK_NONE } from '../core/watermark.ts'
import { WatermarkCoalescer } from './watermark-coalescer.ts'

describe('WatermarkCoalescer', () => {
  it('answers the least watermark once all queues have one', () => {
    const coalescer = new WatermarkCoalescer(2)
    coalescer.observeWatermark(0, 10)
    expect(coalescer.next()).toBe(WATERMARK_NONE)
    coalescer.observeWatermark(1, 7)
    expect(coalescer.next()).toBe(7)
    expect(coalescer.next()).toBe(WATERMARK_NONE)
  })

  it('does not wait for idle queues', () => {
    const coalescer = new WatermarkCoalescer(2)
    coalescer.observeWatermark(0, WATERMARK_IDLE)
    coalescer.observeWatermark(1, 5)
    expect(coalescer.next()).toBe(5)
  })

  it('waits again for a queue that delivers an item after it was idle', () => {
    const coalescer = new WatermarkCoalescer(2)
    coalescer.observeWatermark(0, 3)
    coalescer.observeWatermark(0, WATERMARK_IDLE)
    coalescer.observeItems(0)
    coalescer.observeWatermark(1, 9)
    expect(coalescer.next()).toBe(3)
  })

  it('answers the highest watermark, then the idle marker once, when all are idle', () => {
    const coalescer = new WatermarkCoalescer(2)
    coalescer.observeWatermark(0, 8)
    coalescer.observeWatermark(0, WATERMARK_IDLE)
    coalescer.observeWatermark(1, 5)
    coalescer.observeWatermark(1, WATERMARK_IDLE)
    expect([coalescer.next(), coalescer.next(), coalescer.next()]).toEqual([8, WATERMARK_IDLE, WATERMARK_NONE])
  })

  it('lets ended queues hold nothing back, and says nothing when all have ended', () => {
    const coalescer = new WatermarkCoalescer(2)
    coalescer.observeWatermark(0, 4)
    coalescer.observeDone(1)
    expect(coalescer.next()).toBe(4)
    coalescer.observeDone(0)
    expect(coalescer.next()).toBe(WATERMARK_NONE)
  })

  it.each([5, 4])('refuses a watermark of %d behind 5 on the same queue', (second) => {
    const coalescer = new WatermarkCoalescer(1)
    coalescer.observeWatermark(0, 5)
    expect(() => coalescer.observeWatermark(0, second)).toThrow(
      expect.objectContaining({ code: 'ERR_WATERMARK_WENT_BACK' }),
    )
  })

  it('never goes back and never passes an active queue, whatever happens', () => {
    const event = fc.record({
      queue: fc.nat(2),
      kind: fc.constantFrom('watermark', 'idle', 'items', 'done'),
      by: fc.integer({ min: 1, max: 5 }),
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const coalescer = new WatermarkCoalescer(3)
        const own = [0, 0, 0]
        const idle = [false, false, false]
        const done = [false, false, false]
        let last = WATERMARK_NONE
        for (const { queue, kind, by } of events) {
          if (done[queue]) continue
          if (kind === 'watermark') {
            own[queue]! += by
            idle[queue] = false
            coalescer.observeWatermark(queue, own[queue]!)
          } else if (kind === 'idle') {
            idle[queue] = true
            coalescer.observeWatermark(queue, WATERMARK_IDLE)
          } else if (kind === 'items') {
            idle[queue] = false
            coalescer.observeItems(queue)
          } else {
            done[queue] = true
            coalescer.observeDone(queue)
          }
          for (let next = coalescer.next(); next !== WATERMARK_NONE; next = coalescer.next()) {
            if (next === WATERMARK_IDLE) continue
            expect(next).toBeGreaterThan(last)
            for (let q = 0; q < 3; q++) if (!done[q] && !idle[q]) expect(own[q]!).toBeGreaterThanOrEqual(next)
            last = next
          }
        }
      }),
    )
  })
})
