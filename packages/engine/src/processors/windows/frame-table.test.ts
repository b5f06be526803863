import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import { counting } from '../../aggregate/counting.ts'
import { compileKernels } from '../../aggregate/kernels.ts'
import { createContext } from '../../testing/connector-rig.ts'
import { FrameTable, floorToStep } from './frame-table.ts'
import { LateEvents } from './late-events.ts'

function tableOf(frameSizeMs: number): FrameTable {
  const kernels = compileKernels(columnarFormOf(counting()))
  return new FrameTable({ kernels, frameSizeMs, lateEvents: new LateEvents(createContext()), vertexName: 'windows' })
}

const LIMIT = 8_640_000_000_000_000

describe('floorToStep', () => {
  it('is exact for all times and steps', () => {
    const timestamp = fc.oneof(fc.integer({ min: -LIMIT, max: LIMIT }), fc.integer({ min: -1000, max: 1000 }))
    const step = fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: LIMIT / 100 }))
    fc.assert(
      fc.property(timestamp, step, (timestamp, step) => {
        const exact = BigInt(timestamp) - (((BigInt(timestamp) % BigInt(step)) + BigInt(step)) % BigInt(step))
        expect(BigInt(floorToStep(timestamp, step))).toBe(exact)
      }),
      { numRuns: 2000 },
    )
  })

  it('is exact just below each multiple, where quotients are rounded', () => {
    for (const step of [1, 3, 7, 10, 1000, 86_400_000]) {
      const multiple = LIMIT - (LIMIT % step)
      expect([floorToStep(multiple - 1, step), floorToStep(multiple, step)]).toEqual([multiple - step, multiple])
      expect([floorToStep(-multiple - 1, step), floorToStep(-multiple, step)]).toEqual([-multiple - step, -multiple])
    }
  })

  it('never answers more than a time between milliseconds', () => {
    expect(floorToStep(29.999999999999996, 10)).toBe(20)
    expect(floorToStep(0.3, 0.1)).toBeLessThanOrEqual(0.3)
  })
})

describe('FrameTable', () => {
  it('finds or makes the frame of each time and keeps frames in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -30, max: 30 }), { maxLength: 40 }), (times) => {
        const table = tableOf(3)
        for (const time of times) {
          const frame = table.frameAt(time, 0)!
          expect(frame.end).toBeGreaterThan(time)
          expect(frame.end - 3).toBeLessThanOrEqual(time)
          expect(table.frameEndingAt(frame.end)).toBe(frame)
        }
        const ends = table.frames.map(({ end }) => end)
        expect(ends).toEqual([...new Set(ends)].sort((a, b) => a - b))
      }),
    )
  })

  it('takes nothing for frames that are closed', () => {
    const table = tableOf(10)
    table.closedEnd = 20
    expect([table.frameAt(19, 0), table.frameEndingAt(20)]).toEqual([null, null])
    expect([table.frameAt(20, 0)!.end, table.frameEndingAt(30)!.end]).toEqual([30, 30])
    // An item of the closed frame that is wanted one frame later; the item after it may come.
    expect([table.frameAt(29, 10), table.frameAt(30, 10)!.end]).toEqual([null, 40])
  })

  it('uses the memory of frames again', () => {
    const table = tableOf(10)
    const first = table.frameAt(0, 0)!
    table.placeOfKey(first, -1, 'a', null)
    table.removeFirst()
    const second = table.frameAt(10, 0)!
    expect(second).toBe(first)
    expect([second.end, second.count, second.places[0]]).toEqual([20, 0, -1])
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('refuses the timestamp %s', (timestamp) => {
    expect(() => tableOf(10).frameAt(timestamp, 0)).toThrow(expect.objectContaining({ code: 'ERR_TIMESTAMP' }))
  })
})
