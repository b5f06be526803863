import type { AggregateOperation as Operation } from './aggregate-operation.ts'
import { requireFunction } from './argument.ts'
import {
  type InputPart,
  type MultiAggregateOperation,
  multiOperation,
  type SharedParts,
} from './multi-aggregate-operation.ts'

/**
 * An aggregate operation; see the interface of this name for its laws. The value of this name builds one from
 * functions.
 */
export type AggregateOperation<T, A, R> = Operation<T, A, R>

/**
 * Builds an operation from functions, in fixed order: what may follow is known to the compiler.
 *
 * ```ts
 * const range = AggregateOperation.named('range')
 *   .withCreate(() => ({ low: Infinity, high: -Infinity }))
 *   .andAccumulate((range, price: number) => {
 *     range.low = Math.min(range.low, price)
 *     range.high = Math.max(range.high, price)
 *   })
 *   .andCombine((range, other) => {
 *     range.low = Math.min(range.low, other.low)
 *     range.high = Math.max(range.high, other.high)
 *   })
 *   .andExportFinish(({ low, high }) => high - low)
 * ```
 *
 * Accumulators cross between threads: make them of plain objects, arrays, Maps and Sets.
 */
export const AggregateOperation = {
  /** Begins with the function that makes an empty accumulator. */
  withCreate: <A>(create: () => A): AccumulateStage<A> => accumulateStage('custom', create),
  /** Gives the operation a name for messages and diagrams. Default `custom`. */
  named: (name: string) => ({
    withCreate: <A>(create: () => A): AccumulateStage<A> => accumulateStage(name, create),
  }),
} as const

/** Adds an item into an accumulator. */
type Accumulate<A, T> = (accumulator: A, item: T) => void

/** Adds or takes away another accumulator. */
type Merge<A> = (accumulator: A, other: A) => void

/** After `withCreate`. */
export interface AccumulateStage<A> {
  /** The function that adds an item into the accumulator, of an operation with one input. */
  andAccumulate<T>(accumulate: Accumulate<A, T>): CombineStage<A, One<T>>
  /** The function for the items of the first of two or three co-grouped inputs. */
  andAccumulate0<T0>(accumulate: Accumulate<A, T0>): SecondAccumulateStage<A, T0>
  /** The functions for any number of co-grouped inputs, each by its name. */
  andAccumulateEach<I extends Readonly<Record<string, unknown>>>(
    accumulates: {
      readonly [K in keyof I]: Accumulate<A, I[K]>
    },
  ): CombineStage<A, Several<I>>
}

/** After `andAccumulate0`. */
export interface SecondAccumulateStage<A, T0> {
  /** The function for the items of the second input. */
  andAccumulate1<T1>(accumulate: Accumulate<A, T1>): ThirdAccumulateStage<A, T0, T1>
}

/** After `andAccumulate1`: two inputs may be enough. */
export interface ThirdAccumulateStage<A, T0, T1> extends CombineStage<A, Several<readonly [T0, T1]>> {
  /** The function for the items of the third input. */
  andAccumulate2<T2>(accumulate: Accumulate<A, T2>): CombineStage<A, Several<readonly [T0, T1, T2]>>
}

/** After the accumulate functions. Without `andCombine`, aggregation cannot be spread over two stages. */
export interface CombineStage<A, K extends Kind> extends ExportStage<A, K> {
  /** The function that adds another accumulator, which it leaves as it is and shares no mutable part with. */
  andCombine(combine: Merge<A>): DeductStage<A, K>
}

/** After `andCombine`. */
export interface DeductStage<A, K extends Kind> extends ExportStage<A, K> {
  /** The function that takes another accumulator out again, exactly: sliding windows are then not recomputed. */
  andDeduct(deduct: Merge<A>): ExportStage<A, K>
}

/** The end of every operation. */
export interface ExportStage<A, K extends Kind> {
  /** The function that makes a result and leaves the accumulator as it is. */
  andExport<R>(exportResult: (accumulator: A) => R): FinishStage<A, K, R>
  /** One function for both: it leaves the accumulator as it is, and its result shares no mutable part with it. */
  andExportFinish<R>(exportFinish: (accumulator: A) => R): Built<K, A, R>
}

/** After `andExport`. */
export interface FinishStage<A, K extends Kind, R> {
  /** The function that makes the last result of an accumulator, which it may destroy. */
  andFinish(finish: (accumulator: A) => R): Built<K, A, R>
}

/** An operation over one input of items `T`. */
export interface One<T> {
  readonly inputs: 'one'
  readonly item: T
}

/** An operation over several inputs, a tuple or a record of item types. */
export interface Several<I> {
  readonly inputs: 'several'
  readonly items: I
}

type Kind = One<unknown> | Several<unknown>

/** What a builder makes in the end. */
export type Built<K extends Kind, A, R> =
  K extends One<infer T> ? Operation<T, A, R> : K extends Several<infer I> ? MultiAggregateOperation<I, A, R> : never

/** What an operation is made of once its inputs are known. */
type Assemble<A> = <R>(parts: SharedParts<A, R>) => unknown

function accumulateStage<A>(name: string, create: () => A): AccumulateStage<A> {
  requireFunction(name, create)
  const several = (accumulates: readonly Accumulate<A, never>[] | Readonly<Record<string, Accumulate<A, never>>>) => {
    for (const accumulate of Object.values(accumulates)) requireFunction(name, accumulate)
    return combineStage<A, never>(name, create, (shared) => multiOperation(shared, inputParts(accumulates)))
  }
  return {
    andAccumulate: <T>(accumulate: Accumulate<A, T>) => {
      requireFunction(name, accumulate)
      return combineStage<A, One<T>>(name, create, (shared) => ({ ...shared, accumulate, columnar: null }))
    },
    andAccumulate0: (accumulate0) => ({
      andAccumulate1: (accumulate1) => ({
        ...several([accumulate0, accumulate1]),
        andAccumulate2: (accumulate2) => several([accumulate0, accumulate1, accumulate2]),
      }),
    }),
    andAccumulateEach: (accumulates) => several(accumulates as Readonly<Record<string, Accumulate<A, never>>>),
  }
}

function inputParts<A>(
  accumulates: readonly Accumulate<A, never>[] | Readonly<Record<string, Accumulate<A, never>>>,
): Readonly<Record<string, InputPart<never, A>>> | readonly InputPart<never, A>[] {
  const part = (accumulate: Accumulate<A, never>): InputPart<never, A> => ({ accumulate, columnar: null })
  if (Array.isArray(accumulates)) return accumulates.map(part)
  return Object.fromEntries(Object.entries(accumulates).map(([name, accumulate]) => [name, part(accumulate)]))
}

function combineStage<A, K extends Kind>(name: string, create: () => A, assemble: Assemble<A>): CombineStage<A, K> {
  const stage = (combine: Merge<A> | null, deduct: Merge<A> | null): ExportStage<A, K> => {
    const build = <R>(exportResult: (accumulator: A) => R, finish: (accumulator: A) => R) => {
      for (const given of [combine, deduct]) if (given !== null) requireFunction(name, given)
      for (const given of [exportResult, finish]) requireFunction(name, given)
      return assemble({ name, create, combine, deduct, export: exportResult, finish }) as Built<K, A, R>
    }
    return {
      andExport: (exportResult) => ({ andFinish: (finish) => build(exportResult, finish) }),
      andExportFinish: (exportFinish) => build(exportFinish, exportFinish),
    }
  }
  return {
    ...stage(null, null),
    andCombine: (combine) => ({ ...stage(combine, null), andDeduct: (deduct) => stage(combine, deduct) }),
  }
}
