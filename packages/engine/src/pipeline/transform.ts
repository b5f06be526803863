import type { AggregateOperation } from '../aggregate/aggregate-operation.ts'
import type { ProcessorMetaSupplier } from '../core/processor-supplier.ts'
import type { Sink } from './sink.ts'
import type { BatchSource, StreamSource } from './source.ts'
import type { WindowDefinition } from './window-definition.ts'

/** A user's function of any type, as the planner sees it. */
export type UserFunction = (...args: never[]) => unknown

/** Where the timestamps of a stream come from; see the stages' `with…Timestamps`. */
export type TimestampSpec =
  | { readonly kind: 'ingestion' }
  | { readonly kind: 'native'; readonly allowedLagMs: number }
  | { readonly kind: 'function'; readonly timestampOf: UserFunction; readonly allowedLagMs: number }

/** What every node of a pipeline has. Nodes are immutable; settings by `setName` and such replace them. */
export interface TransformFields {
  /** Position in the pipeline: unique, rising in the order of creation. */
  readonly id: number
  readonly name: string
  /** -1 = undecided. */
  readonly localParallelism: number
  /** Ids of the nodes whose output this one reads. */
  readonly upstream: readonly number[]
  /** Whether items leave this node with timestamps. */
  readonly timed: boolean
}

/** A logical node of a pipeline. The planner makes vertices of it. */
export type Transform = TransformFields &
  (
    | { readonly kind: 'batchSource'; readonly source: BatchSource<unknown> }
    | {
        readonly kind: 'streamSource'
        readonly source: StreamSource<unknown>
        readonly timestamps: TimestampSpec | null
      }
    | { readonly kind: 'addTimestamps'; readonly timestampOf: UserFunction; readonly allowedLagMs: number }
    | { readonly kind: 'map'; readonly fn: UserFunction }
    | { readonly kind: 'filter'; readonly fn: UserFunction }
    | { readonly kind: 'flatMap'; readonly fn: UserFunction }
    | { readonly kind: 'peek'; readonly shouldLog: UserFunction; readonly toText: UserFunction }
    | { readonly kind: 'merge' }
    | {
        readonly kind: 'rollingAggregate'
        readonly keyFunction: UserFunction | null
        readonly operation: AnyAggregateOperation
      }
    | ({ readonly kind: 'aggregate' } & AggregateFields)
    | ({ readonly kind: 'windowAggregate'; readonly window: WindowDefinition } & AggregateFields)
    | {
        readonly kind: 'custom'
        readonly keyFunction: UserFunction | null
        readonly metaSupplier: ProcessorMetaSupplier
      }
    | { readonly kind: 'sink'; readonly sink: Sink<never> }
  )

/** What aggregations have; several inputs are co-grouped. */
export interface AggregateFields {
  /** The key function of each input, in the order of `upstream`; null = one result for all items. */
  readonly keyFunctions: readonly UserFunction[] | null
  /** The operation of each input. They differ only in what they accumulate. */
  readonly operations: readonly AnyAggregateOperation[]
}

/** An aggregate operation whose types the planner does not need. */
export type AnyAggregateOperation = AggregateOperation<never, unknown, unknown>
