import { ChangeFeed } from './change-feed.ts'
import type { Revision } from './key-value.ts'
import { WaitingReaders } from './waiting-readers.ts'

/** What a key holds in memory. */
export interface MemoryEntry {
  readonly value: Uint8Array
  readonly revision: Revision
}

/** The keys of one bucket and those who watch them. */
export interface MemoryBucket {
  readonly entries: Map<string, MemoryEntry>
  readonly feed: ChangeFeed
}

/** A blob in memory. */
export interface MemoryBlob {
  bytes: Uint8Array
  readonly createdMs: number
}

/** A journal in memory: record `i` of `payloads` has the offset `first + i`. */
export interface MemoryJournalContent {
  first: bigint
  payloads: Uint8Array[]
  readonly readers: WaitingReaders
}

/**
 * What a grid in memory keeps, apart from the connections to it: several of them, of several simulated members, may
 * share one content, and it outlives them.
 */
export class MemoryGridContent {
  readonly clusterId: string
  readonly #buckets = new Map<string, MemoryBucket>()
  readonly #spaces = new Map<string, Map<string, MemoryBlob>>()
  readonly #journals = new Map<string, MemoryJournalContent>()
  #revision = 0n

  constructor(clusterId: string) {
    this.clusterId = clusterId
  }

  nextRevision(): Revision {
    return ++this.#revision
  }

  bucket(name: string): MemoryBucket {
    return madeOnce(this.#buckets, name, () => ({ entries: new Map<string, MemoryEntry>(), feed: new ChangeFeed() }))
  }

  space(name: string): Map<string, MemoryBlob> {
    return madeOnce(this.#spaces, name, () => new Map<string, MemoryBlob>())
  }

  journal(name: string): MemoryJournalContent {
    return madeOnce(this.#journals, name, () => ({ first: 1n, payloads: [], readers: new WaitingReaders() }))
  }

  /** Lets all watchers list anew, as a connection does that was lost and is back. */
  resync(): void {
    for (const { feed } of this.#buckets.values()) feed.resync()
  }

  /** Changes what a blob contains, as a bad disk would: one byte, or all after the first half, or everything. */
  damageBlob(space: string, id: string, how: 'flip' | 'truncate' | 'remove'): void {
    const blobs = this.space(space)
    const blob = blobs.get(id)
    if (blob === undefined) return
    const half = blob.bytes.length >> 1
    if (how === 'remove') blobs.delete(id)
    else if (how === 'truncate') blob.bytes = blob.bytes.slice(0, half)
    else blob.bytes[half]! ^= 1
  }
}

function madeOnce<V>(map: Map<string, V>, name: string, make: () => V): V {
  let value = map.get(name)
  if (value === undefined) map.set(name, (value = make()))
  return value
}
