import { defineJob, Pipeline, Sinks, TestSources } from 'nacelle'

/** The smallest job: how long does it take from the job file to its first result? */
export default defineJob({ name: 'first-result' }, ([text = 'first result']) => {
  const pipeline = Pipeline.create()
  pipeline.readFrom(TestSources.items(text)).writeTo(Sinks.logger())
  return pipeline
})
