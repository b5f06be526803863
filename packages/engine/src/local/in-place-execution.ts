import type { DAG } from '../core/dag.ts'
import type { JobContext } from '../core/processor-context.ts'
import { DEFAULT_SIZES, type ExecutionSizes, planExecution } from '../execution/execution-plan.ts'
import { ThreadExecution } from '../execution/thread-execution.ts'
import type { Metric, MetricRegistry } from '../platform/metrics.ts'
import type { Platform } from '../platform/platform.ts'
import { stoppedError } from './stopped-error.ts'

/** What {@link runInPlace} takes beside the DAG. */
export interface InPlaceOptions {
  readonly platform: Platform
  readonly jobName?: string
  /** Processors of vertices that leave their parallelism open; all run on the calling thread. Default 1. */
  readonly parallelism?: number
  readonly sizes?: Partial<ExecutionSizes>
  readonly metricsFor?: (tags: Readonly<Record<string, string>>) => MetricRegistry
  /** Ends the execution early, without an error. */
  readonly signal?: AbortSignal
}

/**
 * Runs a DAG in the calling thread until it ends. Closures work here, also ones that capture variables; processors that
 * block hold everything up.
 *
 * @throws the first failure
 */
export async function runInPlace(dag: DAG, options: InPlaceOptions): Promise<void> {
  const plan = planExecution(dag, {
    cooperativeThreads: options.parallelism ?? 1,
    sizes: { ...DEFAULT_SIZES, ...options.sizes },
    placement: 'oneThread',
    ringFootprint: () => 0,
  })
  const execution = new ThreadExecution({
    plan,
    thread: 0,
    job: jobContext(options),
    shared: null,
    doorbell: null,
    metricsFor: options.metricsFor ?? privateMetrics,
    isStopped: () => options.signal?.aborted === true,
  })
  let closedBy: unknown = null
  try {
    await execution.init()
    await execution.run()
    if (options.signal?.aborted === true) closedBy = stoppedError()
  } catch (error) {
    closedBy = error
    throw error
  } finally {
    await execution.close(closedBy)
  }
}

function jobContext(options: InPlaceOptions): JobContext {
  const { platform } = options
  return {
    jobName: options.jobName ?? 'in-place',
    executionId: platform.random.uuid(),
    guarantee: 'none',
    memberIndex: 0,
    memberCount: 1,
    platform,
    logger: platform.logger,
  }
}

/** Metrics that only the processor itself reads. */
function privateMetrics(): MetricRegistry {
  const metrics = new Map<string, Metric>()
  return {
    metric(name) {
      let metric = metrics.get(name)
      if (metric === undefined) {
        let current = 0
        metric = {
          name,
          add: (amount) => void (current += amount),
          set: (value) => void (current = value),
          get: () => current,
        }
        metrics.set(name, metric)
      }
      return metric
    },
  }
}
