import { defineJob, Pipeline, Sinks, Sources } from 'nacelle'

export default defineJob({ name: 'json-lines' }, (patterns) => {
  const pipeline = Pipeline.create()
  pipeline.readFrom(Sources.json<{ readonly a: number }>(patterns)).writeTo(Sinks.table())
  return pipeline
})
