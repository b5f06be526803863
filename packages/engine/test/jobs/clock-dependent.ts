import { defineJob, Pipeline, Sinks, TestSources } from 'nacelle'

/** Builds another DAG in each thread. */
export default defineJob({ name: 'clock-dependent' }, () => {
  const pipeline = Pipeline.create()
  pipeline
    .readFrom(TestSources.items(1, 2, 3))
    .map((number) => number + 1)
    .setName(`at-${performance.now()}`)
    .writeTo(Sinks.noop())
  return pipeline
})
