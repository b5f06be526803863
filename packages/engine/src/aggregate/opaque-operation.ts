import type { ColumnarForm } from './aggregate-operation.ts'

/**
 * An operation whose accumulator type does not matter: every `AggregateOperation<T, A, R>` is one, whatever its `A`.
 * It is what compositions take, so that their type parameters are only the items and the results.
 */
export interface OpaqueOperation<in T, out R> {
  readonly name: string
  create(): unknown
  accumulate(accumulator: never, item: T): void
  readonly combine: ((accumulator: never, other: never) => void) | null
  readonly deduct: ((accumulator: never, other: never) => void) | null
  export(accumulator: never): R
  finish(accumulator: never): R
  readonly columnar: ColumnarForm | null
}

/** Operations over items `T` whose results are the members of `R`, a tuple or a record. */
export type OperationsOf<T, R> = { readonly [K in keyof R]: OpaqueOperation<T, R[K]> }

/**
 * An operation over several co-grouped inputs, whatever its accumulator: every `MultiAggregateOperation<I, A, R>` is
 * one.
 */
export interface OpaqueMultiOperation<I, out R> {
  readonly name: string
  readonly inputs: { readonly [K in keyof I]: OpaqueOperation<I[K], R> }
  /** The same in the order of the ordinals. */
  readonly ordinals: readonly OpaqueOperation<never, R>[]
}
