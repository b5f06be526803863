import type { SnapshotManifest } from '../../snapshot/snapshot-manifest.ts'
import { blobRefShape } from './committed-snapshot.ts'
import { count, DocumentFormat, finite, list, object, record, text } from './document-shape.ts'

/** Blob `snap/<job>/<term>/<snapshotId>/@manifest`. */
export const SNAPSHOT_MANIFEST_FORMAT: DocumentFormat<SnapshotManifest> = new DocumentFormat(
  'the manifest of a snapshot',
  1,
  object({
    jobId: text,
    term: count,
    snapshotId: count,
    timeMs: finite,
    refs: record(list(blobRefShape)),
    bytes: count,
    keys: count,
    dagJson: text,
  }),
)
