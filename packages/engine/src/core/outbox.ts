import type { Batch } from './batch.ts'
import type { StateColumns } from './state-columns.ts'
import type { Watermark } from './watermark.ts'

/**
 * Where a processor puts its output. Every `offer…` answers false when there is no room now: the processor must then
 * return and offer *the same item to the same ordinals* again on its next call. An accepted item is never lost.
 *
 * Who calls it: the processor, only from within a call of the engine, on the processor's own thread.
 */
export interface Outbox {
  /** How many outgoing edges there are. */
  readonly bucketCount: number

  /**
   * Offers to all ordinals. `timestamp` is the event time in milliseconds; leave it out on streams without one.
   * `undefined` and `null` are refused with an error: they mean "nothing" everywhere else.
   */
  offer(item: unknown, timestamp?: number): boolean

  /** Offers to some ordinals. */
  offerTo(ordinals: number | readonly number[], item: unknown, timestamp?: number): boolean

  /** Offers a watermark (or {@link WATERMARK_IDLE}) to all ordinals, behind everything that was offered before. */
  offerWatermark(watermark: Watermark): boolean

  /**
   * Saves one entry of state; only from within `saveToSnapshot` and `snapshotCommitPrepare`. Ordinary keys are restored
   * to the processor that owns the key's partition, a {@link BroadcastKey} to all.
   */
  offerToSnapshot(key: unknown, value: unknown): boolean

  /**
   * Saves entries `from` ≤ i < `to` of state that lies in columns; only from within `saveToSnapshot`. What it takes is
   * copied or encoded before it returns. They are restored as batches of layout `keyed`, each entry to the processor
   * that owns its key's partition.
   *
   * @returns index of the first entry that it did not take: return false then and go on from there
   */
  offerColumnsToSnapshot(state: StateColumns, from: number, to: number): number

  /**
   * The hot path of {@link offer}: the batch in which output for all ordinals is gathered. A processor may write
   * `items[count] = item`, `timestamps[count] = timestamp` and raise `count` while it is below {@link capacity}
   * (call `reserve` first to go beyond), then calls {@link flush}.
   */
  readonly staging: Batch

  /** How many entries {@link staging} should hold at most before {@link flush}. */
  readonly capacity: number

  /** Moves what is staged on to the edges. False: not all of it fitted; nothing may be staged until it answers true. */
  flush(): boolean

  /** The keyed collector of an ordinal whose edge has layout `keyed`; for processors that emit keys and columns. */
  keyed(ordinal: number): KeyedOutput
}

/**
 * The producing side of an edge with layout `keyed`, for processors whose output is already in columns (the first stage
 * of a two-stage aggregation). A *code* names a key's destination and slot: the destination is
 * `code & destinationMask`, the slot `code >>> destinationShift`.
 *
 * Order of calls: `n = begin()`; then at most `n` entries, each written at index `count` of `batches[destination]`
 * (`slots`, `columns`, `timestamps`), raising `count`; then `begin()` again. What is written is on its way with the
 * next `begin()` or {@link Outbox.flush}.
 */
export interface KeyedOutput {
  /** Changes, in `begin()` only, when the dictionaries start anew: codes given before are void. */
  readonly epoch: number
  readonly destinationMask: number
  readonly destinationShift: number
  /** The open batch of each destination. Read it anew after each `begin()`. */
  readonly batches: readonly Batch[]
  /** Code of a key, giving it a slot when it has none. Null and undefined are refused with ERR_NULL_KEY. */
  codeOf(key: unknown): number
  /** How many entries fit now, whatever their destinations; 0 = none: return and try again later. */
  begin(): number
}

/** Marks a snapshot key whose entry is restored to all processors of the vertex. */
export class BroadcastKey {
  readonly key: unknown

  constructor(key: unknown) {
    this.key = key
  }
}
