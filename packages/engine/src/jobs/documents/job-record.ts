import { type JobSettings, jobSettingsShape } from '../job-settings.ts'
import { type CommittedSnapshot, committedSnapshotShape } from './committed-snapshot.ts'
import { DocumentFormat, finite, list, nullable, object, text } from './document-shape.ts'

/** What was submitted: written once, never changed. */
export interface JobRecord {
  readonly id: string
  readonly name: string | null
  readonly submissionTimeMs: number
  readonly bundle: { readonly sha256: string }
  readonly args: readonly string[]
  readonly settings: JobSettings
  readonly dagJson: string
  readonly initialSnapshotName: string | null
  /** What the name stood for when the job was submitted. */
  readonly initialSnapshot: CommittedSnapshot | null
}

/** Document `jobs/<id>/record`. */
export const JOB_RECORD_FORMAT: DocumentFormat<JobRecord> = new DocumentFormat(
  'the record of a job',
  1,
  object({
    id: text,
    name: nullable(text),
    submissionTimeMs: finite,
    bundle: object({ sha256: text }),
    args: list(text),
    settings: jobSettingsShape,
    dagJson: text,
    initialSnapshotName: nullable(text),
    initialSnapshot: nullable(committedSnapshotShape),
  }),
)
