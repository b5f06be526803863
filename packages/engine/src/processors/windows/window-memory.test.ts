import { describe, expect, it } from 'vitest'
import type { AggregateOperation } from '../../aggregate/aggregate-operation.ts'
import { toList } from '../../aggregate/collecting.ts'
import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import { maxBy } from '../../aggregate/extremes.ts'
import { compileKernels } from '../../aggregate/kernels.ts'
import { reducing } from '../../aggregate/reducing.ts'
import { createContext } from '../../testing/connector-rig.ts'
import { FrameTable } from './frame-table.ts'
import { FrameWindow } from './frame-window.ts'
import { LateEvents } from './late-events.ts'
import { RecombinedWindow } from './recombined-window.ts'
import { RunningWindow } from './running-window.ts'
import { TwoStacksWindow } from './two-stacks-window.ts'
import type { WindowContents } from './window-contents.ts'

const add = (a: readonly number[], b: readonly number[]): readonly number[] => [...a, ...b]
const takeAway = (a: readonly number[], b: readonly number[]): readonly number[] => a.slice(b.length)
const deductible = reducing<number, readonly number[]>([], (item) => [item], add, takeAway)
const window = { sizeMs: 30, slideByMs: 10 }

describe.each([
  ['FrameWindow', toList(), FrameWindow],
  ['RunningWindow', deductible, RunningWindow],
  ['RecombinedWindow', toList(), RecombinedWindow],
  ['TwoStacksWindow', maxBy((a: number, b: number) => a - b), TwoStacksWindow],
])('%s', (name, operation, Window) => {
  it('keeps no accumulator object and no key of what has left', () => {
    const kernels = compileKernels(columnarFormOf(operation as AggregateOperation<never, unknown, unknown>))
    const table = new FrameTable({
      kernels,
      frameSizeMs: 10,
      lateEvents: new LateEvents(createContext()),
      vertexName: 'vertex',
    })
    const contents: WindowContents =
      Window === FrameWindow ? new FrameWindow(table, 10) : new (Window as typeof RunningWindow)(kernels, table, window)
    const states = new Set<unknown>()
    const drain = (limit: number): void => {
      for (let end = contents.nextEnd(); end <= limit && end < Number.POSITIVE_INFINITY; end = contents.nextEnd()) {
        contents.open(end)
        expect(contents.count).toBeGreaterThan(0)
        states.add(contents.state[0])
        contents.close()
      }
    }
    for (let f = 0; f < 200; f++) {
      const frame = table.frameEndingAt(f * 10 + 10)!
      for (let i = 0; i < 5; i++) {
        const place = table.placeOfKey(frame, -1, `${f}-${i}`, null)
        kernels.initRow(frame.state, place)
        kernels.accumulateItemsInto(frame.state, place, [f], 0, 1)
      }
      states.add(frame.state[0])
      drain(f * 10 + 10)
      expect(table.keys.size).toBeLessThanOrEqual(20)
    }
    drain(Number.POSITIVE_INFINITY)
    for (const column of states)
      expect(
        (column as unknown[]).filter((cell) => cell !== null),
        name,
      ).toEqual([])
    expect(table.keys.capacity).toBe(64)
  })
})
