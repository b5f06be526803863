import { defineJob, Pipeline, Sinks, TestSources } from 'nacelle'

/** Prints a lot from its functions, and logs. */
export default defineJob({ name: 'prints' }, ([count]) => {
  const pipeline = Pipeline.create()
  const numbers = pipeline
    .readFrom(TestSources.items(Number(count)))
    .flatMap((length) => Array.from({ length }, (_, i) => i))
  numbers
    .map((number) => {
      console.log(number)
      return number
    })
    .writeTo(Sinks.noop())
  numbers.filter((number) => number === 0).writeTo(Sinks.logger((number) => `number ${number}`))
  return pipeline
})
