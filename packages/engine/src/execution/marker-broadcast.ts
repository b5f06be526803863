import { POLL_BARRIER, POLL_DONE, POLL_WATERMARK, type QueueProducer } from './edge-queue.ts'

/**
 * Sends one marker (watermark, barrier, done) to every queue of an edge exactly once, however often the attempt has to
 * be repeated because some queue is full.
 */
export class MarkerBroadcast {
  readonly #queues: readonly QueueProducer[]
  #served = 0

  constructor(queues: readonly QueueProducer[]) {
    this.#queues = queues
  }

  watermark(watermark: number): boolean {
    return this.#send(POLL_WATERMARK, watermark, false)
  }

  barrier(snapshotId: number, terminal: boolean): boolean {
    return this.#send(POLL_BARRIER, snapshotId, terminal)
  }

  done(): boolean {
    return this.#send(POLL_DONE, 0, false)
  }

  #send(kind: number, number: number, terminal: boolean): boolean {
    while (this.#served < this.#queues.length) {
      const queue = this.#queues[this.#served]!
      const taken =
        kind === POLL_WATERMARK
          ? queue.offerWatermark(number)
          : kind === POLL_BARRIER
            ? queue.offerBarrier(number, terminal)
            : queue.offerDone()
      if (!taken) return false
      this.#served++
    }
    this.#served = 0
    return true
  }
}
