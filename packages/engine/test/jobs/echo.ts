import { defineJob, Pipeline, Sinks, TestSources } from 'nacelle'

/** Shows its arguments. */
export default defineJob({ name: 'echo' }, (args) => {
  const pipeline = Pipeline.create()
  const rows = args.map((argument, position) => ({ position, argument: JSON.stringify(argument) }))
  pipeline
    .readFrom(TestSources.items(...rows))
    .writeTo(Sinks.table<(typeof rows)[number]>({ sort: (a, b) => a.position - b.position }))
  return pipeline
})
