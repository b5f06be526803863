import { fileURLToPath } from 'node:url'
import type { ExecutionSizes } from '../../execution/execution-plan.ts'
import { startLocalExecution } from '../../local/local-execution.ts'
import { RecordingLogger } from '../../platform/fake/recording-logger.ts'
import { RecordingOutput } from '../../platform/fake/recording-output.ts'
import { createNodePlatform } from '../../platform/node/node-platform.ts'
import { NODE_THREADS, workerEntryUrl } from '../../platform/node/node-threads.ts'
import { generatedPipeline } from './generated-pipeline.ts'
import { differenceOf, expectedResults } from './pipeline-check.ts'
import type { PipelineDescription } from './pipeline-description.ts'
import { linesByName, linesSink } from './result-lines.ts'

/** One way to run pipelines on worker threads. */
export interface ThreadVariant {
  readonly threads: number
  readonly sizes: Partial<ExecutionSizes>
}

/**
 * Default sizes and small ones: rings that hold a few batches, or none as a whole; dictionaries that start anew all the
 * time.
 */
export const THREAD_VARIANTS: readonly ThreadVariant[] = [
  { threads: 2, sizes: {} },
  { threads: 3, sizes: { batchCapacity: 3, queueSize: 4, ringBytes: 4096, dictionaryKeysMax: 3 } },
  { threads: 2, sizes: { batchCapacity: 1, queueSize: 1, ringBytes: 2048, dictionaryKeysMax: 1 } },
  { threads: 3, sizes: { ringBytes: 1024 } },
]

/** Pipelines that take longer hang. */
const TIMEOUT_MS = 60_000

const JOB = fileURLToPath(new URL('../../../test/jobs/generated-pipelines.ts', import.meta.url))

/**
 * Runs pipelines on worker threads, all in one job: starting threads is what takes time. Their settings of
 * `preserveOrder` must agree. Answers what differs from what the reference says, null = nothing.
 */
export async function checkOnThreads(
  descriptions: readonly PipelineDescription[],
  variant: ThreadVariant,
): Promise<string | null> {
  const output = new RecordingOutput()
  const platform = createNodePlatform({ logger: new RecordingLogger(), output })
  const pipeline = generatedPipeline(
    descriptions,
    descriptions.map((_, i) => (place, stage) => linesSink(`${i}.${place}`, stage)),
  )
  let isOverdue = false
  try {
    const execution = startLocalExecution({
      jobName: 'generated-pipelines',
      guarantee: 'none',
      bundlePath: JOB,
      args: [JSON.stringify(descriptions)],
      dag: pipeline.toDag(),
      threads: variant.threads,
      sizes: variant.sizes,
      platform,
      threadHost: NODE_THREADS,
      workerEntry: workerEntryUrl(import.meta.url, '../../local/worker-entry'),
    })
    const timeout = platform.timers.after(TIMEOUT_MS, () => {
      isOverdue = true
      execution.cancel()
    })
    try {
      await execution.completion
    } finally {
      timeout.cancel()
    }
  } catch (error) {
    if (isOverdue) return `the engine had not ended after ${TIMEOUT_MS} ms`
    return `the engine failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
  }
  const received = linesByName(output.text)
  for (const [i, description] of descriptions.entries()) {
    const own = [...received]
      .filter(([name]) => name.startsWith(`${i}.`))
      .map(([name, lines]) => [Number(name.slice(name.indexOf('.') + 1)), lines] as const)
    const difference = differenceOf(expectedResults(description), new Map(own))
    if (difference !== null) return `pipeline ${i} of ${descriptions.length}: ${difference}`
  }
  return null
}
