import type { AggregateState, Kernels } from '../../aggregate/kernels.ts'
import type { FrameTable } from './frame-table.ts'
import { RowSet } from './row-set.ts'
import { SlidingFrames } from './sliding-frames.ts'
import type { SlidingWindow, WindowContents } from './window-contents.ts'

/** Sliding windows of operations that cannot deduct: the frames of each window are combined anew. */
export class RecombinedWindow implements WindowContents {
  readonly by = 'row'
  readonly take = 'finish'
  readonly state: AggregateState
  readonly #kernels: Kernels
  readonly #table: FrameTable
  readonly #frames: SlidingFrames
  /** The keys in the window. */
  readonly #present = new RowSet()
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
    this.#frames.enter(end)
    this.#reserve(this.#table.keys.capacity)
    for (let f = 0; f < this.#frames.inside; f++) {
      const frame = this.#table.frames[f]!
      const { rows, count } = frame
      for (let i = 0; i < count; i++) {
        const row = rows[i]!
        if (this.#present.has(row)) continue
        this.#present.add(row)
        this.#kernels.initRow(this.state, row)
      }
      this.#kernels.combineRows!(this.state, rows, frame.state, 0, count)
    }
  }

  close(): void {
    for (const column of this.state) {
      if (column instanceof Float64Array) continue
      for (let i = 0; i < this.#present.count; i++) column[this.#present.rows[i]!] = null
    }
    this.#present.clear()
    if (this.#frames.trailing() !== null) this.#frames.leave()
  }

  #reserve(capacity: number): void {
    if (this.#capacity >= capacity) return
    this.#capacity = capacity
    this.#kernels.grow(this.state, capacity)
    this.#present.reserve(capacity)
  }
}
