import type { AnyAggregateOperation } from '../../aggregate/aggregate-operation.ts'
import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import { type AggregateState, compileKernels, type Kernels, type MergeRowsKernel } from '../../aggregate/kernels.ts'
import { assert } from '../../base/assert.ts'
import { AbstractProcessor } from '../../core/abstract-processor.ts'
import type { Inbox } from '../../core/inbox.ts'
import { newAccumulator } from './accumulate-processor.ts'
import { AggregationFailure } from './aggregation-failure.ts'
import { restoreOnly, saveOnly } from './saved-state.ts'
import { type SavedResult, SingleResult } from './single-result.ts'

/**
 * Second stage of an aggregation without keys, a single processor: combines the accumulators that come from the first
 * stages and emits the bare result at the end: exactly one, also when there were no items, but none when the operation
 * answers null or undefined.
 */
export class CombineProcessor extends AbstractProcessor {
  readonly #operation: AnyAggregateOperation
  readonly #kernels: Kernels
  readonly #combineRows: MergeRowsKernel
  /** All entries go into row 0. */
  #rows = new Int32Array(64)
  #columns!: AggregateState
  #failure!: AggregationFailure
  #result!: SingleResult

  constructor(options: { readonly operation: AnyAggregateOperation }) {
    super()
    this.#operation = options.operation
    this.#kernels = compileKernels(columnarFormOf(options.operation))
    const { combineRows } = this.#kernels
    assert(combineRows !== null, `operation ${options.operation.name} has no combine`)
    this.#combineRows = combineRows
  }

  protected override initialize(): void {
    this.#failure = new AggregationFailure(this.context.vertexName, this.#operation.name)
    this.#columns = newAccumulator(this.#kernels, this.#failure)
    this.#result = new SingleResult(this.#kernels, this.#failure)
  }

  override process(_ordinal: number, inbox: Inbox): void {
    const { batch, position } = inbox
    if (this.#rows.length < batch.count) this.#rows = new Int32Array(batch.count)
    try {
      this.#combineRows(this.#columns, this.#rows, batch.columns, position, batch.count)
    } catch (thrown) {
      throw this.#failure.inOperation(thrown, 'combine')
    }
    inbox.position = batch.count
  }

  override complete(): boolean {
    return this.#result.emit(this.#columns, this.outbox)
  }

  override saveToSnapshot(): boolean {
    return saveOnly(this.outbox, this.context, this.#result.value(this.#columns))
  }

  override restoreFromSnapshot(inbox: Inbox): void {
    const saved = restoreOnly(inbox, this.context)
    if (saved !== undefined) this.#result.restore(saved as SavedResult, this.#columns, this.context.vertexName)
  }
}
