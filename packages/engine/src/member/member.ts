import type { Grid } from '../grid/grid.ts'
import type { ClusterSummary, JobService } from '../jobs/job-service.ts'
import type { ExecutionProgress } from '../local/execution-progress.ts'
import type { NetworkAddress } from '../platform/network.ts'

/**
 * One member of a cluster: what HTTP serves and `jet start` runs. It never runs users' code; that lives in the
 * execution processes that it starts.
 */
export interface Member {
  /** New with every start. */
  readonly uuid: string
  readonly clusterName: string
  /** Where clients reach it. */
  readonly address: NetworkAddress
  readonly jobs: JobService
  readonly bundles: BundleStore
  readonly grid: Grid
  /**
   * What a job has logged and printed on this member, oldest first, in whole lines of UTF-8. Only the end is kept (20
   * MB by default).
   *
   * @throws NacelleError ERR_JOB_NOT_FOUND when there is no log of such a job here
   */
  logs(jobId: string, options: LogOptions): AsyncIterable<Uint8Array>
  metrics(): MemberMetrics
  health(): MemberHealth
  cluster(): ClusterSummary
  /**
   * Ends the member: takes no more jobs, ends executions (jobs go on from their last snapshot when a member starts
   * again), closes the grid. Bounded in time; calling it again answers the same promise.
   */
  stop(): Promise<void>
  /** Settles when the member has ended, whoever ended it. */
  readonly stopped: Promise<void>
}

/** What {@link Member.logs} takes beside the job. */
export interface LogOptions {
  /** Go on with what comes, until the job has ended. */
  readonly follow: boolean
  /** Ends the stream early. */
  readonly signal?: AbortSignal
}

/** Job bundles, by the SHA-256 of their text in hexadecimal. */
export interface BundleStore {
  has(sha256: string): Promise<boolean>
  /**
   * Stores a bundle; resolves when it is durable. One that is there already is left as it is.
   *
   * @param declaredBytes what the sender says about its size; checked before anything is read. Null = unknown
   * @throws NacelleError ERR_BUNDLE_TOO_LARGE, ERR_BUNDLE_HASH when the text is another one (cut off, for instance)
   */
  put(sha256: string, text: AsyncIterable<Uint8Array>, declaredBytes: number | null): Promise<void>
}

/** What the health paths show. */
export interface MemberHealth {
  readonly nodeState: 'ACTIVE' | 'PASSIVE' | 'SHUT_DOWN'
  readonly clusterState: 'ACTIVE' | 'PASSIVE'
  readonly clusterSafe: boolean
  readonly migrationQueueSize: number
  readonly clusterSize: number
  /** The member takes jobs. */
  readonly isReady: boolean
}

/** What a member measures. */
export interface MemberMetrics {
  readonly uptimeMs: number
  /** Memory of the member's own process. */
  readonly residentBytes: number
  /** Processor time of the member's own process. */
  readonly cpuSeconds: number
  readonly executions: readonly ExecutionMetricsOfJob[]
}

/** One execution that goes on here. */
export interface ExecutionMetricsOfJob {
  readonly jobId: string
  readonly jobName: string | null
  readonly executionId: string
  /** Null until the execution process has told something. */
  readonly progress: ExecutionProgress | null
  /** Memory of the execution process; null when it is not known. */
  readonly residentBytes: number | null
}
