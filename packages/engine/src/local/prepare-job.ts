import type { DAG } from '../core/dag.ts'
import { bundleJob, stopBundler } from '../deployment/bundle-job.ts'
import type { JobBundle } from '../deployment/job-bundle.ts'
import type { JobConfig } from '../deployment/job-definition.ts'
import { buildPipeline, loadJob } from '../deployment/load-job.ts'

/** A job that is ready to run. */
export interface PreparedJob {
  readonly bundle: JobBundle
  readonly config: JobConfig
  readonly dag: DAG
}

/** What {@link prepareJob} takes. */
export interface JobPreparation {
  readonly jobFile: string
  readonly args: readonly string[]
  /** Called as soon as there is a bundle: from then on stacks can be mapped. */
  onBundle?(bundle: JobBundle): void
}

/**
 * Bundles a job, imports it in this thread and plans it.
 *
 * @throws NacelleError when the module cannot be bundled, is no job, or its pipeline cannot be built and planned
 */
export async function prepareJob({ jobFile, args, onBundle }: JobPreparation): Promise<PreparedJob> {
  const bundle = await bundleJob(jobFile)
  onBundle?.(bundle)
  const stopped = stopBundler()
  const definition = await loadJob(bundle.path)
  const pipeline = await buildPipeline(definition, args)
  const dag = pipeline.toDag()
  await stopped
  return { bundle, config: definition.config, dag }
}
