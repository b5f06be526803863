import type { AggregateOperation, ColumnarForm } from './aggregate-operation.ts'

/**
 * The form of operations without one of their own: a column of accumulator objects, and a column of whole items.
 */
export function objectForm<T, A, R>(operation: AggregateOperation<T, A, R>): ColumnarForm {
  return {
    state: [{ type: 'any', initial: (k) => `${k.op}.create()` }],
    values: [{ type: 'any', get: null }],
    accumulate: (s, v, k) => `${k.op}.accumulate(${s[0]}, ${v[0]});`,
    combine: operation.combine === null ? null : (s, o, k) => `${k.op}.combine(${s[0]}, ${o[0]});`,
    deduct: operation.deduct === null ? null : (s, o, k) => `${k.op}.deduct(${s[0]}, ${o[0]});`,
    export: (s, k) => `${k.op}.export(${s[0]})`,
    finish: (s, k) => `${k.op}.finish(${s[0]})`,
    constants: { op: operation },
  }
}

const objectForms = new WeakMap<object, ColumnarForm>()

/**
 * The form to run an operation by: its own, else {@link objectForm}. The same object each time for the same operation.
 */
export function columnarFormOf<T, A, R>(operation: AggregateOperation<T, A, R>): ColumnarForm {
  if (operation.columnar !== null) return operation.columnar
  let form = objectForms.get(operation)
  if (form === undefined) {
    form = objectForm(operation)
    objectForms.set(operation, form)
  }
  return form
}
