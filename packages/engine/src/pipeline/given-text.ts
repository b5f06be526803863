import { previewOf } from '../core/user-error.ts'

/**
 * What a user has given in place of something else, for messages: of builders and stages the class says more than the
 * content.
 */
export function givenText(given: unknown): string {
  const name: unknown = typeof given === 'object' && given !== null ? given.constructor?.name : undefined
  return typeof name === 'string' && name !== 'Object' && name !== 'Array' ? `a ${name}` : previewOf(given)
}
