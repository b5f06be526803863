import type { EncodedError } from '../../base/encoded-error.ts'
import type { Revision } from '../../grid/key-value.ts'
import type { LogLevel } from '../../platform/logger.ts'
import type { SnapshotShard } from '../../snapshot/snapshot-manifest.ts'
import type { CommittedSnapshot } from '../documents/committed-snapshot.ts'
import type { JobEnd, JobHead } from '../documents/job-head.ts'
import type { SnapshotRequest } from '../execution-host.ts'
import type { JobTimer } from './job-event.ts'

/** A refusal or failure of a command. */
export interface CommandFailure {
  readonly code: string
  readonly message: string
}

/** What is to be done outside. What comes of it comes back as the events named. */
export type JobEffect =
  /** May the job start now? `startPermitted` or `startRefused`. */
  | { readonly type: 'askToStart' }
  /** `headWritten`, `headUnavailable` or `headUnknown`. */
  | { readonly type: 'writeHead'; readonly head: JobHead; readonly expected: Revision }
  /** `headRead` or `headUnreadable`. */
  | { readonly type: 'readHead' }
  /** `initialized` or `initFailed`. */
  | {
      readonly type: 'init'
      readonly executionId: string
      readonly restore: CommittedSnapshot | null
    }
  /** `executionEnded`, in time. */
  | { readonly type: 'start'; readonly executionId: string }
  /** Nothing comes back but what `start` then says. */
  | { readonly type: 'terminate'; readonly executionId: string }
  /** `executionCompleted`. */
  | { readonly type: 'complete'; readonly executionId: string; readonly error: EncodedError | null }
  /** `snapshotSaved` or `snapshotFailed`. */
  | { readonly type: 'takeSnapshot'; readonly executionId: string; readonly request: SnapshotRequest }
  /** `manifestWritten` or `manifestFailed`. */
  | {
      readonly type: 'writeManifest'
      readonly executionId: string
      readonly snapshotId: number
      readonly timeMs: number
      readonly shard: SnapshotShard
    }
  /** `snapshotFinished`. */
  | {
      readonly type: 'finishSnapshot'
      readonly executionId: string
      readonly snapshotId: number
      readonly success: boolean
    }
  /** `exportWritten` or `exportFailed`. */
  | {
      readonly type: 'writeExport'
      readonly exportName: string
      readonly commandId: number
      readonly snapshot: CommittedSnapshot
    }
  /** `resultWritten` or `resultFailed`. */
  | { readonly type: 'writeResult'; readonly end: JobEnd }
  /** `jobRemoved` or `removalFailed`. */
  | { readonly type: 'removeJob' }
  /** Deletes the blobs of snapshots that no head or name needs any more. */
  | { readonly type: 'collectGarbage' }
  /** `timerFired` once, after a wait drawn evenly from `delayMs` to `delayMs + spreadMs`. Replaces one that is set. */
  | { readonly type: 'setTimer'; readonly timer: JobTimer; readonly delayMs: number; readonly spreadMs: number }
  | { readonly type: 'cancelTimer'; readonly timer: JobTimer }
  | { readonly type: 'answer'; readonly commandId: number; readonly failure: CommandFailure | null }
  | { readonly type: 'log'; readonly level: LogLevel; readonly message: string }
  /** Another coordinator has the job: nothing more may be done for it here. */
  | { readonly type: 'stepDown' }
