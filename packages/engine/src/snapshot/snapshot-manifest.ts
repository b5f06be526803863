import type { BlobRef } from '../grid/blob-store.ts'

/** What one member saved in one snapshot. */
export interface SnapshotShard {
  /** The blobs of each vertex that saved something. */
  readonly refs: Readonly<Record<string, readonly BlobRef[]>>
  /** Bytes of all blobs. */
  readonly bytes: number
  /** Saved entries. */
  readonly keys: number
  /** The longest time for which a processor stood still for this snapshot, in milliseconds. */
  readonly pauseMs: number
}

/** A whole snapshot of a job: one blob that names all others. */
export interface SnapshotManifest {
  readonly jobId: string
  readonly term: number
  readonly snapshotId: number
  /** Wall clock of the coordinator when all members had answered. */
  readonly timeMs: number
  /** The blobs of each vertex, of all members. */
  readonly refs: Readonly<Record<string, readonly BlobRef[]>>
  readonly bytes: number
  readonly keys: number
  /** The DAG whose state this is, as canonical JSON. */
  readonly dagJson: string
}

/** The blob that holds a {@link SnapshotManifest}. */
export type SnapshotManifestRef = BlobRef
