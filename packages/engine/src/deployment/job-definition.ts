import type { ProcessingGuarantee } from '../core/processor-context.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'

/** Settings of a job; every one but the name has a default. */
export interface JobConfig {
  /** Shown in listings and logs. */
  readonly name: string
  /** Default `none`. */
  readonly guarantee?: ProcessingGuarantee
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
