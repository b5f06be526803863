import { NacelleError } from '../base/nacelle-error.ts'
import type { EventTimePolicy } from '../core/event-time-policy.ts'
import { previewOf, userFunctionError } from '../core/user-error.ts'
import { WATERMARK_IDLE, WATERMARK_NONE, type Watermark } from '../core/watermark.ts'
import type { Clock } from '../platform/clock.ts'

/**
 * The last millisecond that a Date can show: larger numbers are no milliseconds (microseconds, say, or nanoseconds).
 */
const TIMESTAMP_MAX = 8.64e15

/**
 * Gives timestamps to the items of one partition, run by run, and says when a watermark is due (the original's class
 * of the same name). The watermark is the highest timestamp less the allowed lag, as a multiple of the stride; it
 * never goes back.
 */
export class EventTimeMapper {
  /** Whether {@link watermark} is to be sent. Whoever sends it sets this to false. */
  hasWatermark = false
  watermark: Watermark = WATERMARK_NONE

  readonly #policy: EventTimePolicy
  readonly #clock: Clock
  readonly #vertexName: string
  readonly #role: 'source' | 'stage'
  #top = Number.NEGATIVE_INFINITY
  #sent: Watermark = WATERMARK_NONE
  #activeAtMs: number
  #isIdle = false

  /** @param role what messages call the vertex */
  constructor(policy: EventTimePolicy, clock: Clock, vertexName: string, role: 'source' | 'stage' = 'source') {
    this.#policy = policy
    this.#clock = clock
    this.#vertexName = vertexName
    this.#role = role
    this.#activeAtMs = clock.monotonicMs()
  }

  /**
   * Finds the timestamps of `items[from]` … `items[to - 1]` and writes them into `timestamps` (native ones are
   * there).
   */
  observe(items: readonly unknown[], timestamps: Float64Array, from: number, to: number): void {
    const { timestampOf } = this.#policy
    let top: number
    if (typeof timestampOf === 'function') {
      top = this.#apply(timestampOf, items, timestamps, from, to)
    } else {
      if (timestampOf === 'ingestion') this.#stamp(timestamps, from, to)
      top = this.#topOf(items, timestamps, from, to)
    }
    if (top > TIMESTAMP_MAX) throw this.#notATime(items[timestamps.indexOf(top, from)], top)
    this.#top = top
    this.#isIdle = false
    this.#activeAtMs = this.#clock.monotonicMs()
    const { watermarkStrideMs: stride, watermarkOffsetMs: offset, allowedLagMs } = this.#policy
    this.#announce(Math.floor((top - allowedLagMs - offset) / stride) * stride + offset)
  }

  /** There was nothing to observe: after the idle timeout the idle marker is due. */
  observeIdle(): void {
    const { idleTimeoutMs } = this.#policy
    if (this.#isIdle || idleTimeoutMs === 0 || this.#clock.monotonicMs() - this.#activeAtMs < idleTimeoutMs) return
    this.#isIdle = true
    this.watermark = WATERMARK_IDLE
    this.hasWatermark = true
  }

  /** What is to be saved: the last watermark. */
  get sent(): Watermark {
    return this.#sent
  }

  /** Goes on from a saved watermark, which is due at once: those who wait for it have forgotten it. */
  restore(watermark: Watermark): void {
    if (watermark === WATERMARK_NONE) return
    this.#top = watermark + this.#policy.allowedLagMs
    this.#announce(watermark)
  }

  #announce(watermark: Watermark): void {
    if (watermark <= this.#sent) return
    this.#sent = this.watermark = watermark
    this.hasWatermark = true
  }

  /** Times of ingestion never go back, though the clock may: that would make punctual items late. */
  #stamp(timestamps: Float64Array, from: number, to: number): void {
    timestamps.fill(Math.max(this.#top, this.#clock.wallMs()), from, to)
  }

  /** The highest timestamp so far, that of the entries included. */
  #topOf(items: readonly unknown[], timestamps: Float64Array, from: number, to: number): number {
    let top = this.#top
    for (let i = from; i < to; i++) {
      const timestamp = timestamps[i]!
      if (timestamp > top) top = timestamp
      else if (!(timestamp >= -TIMESTAMP_MAX)) throw this.#notATime(items[i], timestamp)
    }
    return top
  }

  #apply(
    timestampOf: (item: unknown) => number,
    items: readonly unknown[],
    timestamps: Float64Array,
    from: number,
    to: number,
  ): number {
    let top = this.#top
    let i = from
    try {
      for (; i < to; i++) {
        const timestamp: unknown = timestampOf(items[i])
        // The column would turn null into 0 and texts into numbers without a word.
        if (typeof timestamp !== 'number') throw this.#notATime(items[i], timestamp)
        timestamps[i] = timestamp
        if (timestamp > top) top = timestamp
        else if (!(timestamp >= -TIMESTAMP_MAX)) throw this.#notATime(items[i], timestamp)
      }
      return top
    } catch (thrown) {
      throw userFunctionError(thrown, { vertex: this.#vertexName, what: 'the timestamp function', item: items[i] })
    }
  }

  #notATime(item: unknown, timestamp: unknown): NacelleError {
    const given = typeof timestamp === 'number' ? String(timestamp) : previewOf(timestamp)
    return new NacelleError(
      'ERR_TIMESTAMP',
      `${this.#role} '${this.#vertexName}' gave an item the timestamp ${given}: it must be a number of milliseconds since the epoch, at item ${previewOf(item)}`,
      { details: { vertex: this.#vertexName, item: previewOf(item) } },
    )
  }
}
