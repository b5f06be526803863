import type { Batch } from '../core/batch.ts'
import { checkTransferable } from '../wire/transferable.ts'

/** Entries of each queue that are looked at one by one. */
const ENTRIES_CHECKED_FIRST = 64

/**
 * Refuses on queues within a thread what could not cross between threads, so that a job does not work on one thread and
 * fail on two. Nothing is encoded there, and a look at every entry would cost more than its passage: the first entries
 * of a queue are checked, and then the first one of every batch. What is refused depends on the types of a program far
 * more than on its data.
 */
export class ExchangeCheck {
  readonly #vertexName: string
  #left = ENTRIES_CHECKED_FIRST

  constructor(vertexName: string) {
    this.#vertexName = vertexName
  }

  /** @throws NacelleError ERR_UNREGISTERED_CLASS or ERR_NOT_TRANSFERABLE */
  check(batch: Batch): void {
    const count = Math.min(batch.count, Math.max(1, this.#left))
    if (this.#left > 0) this.#left -= count
    const isKeyed = batch.slots !== null
    for (let i = 0; i < count; i++) {
      if (!isKeyed) checkTransferable(batch.items[i], this.#vertexName)
      for (const column of batch.columns)
        if (!(column instanceof Float64Array)) checkTransferable(column[i], this.#vertexName)
    }
  }
}
