import type { EncodedError } from '../../base/encoded-error.ts'
import type { Revision } from '../../grid/key-value.ts'
import type { SnapshotShard } from '../../snapshot/snapshot-manifest.ts'
import type { JobEnd, JobHead } from '../documents/job-head.ts'
import type { JobRecord } from '../documents/job-record.ts'
import type { ExecutionOutcome } from '../execution-host.ts'
import type { JobEvent } from './job-event.ts'
import type { FailureCount, Wait } from './restart-backoff.ts'
import type { Termination } from './termination.ts'

/** What is known of a job in every state that its coordinator has it in. */
export interface JobFacts {
  readonly record: JobRecord
  /** The last acknowledged value. */
  readonly head: JobHead
  readonly revision: Revision
  /** The highest id given to a snapshot so far, committed or not. */
  readonly snapshotIdMax: number
  /** Number of the last intent that was accepted. */
  readonly intentSeen: number
  readonly failures: FailureCount
  /** Starts after failures since this coordinator has the job. */
  readonly restarts: number
  /** Snapshots that failed since the last one that did not. */
  readonly snapshotFailures: number
}

/** An execution that the host knows of. */
export interface OpenExecution {
  readonly executionId: string
  /** Id of the snapshot that it started from; 0 = from the beginning. */
  readonly restoredId: number
  readonly initAtMs: number
  readonly initWallMs: number
}

/** A snapshot that is being taken. */
export interface SnapshotPlan {
  readonly snapshotId: number
  readonly isTerminal: boolean
  /** Moves no restore point. */
  readonly isExportOnly: boolean
  /** A name for it, and the command that waits for that; null = it gets none. */
  readonly export: { readonly exportName: string; readonly commandId: number } | null
  readonly begunAtMs: number
}

/** How far the snapshot of an execution is. Its commit is a state of its own, `writingHead`. */
export type SnapshotProgress =
  | { readonly phase: 'idle' }
  /** Phase 1 at the host. */
  | { readonly phase: 'saving'; readonly plan: SnapshotPlan }
  | {
      readonly phase: 'writingManifest'
      readonly plan: SnapshotPlan
      readonly shard: SnapshotShard
      readonly timeMs: number
    }
  | { readonly phase: 'naming'; readonly plan: SnapshotPlan }
  /** Phase 2 at the host. */
  | { readonly phase: 'finishing'; readonly plan: SnapshotPlan; readonly success: boolean }

/** Exports that wait until the snapshot at hand is done. */
export interface ExportWish {
  readonly exportName: string
  readonly commandId: number
}

/** What is to become of a job when its execution is closed. */
export type Verdict =
  | { readonly kind: 'restart'; readonly wait: Wait; readonly reason: string; readonly cause: EncodedError | null }
  | { readonly kind: 'suspend'; readonly cause: EncodedError | null }
  | { readonly kind: 'end'; readonly end: JobEnd }
  /** Restore the previous snapshot instead: the last one is damaged. */
  | { readonly kind: 'fallBack'; readonly cause: EncodedError }

/** What a write of the head is for. */
export type HeadPurpose =
  | { readonly for: 'start'; readonly executionId: string }
  | { readonly for: 'commit'; readonly running: RunningState; readonly plan: SnapshotPlan }
  | { readonly for: 'suspend' }
  | { readonly for: 'resume' }
  | { readonly for: 'fallBack'; readonly cause: EncodedError }
  | { readonly for: 'end'; readonly end: JobEnd }

export interface WaitingState {
  readonly kind: 'waiting'
  readonly facts: JobFacts
  /** Why the job is not running yet, in words. */
  readonly reason: string
  /** True while it is asked whether the job may start; false while a timer runs. */
  readonly isAsking: boolean
}

export interface StartingState {
  readonly kind: 'starting'
  readonly facts: JobFacts
  readonly execution: OpenExecution
  /** A cancel that waits for the end of the start. */
  readonly termination: Termination | null
}

export interface RunningState {
  readonly kind: 'running'
  readonly facts: JobFacts
  readonly execution: OpenExecution
  readonly snapshot: SnapshotProgress
  readonly termination: Termination | null
  /** The processors have been told to end: by a terminal barrier, or by `terminate`. */
  readonly isEnding: boolean
  readonly wishes: readonly ExportWish[]
  /** How the execution has ended, when that waits for a snapshot's phase 2; null = it runs. */
  readonly outcome: ExecutionOutcome | null
}

export interface ClosingState {
  readonly kind: 'closing'
  readonly facts: JobFacts
  readonly execution: OpenExecution
  readonly verdict: Verdict
}

export interface SuspendedState {
  readonly kind: 'suspended'
  readonly facts: JobFacts
}

export interface ExportingSuspendedState {
  readonly kind: 'exportingSuspended'
  readonly facts: JobFacts
  readonly wish: ExportWish
  /** End the job once its snapshot has the name. */
  readonly thenCancel: boolean
}

/** A head is being written; everything else waits until it is known whether it was. */
export interface WritingHeadState {
  readonly kind: 'writingHead'
  /** As they are before the write. */
  readonly facts: JobFacts
  readonly head: JobHead
  readonly purpose: HeadPurpose
  /** Sent, or looking what is there, or waiting for a timer before the next of either. */
  readonly phase: 'sent' | 'reading' | 'waitingToWrite' | 'waitingToRead'
  readonly tries: number
  /** Whether the outcome of some try is not known. */
  readonly mayBeApplied: boolean
  /** Events that came meanwhile, in their order. */
  readonly deferred: readonly JobEvent[]
}

export interface RecordingResultState {
  readonly kind: 'recordingResult'
  readonly facts: JobFacts
  readonly end: JobEnd
}

export interface RemovingState {
  readonly kind: 'removing'
  readonly facts: JobFacts
  readonly end: JobEnd
}

export type JobState =
  /** Not claimed yet. */
  | { readonly kind: 'unclaimed'; readonly record: JobRecord }
  | WaitingState
  | StartingState
  | RunningState
  | ClosingState
  | SuspendedState
  | ExportingSuspendedState
  | WritingHeadState
  | RecordingResultState
  | RemovingState
  | { readonly kind: 'ended'; readonly record: JobRecord; readonly end: JobEnd }
  /** Another coordinator has the job. */
  | { readonly kind: 'deposed'; readonly record: JobRecord }

export type StateKind = JobState['kind']
export type StateOf<K extends StateKind> = Extract<JobState, { readonly kind: K }>
