import type { DAG } from '../core/dag.ts'
import type { JobBundle } from '../deployment/job-bundle.ts'
import type { ExecutionSizes } from '../execution/execution-plan.ts'
import { NODE_THREADS, workerEntryUrl } from '../platform/node/node-threads.ts'
import type { Platform } from '../platform/platform.ts'
import { defaultPlatform } from './default-platform.ts'
import type { ExecutionProgress } from './execution-progress.ts'
import { type LocalExecution, prewarmThread, startLocalExecution } from './local-execution.ts'
import { prepareJob } from './prepare-job.ts'
import type { ThreadPool } from './thread-pool.ts'

const WORKER_ENTRY = workerEntryUrl(import.meta.url, './worker-entry')

/** What {@link startJobModule} and {@link runJobModule} take beside job file and arguments. */
export interface RunJobOptions {
  /** Cooperative threads. Default: one for each core. */
  readonly threads?: number
  readonly sizes?: Partial<ExecutionSizes>
  /** Default: that of Node, with warnings and errors logged on the standard error output. */
  readonly platform?: Platform
  /** Cancels the job: it then ends with ERR_CANCELLED. */
  readonly signal?: AbortSignal
  /**
   * Where worker threads come from and go to. Default: threads of the job's own, which end with it. With a pool, the
   * state of a job's modules is that of the job's runs before on the same thread.
   */
  readonly pool?: ThreadPool
}

/** A job that runs in this process. */
export interface RunningJob {
  readonly name: string
  readonly bundle: JobBundle
  readonly dag: DAG
  readonly execution: LocalExecution
}

/**
 * Runs a job module on worker threads of this process, as `jet run` does, and answers what it has done when it has
 * ended.
 *
 * @param file the job file, TypeScript or JavaScript
 * @throws what {@link startJobModule} throws, and the job's first failure
 */
export async function runJobModule(
  file: string,
  args: readonly string[] = [],
  options: RunJobOptions = {},
): Promise<ExecutionProgress> {
  const { execution } = await startJobModule(file, args, options)
  await execution.completion
  return execution.progress()
}

/**
 * Starts a job module on worker threads of this process; resolves when they have been told what to run.
 *
 * @throws NacelleError when the module cannot be bundled, is no job, or its pipeline cannot be planned
 */
export async function startJobModule(
  file: string,
  args: readonly string[],
  options: RunJobOptions = {},
): Promise<RunningJob> {
  const { threads = NODE_THREADS.availableParallelism, platform = defaultPlatform(), signal } = options
  signal?.throwIfAborted()
  const { pool } = options
  // They start while the job is being bundled.
  const prewarmed = Array.from(
    { length: threads },
    (_, i) => pool?.take() ?? prewarmThread(NODE_THREADS, WORKER_ENTRY, i),
  )
  try {
    const { bundle, config, dag } = await prepareJob({ jobFile: file, args })
    const { name, guarantee = 'none' } = config
    const execution = startLocalExecution({
      jobName: name,
      guarantee,
      bundlePath: bundle.path,
      args,
      dag,
      threads,
      platform,
      threadHost: NODE_THREADS,
      workerEntry: WORKER_ENTRY,
      prewarmed,
      ...(pool && { keepThread: (thread) => pool.give(thread) }),
      ...(options.sizes && { sizes: options.sizes }),
    })
    if (signal?.aborted === true) execution.cancel()
    else signal?.addEventListener('abort', () => execution.cancel(), { once: true })
    return { name, bundle, dag, execution }
  } catch (error) {
    await Promise.all(prewarmed.map((thread) => thread.terminate()))
    throw error
  }
}
