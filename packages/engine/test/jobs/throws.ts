import { defineJob, Pipeline, Sinks, TestSources } from 'nacelle'

interface Order {
  readonly customer?: { readonly name: string }
}

const nameOf = (order: Order): string => order.customer!.name

/** Fails in the way that its argument says. */
const failures: Readonly<Record<string, (number: number) => unknown>> = {
  error: () => nameOf({}),
  value: () => {
    // oxlint-disable-next-line typescript/only-throw-error -- what this job is for
    throw 'a plain text'
  },
  cause: () => {
    throw new Error('no orders today', { cause: new RangeError('the year is over') })
  },
  promise: async (number) => number,
  exit: () => process.exit(0),
}

export default defineJob({ name: 'throws' }, ([kind]) => {
  const pipeline = Pipeline.create()
  const fail = failures[kind ?? ''] as (number: number) => number
  pipeline
    .readFrom(TestSources.items(1, 2, 3))
    .map((number) => (number === 2 ? fail(number) : number))
    .writeTo(Sinks.noop())
  return pipeline
})
