import type { AggregateOperation } from './aggregate-operation.ts'

/** Runs an operation over anything iterable, outside of any job: `fold(counting(), [1, 2, 3])` is 3. */
export function fold<T, A, R>(operation: AggregateOperation<T, A, R>, items: Iterable<T>): R {
  const accumulator = operation.create()
  for (const item of items) operation.accumulate(accumulator, item)
  return operation.finish(accumulator)
}
