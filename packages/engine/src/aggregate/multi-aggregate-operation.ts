import type { AggregateOperation, ColumnarForm } from './aggregate-operation.ts'

/**
 * One aggregation over several co-grouped inputs: each input has an operation of its own, and all of them work on the
 * same accumulator. They share `create`, `combine`, `deduct`, `export` and `finish`, and differ in `accumulate` and in
 * the values that they take from their items; their columnar forms have the same state columns.
 *
 * @typeParam I the item types of the inputs: a tuple (inputs by ordinal) or a record (inputs by name)
 * @typeParam A accumulator, @typeParam R result
 */
export interface MultiAggregateOperation<I, A, out R> {
  readonly name: string
  /** The operation of each input. */
  readonly inputs: MultiInputs<I, A, R>
  /** The same in the order of the ordinals; of a record, the order of its keys. Never empty. */
  readonly ordinals: readonly AggregateOperation<never, A, R>[]
}

/** The operation of each input, in the shape of `I`. */
export type MultiInputs<I, A, R> = { readonly [K in keyof I]: AggregateOperation<I[K], A, R> }

/** What all inputs of a {@link MultiAggregateOperation} share. */
export type SharedParts<A, R> = Pick<
  AggregateOperation<never, A, R>,
  'name' | 'create' | 'combine' | 'deduct' | 'export' | 'finish'
>

/** What an input adds to the shared parts. */
export interface InputPart<in T, in A> {
  accumulate(accumulator: A, item: T): void
  readonly columnar: ColumnarForm | null
}

/** Puts the shared parts together with those of each input; `I` is given by the caller, from the types of the parts. */
export function multiOperation<I, A, R>(
  shared: SharedParts<A, R>,
  parts: readonly InputPart<never, A>[] | Readonly<Record<string, InputPart<never, A>>>,
): MultiAggregateOperation<I, A, R> {
  const isTuple = Array.isArray(parts)
  const names = Object.keys(parts)
  const ordinals = Object.values(parts).map((part, i) => inputOperation(shared, part, `${shared.name}[${names[i]}]`))
  const inputs: unknown = isTuple ? ordinals : Object.fromEntries(names.map((name, i) => [name, ordinals[i]]))
  return { name: shared.name, inputs: inputs as MultiInputs<I, A, R>, ordinals }
}

function inputOperation<A, R>(
  shared: SharedParts<A, R>,
  part: InputPart<never, A>,
  name: string,
): AggregateOperation<never, A, R> {
  return {
    name,
    create: shared.create,
    accumulate: part.accumulate,
    combine: shared.combine,
    deduct: shared.deduct,
    export: shared.export,
    finish: shared.finish,
    columnar: part.columnar,
  }
}
