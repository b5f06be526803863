import { NacelleError } from '../base/nacelle-error.ts'
import { previewOf } from '../core/user-error.ts'
import type { UserFunction } from './transform.ts'

/**
 * Answers the function that a user has given to a method of a stage.
 *
 * @throws NacelleError ERR_ARGUMENT when it is no function
 */
export function requireFunction(method: string, given: unknown): UserFunction {
  if (typeof given === 'function') return given as UserFunction
  throw new NacelleError('ERR_ARGUMENT', `${method} takes a function, not ${previewOf(given)}`, { details: { method } })
}
