import type { BlobRef } from '../../grid/blob-store.ts'
import type { SnapshotManifestRef } from '../../snapshot/snapshot-manifest.ts'
import { count, finite, object, type Shape, text } from './document-shape.ts'

/** A snapshot that a head or an exported name refers to. */
export interface CommittedSnapshot {
  /** The job that took it: another one for a job that was started from an exported snapshot. */
  readonly jobId: string
  readonly term: number
  readonly snapshotId: number
  readonly manifest: SnapshotManifestRef
  /** Wall clock of the coordinator. */
  readonly timeMs: number
  readonly bytes: number
}

export const blobRefShape: Shape<BlobRef> = object({ id: text, size: count, chunks: count, sha256: text })

export const committedSnapshotShape: Shape<CommittedSnapshot> = object({
  jobId: text,
  term: count,
  snapshotId: count,
  manifest: blobRefShape,
  timeMs: finite,
  bytes: count,
})

/** The folder of all blobs of one snapshot. */
export function snapshotFolder(of: Pick<CommittedSnapshot, 'jobId' | 'term' | 'snapshotId'>): string {
  return `snap/${of.jobId}/${of.term}/${of.snapshotId}/`
}

/** Where the manifest of a snapshot lies. Names of vertices are encoded in ids, so that none gives this one. */
export function manifestBlobId(of: Pick<CommittedSnapshot, 'jobId' | 'term' | 'snapshotId'>): string {
  return `${snapshotFolder(of)}@manifest`
}
