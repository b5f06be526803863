import type { Frame } from './frame.ts'
import type { FrameTable } from './frame-table.ts'
import type { SlidingWindow } from './window-contents.ts'

/**
 * Which frames of a table are in the window at hand. Windows without a frame are passed over, so that a gap in event
 * time costs nothing however long it is.
 *
 * Invariant S1: the first {@link inside} frames of the table are those that end within (end - size, end].
 */
export class SlidingFrames {
  /** Bounds of the window at hand. */
  start = 0
  end = 0
  /** How many frames, from the first, are in the window. */
  inside = 0
  readonly #table: FrameTable
  readonly #window: SlidingWindow

  constructor(table: FrameTable, window: SlidingWindow) {
    this.#table = table
    this.#window = window
  }

  /** End of the next window with at least one frame; Infinity when there is none. */
  nextEnd(): number {
    if (this.inside > 0) return this.end + this.#window.slideByMs
    const first = this.#table.frames[0]
    return first === undefined ? Number.POSITIVE_INFINITY : first.end
  }

  /** Goes on to that window. Answers the frame that has come in, null when its slice of time has no items. */
  enter(end: number): Frame | null {
    this.end = end
    this.start = end - this.#window.sizeMs
    const leading = this.#table.frames[this.inside]
    if (leading === undefined || leading.end !== end) return null
    this.inside++
    this.#table.seal(leading)
    return leading
  }

  /**
   * The frame that is in no later window, null when its slice of time has no items. Some frame is in the window
   * always.
   */
  trailing(): Frame | null {
    const first = this.#table.frames[0]!
    return first.end === this.start + this.#window.slideByMs ? first : null
  }

  /** Drops what {@link trailing} has answered. */
  leave(): void {
    this.inside--
    this.#table.removeFirst()
  }
}
