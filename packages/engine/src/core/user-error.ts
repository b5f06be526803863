import { NacelleError } from '../base/nacelle-error.ts'

/** Where a user's function failed. */
export interface FailurePlace {
  readonly vertex: string
  /** For instance `the key function`, `stage 'map'`. */
  readonly what: string
  /** The item it was given. */
  readonly item: unknown
}

/** Characters of an item that an error message shows at most. */
const ITEM_PREVIEW_LENGTH_MAX = 200

/**
 * Wraps what a user's function threw: the message says where and on which item, the cause keeps the user's own stack.
 * Errors of the engine (a refused value, say) are only told where they happened, when they do not say so themselves.
 */
export function userFunctionError(thrown: unknown, place: FailurePlace): NacelleError {
  if (thrown instanceof NacelleError) return locatedError(thrown, place)
  const text =
    thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : `a value that is not an Error: ${previewOf(thrown)}`
  return new NacelleError(
    'ERR_USER_FUNCTION',
    `${place.what} of vertex '${place.vertex}' threw ${text}, at item ${previewOf(place.item)}`,
    {
      domain: 'user',
      cause: thrown,
      details: { vertex: place.vertex, what: place.what, item: previewOf(place.item) },
    },
  )
}

/**
 * Values that are refused by something that stands in no vertex, a stock operation say, are refused at some item of
 * one.
 */
function locatedError(error: NacelleError, { vertex, item }: FailurePlace): NacelleError {
  if (error.details['vertex'] !== undefined) return error
  return new NacelleError(error.code, `${error.message}, in vertex '${vertex}', at item ${previewOf(item)}`, {
    domain: error.domain,
    retry: error.retry,
    cause: error.cause,
    details: { ...error.details, vertex, item: previewOf(item) },
  })
}

/** A null or undefined key: it could go to no partition. */
export function nullKeyError(vertex: string, item: unknown): NacelleError {
  return new NacelleError(
    'ERR_NULL_KEY',
    `Null key from key extractor of vertex '${vertex}', at item ${previewOf(item)}: return a value other than null and undefined, or filter such items out first`,
    {
      details: { vertex, item: previewOf(item) },
    },
  )
}

/** An asynchronous function where a plain one is needed. */
export function promiseError(place: FailurePlace): NacelleError {
  return new NacelleError(
    'ERR_PROMISE_RETURNED',
    `${place.what} of vertex '${place.vertex}' returned a promise, at item ${previewOf(place.item)}: functions of this stage must be synchronous`,
    { details: { vertex: place.vertex, what: place.what, item: previewOf(place.item) } },
  )
}

/** A short text for an item in messages. */
export function previewOf(item: unknown): string {
  let text: string
  try {
    text =
      typeof item === 'bigint'
        ? `${item}n`
        : typeof item === 'function'
          ? `function ${item.name}`
          : (JSON.stringify(item) ?? String(item))
  } catch {
    // Circular structures and throwing toJSON: the type is all that can be said.
    text = Object.prototype.toString.call(item)
  }
  return text.length > ITEM_PREVIEW_LENGTH_MAX ? `${text.slice(0, ITEM_PREVIEW_LENGTH_MAX)}…` : text
}
