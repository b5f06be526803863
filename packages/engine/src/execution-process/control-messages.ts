import type { EncodedError } from '../base/encoded-error.ts'
import type { ExecutionOutcome, ExecutionRequest, SnapshotRequest } from '../jobs/execution-host.ts'
import type { ExecutionProgress } from '../local/execution-progress.ts'
import type { SnapshotShard } from '../snapshot/snapshot-manifest.ts'

/** Everything that an execution process needs for the one execution that it will run. */
export interface InitMessage {
  readonly type: 'init'
  readonly request: ExecutionRequest
  /** The job's bundle, an absolute path. */
  readonly bundlePath: string
  /** The whole environment of the job: its declared secrets by name. */
  readonly environment: Readonly<Record<string, string>>
  /** Where the job's log goes, an absolute path. */
  readonly logFolder: string
  /** The data folder of the grid, whose blobs this process reads and writes itself; an absolute path. */
  readonly gridFolder: string
  /** Cooperative threads. */
  readonly threads: number
  /** Memory that the job may take on top of what an idle process has. */
  readonly memoryBytesMax: number
  /** How long a function of the job may take; null = for ever. */
  readonly callDeadlineMs: number | null
  /** Name of the point of a protocol at which this process ends itself; only tests set it. */
  readonly crashAt: string | null
}

/** From the member to an execution process. */
export type ToExecution =
  | InitMessage
  | { readonly type: 'start' }
  | { readonly type: 'takeSnapshot'; readonly call: number; readonly request: SnapshotRequest }
  | {
      readonly type: 'finishSnapshot'
      readonly call: number
      readonly snapshotId: number
      readonly success: boolean
    }
  | { readonly type: 'terminate' }

/** From an execution process to the member. */
export type FromExecution =
  /** The process is there and waits for its execution. */
  | { readonly type: 'hello' }
  /** Answers `init`: the execution can be started. */
  | { readonly type: 'ready' }
  /** Answers `init`: it cannot. */
  | { readonly type: 'refused'; readonly error: EncodedError }
  /** The execution has ended, and its threads too. */
  | { readonly type: 'ended'; readonly outcome: ExecutionOutcome }
  | { readonly type: 'snapshotTaken'; readonly call: number; readonly shard: SnapshotShard }
  | { readonly type: 'snapshotFinished'; readonly call: number }
  | { readonly type: 'callFailed'; readonly call: number; readonly error: EncodedError }
  /** Comes every second from `init` on, as a sign of life. */
  | { readonly type: 'progress'; readonly progress: ExecutionProgress | null; readonly residentBytes: number }
