import { NacelleError } from '../base/nacelle-error.ts'
import type { Grid } from '../grid/grid.ts'
import type { Random } from '../platform/random.ts'
import { count, DocumentFormat, object, text } from './documents/document-shape.ts'
import { JOBS_PLACE } from './job-store.ts'
import { settledWrite } from './settled-write.ts'

const TERM_FORMAT = new DocumentFormat('the term of the coordinator', 1, object({ term: count, nonce: text }))
const KEY = 'coordinator'
const TRIES_MAX = 20

/** Raises the term of coordination by one: whoever does that owns the new term, and fences all before. */
export async function claimTerm(grid: Grid, random: Random): Promise<number> {
  const kv = grid.kv(JOBS_PLACE)
  const nonce = random.uuid()
  for (let tries = 1; ; tries++) {
    const entry = await kv.get(KEY)
    const term = (entry === null ? 0 : TERM_FORMAT.decode(entry.value, KEY).term) + 1
    try {
      await settledWrite(kv, {
        key: KEY,
        value: TERM_FORMAT.encode({ term, nonce }),
        expected: entry?.revision ?? null,
      })
      return term
    } catch (error) {
      // Somebody else was faster, or a read was stale: look again.
      const isConflict = error instanceof NacelleError && error.code === 'ERR_GRID_CONFLICT'
      if (!isConflict || tries === TRIES_MAX) throw error
    }
  }
}
