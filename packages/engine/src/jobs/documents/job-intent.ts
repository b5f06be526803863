import { count, DocumentFormat, object, oneOf } from './document-shape.ts'

/** What a user has asked of a job that must not be forgotten, whoever coordinates it. */
export interface JobIntent {
  /** Rises with each intent of a job. */
  readonly number: number
  /** `none` = the one before was withdrawn. */
  readonly wish: 'cancel' | 'suspend' | 'resume' | 'none'
}

/** Document `jobs/<id>/intent`. */
export const JOB_INTENT_FORMAT: DocumentFormat<JobIntent> = new DocumentFormat(
  'the intent for a job',
  1,
  object({ number: count, wish: oneOf('cancel', 'suspend', 'resume', 'none') }),
)
