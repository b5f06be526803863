import type { AggregateOperation, ColumnarForm } from './aggregate-operation.ts'
import { columnarFormOf } from './columnar-form.ts'
import { composeForms, type FormComposition } from './form-composition.ts'
import type { OpaqueOperation } from './opaque-operation.ts'
import type { ResultShape } from './result-shape.ts'

/** An operation among others; it only ever gets accumulators of its own making. */
export type Member = AggregateOperation<unknown, unknown, unknown>

/** Looks at operations from the side of who only passes their own accumulators back to them. */
export function membersOf(operations: readonly OpaqueOperation<never, unknown>[]): readonly Member[] {
  return operations as readonly (OpaqueOperation<never, unknown> & Member)[]
}

/** What operations that keep their accumulators side by side, in an array, have in common whatever they accumulate. */
export type SideBySide = Pick<
  AggregateOperation<never, unknown[], never>,
  'create' | 'combine' | 'deduct' | 'export' | 'finish'
>

/**
 * Creates, combines, deducts and exports member by member. Combining and deducting exist when all members have them.
 */
export function sideBySide(members: readonly Member[], shape: ResultShape): SideBySide {
  const mergeAll = (key: 'combine' | 'deduct') => {
    if (members.some((member) => member[key] === null)) return null
    return (accumulator: unknown[], other: unknown[]) => {
      for (let i = 0; i < members.length; i++) members[i]![key]!(accumulator[i], other[i])
    }
  }
  const result = (key: 'export' | 'finish') => (accumulator: unknown[]) =>
    shape.make(members.map((member, i) => member[key](accumulator[i]))) as never
  return {
    create: () => members.map((member) => member.create()),
    combine: mergeAll('combine'),
    deduct: mergeAll('deduct'),
    export: result('export'),
    finish: result('finish'),
  }
}

/** The same on columns; `parts` tell where each member finds its own. */
export function sideBySideForm(
  members: readonly Member[],
  shape: ResultShape,
): FormComposition & Pick<ColumnarForm, 'export' | 'finish'> {
  const composition = composeForms(members.map((member) => columnarFormOf(member)))
  const text =
    (key: 'export' | 'finish'): ColumnarForm['export'] =>
    (s, k) =>
      shape.text(
        composition.parts.map((part) => part.form[key](part.state(s), part.names(k))),
        k.finish,
      )
  return {
    ...composition,
    export: text('export'),
    finish: text('finish'),
    constants: shape.finish === null ? composition.constants : { ...composition.constants, finish: shape.finish },
  }
}
