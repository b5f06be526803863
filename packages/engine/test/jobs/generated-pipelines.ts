// The job by which generated pipelines run on worker threads: its argument is their descriptions, as JSON.
import { defineJob } from '../../src/deployment/job-definition.ts'
import { generatedPipeline } from '../../src/testing/generated/generated-pipeline.ts'
import type { PipelineDescription } from '../../src/testing/generated/pipeline-description.ts'
import { linesSink } from '../../src/testing/generated/result-lines.ts'

export default defineJob({ name: 'generated-pipelines' }, ([json]) => {
  const descriptions = JSON.parse(json!) as readonly PipelineDescription[]
  return generatedPipeline(
    descriptions,
    descriptions.map((_, i) => (place, stage) => linesSink(`${i}.${place}`, stage)),
  )
})
