import type { AnyAggregateOperation } from '../../aggregate/aggregate-operation.ts'
import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import { compileKernels, type Kernels } from '../../aggregate/kernels.ts'
import { AbstractProcessor } from '../../core/abstract-processor.ts'
import type { Inbox } from '../../core/inbox.ts'
import { AggregationFailure } from './aggregation-failure.ts'
import { KeyedEmission } from './keyed-emission.ts'
import { KeyedState } from './keyed-state.ts'

/**
 * An aggregation by key in one stage, for operations without `combine`: the input at ordinal i is of layout `keyed`
 * with the values of `operations[i]`, which all work on the same accumulator. Emits `{ key, value }` for each key at
 * the end.
 */
export class AggregateByKeyProcessor extends AbstractProcessor {
  readonly #operations: readonly AnyAggregateOperation[]
  /** By ordinal. */
  readonly #kernels: readonly Kernels[]
  #failures: readonly AggregationFailure[] = []
  #state!: KeyedState
  #emission!: KeyedEmission

  constructor(options: { readonly operations: readonly AnyAggregateOperation[] }) {
    super()
    this.#operations = options.operations
    this.#kernels = options.operations.map((operation) => compileKernels(columnarFormOf(operation)))
  }

  protected override initialize(): void {
    const { vertexName } = this.context
    this.#failures = this.#operations.map(({ name }) => new AggregationFailure(vertexName, name))
    this.#state = new KeyedState(this.#kernels[0]!, this.#failures[0]!)
    this.#emission = new KeyedEmission(this.#state, this.#kernels[0]!, this.#failures[0]!)
  }

  override process(ordinal: number, inbox: Inbox): void {
    const { batch, position } = inbox
    const state = this.#state
    try {
      const rows = state.rowsOf(batch, position, batch.count)
      this.#kernels[ordinal]!.accumulateRows(state.columns, rows, batch.columns, position, batch.count)
    } catch (thrown) {
      throw this.#failures[ordinal]!.inOperation(thrown, 'accumulate')
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
