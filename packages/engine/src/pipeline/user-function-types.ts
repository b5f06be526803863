/**
 * Stands where nothing fits, so that the compiler's message says why: it is "not assignable to `Refused<'…'>`".
 *
 * @typeParam Reason what is wrong and what to do
 */
export interface Refused<Reason extends string> {
  /** Nobody can make such a value. */
  readonly [REFUSED]: Reason
}

declare const REFUSED: unique symbol

/**
 * The result of a user's function that has to be synchronous: an `async` function where a plain one is needed does not
 * compile.
 */
export type Synchronous<U> =
  U extends PromiseLike<unknown> ? Refused<'a promise: functions of a pipeline are synchronous'> : U

/**
 * A key: a value that can be compared by its content. Null and undefined belong to no partition, functions and symbols
 * have no content, and a promise is no value yet.
 */
export type KeyValue<K> = K extends null | undefined
  ? Refused<'null or undefined as a key: filter such items out first'>
  : K extends PromiseLike<unknown>
    ? Refused<'a promise: functions of a pipeline are synchronous'>
    : K extends symbol | ((...args: never[]) => unknown)
      ? Refused<'a symbol or function as a key: it has no content to compare by'>
      : K

/** Takes the key of an item, see {@link KeyValue}. */
export type KeyGetter<T, K> = (item: T) => KeyValue<K>
