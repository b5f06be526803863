import type { AggregateOperation } from '../../aggregate/aggregate-operation.ts'
import type { SlidingWindow } from './window-contents.ts'

/** What a window processor is made of. */
export interface WindowProcessorOptions {
  /** How accumulators are combined, and results made of them. */
  readonly operation: AggregateOperation<never, unknown, unknown>
  readonly window: SlidingWindow
  /**
   * Whether results carry their key (`KeyedWindowResult`) or there is but one key, which they do not (`WindowResult`).
   */
  readonly keyed: boolean
}
