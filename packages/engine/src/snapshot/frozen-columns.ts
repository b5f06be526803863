import type { Column } from '../core/batch.ts'
import type { StateColumns } from '../core/state-columns.ts'
import { PAGE_ENTRIES, type ShadowPages } from './shadow-pages.ts'

/** A page of a processor's state as it was at the barrier: keys and columns of numbers. */
export interface FrozenColumns {
  readonly snapshotId: number
  readonly keys: readonly unknown[]
  /** Index of the first key in {@link keys}. */
  readonly keysFrom: number
  readonly columns: readonly Float64Array[]
  readonly timestamp: number
  readonly count: number
  /** Gives the memory back. */
  release(): void
}

/** Whether state can be frozen by copying it: objects would go on changing. */
export function isCopied(columns: readonly Column[]): columns is readonly Float64Array[] {
  for (const column of columns) if (!(column instanceof Float64Array)) return false
  return true
}

/** Copies entries from `from` on, a page of them at most; null when there is no room now. */
export function freezePage(
  pages: ShadowPages,
  state: StateColumns,
  { from, to, snapshotId }: { readonly from: number; readonly to: number; readonly snapshotId: number },
): FrozenColumns | null {
  const { rows, keysStay, timestamp } = state
  const columns = state.columns as readonly Float64Array[]
  const copiesKeys = rows !== null || !keysStay
  if (!pages.hasRoom(columns.length + (copiesKeys ? 1 : 0))) return null
  const count = Math.min(PAGE_ENTRIES, to - from)
  const copies = columns.map((column) => {
    const page = pages.takeNumbers()
    page.set(column.subarray(from, from + count))
    return page
  })
  const keys = copiesKeys ? copyKeys(pages.takeValues(), state, from, count) : state.keys
  return {
    snapshotId,
    keys,
    keysFrom: copiesKeys ? 0 : from,
    columns: copies,
    timestamp,
    count,
    release: () => {
      for (const page of copies) pages.giveBackNumbers(page)
      if (copiesKeys) pages.giveBackValues(keys as unknown[], count)
    },
  }
}

function copyKeys(page: unknown[], { keys, rows }: StateColumns, from: number, count: number): unknown[] {
  for (let i = 0; i < count; i++) page[i] = keys[rows === null ? from + i : rows[from + i]!]
  return page
}
