import { NacelleError } from '../base/nacelle-error.ts'
import type { ProcessorContext } from '../core/processor-context.ts'
import type { PlainSourceBuffer } from './source-buffer.ts'

/** What a user gave to `SourceBuilder`, without its types. */
export interface SourceFunctions {
  readonly create: (context: ProcessorContext) => unknown
  readonly fillBuffer: (source: never, buffer: PlainSourceBuffer) => unknown
  readonly destroy: ((source: never) => unknown) | null
  readonly createSnapshot: ((source: never) => unknown) | null
  readonly restoreSnapshot: ((source: never, states: readonly never[]) => unknown) | null
}

/** Whether a user's function answered a promise, or something like one. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { readonly then?: unknown }).then === 'function'
  )
}

/**
 * Wraps what a function of a source or sink threw where no single item is to blame; errors of the engine pass as they
 * are.
 */
export function connectorError(thrown: unknown, vertexName: string, what: string): NacelleError {
  if (thrown instanceof NacelleError) return thrown
  const text =
    thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : `a value that is not an Error: ${String(thrown)}`
  return new NacelleError('ERR_USER_FUNCTION', `${what} of '${vertexName}' threw ${text}`, {
    cause: thrown,
    details: { vertex: vertexName, what },
  })
}
