import { describe, expect, it } from 'vitest'
import type { AggregateOperation } from '../../aggregate/aggregate-operation.ts'
import { averagingDouble } from '../../aggregate/averaging.ts'
import { toList } from '../../aggregate/collecting.ts'
import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import { concatenating } from '../../aggregate/concatenating.ts'
import { maxBy } from '../../aggregate/extremes.ts'
import { compileKernels, type Kernels } from '../../aggregate/kernels.ts'
import { createContext } from '../../testing/connector-rig.ts'
import { FrameTable } from './frame-table.ts'
import { LateEvents } from './late-events.ts'
import { hasPlainAccumulators, TwoStacksWindow } from './two-stacks-window.ts'

const kernelsOf = (operation: unknown): Kernels =>
  compileKernels(columnarFormOf(operation as AggregateOperation<never, unknown, unknown>))

/** Kernels that count how many accumulators have been combined. */
function counted(kernels: Kernels): { readonly kernels: Kernels; combined: number } {
  const answer = {
    combined: 0,
    kernels: {
      ...kernels,
      combineRows: (...given: Parameters<NonNullable<Kernels['combineRows']>>) => {
        answer.combined += given[4] - given[3]
        kernels.combineRows!(...given)
      },
    },
  }
  return answer
}

/** Texts of all windows, of frames `10 * (f + 1)` with items for the keys that `keysOf` tells. */
function windowsOf(
  kernels: Kernels,
  framesPerWindow: number,
  frames: number,
  keysOf: (frame: number) => readonly string[],
): string[] {
  const context = createContext()
  const table = new FrameTable({ kernels, frameSizeMs: 10, lateEvents: new LateEvents(context), vertexName: 'vertex' })
  const window = new TwoStacksWindow(kernels, table, { sizeMs: framesPerWindow * 10, slideByMs: 10 })
  const texts: string[] = []
  const emitUpTo = (limit: number): void => {
    for (let end = window.nextEnd(); end <= limit && end < Number.POSITIVE_INFINITY; end = window.nextEnd()) {
      window.open(end)
      for (let i = 0; i < window.count; i++) {
        texts.push(
          `${window.end} ${String(window.keys[window.rows[i]!])}=${String(kernels.exportRow(window.state, i))}`,
        )
      }
      window.close()
    }
  }
  for (let f = 0; f < frames; f++) {
    const frame = table.frameEndingAt(f * 10 + 10)!
    for (const key of keysOf(f)) {
      const place = table.placeOfKey(frame, table.keys.map.get(key), key, null)
      kernels.initRow(frame.state, place)
      kernels.accumulateItemsInto(frame.state, place, [`${f}`], 0, 1)
    }
    emitUpTo(f * 10 + 10)
  }
  emitUpTo(Number.POSITIVE_INFINITY)
  expect(table.frames).toEqual([])
  return texts
}

function expected(framesPerWindow: number, frames: number, keysOf: (frame: number) => readonly string[]): string[] {
  const texts: string[] = []
  for (let last = 0; last < frames + framesPerWindow - 1; last++) {
    const texted = new Map<string, string[]>()
    for (let f = Math.max(0, last - framesPerWindow + 1); f <= Math.min(last, frames - 1); f++) {
      for (const key of keysOf(f)) texted.set(key, [...(texted.get(key) ?? []), `${f}`])
    }
    for (const [key, items] of texted) texts.push(`${last * 10 + 10} ${key}=${items.join('')}`)
  }
  return texts
}

describe('TwoStacksWindow', () => {
  const dense = (frame: number): readonly string[] => (frame % 3 === 0 ? ['a', 'b'] : ['b', 'c'])
  const sparse = (frame: number): readonly string[] => [`key${frame % 97}`]

  it.each([
    ['keys that are in most frames', dense],
    ['keys that are in few frames', sparse],
  ])('combines in the order of time, with %s', (_, keysOf) => {
    for (const framesPerWindow of [2, 3, 40]) {
      const actual = windowsOf(kernelsOf(concatenating()), framesPerWindow, 100, keysOf)
      expect(actual.toSorted()).toEqual(expected(framesPerWindow, 100, keysOf).toSorted())
    }
  })

  it('combines each entry a few times, not once for each window', () => {
    const count = counted(kernelsOf(concatenating()))
    windowsOf(count.kernels, 100, 1000, () => ['a'])
    expect(count.combined).toBeLessThan(3 * 1100)
  })

  it('makes no totals in each frame when keys are in few frames: they would need too much memory', () => {
    const count = counted(kernelsOf(concatenating()))
    windowsOf(count.kernels, 20, 100, (frame) => [`key${frame}`])
    // 100 entries that come in; for each of the windows after the first twenty, what is left of the window before.
    expect(count.combined).toBe(100 + 80 * 19 + (19 * 18) / 2 + 19)
  })
})

describe('hasPlainAccumulators', () => {
  it.each([
    ['averagingDouble', averagingDouble((item: number) => item), true],
    ['maxBy', maxBy((a: number, b: number) => a - b), true],
    ['concatenating', concatenating(), true],
    ['toList', toList(), false],
  ])('tells for %s', (_, operation, expected) => {
    expect(hasPlainAccumulators(kernelsOf(operation))).toBe(expected)
  })
})
