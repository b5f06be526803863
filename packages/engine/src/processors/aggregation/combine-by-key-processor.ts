import type { AnyAggregateOperation } from '../../aggregate/aggregate-operation.ts'
import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import { compileKernels, type Kernels, type MergeRowsKernel } from '../../aggregate/kernels.ts'
import { assert } from '../../base/assert.ts'
import { AbstractProcessor } from '../../core/abstract-processor.ts'
import type { Inbox } from '../../core/inbox.ts'
import { AggregationFailure } from './aggregation-failure.ts'
import { KeyedEmission } from './keyed-emission.ts'
import { KeyedState } from './keyed-state.ts'

/**
 * Second stage of an aggregation by key: combines the accumulators that come from the first stages, on inputs of layout
 * `keyed` with the state columns of the operation, and emits `{ key, value }` for each key at the end.
 */
export class CombineByKeyProcessor extends AbstractProcessor {
  readonly #operation: AnyAggregateOperation
  readonly #kernels: Kernels
  readonly #combineRows: MergeRowsKernel
  #failure!: AggregationFailure
  #state!: KeyedState
  #emission!: KeyedEmission

  constructor(options: { readonly operation: AnyAggregateOperation }) {
    super()
    this.#operation = options.operation
    this.#kernels = compileKernels(columnarFormOf(options.operation))
    const { combineRows } = this.#kernels
    assert(combineRows !== null, `operation ${options.operation.name} has no combine`)
    this.#combineRows = combineRows
  }

  protected override initialize(): void {
    const { vertexName } = this.context
    this.#failure = new AggregationFailure(vertexName, this.#operation.name)
    this.#state = new KeyedState(this.#kernels, this.#failure)
    this.#emission = new KeyedEmission(this.#state, this.#kernels, this.#failure)
  }

  override process(_ordinal: number, inbox: Inbox): void {
    const { batch, position } = inbox
    const state = this.#state
    try {
      const rows = state.rowsOf(batch, position, batch.count)
      this.#combineRows(state.columns, rows, batch.columns, position, batch.count)
    } catch (thrown) {
      throw this.#failure.inOperation(thrown, 'combine')
    }
    inbox.position = batch.count
  }

  override complete(): boolean {
    return this.#emission.emitResults(this.outbox)
  }

  override saveToSnapshot(): boolean {
    return this.#emission.save(this.outbox)
  }

  override restoreFromSnapshot(inbox: Inbox): void {
    this.#state.restore(inbox)
  }
}
