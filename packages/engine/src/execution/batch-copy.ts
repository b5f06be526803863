import type { Batch } from '../core/batch.ts'

/** Appends entries `from` … `to` of a batch of layout `items` to another one. */
export function appendItems(target: Batch, source: Batch, from: number, to: number): void {
  const start = target.count
  const { items } = target
  const sourceItems = source.items
  for (let i = from, n = start; i < to; i++) items[n++] = sourceItems[i]
  const timestamps = source.timestamps
  if (timestamps !== null && target.timestamps !== null) {
    target.reserve(start + to - from)
    const targetTimestamps = target.timestamps
    for (let i = from, n = start; i < to; i++) targetTimestamps[n++] = timestamps[i]!
  }
  target.count = start + to - from
}
