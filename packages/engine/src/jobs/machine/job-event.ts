import type { EncodedError } from '../../base/encoded-error.ts'
import type { BlobRef } from '../../grid/blob-store.ts'
import type { Revision } from '../../grid/key-value.ts'
import type { SnapshotShard } from '../../snapshot/snapshot-manifest.ts'
import type { JobHead } from '../documents/job-head.ts'
import type { JobIntent } from '../documents/job-intent.ts'
import type { ExecutionOutcome } from '../execution-host.ts'
import type { TerminationAction } from './termination.ts'

/** When something happened, by both clocks. */
export interface Moment {
  readonly monotonicMs: number
  readonly wallMs: number
}

/** The timers of a job; it has one of each. */
export type JobTimer = 'start' | 'snapshot' | 'retry'

/** What a user or the coordinator asks for; each is answered exactly once, by an effect `answer`. */
export type JobCommand =
  | {
      readonly type: 'terminationRequested'
      readonly commandId: number
      readonly action: TerminationAction
      readonly isGraceful: boolean
      /** Only with a graceful cancel. */
      readonly exportName: string | null
      /** Number of the intent that says the same durably; null = there is none. */
      readonly intent: number | null
    }
  | { readonly type: 'resumeRequested'; readonly commandId: number; readonly intent: number | null }
  | { readonly type: 'exportRequested'; readonly commandId: number; readonly exportName: string }

/** Something that happened. Answers about an execution carry its id, so that those of another one can be told. */
export type JobEventBody =
  | JobCommand
  /** The coordinator has claimed the head; `revision` is that of its claim. */
  | {
      readonly type: 'adopted'
      readonly head: JobHead
      readonly revision: Revision
      /** What a user had asked of an earlier coordinator; null = nothing. */
      readonly intent: JobIntent | null
      /** False for a job that was submitted just now. */
      readonly isTakenOver: boolean
    }
  | { readonly type: 'startPermitted'; readonly executionId: string }
  | { readonly type: 'startRefused'; readonly reason: string }
  | { readonly type: 'timerFired'; readonly timer: JobTimer }
  | { readonly type: 'headWritten'; readonly revision: Revision }
  /** Definitely not written, may be tried again. */
  | { readonly type: 'headUnavailable'; readonly error: EncodedError }
  /** Somebody else, or an earlier try of the same write, was faster; or nobody knows. */
  | { readonly type: 'headUnknown'; readonly error: EncodedError }
  | { readonly type: 'headRead'; readonly head: JobHead | null; readonly revision: Revision | null }
  | { readonly type: 'headUnreadable'; readonly error: EncodedError }
  | { readonly type: 'initialized'; readonly executionId: string }
  | { readonly type: 'initFailed'; readonly executionId: string; readonly error: EncodedError }
  | { readonly type: 'executionEnded'; readonly executionId: string; readonly outcome: ExecutionOutcome }
  | { readonly type: 'executionCompleted'; readonly executionId: string }
  | {
      readonly type: 'snapshotSaved'
      readonly executionId: string
      readonly snapshotId: number
      readonly shard: SnapshotShard
    }
  | {
      readonly type: 'snapshotFailed'
      readonly executionId: string
      readonly snapshotId: number
      readonly error: EncodedError
    }
  | {
      readonly type: 'manifestWritten'
      readonly executionId: string
      readonly snapshotId: number
      readonly manifest: BlobRef
    }
  | {
      readonly type: 'manifestFailed'
      readonly executionId: string
      readonly snapshotId: number
      readonly error: EncodedError
    }
  | { readonly type: 'snapshotFinished'; readonly executionId: string; readonly snapshotId: number }
  | { readonly type: 'exportWritten'; readonly exportName: string; readonly commandId: number }
  | {
      readonly type: 'exportFailed'
      readonly exportName: string
      readonly commandId: number
      readonly error: EncodedError
    }
  | { readonly type: 'resultWritten' }
  | { readonly type: 'resultFailed'; readonly error: EncodedError }
  | { readonly type: 'jobRemoved' }
  | { readonly type: 'removalFailed'; readonly error: EncodedError }

export type JobEvent = JobEventBody & { readonly at: Moment }

/** The event of one type. */
export type EventOf<T extends JobEvent['type']> = Extract<JobEvent, { readonly type: T }>
