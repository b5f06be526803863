/**
 * What may be done about an error: `never` try again, `restart` the execution from its last snapshot,
 * or try again after a `backoff`.
 */
export type Retry = 'never' | 'restart' | 'backoff'

/** Whose error it is: the user's code or input, something outside, or the engine itself. */
export type ErrorDomain = 'user' | 'external' | 'internal'

/** What {@link NacelleError} takes beside code and message. */
export interface NacelleErrorOptions {
  readonly domain?: ErrorDomain
  readonly retry?: Retry
  readonly cause?: unknown
  /** Facts for programs, for instance `{ vertex: 'map', ordinal: 0 }`. Plain data only: it crosses threads. */
  readonly details?: Readonly<Record<string, string | number | boolean | null>>
}

/**
 * The base of every error that Nacelle raises on purpose. `code` is stable and documented; `message` names
 * what is wrong, where, and what to do.
 */
export class NacelleError extends Error {
  override readonly name: string = 'NacelleError'
  readonly code: string
  readonly domain: ErrorDomain
  readonly retry: Retry
  readonly details: Readonly<Record<string, string | number | boolean | null>>

  constructor(code: string, message: string, options: NacelleErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.domain = options.domain ?? 'user'
    this.retry = options.retry ?? 'never'
    this.details = options.details ?? {}
  }
}
