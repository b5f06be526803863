import { NacelleError } from '../base/nacelle-error.ts'
import type { KeyValue, Revision } from '../grid/key-value.ts'

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
export async function settledWrite(kv: KeyValue, { key, value, expected }: GuardedWrite): Promise<Revision> {
  for (let tries = 1; ; tries++) {
    try {
      return await (expected === null ? kv.create(key, value) : kv.update(key, value, expected))
    } catch (error) {
      const isConflict = hasCode(error, 'ERR_GRID_CONFLICT')
      if (!isConflict && !hasCode(error, 'ERR_GRID_INDETERMINATE')) throw error
      // A conflict may be with one's own earlier try.
      const there = await kv.get(key)
      if (there !== null && isSame(there.value, value)) return there.revision
      const isUntouched = (there?.revision ?? null) === expected
      if (isConflict || !isUntouched || tries === TRIES_MAX) throw error
    }
  }
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof NacelleError && error.code === code
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
