import { assert } from '../base/assert.ts'
import { POLL_BARRIER, POLL_BATCH, POLL_DONE, POLL_NOTHING, POLL_WATERMARK, type QueueConsumer } from './edge-queue.ts'
import type { WatermarkCoalescer } from './watermark-coalescer.ts'

/** What {@link Conveyor.drain} found; a batch must be consumed before the next call. */
export type Drained =
  | typeof POLL_NOTHING
  | typeof POLL_BATCH
  | typeof POLL_WATERMARK
  | typeof POLL_BARRIER
  | typeof POLL_DONE

/** What a {@link Conveyor} is made of. */
export interface ConveyorOptions {
  readonly ordinal: number
  readonly priority: number
  readonly queues: readonly QueueConsumer[]
  /** Shared by all conveyors of the tasklet. */
  readonly coalescer: WatermarkCoalescer
  /** Index of this conveyor's first queue in the coalescer. */
  readonly firstQueue: number
}

/**
 * The consuming side of one edge of one processor: drains its queues in turn, one entry at a time, and keeps track of
 * watermarks, barriers and ends.
 *
 * Invariants:
 * - C1: under alignment nothing is read from a queue behind its barrier until every live queue of the tasklet has
 *   delivered its own (the tasklet then calls {@link release}).
 * - C2: a done queue is never read again.
 */
export class Conveyor {
  readonly ordinal: number
  readonly priority: number
  /** The queue whose batch is being read. */
  current: QueueConsumer
  /** Queues that are not done. */
  live: number
  /** Live queues that have delivered the barrier of the snapshot under way. */
  barriers = 0
  readonly #queues: readonly QueueConsumer[]
  readonly #coalescer: WatermarkCoalescer
  readonly #firstQueue: number
  readonly #done: Uint8Array
  readonly #barrier: Uint8Array
  #turn = 0

  constructor(options: ConveyorOptions) {
    assert(options.queues.length > 0, 'a conveyor needs a queue')
    this.ordinal = options.ordinal
    this.priority = options.priority
    this.#queues = options.queues
    this.#coalescer = options.coalescer
    this.#firstQueue = options.firstQueue
    this.current = options.queues[0]!
    this.live = options.queues.length
    this.#done = new Uint8Array(options.queues.length)
    this.#barrier = new Uint8Array(options.queues.length)
  }

  /**
   * Takes the next entry of some queue. Watermarks and ends are reported to the coalescer here; a batch is left in
   * `current.batch`, a barrier in `current`.
   *
   * @param aligned whether queues behind a barrier must wait (C1)
   */
  drain(aligned: boolean): Drained {
    const queues = this.#queues
    for (let tries = 0; tries < queues.length; tries++) {
      const index = this.#turn
      this.#turn = index + 1 === queues.length ? 0 : index + 1
      if (this.#done[index] === 1 || (aligned && this.#barrier[index] === 1)) continue
      const queue = queues[index]!
      const kind = queue.poll()
      if (kind === POLL_NOTHING) continue
      this.#note(index, queue, kind)
      return kind as Drained
    }
    return POLL_NOTHING
  }

  #note(index: number, queue: QueueConsumer, kind: number): void {
    this.current = queue
    if (kind === POLL_BATCH) {
      this.#coalescer.observeItems(this.#firstQueue + index)
    } else if (kind === POLL_WATERMARK) {
      this.#coalescer.observeWatermark(this.#firstQueue + index, queue.watermark)
    } else if (kind === POLL_BARRIER) {
      assert(this.#barrier[index] === 0, 'a queue delivered a second barrier before the first was aligned')
      this.#barrier[index] = 1
      this.barriers++
    } else {
      this.#done[index] = 1
      this.live--
      if (this.#barrier[index] === 1) {
        this.#barrier[index] = 0
        this.barriers--
      }
      this.#coalescer.observeDone(this.#firstQueue + index)
    }
  }

  /** Whether every live queue stands behind its barrier. */
  get isAligned(): boolean {
    return this.barriers === this.live
  }

  /** The snapshot is saved and its barrier sent on: all queues are read again. */
  release(): void {
    this.#barrier.fill(0)
    this.barriers = 0
  }
}
