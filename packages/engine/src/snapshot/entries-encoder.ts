import { Batch } from '../core/batch.ts'
import type { ByteWriter } from '../wire/byte-writer.ts'
import { ChunkEncoder, type ChunkOrigin } from './chunk-encoder.ts'

/** An entry of state as processors offer and get it. */
export interface SnapshotEntry {
  readonly key: unknown
  readonly value: unknown
}

/** Entries gathered before they become a chunk. */
const ENTRIES_MAX = 1024

/**
 * Gathers entries and makes chunks of them. They are encoded before the processor goes on, as it may change them
 * afterwards.
 */
export class EntriesEncoder {
  readonly #batch = new Batch({ kind: 'items', timed: false }, 0)
  readonly #encoder: ChunkEncoder
  #entries: SnapshotEntry[] = []

  constructor(origin: ChunkOrigin, writer: ByteWriter) {
    this.#encoder = new ChunkEncoder(origin, { kind: 'items', timed: false }, writer)
  }

  get count(): number {
    return this.#entries.length
  }

  get isFull(): boolean {
    return this.#entries.length >= ENTRIES_MAX
  }

  add(entry: SnapshotEntry): void {
    this.#entries.push(entry)
  }

  /** A chunk of the first entries, of as many as fit, and how many they are; there is at least one. */
  encode(snapshotId: number): { readonly chunk: ArrayBuffer; readonly count: number } {
    for (let count = this.#entries.length; ; count = count >> 1) {
      this.#batch.items = this.#entries.slice(0, count)
      this.#batch.count = count
      const chunk = this.#encoder.encode(this.#batch, snapshotId)
      this.#batch.items = []
      if (chunk === null) continue
      this.#entries = this.#entries.slice(count)
      return { chunk, count }
    }
  }
}
