import type { AggregateState, Kernels } from '../../aggregate/kernels.ts'
import type { Outbox } from '../../core/outbox.ts'
import type { AggregationFailure } from './aggregation-failure.ts'

/**
 * The one result of an aggregation without keys, emitted once. A result of null or undefined, as `minBy` has when
 * there are no items, is nothing: then there is no result item.
 */
export class SingleResult {
  readonly #kernels: Kernels
  readonly #failure: AggregationFailure
  #isFinished = false
  #result: unknown = undefined

  constructor(kernels: Kernels, failure: AggregationFailure) {
    this.#kernels = kernels
    this.#failure = failure
  }

  /** Finishes the accumulator in row 0 and emits the result. True when it is out; false = full, called again. */
  emit(columns: AggregateState, outbox: Outbox): boolean {
    // Finishing may destroy the accumulator, so it is not done again when the outbox was full.
    if (!this.#isFinished) {
      try {
        this.#result = this.#kernels.finishRow(columns, 0)
      } catch (thrown) {
        throw this.#failure.inOperation(thrown, 'finish')
      }
      this.#isFinished = true
    }
    if (this.#result === null || this.#result === undefined) return true
    return outbox.offer(this.#result)
  }
}
