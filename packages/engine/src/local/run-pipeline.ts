import type { Pipeline } from '../pipeline/pipeline.ts'
import type { Platform } from '../platform/platform.ts'
import { defaultPlatform } from './default-platform.ts'
import { runInPlace } from './in-place-execution.ts'

/** Settings of {@link runPipeline}; each has a default. */
export interface RunPipelineOptions {
  /** Processors of vertices that leave their number open. Default 1. */
  readonly parallelism?: number
  /** Default: that of Node, with warnings and errors logged on the standard error output. */
  readonly platform?: Platform
  /** Ends the pipeline early, without an error: the only end of one with a source that goes on. */
  readonly signal?: AbortSignal
}

/**
 * Runs a pipeline in the calling thread, from its sources' first item to the last. Unlike in a job, its functions may
 * share variables with the code around them: for unit tests and small scripts.
 *
 * ```ts
 * const results: number[] = []
 * const pipeline = Pipeline.create()
 * pipeline.readFrom(TestSources.items(1, 2, 3)).map((n) => n * 2).writeTo(Sinks.collector(results))
 * await runPipeline(pipeline)
 * ```
 *
 * @throws the first failure
 */
export async function runPipeline(pipeline: Pipeline, options: RunPipelineOptions = {}): Promise<void> {
  const { platform = defaultPlatform(), ...others } = options
  await runInPlace(pipeline.toDag(), { platform, ...others })
}
