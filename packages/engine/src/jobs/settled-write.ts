import { NacelleError } from '../base/nacelle-error.ts'
import type { KeyValue, KeyValueEntry, Revision } from '../grid/key-value.ts'

/** A write guarded by what it expects: a revision, or with null that the key is not there. */
export interface GuardedWrite {
  readonly key: string
  readonly value: Uint8Array
  readonly expected: Revision | null
}

/** How often a write of unknown outcome is looked up and sent again. */
const TRIES_MAX = 5

/**
 * Writes, and finds out whether that was done when the grid does not say. Safe for values that nobody else writes.
 *
 * @returns the revision of the write
 * @throws NacelleError ERR_GRID_CONFLICT when something else is there; ERR_GRID_UNAVAILABLE when it was not written;
 *   ERR_GRID_INDETERMINATE when that cannot be found out now
 */
export async function settledWrite(kv: KeyValue, write: GuardedWrite): Promise<Revision> {
  const { key, value, expected } = write
  /** The first try whose outcome is not known; what fails after it says nothing about it. */
  let unknown: unknown = null
  for (let tries = 1; ; tries++) {
    try {
      return await (expected === null ? kv.create(key, value) : kv.update(key, value, expected))
    } catch (error) {
      const isConflict = hasCode(error, 'ERR_GRID_CONFLICT')
      if (hasCode(error, 'ERR_GRID_INDETERMINATE')) unknown ??= error
      else if (!isConflict) throw unknown ?? error
      const there = await look(kv, write, unknown ?? error)
      if (there !== null && isSame(there.value, value)) return there.revision
      const isUntouched = (there?.revision ?? null) === expected
      if (isConflict || !isUntouched) throw isUntouched ? (unknown ?? error) : error
      if (tries === TRIES_MAX) throw unknown
    }
  }
}

/** What is there; when that cannot be seen, all that is known is how the write failed. */
async function look(kv: KeyValue, { key }: GuardedWrite, failure: unknown): Promise<KeyValueEntry | null> {
  try {
    return await kv.get(key)
  } catch {
    throw failure
  }
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof NacelleError && error.code === code
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
