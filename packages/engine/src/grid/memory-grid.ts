import type { Clock } from '../platform/clock.ts'
import type { Random } from '../platform/random.ts'
import type { Timers } from '../platform/timers.ts'
import type { BlobStore } from './blob-store.ts'
import type { Grid, GridInfo, GridState } from './grid.ts'
import type { GridFaultSource } from './grid-fault.ts'
import type { Journal } from './journal.ts'
import type { KeyValue } from './key-value.ts'
import { MemoryBlobStore } from './memory-blob-store.ts'
import { MemoryConnection } from './memory-connection.ts'
import { MemoryGridContent } from './memory-grid-content.ts'
import { MemoryJournal } from './memory-journal.ts'
import { MemoryKeyValue } from './memory-key-value.ts'

/** What {@link createMemoryGrid} takes. */
export interface MemoryGridOptions {
  readonly clock: Clock
  readonly random: Random
  /** Needed when faults take time. */
  readonly timers?: Timers
  /** What to connect to; default something new and empty. */
  readonly content?: MemoryGridContent
  /** Asked once for each call; default none goes wrong. */
  readonly faults?: GridFaultSource
}

/** A grid in the memory of this thread. */
export interface MemoryGrid extends Grid {
  /** For further connections to the same, and for those who damage it. */
  readonly content: MemoryGridContent
  /** Sets what {@link Grid.state} answers. While it is `down` every call is unavailable. */
  setState(state: GridState): void
}

/**
 * Connects to a grid in memory, for tests and simulation: it is gone with the thread. Nothing in it depends on anything
 * but the calls and the ports given, so that the same calls give the same answers. Calls settle without a turn of the
 * event loop unless a fault delays them.
 */
export function createMemoryGrid(options: MemoryGridOptions): MemoryGrid {
  const content = options.content ?? new MemoryGridContent(options.random.uuid())
  const { clock, timers = null, faults = null } = options
  return new ConnectedMemoryGrid(new MemoryConnection(content, { clock, timers, faults }))
}

class ConnectedMemoryGrid implements MemoryGrid {
  readonly info: GridInfo
  readonly #connection: MemoryConnection
  readonly #listeners = new Set<(state: GridState) => void>()

  constructor(connection: MemoryConnection) {
    this.#connection = connection
    this.info = {
      engine: 'memory',
      version: '1',
      clusterId: connection.content.clusterId,
      durability: 'memory',
      replicas: 1,
      valueBytesMax: 1024 * 1024,
      chunkBytesMax: 512 * 1024,
    }
  }

  get content(): MemoryGridContent {
    return this.#connection.content
  }

  kv(bucket: string): KeyValue {
    return new MemoryKeyValue(this.#connection, bucket, this.info.valueBytesMax)
  }

  blobs(space: string): BlobStore {
    return new MemoryBlobStore(this.#connection, space, this.info.chunkBytesMax)
  }

  journal(name: string): Journal {
    return new MemoryJournal(this.#connection, name, this.info.valueBytesMax)
  }

  state(): GridState {
    return this.#connection.state
  }

  onState(listener: (state: GridState) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  setState(state: GridState): void {
    if (this.#connection.state === state) return
    this.#connection.state = state
    for (const listener of this.#listeners) listener(state)
  }

  close(): Promise<void> {
    return this.#connection.calls.close()
  }
}
