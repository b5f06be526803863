import type { EncodedError } from '../base/encoded-error.ts'
import type { SnapshotManifestRef, SnapshotShard } from '../snapshot/snapshot-manifest.ts'
import type { JobSettings } from './job-settings.ts'

/** All that a member needs to run one execution of a job. */
export interface ExecutionRequest {
  readonly jobId: string
  readonly executionId: string
  /** Term of the coordinator that asks; part of the ids of blobs, so that two coordinators never write the same one. */
  readonly term: number
  /** Null for a job without a name. */
  readonly jobName: string | null
  readonly settings: JobSettings
  /** The job's modules: the blob `bundle/<sha256>`. */
  readonly bundle: { readonly sha256: string }
  readonly args: readonly string[]
  /** The DAG as the client saw it; the one that the bundle builds here must agree. */
  readonly dagJson: string
  /** The snapshot to start from; null = from the beginning. */
  readonly restore: SnapshotManifestRef | null
  /** Id of the last committed snapshot; 0 when there is none. */
  readonly snapshotId: number
}

/** What a barrier is for. */
export interface SnapshotRequest {
  /** Rises with every try, whether it succeeds or not. */
  readonly snapshotId: number
  /** Processors stop behind the barrier, and end once phase 2 has told them to. */
  readonly terminal: boolean
  /** The snapshot is for a name of the user's: it moves no restore point, and sinks release nothing by it. */
  readonly exportOnly: boolean
}

/** How an execution has ended. */
export type ExecutionOutcome =
  /** All input was consumed and all output is out. */
  | { readonly kind: 'completed' }
  /**
   * `restartable`: the cause lies outside the user's code (a lost process or connection, a function that threw an
   * error with `retry: 'restart'`), so that running again makes sense without being asked.
   */
  | { readonly kind: 'failed'; readonly error: EncodedError; readonly restartable: boolean }
  /** Ended because of {@link ExecutionHost.terminate}. */
  | { readonly kind: 'terminated' }
  /** Ended behind the barrier of a terminal snapshot, and after its phase 2. */
  | { readonly kind: 'endedWithSnapshot' }

/** How far an execution has come, for listings and metrics. */
export interface ExecutionMetrics {
  /** Items that all sources have emitted since the execution started. */
  readonly itemsIn: number
  /** Items that all sinks have taken since the execution started. */
  readonly itemsOut: number
}

/**
 * What a coordinator asks of a member: to run executions of jobs. One execution gets `init`, then `start`, then any
 * number of snapshots one after the other, then perhaps `terminate`, and at last `complete`, also when `init` or
 * `start` was refused.
 *
 * Any of the promises may be rejected with a NacelleError: one with `retry: 'restart'` or `'backoff'` says that the
 * same job may run another time, one with code `ERR_SNAPSHOT_DAMAGED` that the snapshot to restore cannot be used.
 */
export interface ExecutionHost {
  /** Builds the execution, without running it. */
  init(request: ExecutionRequest): Promise<void>
  /** Runs it. Settles when it has ended, and its processors are closed. */
  start(executionId: string): Promise<ExecutionOutcome>
  /** Phase 1: a barrier through the whole DAG. Resolves when the state of all processors is in durable blobs. */
  takeSnapshot(executionId: string, request: SnapshotRequest): Promise<SnapshotShard>
  /**
   * Phase 2: tells all processors whether the snapshot counts. Resolves when they have been told; what fails in them by
   * that is theirs to do again when the snapshot is restored.
   */
  finishSnapshot(executionId: string, snapshotId: number, success: boolean): Promise<void>
  /** Stops the execution as it stands. Resolves when that is on its way; `start` then settles. */
  terminate(executionId: string): Promise<void>
  /** Drops all that is left of the execution. Harmless when there is nothing. */
  complete(executionId: string, error: EncodedError | null): Promise<void>
  /** Null when the execution is not known here. */
  metrics(executionId: string): ExecutionMetrics | null
}
