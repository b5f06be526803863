import type { EncodedError } from '../../base/encoded-error.ts'
import { type CommittedSnapshot, committedSnapshotShape } from './committed-snapshot.ts'
import { count, DocumentFormat, finite, nullable, object, oneOf, text } from './document-shape.ts'
import { encodedErrorShape } from './encoded-error-shape.ts'
import type { JobRecord } from './job-record.ts'

/** How a job has ended. */
export interface JobEnd {
  readonly status: 'completed' | 'failed'
  readonly error: EncodedError | null
  readonly completionTimeMs: number
}

/**
 * What is decided about a job. One key, changed by compare-and-set only: whoever holds its revision coordinates the
 * job, and a snapshot is committed by the write that names it here.
 */
export interface JobHead {
  /** Term of the coordinator that wrote it. */
  readonly term: number
  /** Counts the writes of a term: no two values of a head agree in term and write. */
  readonly write: number
  readonly state: 'active' | 'suspended' | 'ended'
  /** The execution that was started last; null = none yet. */
  readonly executionId: string | null
  /** What the next execution starts from. */
  readonly snapshot: CommittedSnapshot | null
  /** The one before, for the case that the last one is damaged. */
  readonly previous: CommittedSnapshot | null
  /** No id up to this one is given to another snapshot. */
  readonly snapshotIdMax: number
  /** Number of the last intent that has been carried out or overtaken. */
  readonly intentDone: number
  /** Why the job is suspended; null = by its user, or it is not. */
  readonly suspensionCause: EncodedError | null
  /** Only with state `ended`. */
  readonly end: JobEnd | null
}

/** Document `jobs/<id>/head`. */
export const JOB_HEAD_FORMAT: DocumentFormat<JobHead> = new DocumentFormat(
  'the head of a job',
  1,
  object({
    term: count,
    write: count,
    state: oneOf('active', 'suspended', 'ended'),
    executionId: nullable(text),
    snapshot: nullable(committedSnapshotShape),
    previous: nullable(committedSnapshotShape),
    snapshotIdMax: count,
    intentDone: count,
    suspensionCause: nullable(encodedErrorShape),
    end: nullable(
      object({
        status: oneOf('completed', 'failed'),
        error: nullable(encodedErrorShape),
        completionTimeMs: finite,
      }),
    ),
  }),
)

/** The head of a job that was just recorded. */
export function firstHead(record: JobRecord, term: number): JobHead {
  const snapshot = record.initialSnapshot
  return {
    term,
    write: 0,
    state: 'active',
    executionId: null,
    snapshot,
    previous: null,
    snapshotIdMax: snapshot?.snapshotId ?? 0,
    intentDone: 0,
    suspensionCause: null,
    end: null,
  }
}

/** The same decisions in the hands of another coordinator. */
export function claimedHead(head: JobHead, term: number): JobHead {
  return { ...head, term, write: 0 }
}
