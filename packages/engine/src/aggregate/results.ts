/** The result of one window. */
export interface WindowResult<out R> {
  /** Inclusive, milliseconds since the epoch. */
  readonly start: number
  /** Exclusive. The item's own timestamp is `end - 1`. */
  readonly end: number
  readonly result: R
  /** True for results given before the window was complete. */
  readonly isEarly: boolean
}

/** The result of one window for one key. */
export interface KeyedWindowResult<out K, out R> extends WindowResult<R> {
  readonly key: K
}

/** A key with a value: what keyed aggregations without windows emit. */
export interface Entry<out K, out V> {
  readonly key: K
  readonly value: V
}
