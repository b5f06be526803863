import type { JobResult } from '../job-service.ts'
import { type JobSettings, jobSettingsShape } from '../job-settings.ts'
import { DocumentFormat, finite, list, nullable, object, oneOf, text } from './document-shape.ts'
import { encodedErrorShape } from './encoded-error-shape.ts'

/** A result, and what listings show of the job when its record is gone. */
export interface JobResultDocument extends JobResult {
  readonly settings: JobSettings
  readonly bundle: { readonly sha256: string }
  readonly args: readonly string[]
}

/** Document `jobs/<id>/result`. */
export const JOB_RESULT_FORMAT: DocumentFormat<JobResultDocument> = new DocumentFormat(
  'the result of a job',
  1,
  object({
    id: text,
    name: nullable(text),
    submissionTimeMs: finite,
    completionTimeMs: finite,
    status: oneOf('completed', 'failed'),
    error: nullable(encodedErrorShape),
    settings: jobSettingsShape,
    bundle: object({ sha256: text }),
    args: list(text),
  }),
)
