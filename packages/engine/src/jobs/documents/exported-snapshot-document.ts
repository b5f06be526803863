import { type CommittedSnapshot, committedSnapshotShape } from './committed-snapshot.ts'
import { DocumentFormat, finite, list, nullable, object, text } from './document-shape.ts'

/** A name for a snapshot. */
export interface ExportedSnapshotDocument {
  readonly name: string
  readonly jobName: string | null
  readonly creationTimeMs: number
  readonly snapshot: CommittedSnapshot
  /** The DAG whose state this is. */
  readonly dagJson: string
  /** Names of the vertices that have saved something. */
  readonly statefulVertices: readonly string[]
}

/** Document `exports/<name>`. */
export const EXPORTED_SNAPSHOT_FORMAT: DocumentFormat<ExportedSnapshotDocument> = new DocumentFormat(
  'an exported snapshot',
  1,
  object({
    name: text,
    jobName: nullable(text),
    creationTimeMs: finite,
    snapshot: committedSnapshotShape,
    dagJson: text,
    statefulVertices: list(text),
  }),
)
