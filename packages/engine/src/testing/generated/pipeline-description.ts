import type { FilterDescription, FlatMapDescription, KeyDescription, MapDescription } from './generated-functions.ts'
import type { OperationDescription } from './generated-operations.ts'

/**
 * A pipeline as plain data: it prints, shrinks and replays, and both the real pipeline and the reference's nodes are
 * made of it. Stages refer to earlier ones by their place in `stages`.
 */
export interface PipelineDescription {
  readonly preserveOrder: boolean
  /** Whether the items of its only source may be late, decided item by item; see `ReferenceInput`. */
  readonly lateness: 'never' | 'byItem'
  readonly stages: readonly StageDescription[]
}

/** One stage, with its settings. */
export type StageDescription = StageBody & {
  /** Absent = undecided. */
  readonly parallelism?: number
}

/** What a stage does. */
export type StageBody =
  | { readonly kind: 'source'; readonly source: SourceDescription }
  | { readonly kind: 'map'; readonly from: number; readonly fn: MapDescription }
  | { readonly kind: 'filter'; readonly from: number; readonly fn: FilterDescription }
  | { readonly kind: 'flatMap'; readonly from: number; readonly fn: FlatMapDescription }
  /** Items become sentences, which a stock tokenizer cuts: at white space, or at one character. */
  | { readonly kind: 'tokens'; readonly from: number; readonly separator: string | null }
  | { readonly kind: 'peek'; readonly from: number; readonly divisor: number }
  | { readonly kind: 'merge'; readonly from: number; readonly other: number }
  /** By `field` the items' own `t`, else a time that is made of the item's content. */
  | {
      readonly kind: 'addTimestamps'
      readonly from: number
      readonly by: 'field' | 'content'
      readonly allowedLagMs: number
    }
  | {
      readonly kind: 'rolling'
      readonly from: number
      readonly key: KeyDescription | null
      readonly of: 'item' | 'key'
      readonly operation: OperationDescription
    }
  | ({ readonly kind: 'aggregate' } & AggregateDescription)
  | ({ readonly kind: 'window'; readonly slideByMs: number; readonly slides: number } & AggregateDescription)
  | { readonly kind: 'distinct'; readonly from: number; readonly key: KeyDescription | null }
  | { readonly kind: 'custom'; readonly from: number; readonly key: KeyDescription | null }
  | {
      readonly kind: 'sink'
      readonly from: readonly number[]
      readonly sink: 'lines' | 'wide' | 'collector'
      readonly ordered: boolean
      readonly timed: boolean
    }

/** An aggregation over one input, or co-grouped over two or three. */
export interface AggregateDescription {
  readonly from: number
  readonly others: readonly number[]
  readonly key: KeyDescription | null
  /** An operation for each input. */
  readonly operations: readonly OperationDescription[]
  /** How the results of co-grouped inputs come together. */
  readonly together: 'tuple' | 'finish' | 'shared'
}

/** A source and its items. */
export interface SourceDescription {
  readonly kind: 'items' | 'distributed' | 'fills' | 'stream'
  /** Where the time of a stream comes from; `none` for batches. */
  readonly timestamps: 'none' | 'native' | 'function' | 'ingestion'
  readonly allowedLagMs: number
  /** How many items each call of `fillBuffer` adds, over and over; 0 = none this time. */
  readonly fills: readonly number[]
  /** Whether `fillBuffer` answers promises. */
  readonly isAsync: boolean
  /** Whether all processors share the items, in sources with `fills`. */
  readonly isDistributed: boolean
  /** Whether items are `{ t, v }` rather than the values alone. */
  readonly isWrapped: boolean
  readonly items: readonly SourceItem[]
  /** How often the items come, one time after the other and each time later; absent = once. */
  readonly repeats?: number
}

/** The value of an item, and its time. */
export interface SourceItem {
  readonly v: ItemValue
  readonly t: number
}

/** Plain values that survive JSON. */
export type ItemValue = number | string | boolean | readonly ItemValue[] | { readonly [name: string]: ItemValue }
