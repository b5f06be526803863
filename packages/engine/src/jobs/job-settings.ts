import type { ProcessingGuarantee } from '../core/processor-context.ts'
import { count, finite, flag, list, nullable, object, oneOf, type Shape, text } from './documents/document-shape.ts'

/** How a job that failed is started again. */
export interface RestartPolicy {
  /**
   * How often a job is started again after errors of its own code, before it fails. Errors that come from outside (a
   * lost process, a lost connection) are not counted.
   */
  readonly attempts: number
  /** The wait before the second restart in a row; it doubles with each. The first one is at once. */
  readonly delayMs: number
  readonly delayMaxMs: number
  /** After so long without a failure, attempts and waits count from the beginning. */
  readonly resetAfterMs: number
}

/** What the execution process of a job may use; null = no limit. */
export interface JobLimits {
  /** Memory of the process. */
  readonly memoryBytes: number | null
  /** How long one call of a user's function may take. */
  readonly callDeadlineMs: number | null
  /** Cooperative threads; null = one for each core. */
  readonly threads: number | null
}

/** The configuration of a job with all defaults filled in, as records keep it: plain JSON. */
export interface JobSettings {
  readonly guarantee: ProcessingGuarantee
  /** Counted from the end of the previous snapshot. */
  readonly snapshotIntervalMs: number
  /** Start again by itself when the topology changes or a process is lost. */
  readonly autoScaling: boolean
  /** A failure suspends the job, which keeps its last snapshot, instead of ending it. */
  readonly suspendOnFailure: boolean
  readonly metricsEnabled: boolean
  readonly storeMetricsAfterJobCompletion: boolean
  readonly restart: RestartPolicy
  readonly limits: JobLimits
  /** Names of environment variables of the member that the job may see. */
  readonly secrets: readonly string[]
}

/** What a job gets that asks for nothing. */
export const DEFAULT_JOB_SETTINGS: JobSettings = {
  guarantee: 'none',
  snapshotIntervalMs: 10_000,
  autoScaling: true,
  suspendOnFailure: false,
  metricsEnabled: true,
  storeMetricsAfterJobCompletion: false,
  restart: { attempts: 0, delayMs: 1000, delayMaxMs: 60_000, resetAfterMs: 600_000 },
  limits: { memoryBytes: null, callDeadlineMs: null, threads: null },
  secrets: [],
}

export const jobSettingsShape: Shape<JobSettings> = object({
  guarantee: oneOf('none', 'atLeastOnce', 'exactlyOnce'),
  snapshotIntervalMs: finite,
  autoScaling: flag,
  suspendOnFailure: flag,
  metricsEnabled: flag,
  storeMetricsAfterJobCompletion: flag,
  restart: object({ attempts: count, delayMs: finite, delayMaxMs: finite, resetAfterMs: finite }),
  limits: object({ memoryBytes: nullable(count), callDeadlineMs: nullable(finite), threads: nullable(count) }),
  secrets: list(text),
})
