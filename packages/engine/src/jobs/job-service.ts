import type { EncodedError } from '../base/encoded-error.ts'
import type { JobSettings } from './job-settings.ts'
import type { JobStatus } from './job-status.ts'

/** What a client sends to have a job run. The bundle lies in the grid already. */
export interface JobSubmission {
  /**
   * 16 hexadecimal digits, chosen by the client so that it may repeat the call after a lost answer; left out = the
   * coordinator chooses.
   */
  readonly id?: string
  /** Null for a job without a name. Unique among the jobs that have not ended. */
  readonly name: string | null
  /** The bundle's text, `bundle/<sha256>`. */
  readonly bundle: { readonly sha256: string }
  readonly args: readonly string[]
  readonly settings: JobSettings
  /** The DAG as the client built it, as canonical JSON. */
  readonly dagJson: string
  /** Name of an exported snapshot to start from; null = from the beginning. */
  readonly initialSnapshotName: string | null
  /**
   * When an active job has the name: true = join it, whatever it is; false = join it when it is the same submission
   * (bundle, arguments, settings, DAG), and refuse otherwise.
   */
  readonly ifAbsent: boolean
}

/** What came of a submission. */
export interface SubmittedJob {
  readonly id: string
  /** False when the job was there already. */
  readonly isNew: boolean
}

/** A job as listings show it. */
export interface JobSummary {
  /** 16 hexadecimal digits. */
  readonly id: string
  /** The id as people read it: `xxxx-xxxx-xxxx-xxxx`. */
  readonly idText: string
  readonly name: string | null
  readonly status: JobStatus
  readonly submissionTimeMs: number
  /** Why the job does not run, in words; null when it runs. */
  readonly reason: string | null
  /** The last committed snapshot; null when there is none. */
  readonly snapshot: { readonly id: number; readonly timeMs: number; readonly bytes: number } | null
  readonly settings: JobSettings
  readonly bundle: { readonly sha256: string }
  readonly args: readonly string[]
  /** The execution that is going on; null when there is none. */
  readonly executionId: string | null
  /** How often the job was started again after a failure. */
  readonly restarts: number
}

/** How a job has ended. */
export interface JobResult {
  readonly id: string
  readonly name: string | null
  readonly submissionTimeMs: number
  readonly completionTimeMs: number
  readonly status: 'completed' | 'failed'
  /** Null when the job completed. A cancelled job failed with `ERR_CANCELLED`. */
  readonly error: EncodedError | null
}

/** A snapshot with a name of the user's. */
export interface ExportedSnapshot {
  readonly name: string
  readonly jobId: string
  readonly jobName: string | null
  readonly snapshotId: number
  readonly creationTimeMs: number
  readonly bytes: number
  readonly dagJson: string
}

/** The cluster as `jet cluster` shows it. */
export interface ClusterSummary {
  readonly name: string
  readonly state: 'active' | 'passive'
  readonly version: string
  readonly members: readonly { readonly address: string; readonly uuid: string }[]
}

/**
 * Jobs, as HTTP, the command line and the client library see them. A job is named by its name (the active one of that
 * name, else the latest) or its id, with hyphens or without.
 *
 * Commands are answered when they are durable, not when they have been carried out: watch the status for that.
 *
 * Rejections are NacelleErrors: ERR_JOB_NOT_FOUND, ERR_JOB_STATE when the job's state does not allow the command,
 * ERR_JOB_NAME_TAKEN, ERR_JOB_ID, ERR_JOB_CONFIG, ERR_JOB_UPDATE, ERR_SNAPSHOT_NOT_FOUND, ERR_SNAPSHOT_EXPORT,
 * ERR_SNAPSHOT_NAME_INVALID, ERR_NOT_COORDINATING, and those of the grid.
 */
export interface JobService {
  submit(submission: JobSubmission): Promise<SubmittedJob>
  /** Newest first. `all` also shows those that have ended. */
  list(options: { readonly all: boolean }): Promise<readonly JobSummary[]>
  get(idOrName: string): Promise<JobSummary>
  cancel(idOrName: string): Promise<void>
  suspend(idOrName: string): Promise<void>
  resume(idOrName: string): Promise<void>
  restart(idOrName: string): Promise<void>
  /** Resolves when the snapshot has its name. One of the same name is replaced. */
  exportSnapshot(idOrName: string, name: string, options: { readonly cancel: boolean }): Promise<ExportedSnapshot>
  /** By name. */
  listSnapshots(): Promise<readonly ExportedSnapshot[]>
  /** Answers whether there was one. */
  deleteSnapshot(name: string): Promise<boolean>
  /** Null while the job has not ended. */
  result(idOrName: string): Promise<JobResult | null>
  /** Resolves when the job has ended. */
  awaitResult(idOrName: string): Promise<JobResult>
  /** Called on every change that a summary shows. Answers how to stop that. */
  onChange(listener: (job: JobSummary) => void): { cancel(): void }
  cluster(): ClusterSummary
}
