import type { AggregateOperation } from './aggregate-operation.ts'
import type { OpaqueOperation, OperationsOf } from './opaque-operation.ts'
import { type FinishFunction, RESULT_TUPLE, type ResultShape, resultOf, resultRecord } from './result-shape.ts'
import { membersOf, sideBySide, sideBySideForm } from './side-by-side.ts'

/** The forms of {@link allOf}. */
export interface AllOf {
  /** Two operations over the same items, and a function that makes one result of theirs. */
  <T, R0, R1, R>(
    operation0: OpaqueOperation<T, R0>,
    operation1: OpaqueOperation<T, R1>,
    finish: (result0: R0, result1: R1) => R,
  ): AggregateOperation<T, unknown[], R>
  /** Three operations over the same items, and a function that makes one result of theirs. */
  <T, R0, R1, R2, R>(
    operation0: OpaqueOperation<T, R0>,
    operation1: OpaqueOperation<T, R1>,
    operation2: OpaqueOperation<T, R2>,
    finish: (result0: R0, result1: R1, result2: R2) => R,
  ): AggregateOperation<T, unknown[], R>
  /** Two or more operations over the same items; the result is a tuple of their results. */
  <T, R extends readonly [unknown, unknown, ...unknown[]]>(
    ...operations: OperationsOf<T, R>
  ): AggregateOperation<T, unknown[], R>
  /** Several operations over the same items, by name; the result is a record of their results. */
  <T, R extends Readonly<Record<string, unknown>>>(operations: OperationsOf<T, R>): AggregateOperation<T, unknown[], R>
}

/**
 * Several operations at once over the same items, with one pass and one exchange. Their results come as a record, as a
 * tuple, or as what a function makes of two or three of them.
 *
 * ```ts
 * allOf({ trades: counting(), volume: summingLong((t: Trade) => t.quantity) }) // { trades: number, volume: number }
 * allOf(counting(), maxBy(byPrice))                                            // [number, Trade | null]
 * ```
 */
export const allOf: AllOf = chooseForm as unknown as AllOf // the compiler does not see that a mapped tuple is an array

function chooseForm(...given: readonly unknown[]): AggregateOperation<unknown, unknown[], never> {
  const last = given.at(-1)
  if (typeof last === 'function')
    return together(given.slice(0, -1) as readonly Given[], resultOf(last as FinishFunction))
  if (given.length > 1) return together(given as readonly Given[], RESULT_TUPLE)
  const record = given[0] as Readonly<Record<string, Given>>
  return together(Object.values(record), resultRecord(Object.keys(record)))
}

type Given = OpaqueOperation<never, unknown>

function together(given: readonly Given[], shape: ResultShape): AggregateOperation<unknown, unknown[], never> {
  const members = membersOf(given)
  const form = sideBySideForm(members, shape)
  return {
    ...sideBySide(members, shape),
    name: `allOf(${members.map(({ name }) => name).join(', ')})`,
    accumulate(accumulator, item) {
      for (let i = 0; i < members.length; i++) members[i]!.accumulate(accumulator[i], item)
    },
    columnar: {
      ...form,
      accumulate: (s, v, k) =>
        form.parts.map((part) => part.form.accumulate(part.state(s), part.values(v), part.names(k))).join(' '),
    },
  }
}
