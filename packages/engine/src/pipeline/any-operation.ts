import type { OpaqueMultiOperation } from '../aggregate/opaque-operation.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import { previewOf } from '../core/user-error.ts'
import type { AnyAggregateOperation } from './transform.ts'

/**
 * Looks at an operation from the side of the planner, which knows nothing of its types.
 *
 * @throws NacelleError ERR_ARGUMENT when it is no operation
 */
export function anyOperation(method: string, operation: unknown): AnyAggregateOperation {
  if (isOperation(operation)) return operation
  if (typeof operation === 'function') {
    throw new NacelleError(
      'ERR_ARGUMENT',
      `${method} takes an aggregate operation, not a function: is a call missing, as in counting()?`,
      { details: { method } },
    )
  }
  throw new NacelleError('ERR_ARGUMENT', `${method} takes an aggregate operation, not ${previewOf(operation)}`, {
    details: { method },
  })
}

/** An operation over several inputs, of any types. */
export type CoGrouped = Pick<OpaqueMultiOperation<never, unknown>, 'ordinals'>

/**
 * The operations of all inputs of a co-grouped aggregation, by ordinal.
 *
 * @throws NacelleError ERR_ARGUMENT when it is no operation over so many inputs
 */
export function anyOperations(method: string, operation: CoGrouped, inputs: number): readonly AnyAggregateOperation[] {
  const ordinals: unknown = (operation as Partial<typeof operation> | null)?.ordinals
  if (!Array.isArray(ordinals) || ordinals.length !== inputs) {
    const given = Array.isArray(ordinals) ? `an operation over ${ordinals.length}` : previewOf(operation)
    throw new NacelleError(
      'ERR_ARGUMENT',
      `${method} takes an aggregate operation over ${inputs} inputs, not ${given}`,
      { details: { method } },
    )
  }
  return ordinals.map((each) => anyOperation(method, each))
}

function isOperation(value: unknown): value is AnyAggregateOperation {
  if (typeof value !== 'object' || value === null) return false
  const { create, accumulate, finish } = value as Partial<AnyAggregateOperation>
  return typeof create === 'function' && typeof accumulate === 'function' && typeof finish === 'function'
}
