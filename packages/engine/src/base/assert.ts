/**
 * Thrown when the engine finds itself in a state that its own rules exclude: a defect of Nacelle, never of its user.
 */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/**
 * Checks an invariant. Assertions stay on in production: they end the job or the member, never the answer.
 *
 * @throws AssertionError when `condition` is false
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}
