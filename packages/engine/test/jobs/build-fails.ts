import { defineJob, Pipeline, Sinks, TestSources } from 'nacelle'

/** Fails while its pipeline is built, in the way that its argument says. */
export default defineJob({ name: 'build-fails' }, ([kind]) => {
  const pipeline = Pipeline.create()
  const numbers = pipeline.readFrom(TestSources.items(1, 2, 3))
  if (kind === 'throw') throw new Error('no such table')
  if (kind === 'exit') process.exit(0)
  if (kind === 'argument') numbers.map('x' as never)
  if (kind === 'nothing') return undefined as never
  if (kind === 'uncaught') setTimeout(() => JSON.parse('{'), 0)
  if (kind !== 'dangling') numbers.writeTo(Sinks.noop())
  return kind === 'uncaught' ? new Promise((resolve) => setTimeout(() => resolve(pipeline), 1000)) : pipeline
})
