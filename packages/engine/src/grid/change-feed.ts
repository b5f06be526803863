import type { KeyValueChange } from './key-value.ts'
import { WaitingReaders } from './waiting-readers.ts'

/** Changes that are kept for a watcher that does not take them. */
const PENDING_MAX = 1000

const RESYNC: KeyValueChange = { type: 'resync' }

interface Watcher {
  readonly prefix: string
  pending: KeyValueChange[]
  readonly readers: WaitingReaders
}

/**
 * Hands the changes of a bucket to those who watch it, in the order in which they are published. A watcher that falls
 * far behind loses them all and is told to list anew: memory stays bounded, and nobody waits for it.
 */
export class ChangeFeed {
  readonly #watchers = new Set<Watcher>()
  #isClosed = false

  /** As {@link KeyValue.watch} says; the watch is in place with the first call of `next`. */
  async *watch(prefix: string, signal: AbortSignal): AsyncGenerator<KeyValueChange, void> {
    const watcher: Watcher = { prefix, pending: [RESYNC], readers: new WaitingReaders() }
    this.#watchers.add(watcher)
    try {
      for (;;) {
        const changes = watcher.pending
        watcher.pending = []
        for (const change of changes) {
          if (signal.aborted || this.#isClosed) return
          yield change.type === 'put' ? { ...change, value: change.value.slice() } : change
        }
        if (signal.aborted || this.#isClosed) return
        if (watcher.pending.length === 0) await watcher.readers.wait(signal)
      }
    } finally {
      this.#watchers.delete(watcher)
    }
  }

  publish(change: Exclude<KeyValueChange, { type: 'resync' }>): void {
    for (const watcher of this.#watchers) {
      if (!change.key.startsWith(watcher.prefix)) continue
      if (watcher.pending.length >= PENDING_MAX) watcher.pending = [RESYNC]
      else watcher.pending.push(change)
      watcher.readers.wake()
    }
  }

  /** Tells all watchers that changes may have been missed. */
  resync(): void {
    for (const watcher of this.#watchers) {
      watcher.pending = [RESYNC]
      watcher.readers.wake()
    }
  }

  /** Ends all watches. */
  close(): void {
    this.#isClosed = true
    for (const watcher of this.#watchers) watcher.readers.wake()
  }
}
