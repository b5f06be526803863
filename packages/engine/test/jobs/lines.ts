import { defineJob, Pipeline, Sinks, Sources } from 'nacelle'

/** Counts nothing, checks nothing: shows the lines of files. */
export default defineJob({ name: 'lines' }, (patterns) => {
  const pipeline = Pipeline.create()
  pipeline.readFrom(Sources.files(patterns)).writeTo(Sinks.table<string>({ sort: (a, b) => (a < b ? -1 : 1) }))
  return pipeline
})
