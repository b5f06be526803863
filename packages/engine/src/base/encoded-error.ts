import { AssertionError } from './assert.ts'
import { type ErrorDomain, NacelleError, type Retry } from './nacelle-error.ts'

/** How many causes behind an error are kept. */
const CAUSE_DEPTH_MAX = 8

/** How many members of an AggregateError are kept. */
const MEMBERS_MAX = 5

/** Characters of a thrown value that is not an Error. */
const VALUE_LENGTH_MAX = 500

/** Facts beside an error's text, as plain data. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null>>

/**
 * An error as plain data: what crosses threads and processes. `kind` tells how {@link decodeError} rebuilds it; a
 * `value` is something thrown that is no Error, shown by its message.
 */
export interface EncodedError {
  readonly kind: 'nacelle' | 'assertion' | 'error' | 'value'
  readonly name: string
  readonly message: string
  /** The stack as V8 wrote it, head line included; null when there was none. */
  readonly stack: string | null
  readonly code: string | null
  readonly domain: ErrorDomain
  readonly retry: Retry
  readonly details: ErrorDetails
  readonly cause: EncodedError | null
  /** The first members of an AggregateError. */
  readonly members: readonly EncodedError[]
}

/** Turns whatever was thrown into plain data. Never throws, also when getters of the error do. */
export function encodeError(thrown: unknown): EncodedError {
  return encodeWithin(thrown, CAUSE_DEPTH_MAX)
}

/** Whether a value is an Error, also one of another realm (a vm context, a test's sandbox). */
export function isErrorLike(value: unknown): value is Error {
  if (value instanceof Error) return true
  return typeof value === 'object' && value !== null && Object.prototype.toString.call(value) === '[object Error]'
}

/** A short text for a thrown value that is not an Error. */
export function describeThrownValue(thrown: unknown): string {
  if (thrown === undefined) return 'undefined was thrown (throw new Error(…) instead: it says where)'
  let text: string
  try {
    if (typeof thrown === 'string') text = JSON.stringify(thrown)
    else if (typeof thrown === 'function') text = `function ${thrown.name}`
    else if (typeof thrown === 'bigint') text = `${thrown}n`
    else text = JSON.stringify(thrown) ?? String(thrown)
  } catch {
    // Circular structures and throwing toJSON: the type is all that can be said.
    text = Object.prototype.toString.call(thrown)
  }
  if (text.length > VALUE_LENGTH_MAX) text = `${text.slice(0, VALUE_LENGTH_MAX)}…`
  return `${text} was thrown, which is not an Error (throw new Error(…) instead: it says where)`
}

/** An Error again, of the class it had when that is one of the engine's, with the stack it had where it was thrown. */
export function decodeError(encoded: EncodedError): Error {
  const cause = encoded.cause === null ? undefined : decodeError(encoded.cause)
  const error = rebuild(encoded, cause)
  // Without a stack of its own the error must not show that of this function, which says nothing about it.
  const stack = encoded.stack ?? `${encoded.name}: ${encoded.message}`
  Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true })
  return error
}

function rebuild(encoded: EncodedError, cause: Error | undefined): Error {
  if (encoded.kind === 'nacelle') {
    const { domain, retry, details } = encoded
    return new NacelleError(encoded.code ?? 'ERR_UNKNOWN', encoded.message, { domain, retry, details, cause })
  }
  const options = cause === undefined ? undefined : { cause }
  const error =
    encoded.kind === 'assertion'
      ? new AssertionError(encoded.message, options)
      : encoded.members.length > 0
        ? new AggregateError(encoded.members.map(decodeError), encoded.message, options)
        : new Error(encoded.message, options)
  if (error.name !== encoded.name)
    Object.defineProperty(error, 'name', { value: encoded.name, configurable: true, writable: true })
  if (encoded.code !== null)
    Object.defineProperty(error, 'code', { value: encoded.code, configurable: true, enumerable: true })
  return error
}

function encodeWithin(thrown: unknown, depth: number): EncodedError {
  if (!isErrorLike(thrown)) return encodedValue(thrown)
  const cause = read(thrown, 'cause')
  const members = read(thrown, 'errors')
  const engine = thrown instanceof NacelleError ? thrown : null
  return {
    kind: engine !== null ? 'nacelle' : thrown instanceof AssertionError ? 'assertion' : 'error',
    name: readText(thrown, 'name') ?? 'Error',
    message: readText(thrown, 'message') ?? '',
    stack: readText(thrown, 'stack'),
    code: readText(thrown, 'code'),
    domain: engine?.domain ?? (thrown instanceof AssertionError ? 'internal' : 'user'),
    retry: engine?.retry ?? 'never',
    details: engine?.details ?? {},
    cause: cause === undefined || depth <= 0 ? null : encodeWithin(cause, depth - 1),
    members:
      Array.isArray(members) && depth > 0
        ? members.slice(0, MEMBERS_MAX).map((member) => encodeWithin(member, depth - 1))
        : [],
  }
}

function encodedValue(thrown: unknown): EncodedError {
  return {
    kind: 'value',
    name: 'ThrownValue',
    message: describeThrownValue(thrown),
    stack: null,
    code: null,
    domain: 'user',
    retry: 'never',
    details: {},
    cause: null,
    members: [],
  }
}

function read(error: Error, property: string): unknown {
  try {
    return (error as unknown as Record<string, unknown>)[property]
  } catch {
    // A getter that throws has nothing to show.
    return undefined
  }
}

function readText(error: Error, property: string): string | null {
  const value = read(error, property)
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null
}
