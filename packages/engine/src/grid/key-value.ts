/** Which write of a key this is: grows strictly with each write of the key, also over deletes. Otherwise opaque. */
export type Revision = bigint

/** A key, what it holds, and the write that put it there. */
export interface KeyValueEntry {
  readonly key: string
  readonly value: Uint8Array
  readonly revision: Revision
}

/** One write of a key, as a watch tells of it. */
export type KeyValueChange =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array; readonly revision: Revision }
  | { readonly type: 'delete'; readonly key: string; readonly revision: Revision }
  /** Changes may have been missed before this: list, and take what comes after it as news. */
  | { readonly type: 'resync' }

/** What {@link KeyValue.watch} takes. */
export interface WatchOptions {
  /** Ends the watch. */
  readonly signal: AbortSignal
}

/**
 * Keys with values and revisions.
 *
 * - Writes with an expectation ({@link create}, {@link update}, {@link delete} with a revision) are linearizable for
 *   each key: of several that expect the same revision at most one succeeds, and none of the others has any effect.
 * - What was acknowledged is as durable as `GridInfo.durability` says.
 * - Reads may be stale. No decision rests on one unless an `update` on the revision that was read guards it.
 *
 * After `ERR_GRID_INDETERMINATE` read the key: when it holds what was written, the write is done; when it still has the
 * revision that was expected, send the same write again, which its expectation makes safe; otherwise somebody else has
 * written since. Values therefore carry something that says whose they are.
 */
export interface KeyValue {
  /** What a key holds, null when there is nothing. May be stale. */
  get(key: string): Promise<KeyValueEntry | null>
  /**
   * Writes a key that is not there.
   *
   * @throws NacelleError ERR_GRID_CONFLICT when it is
   */
  create(key: string, value: Uint8Array): Promise<Revision>
  /**
   * Compare-and-set: writes a key whose last write is `expected`.
   *
   * @throws NacelleError ERR_GRID_CONFLICT when the key has another revision or is not there
   */
  update(key: string, value: Uint8Array, expected: Revision): Promise<Revision>
  /** Writes a key whatever it holds: the last writer wins. For maps; never for what is agreed on. */
  put(key: string, value: Uint8Array): Promise<Revision>
  /**
   * Removes a key. Without `expected` one that is not there is fine.
   *
   * @throws NacelleError ERR_GRID_CONFLICT when `expected` is given and the key has another revision or is not there
   */
  delete(key: string, expected?: Revision): Promise<void>
  /**
   * All entries whose key begins with `prefix` (all there are with an empty one), ordered by the bytes of their keys in
   * UTF-8. It is no snapshot: what is written meanwhile may or may not be among them.
   */
  list(prefix: string): AsyncIterable<KeyValueEntry>
  /**
   * Tells of the writes of keys that begin with `prefix`. The first thing to come is a `resync`: the watch is in place,
   * list now; it comes again whenever changes were lost, for instance because the reader was too slow. Between two of
   * them each change comes at least once, those of one key in their order; what a list has shown may come again. It may
   * stall without a word, so whoever relies on it lists every 15 to 30 seconds all the same. Ends when the signal is
   * aborted or the grid closed.
   */
  watch(prefix: string, options: WatchOptions): AsyncIterable<KeyValueChange>
}
