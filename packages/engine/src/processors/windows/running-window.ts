import type { AggregateState, Kernels } from '../../aggregate/kernels.ts'
import type { FrameTable } from './frame-table.ts'
import { grown } from './key-rows.ts'
import { RowSet } from './row-set.ts'
import { SlidingFrames } from './sliding-frames.ts'
import type { SlidingWindow, WindowContents } from './window-contents.ts'

/**
 * Sliding windows of operations that can deduct: one accumulator for each key, to which the frame that comes in is
 * added and from which the frame that leaves is taken away.
 *
 * A key is in the window while frames of the window hold it, however its accumulator looks: a sum of zero is a result.
 */
export class RunningWindow implements WindowContents {
  readonly by = 'row'
  readonly take = 'export'
  readonly state: AggregateState
  readonly #kernels: Kernels
  readonly #table: FrameTable
  readonly #frames: SlidingFrames
  /** The keys in the window. */
  readonly #present = new RowSet()
  /** How many frames of the window hold the key. */
  #frameCounts: Int32Array = new Int32Array(0)
  #capacity = 0

  constructor(kernels: Kernels, table: FrameTable, window: SlidingWindow) {
    this.#kernels = kernels
    this.#table = table
    this.#frames = new SlidingFrames(table, window)
    this.state = kernels.newState(0)
  }

  get start(): number {
    return this.#frames.start
  }

  get end(): number {
    return this.#frames.end
  }

  get count(): number {
    return this.#present.count
  }

  get rows(): Int32Array {
    return this.#present.rows
  }

  get keys(): readonly unknown[] {
    return this.#table.keys.keys
  }

  nextEnd(): number {
    return this.#frames.nextEnd()
  }

  open(end: number): void {
    const leading = this.#frames.enter(end)
    if (leading === null) return
    this.#reserve(this.#table.keys.capacity)
    const { rows, count } = leading
    const frameCounts = this.#frameCounts
    for (let i = 0; i < count; i++) {
      const row = rows[i]!
      const held = frameCounts[row]!
      frameCounts[row] = held + 1
      if (held === 0) this.#add(row)
    }
    this.#kernels.combineRows!(this.state, rows, leading.state, 0, count)
  }

  /**
   * A key comes in. Apart from the loop, because it is rare after a while: code that has been optimized without it
   * would be thrown away again and again.
   */
  #add(row: number): void {
    this.#present.add(row)
    this.#kernels.initRow(this.state, row)
  }

  close(): void {
    const trailing = this.#frames.trailing()
    if (trailing === null) return
    const { rows, count } = trailing
    this.#kernels.deductRows!(this.state, rows, trailing.state, 0, count)
    const frameCounts = this.#frameCounts
    for (let i = 0; i < count; i++) {
      const row = rows[i]!
      if (--frameCounts[row]! > 0) continue
      this.#present.delete(row)
      this.#forget(row)
    }
    this.#frames.leave()
  }

  #reserve(capacity: number): void {
    if (this.#capacity >= capacity) return
    this.#capacity = capacity
    this.#kernels.grow(this.state, capacity)
    this.#present.reserve(capacity)
    this.#frameCounts = grown(this.#frameCounts, capacity, 0)
  }

  /** Accumulator objects of a key that has left are not kept. */
  #forget(row: number): void {
    for (const column of this.state) if (!(column instanceof Float64Array)) column[row] = null
  }
}
