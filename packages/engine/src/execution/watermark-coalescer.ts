import { NacelleError } from '../base/nacelle-error.ts'
import { WATERMARK_DONE, WATERMARK_IDLE, WATERMARK_NONE, type Watermark } from '../core/watermark.ts'

/**
 * Merges the watermarks of many queues into one: the least of those that are neither idle nor done.
 *
 * Invariants:
 * - W1: what it answers never goes back.
 * - W2: a queue's own watermark must rise; one that repeats or falls is an error of the producer.
 * - W3: when every live queue is idle, the highest watermark seen is answered first, then the idle marker, once.
 *   When every queue is done there is neither: the end itself says it.
 */
export class WatermarkCoalescer {
  readonly #watermarks: Float64Array
  readonly #idle: Uint8Array
  readonly #done: Uint8Array
  #emitted: Watermark = WATERMARK_NONE
  #highest: Watermark = WATERMARK_NONE
  #idleEmitted = false

  constructor(queues: number) {
    this.#watermarks = new Float64Array(queues).fill(WATERMARK_NONE)
    this.#idle = new Uint8Array(queues)
    this.#done = new Uint8Array(queues)
  }

  /** A queue delivered an item: it is not idle any more. */
  observeItems(queue: number): void {
    if (this.#idle[queue] === 0) return
    this.#idle[queue] = 0
    this.#idleEmitted = false
  }

  /** A queue delivered a watermark or the idle marker. @throws NacelleError ERR_WATERMARK_WENT_BACK (W2) */
  observeWatermark(queue: number, watermark: Watermark): void {
    if (watermark === WATERMARK_IDLE) {
      this.#idle[queue] = 1
      return
    }
    if (!(watermark > this.#watermarks[queue]!)) {
      throw new NacelleError(
        'ERR_WATERMARK_WENT_BACK',
        `watermark ${watermark} follows ${this.#watermarks[queue]} on the same queue: watermarks must rise`,
        {
          domain: 'internal',
        },
      )
    }
    this.observeItems(queue)
    this.#watermarks[queue] = watermark
    if (watermark > this.#highest) this.#highest = watermark
  }

  /** A queue has ended: it holds nothing back. */
  observeDone(queue: number): void {
    this.#done[queue] = 1
    this.#watermarks[queue] = WATERMARK_DONE
  }

  /**
   * The watermark to handle now, {@link WATERMARK_IDLE}, or {@link WATERMARK_NONE} when nothing changed. Ask again
   * until it answers none.
   */
  next(): Watermark {
    let least = WATERMARK_DONE
    let active = 0
    let live = 0
    for (let i = 0; i < this.#watermarks.length; i++) {
      if (this.#done[i] === 1) continue
      live++
      if (this.#idle[i] === 1) continue
      active++
      if (this.#watermarks[i]! < least) least = this.#watermarks[i]!
    }
    if (live === 0) return WATERMARK_NONE
    if (active > 0) return least > this.#emitted ? this.#emit(least) : WATERMARK_NONE
    if (this.#idleEmitted) return WATERMARK_NONE
    if (this.#highest > this.#emitted) return this.#emit(this.#highest)
    this.#idleEmitted = true
    return WATERMARK_IDLE
  }

  /** The last watermark answered; {@link WATERMARK_NONE} before the first. */
  get emitted(): Watermark {
    return this.#emitted
  }

  #emit(watermark: Watermark): Watermark {
    this.#emitted = watermark
    return watermark
  }
}
