import type { EncodedError } from '../base/encoded-error.ts'
import type { ProcessingGuarantee } from '../core/processor-context.ts'
import type { ExecutionSizes } from '../execution/execution-plan.ts'
import type { LogLevel } from '../platform/logger.ts'

/** Everything a worker thread needs to take its part in an execution. */
export interface LoadMessage {
  readonly type: 'load'
  readonly bundlePath: string
  readonly args: readonly string[]
  readonly thread: number
  readonly cooperativeThreads: number
  readonly sizes: ExecutionSizes
  readonly jobName: string
  readonly executionId: string
  readonly guarantee: ProcessingGuarantee
  /** Canonical JSON of the DAG that the main thread planned; the worker refuses to run another one. */
  readonly dagJson: string
  /** Memory of all rings. */
  readonly rings: SharedArrayBuffer
  readonly doorbells: SharedArrayBuffer
  /** Word 0: 1 = stop. */
  readonly control: SharedArrayBuffer
  /** Where the thread shows what it does, as a ThreadActivity; null when nobody watches. */
  readonly activity: SharedArrayBuffer | null
  /** Values of this thread's metrics, in the order in which {@link MetricsMessage} announces them. */
  readonly metrics: SharedArrayBuffer
  /** Words of a SnapshotControl; null when the execution takes no snapshots. */
  readonly snapshots: SharedArrayBuffer | null
  /** Whether {@link RestoreMessage}s come before the start. */
  readonly restores: boolean
  readonly logLevel: LogLevel
}

/** A chunk of the snapshot that the execution goes on from, for a thread that is ready. Answered with `restored`. */
export interface RestoreMessage {
  readonly type: 'restore'
  readonly chunk: ArrayBuffer
  /** The blob that the chunk is of. */
  readonly blob: string
}

/** All threads are ready: run. */
export interface StartMessage {
  readonly type: 'start'
}

/**
 * The execution has failed elsewhere or was cancelled: close what has been made. A running thread sees the stop word
 * first.
 */
export interface StopMessage {
  readonly type: 'stop'
}

/** From the main thread to a worker. */
export type ToThread = LoadMessage | RestoreMessage | StartMessage | StopMessage

/** New metrics of this thread: their places in the shared buffer and their tags. */
export interface MetricsMessage {
  readonly type: 'metrics'
  readonly slots: readonly {
    readonly index: number
    readonly name: string
    readonly tags: Readonly<Record<string, string>>
  }[]
}

/** What a worker says about state that is saved or restored. */
export type SnapshotMessage =
  /** A part of what a vertex saves; the buffer is given away. */
  | { readonly type: 'chunk'; readonly vertexName: string; readonly chunk: ArrayBuffer; readonly entries: number }
  /** All processors of the thread have saved. */
  | { readonly type: 'saved'; readonly snapshotId: number; readonly pauseMs: number }
  /** All processors of the thread have dealt with the second phase. */
  | { readonly type: 'snapshotFinished'; readonly snapshotId: number }
  /** One {@link RestoreMessage} is dealt with. */
  | { readonly type: 'restored' }

/** From a worker to the main thread. */
export type FromThread =
  | SnapshotMessage
  /** The job is imported and planned; the thread opens its processors. */
  | { readonly type: 'opening' }
  | { readonly type: 'ready' }
  | { readonly type: 'done' }
  /** The thread runs no more and closes its processors, which may take the user's functions a while. */
  | { readonly type: 'closing' }
  /** Something threw. The thread closes its processors next. */
  | { readonly type: 'failed'; readonly error: EncodedError }
  /** The thread has closed its processors before its work was done: it has failed or was told to stop. */
  | { readonly type: 'stopped' }
  | {
      readonly type: 'log'
      readonly level: LogLevel
      readonly message: string
      readonly fields: Readonly<Record<string, unknown>>
    }
  | { readonly type: 'output'; readonly text: string }
  | MetricsMessage
