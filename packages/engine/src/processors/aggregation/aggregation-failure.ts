import { NacelleError } from '../../base/nacelle-error.ts'
import { previewOf, userFunctionError } from '../../core/user-error.ts'

/** What a loop over items was doing when something was thrown. The numbers stand in generated code. */
export const AT_KEY = 0
export const AT_VALUE = 1
export const AT_ACCUMULATE = 2
export const AT_EXPORT = 3

/** Errors of one aggregation, with vertex, operation and item. */
export class AggregationFailure {
  readonly vertex: string
  readonly operation: string

  constructor(vertex: string, operation: string) {
    this.vertex = vertex
    this.operation = operation
  }

  /** @param at one of {@link AT_KEY}, {@link AT_VALUE}, {@link AT_ACCUMULATE}, {@link AT_EXPORT} */
  atItem(thrown: unknown, at: number, item: unknown): NacelleError {
    if (thrown instanceof NacelleError) return this.#located(thrown, item)
    return userFunctionError(thrown, { vertex: this.vertex, what: this.#what(at), item })
  }

  /** What a function of the operation threw that works on accumulators: `combine`, `export`, `finish`. */
  inOperation(thrown: unknown, functionName: string): NacelleError {
    const { vertex, operation } = this
    const what = `the ${functionName} function of ${operation}`
    if (thrown instanceof NacelleError && thrown.details['vertex'] !== undefined) return thrown
    if (thrown instanceof NacelleError) {
      return new NacelleError(thrown.code, `${thrown.message}, in ${what} of vertex '${vertex}'`, {
        ...optionsOf(thrown),
        details: { ...thrown.details, vertex, what },
      })
    }
    const text =
      thrown instanceof Error
        ? `${thrown.name}: ${thrown.message}`
        : `a value that is not an Error: ${previewOf(thrown)}`
    return new NacelleError('ERR_USER_FUNCTION', `${what} of vertex '${vertex}' threw ${text}`, {
      cause: thrown,
      details: { vertex, what },
    })
  }

  #what(at: number): string {
    switch (at) {
      case AT_KEY:
        return 'the key function'
      case AT_VALUE:
        return `a value function of ${this.operation}`
      case AT_EXPORT:
        return `the export function of ${this.operation}`
      default:
        return `the accumulate function of ${this.operation}`
    }
  }

  /** Errors of stock operations and of keys do not know where they happen. */
  #located(error: NacelleError, item: unknown): NacelleError {
    if (error.details['vertex'] !== undefined) return error
    const { vertex } = this
    return new NacelleError(error.code, `${error.message}, in vertex '${vertex}', at item ${previewOf(item)}`, {
      ...optionsOf(error),
      details: { ...error.details, vertex, item: previewOf(item) },
    })
  }
}

function optionsOf(error: NacelleError) {
  return { domain: error.domain, retry: error.retry, cause: error.cause }
}
