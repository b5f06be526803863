import { type MultiAggregateOperation, multiOperation } from './multi-aggregate-operation.ts'
import type { OpaqueOperation } from './opaque-operation.ts'
import { type FinishFunction, RESULT_TUPLE, type ResultShape, resultOf, resultRecord } from './result-shape.ts'
import { membersOf, sideBySide, sideBySideForm } from './side-by-side.ts'

/** An operation over two co-grouped inputs. */
export type AggregateOperation2<T0, T1, R> = MultiAggregateOperation<readonly [T0, T1], unknown[], R>

/** An operation over three co-grouped inputs. */
export type AggregateOperation3<T0, T1, T2, R> = MultiAggregateOperation<readonly [T0, T1, T2], unknown[], R>

/** An operation for each of two co-grouped inputs; the result is a tuple of their results. */
export function aggregateOperation2<T0, R0, T1, R1>(
  operation0: OpaqueOperation<T0, R0>,
  operation1: OpaqueOperation<T1, R1>,
): AggregateOperation2<T0, T1, [R0, R1]>
/** The same with a function that makes one result of the two. */
export function aggregateOperation2<T0, R0, T1, R1, R>(
  operation0: OpaqueOperation<T0, R0>,
  operation1: OpaqueOperation<T1, R1>,
  finish: (result0: R0, result1: R1) => R,
): AggregateOperation2<T0, T1, R>
export function aggregateOperation2(
  operation0: Given,
  operation1: Given,
  finish?: FinishFunction,
): AggregateOperation2<unknown, unknown, never> {
  return coGrouped(
    'aggregateOperation2',
    [operation0, operation1],
    finish === undefined ? RESULT_TUPLE : resultOf(finish),
  )
}

/** An operation for each of three co-grouped inputs; the result is a tuple of their results. */
export function aggregateOperation3<T0, R0, T1, R1, T2, R2>(
  operation0: OpaqueOperation<T0, R0>,
  operation1: OpaqueOperation<T1, R1>,
  operation2: OpaqueOperation<T2, R2>,
): AggregateOperation3<T0, T1, T2, [R0, R1, R2]>
/** The same with a function that makes one result of the three. */
export function aggregateOperation3<T0, R0, T1, R1, T2, R2, R>(
  operation0: OpaqueOperation<T0, R0>,
  operation1: OpaqueOperation<T1, R1>,
  operation2: OpaqueOperation<T2, R2>,
  finish: (result0: R0, result1: R1, result2: R2) => R,
): AggregateOperation3<T0, T1, T2, R>
export function aggregateOperation3(
  operation0: Given,
  operation1: Given,
  operation2: Given,
  finish?: FinishFunction,
): AggregateOperation3<unknown, unknown, unknown, never> {
  const shape = finish === undefined ? RESULT_TUPLE : resultOf(finish)
  return coGrouped('aggregateOperation3', [operation0, operation1, operation2], shape)
}

/** An operation for each of any number of co-grouped inputs, by name; the result is a record of their results. */
export function coAggregateOperation<O extends Readonly<Record<string, Given>>>(
  operations: O,
): MultiAggregateOperation<
  { [N in keyof O]: O[N] extends OpaqueOperation<infer T, unknown> ? T : never },
  unknown[],
  { [N in keyof O]: O[N] extends OpaqueOperation<never, infer R> ? R : never }
> {
  return coGrouped('coAggregateOperation', operations, resultRecord(Object.keys(operations)))
}

type Given = OpaqueOperation<never, unknown>

function coGrouped<I>(
  name: string,
  given: readonly Given[] | Readonly<Record<string, Given>>,
  shape: ResultShape,
): MultiAggregateOperation<I, unknown[], never> {
  const members = membersOf(Object.values(given))
  const form = sideBySideForm(members, shape)
  const parts = members.map((member, i) => {
    const part = form.parts[i]!
    return {
      accumulate: (accumulator: unknown[], item: unknown) => member.accumulate(accumulator[i], item),
      columnar: {
        ...form,
        values: part.form.values,
        accumulate: (s: readonly string[], v: readonly string[], k: Readonly<Record<string, string>>) =>
          part.form.accumulate(part.state(s), v, part.names(k)),
      },
    }
  })
  const shared = { ...sideBySide(members, shape), name: `${name}(${members.map((member) => member.name).join(', ')})` }
  if (Array.isArray(given)) return multiOperation(shared, parts)
  return multiOperation(shared, Object.fromEntries(Object.keys(given).map((key, i) => [key, parts[i]!])))
}
