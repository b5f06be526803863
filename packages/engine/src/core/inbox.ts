import { Batch } from './batch.ts'
import { NO_TIMESTAMP } from './watermark.ts'

/**
 * The items that the engine hands to a processor, all from one ordinal and all before the next watermark or barrier.
 * A processor need not take all: what it leaves is offered again.
 *
 * Hot processors read {@link batch} from {@link position} directly and set {@link position} to what they have consumed;
 * others use {@link peek}, {@link poll} and {@link remove}.
 */
export class Inbox {
  /** The batch being read. Owned by the engine: read it, do not keep it. */
  batch: Batch
  /** Index of the first entry that is not consumed; `batch.count` when the inbox is empty. */
  position = 0

  constructor(batch: Batch) {
    this.batch = batch
  }

  /** How many items wait. */
  get size(): number {
    return this.batch.count - this.position
  }

  isEmpty(): boolean {
    return this.position >= this.batch.count
  }

  /** The next item without removing it; undefined when empty. */
  peek(): unknown {
    return this.position < this.batch.count ? this.batch.items[this.position] : undefined
  }

  /** Event time of the next item in milliseconds; NaN when the stream has none. */
  timestamp(): number {
    return this.batch.timestamps === null ? NO_TIMESTAMP : this.batch.timestamps[this.position]!
  }

  /** Removes the next item. */
  remove(): void {
    this.position++
  }

  /** Removes and returns the next item; undefined when empty. */
  poll(): unknown {
    return this.position < this.batch.count ? this.batch.items[this.position++] : undefined
  }

  /** Removes all items, giving each to `receive`. */
  drain(receive: (item: unknown, timestamp: number) => void): void {
    while (!this.isEmpty()) {
      const timestamp = this.timestamp()
      receive(this.poll(), timestamp)
    }
  }
}
