import type { ProcessingGuarantee } from '../core/processor-context.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'

/** Settings of a job; every one but the name has a default. */
export interface JobConfig {
  /** Shown in listings and logs. */
  readonly name: string
  /** Default `none`. */
  readonly guarantee?: ProcessingGuarantee
  /** Counted from the end of the previous snapshot. Default 10 000. */
  readonly snapshotIntervalMs?: number
  /** Start again by itself when the topology changes or a process is lost. Default true. */
  readonly autoScaling?: boolean
  /** A failure suspends the job, which keeps its last snapshot, instead of ending it. Default false. */
  readonly suspendOnFailure?: boolean
  /** Default true. */
  readonly metricsEnabled?: boolean
  /** Default false. */
  readonly storeMetricsAfterJobCompletion?: boolean
  /** How a job that failed is started again. */
  readonly restart?: {
    /** How often after errors of its own code, before it fails. Default 0. */
    readonly attempts?: number
    /** The wait before the second restart in a row; it doubles with each. Default 1000. */
    readonly delayMs?: number
    /** Default a minute. */
    readonly delayMaxMs?: number
    /** After so long without a failure, attempts and waits count from the beginning. Default ten minutes. */
    readonly resetAfterMs?: number
  }
  /** What the process that runs the job may use. Default: no limits. */
  readonly limits?: {
    /** Memory of the process; null = no limit. */
    readonly memoryBytes?: number | null
    /** How long one call of a function of the job may take; null = no limit. */
    readonly callDeadlineMs?: number | null
    /** Cooperative threads; null = one for each core. */
    readonly threads?: number | null
  }
  /** Names of environment variables of the member that the job may see. Default: none. */
  readonly secrets?: readonly string[]
}

/** A job as a module exports it by default. */
export interface JobDefinition {
  /** Tells a job from other default exports, also across copies of the package. */
  readonly kind: 'nacelle.job'
  readonly config: JobConfig
  /**
   * Builds the pipeline; called once in each thread with the same arguments, and must build the same pipeline each
   * time.
   */
  build(args: readonly string[]): Pipeline | Promise<Pipeline>
}

/**
 * Declares a job: `export default defineJob({ name: 'word-count' }, (args) => pipeline)`.
 *
 * @param build gets the arguments behind the job file on the command line
 */
export function defineJob(
  config: JobConfig,
  build: (args: readonly string[]) => Pipeline | Promise<Pipeline>,
): JobDefinition {
  return { kind: 'nacelle.job', config, build }
}
