/**
 * The result of a user's function that has to be synchronous: with a promise in its place nothing fits, so that an `async`
 * function where a plain one is needed does not compile.
 */
export type Synchronous<U> = U extends PromiseLike<unknown> ? never : U

/**
 * A key: a value that can be compared by its content. Null and undefined belong to no partition, functions and symbols
 * have no content, and a promise is no value yet.
 */
export type KeyValue<K> = K extends null | undefined | PromiseLike<unknown> | symbol | ((...args: never[]) => unknown) ? never : K

/** Takes the key of an item, see {@link KeyValue}. */
export type KeyGetter<T, K> = (item: T) => KeyValue<K>
