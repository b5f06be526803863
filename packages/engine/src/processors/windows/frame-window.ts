import type { AggregateState } from '../../aggregate/kernels.ts'
import type { Frame } from './frame.ts'
import type { FrameTable } from './frame-table.ts'
import type { WindowContents } from './window-contents.ts'

/**
 * Windows that are one frame of the table each: tumbling windows, and sliding windows of operations that cannot
 * combine, whose items are brought into a frame for each window.
 */
export class FrameWindow implements WindowContents {
  readonly by = 'place'
  readonly take = 'finish'
  start = 0
  end = 0
  readonly #table: FrameTable
  readonly #sizeMs: number

  constructor(table: FrameTable, sizeMs: number) {
    this.#table = table
    this.#sizeMs = sizeMs
  }

  get #frame(): Frame {
    return this.#table.frames[0]!
  }

  get count(): number {
    return this.#frame.count
  }

  get rows(): Int32Array {
    return this.#frame.rows
  }

  get keys(): readonly unknown[] {
    return this.#table.keys.keys
  }

  get state(): AggregateState {
    return this.#frame.state
  }

  nextEnd(): number {
    const first = this.#table.frames[0]
    return first === undefined ? Number.POSITIVE_INFINITY : first.end
  }

  open(end: number): void {
    this.start = end - this.#sizeMs
    this.end = end
  }

  close(): void {
    this.#table.removeFirst()
  }
}
