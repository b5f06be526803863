import type { BlobStore } from './blob-store.ts'
import type { Journal } from './journal.ts'
import type { KeyValue } from './key-value.ts'

/**
 * What an acknowledged write survives: nothing when the process ends (`memory`), the end of the process but not that of
 * the machine (`os`), or both, because it was made durable first (`fsync`).
 */
export type GridDurability = 'memory' | 'os' | 'fsync'

/**
 * Whether the grid answers: `up`, `degraded` when calls have failed for some time, `down` when it does not come back by
 * itself or has been away for minutes.
 */
export type GridState = 'up' | 'degraded' | 'down'

/** What a grid is and keeps. */
export interface GridInfo {
  /** `memory`, `embedded`, … */
  readonly engine: string
  /** Version of the engine. */
  readonly version: string
  /** Made up when the grid was founded and kept with its content: two grids of one id are one grid. */
  readonly clusterId: string
  readonly durability: GridDurability
  /** How many copies there are of everything. */
  readonly replicas: number
  /** Bytes that a value or a journal record may have. */
  readonly valueBytesMax: number
  /** Bytes of a chunk, as {@link BlobRef.chunks} counts them. */
  readonly chunkBytesMax: number
}

/**
 * Where agreed and durable state lies: one connection to it, which all handles share. It offers compare-and-set on
 * single keys, write-once blobs and ordered append, and no more: no leases, no expiry, no transactions over keys, no
 * linearizable reads. Protocols are built of these three alone, so that every engine runs them.
 *
 * Calls reject with a `NacelleError`:
 *
 * - `ERR_GRID_CONFLICT`: definitely not applied, as something else is there than was expected;
 * - `ERR_GRID_UNAVAILABLE`: definitely not applied, may be tried again;
 * - `ERR_GRID_INDETERMINATE`: may or may not have been applied: look before acting;
 * - `ERR_GRID_DAMAGED`: what was stored has changed since;
 * - `ERR_GRID_ARGUMENT`: a name or value that no engine takes;
 * - `ERR_GRID_CLOSED`: this connection was closed before the call.
 *
 * Keys, ids of blobs, and names of buckets, spaces and journals are texts of 1 to 1000 bytes in UTF-8, without U+0000
 * and lone surrogates. Bytes that are given to a call belong to the caller again once it has settled; bytes that a call
 * gives belong to its caller.
 */
export interface Grid {
  readonly info: GridInfo
  /** The keys of a bucket. Handles cost nothing; a bucket is there without being made. */
  kv(bucket: string): KeyValue
  /** The blobs of a space. */
  blobs(space: string): BlobStore
  /** The journal of this name. */
  journal(name: string): Journal
  state(): GridState
  /** Calls back at each change of {@link state}, until disposed of. */
  onState(listener: (state: GridState) => void): Disposable
  /**
   * Waits for the calls under way, ends what watches and follows, and lets go of what the connection holds. Calls made
   * later reject with `ERR_GRID_CLOSED`. A second call changes nothing.
   */
  close(): Promise<void>
}
