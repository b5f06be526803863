import type { ColumnType } from '../core/batch.ts'

/**
 * What an aggregation does with the items of one key (and window). Accumulators are mutable.
 *
 * Laws that the engine relies on: `combine` is associative and commutative up to what `export` shows; `deduct` undoes
 * `combine` exactly; `export` does not destroy the accumulator, `finish` may.
 *
 * @typeParam T items, @typeParam A accumulator, @typeParam R result
 */
export interface AggregateOperation<in T, A, out R> {
  /** For messages and for the structural hash, for instance `summingLong`. */
  readonly name: string
  create(): A
  accumulate(accumulator: A, item: T): void
  /** Adds `other` into `accumulator`; null = results cannot be made in two stages. */
  readonly combine: ((accumulator: A, other: A) => void) | null
  /** Takes `other` out of `accumulator` again; null = windows are recomputed. */
  readonly deduct: ((accumulator: A, other: A) => void) | null
  export(accumulator: A): R
  finish(accumulator: A): R
  /** The same operation on columns, for the fast path; null = the engine keeps accumulator objects in a column. */
  readonly columnar: ColumnarForm | null
}

/** An aggregate operation for those who only run it: its types do not matter to them. */
export type AnyAggregateOperation = AggregateOperation<never, unknown, unknown>

/** Identifier of each constant of a {@link ColumnarForm}, chosen by whoever generates the code. */
export type Names = Readonly<Record<string, string>>

/** One accumulator column of a {@link ColumnarForm}. */
export interface StateColumn {
  readonly type: ColumnType
  /** JavaScript expression of the initial value. `k` as in {@link ColumnarForm}. */
  initial(k: Names): string
}

/** A value that a columnar operation takes from each item, before the exchange. */
export interface ValueGetter {
  readonly type: ColumnType
  /**
   * null = the item itself. It has no side effects: it may be called on another thread than the rest, and more than
   * once.
   */
  readonly get: ((item: never) => unknown) | null
  /** True: NaN (`f64`) or null (`any`) occurs among the values and means something to this form. Default false. */
  readonly nullable?: boolean
}

/**
 * An aggregate operation as statements over columns, from which the engine generates its loops. Everything is text of
 * JavaScript made by us for stock operations (users' functions appear only as named constants, their text is never
 * inlined). `s[i]` is an l-value of the i-th accumulator column of the row at hand, `o[i]` of another row, `v[i]` an
 * expression of the i-th value, `k.name` the identifier of a constant. Expressions given may be repeated freely in the
 * answer: they have no side effects. Locals that a text declares stand in a block of their own and begin with `$`, as
 * nothing in the given expressions does.
 *
 * Equality with the object form is a law, tested for every stock operation.
 */
export interface ColumnarForm {
  readonly state: readonly StateColumn[]
  readonly values: readonly ValueGetter[]
  /** Statements that add one item. */
  accumulate(s: readonly string[], v: readonly string[], k: Names): string
  /** Statements that add another accumulator; null as in {@link AggregateOperation.combine}. */
  readonly combine: ((s: readonly string[], o: readonly string[], k: Names) => string) | null
  /** Statements that take another accumulator out, exactly (never for floating-point sums: they would drift). */
  readonly deduct: ((s: readonly string[], o: readonly string[], k: Names) => string) | null
  /** Expression of the result; must not destroy the accumulator. */
  export(s: readonly string[], k: Names): string
  /** Expression of the final result; may destroy the accumulator. */
  finish(s: readonly string[], k: Names): string
  /** Functions and values that the texts refer to as `k.name`; composed operations keep theirs apart by prefixes. */
  readonly constants: Readonly<Record<string, unknown>>
}
