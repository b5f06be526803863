import type { AggregateState, Kernels } from '../../aggregate/kernels.ts'
import type { Outbox } from '../../core/outbox.ts'
import type { AggregationFailure } from './aggregation-failure.ts'
import { accumulatorValue, takeAccumulator } from './saved-state.ts'

/** How an aggregation without keys is saved. */
export type SavedResult =
  | { readonly stage: 'accumulating'; readonly accumulator: readonly unknown[] }
  | { readonly stage: 'finished'; readonly result: unknown }
  | { readonly stage: 'emitted' }

/**
 * The one result of an aggregation without keys, emitted once. A result of null or undefined, as `minBy` has when
 * there are no items, is nothing: then there is no result item.
 */
export class SingleResult {
  readonly #kernels: Kernels
  readonly #failure: AggregationFailure
  #isFinished = false
  #isEmitted = false
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
    if (this.#isEmitted) return true
    this.#isEmitted = this.#result === null || this.#result === undefined || outbox.offer(this.#result)
    return this.#isEmitted
  }

  /** What is to be saved: the accumulator, or how far its result has come. */
  value(columns: AggregateState): SavedResult {
    if (this.#isEmitted) return { stage: 'emitted' }
    return this.#isFinished
      ? { stage: 'finished', result: this.#result }
      : { stage: 'accumulating', accumulator: accumulatorValue(columns) }
  }

  /** Goes on from what {@link value} has answered. @throws NacelleError ERR_SNAPSHOT_STATE */
  restore(saved: SavedResult, columns: AggregateState, vertexName: string): void {
    this.#isEmitted = saved.stage === 'emitted'
    this.#isFinished = saved.stage !== 'accumulating'
    if (saved.stage === 'finished') this.#result = saved.result
    if (saved.stage === 'accumulating') takeAccumulator(columns, saved.accumulator, vertexName)
  }
}
