// What programs import from `nacelle/local`: running jobs in the process at hand.
export type { ExecutionProgress, SourceProgress, VertexProgress } from './execution-progress.ts'
export type { LocalExecution } from './local-execution.ts'
export { type RunJobOptions, type RunningJob, runJobModule, startJobModule } from './run-job.ts'
export { type RunPipelineOptions, runPipeline } from './run-pipeline.ts'
export { ThreadPool } from './thread-pool.ts'
