import type { JobBundle } from '../deployment/job-bundle.ts'
import type {
  ClusterSummary,
  ExportedSnapshot,
  JobResult,
  JobSubmission,
  JobSummary,
  SubmittedJob,
} from '../jobs/job-service.ts'
import type { ExecutionMetricsOfJob, MemberMetrics } from '../member/member.ts'

/** What `createClient` takes. */
export interface ClientOptions {
  /**
   * Members of the cluster, as `host:port,…`; whichever answers is used. Without a port 5701 and the two above it are
   * tried. Default `127.0.0.1`.
   */
  readonly address?: string
  /** Refuse members of other clusters. Default: any cluster will do. */
  readonly clusterName?: string
  /** How long a member is looked for, and a request repeated whose answer was lost. Default 20 s. */
  readonly timeoutMs?: number
}

/** What {@link Client.logs} takes beside the job. */
export interface JobLogOptions {
  /** Go on with what comes, until the job has ended. Default false. */
  readonly follow?: boolean
  readonly signal?: AbortSignal
}

/** What {@link Client.submitJob} takes beside file and arguments. */
export interface JobModuleOptions {
  /** Default: the job's own. */
  readonly name?: string
  /** An exported snapshot to start from. */
  readonly initialSnapshotName?: string
  /** Join the active job of the name, whatever it is. Default: only when it is the same submission. */
  readonly ifAbsent?: boolean
  /** Called as soon as there is a bundle: from then on stacks can be mapped. */
  onBundle?(bundle: JobBundle): void
}

/**
 * A client of a cluster. Jobs are named by their name (the active one of that name, else the latest) or their id, with
 * hyphens or without.
 *
 * Commands are answered when they are durable, not when they have been carried out: the status shows that. They are not
 * repeated when the answer was lost (ERR_CONNECTION_LOST); everything else is, as long as the client's timeout lasts.
 *
 * All methods reject with a `NacelleError`: what the member answered, ERR_NO_MEMBER when none can be reached, or
 * ERR_NOT_A_MEMBER when something else answers.
 */
export interface Client {
  /**
   * Bundles a job file, builds its pipeline in this process, uploads the bundle and has the job run. Resolves when that
   * is durable.
   */
  submitJob(jobFile: string, args?: readonly string[], options?: JobModuleOptions): Promise<SubmittedJob>
  /** Has a job run whose bundle was uploaded before. */
  submit(submission: JobSubmission): Promise<SubmittedJob>
  /** Uploads the text of a bundle, unless it is there already. */
  uploadBundle(sha256: string, text: Uint8Array): Promise<void>
  /** Active jobs, newest first; with `all` those that have ended too. */
  listJobs(options?: { readonly all?: boolean }): Promise<readonly JobSummary[]>
  getJob(idOrName: string): Promise<JobSummary>
  cancelJob(idOrName: string): Promise<void>
  suspendJob(idOrName: string): Promise<void>
  resumeJob(idOrName: string): Promise<void>
  restartJob(idOrName: string): Promise<void>
  /** Saves the state of a job under a name; one of the same name is replaced. Resolves when that is done. */
  exportSnapshot(idOrName: string, name: string, options?: { readonly cancel?: boolean }): Promise<ExportedSnapshot>
  /** By name. */
  listSnapshots(): Promise<readonly ExportedSnapshot[]>
  /** Answers whether there was one. */
  deleteSnapshot(name: string): Promise<boolean>
  /** How a job has ended; null while it has not. */
  getResult(idOrName: string): Promise<JobResult | null>
  /** Resolves when the job has ended, whichever way. */
  awaitResult(idOrName: string, options?: { readonly signal?: AbortSignal }): Promise<JobResult>
  /** What a job has logged and printed, oldest first, as text in pieces that end with a line. */
  logs(idOrName: string, options?: JobLogOptions): AsyncIterable<string>
  /** What the executions of a job have measured; empty when it does not run. */
  jobMetrics(idOrName: string): Promise<readonly ExecutionMetricsOfJob[]>
  /** What the member that answers has measured. */
  memberMetrics(): Promise<MemberMetrics>
  cluster(): Promise<ClusterSummary>
  /** Gives up the connections. */
  close(): void
}
