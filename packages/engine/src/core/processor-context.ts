import type { Logger } from '../platform/logger.ts'
import type { MetricRegistry } from '../platform/metrics.ts'
import type { Platform } from '../platform/platform.ts'

/** What happens to results when a job starts again after a failure. */
export type ProcessingGuarantee = 'none' | 'atLeastOnce' | 'exactlyOnce'

/** Facts about the job that suppliers and processors may ask for. */
export interface JobContext {
  readonly jobName: string
  readonly executionId: string
  readonly guarantee: ProcessingGuarantee
  readonly memberIndex: number
  readonly memberCount: number
  /** Ports to the outside; nothing else may touch clock, files, network or randomness. */
  readonly platform: Platform
  readonly logger: Logger
}

/** What a {@link ProcessorSupplier} learns about its vertex on this member. */
export interface SupplierContext extends JobContext {
  readonly vertexName: string
  /** Processors of the vertex on this member. */
  readonly localParallelism: number
  /** Processors of the vertex in the cluster: localParallelism × memberCount. */
  readonly totalParallelism: number
}

/** What a processor learns about itself. */
export interface ProcessorContext extends SupplierContext {
  /** 0 ≤ index < localParallelism. */
  readonly localProcessorIndex: number
  /** memberIndex × localParallelism + localProcessorIndex. */
  readonly globalProcessorIndex: number
  /** Metrics that carry vertex and index as tags. */
  readonly metrics: MetricRegistry
  /**
   * For processors that wait for something outside (a promise, a timer): tells the scheduler that calling them again
   * makes sense now. May be called from any later turn of the event loop of the processor's own thread.
   */
  wake(): void
}
