import type { AnyAggregateOperation } from '../../aggregate/aggregate-operation.ts'
import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import { type AggregateState, compileKernels, type Kernels } from '../../aggregate/kernels.ts'
import { AbstractProcessor } from '../../core/abstract-processor.ts'
import type { Inbox } from '../../core/inbox.ts'
import { newAccumulator } from './accumulate-processor.ts'
import { AggregationFailure } from './aggregation-failure.ts'
import { compileItemLoop, type ItemLoop } from './item-loops.ts'
import { restoreOnly, saveOnly } from './saved-state.ts'
import { type SavedResult, SingleResult } from './single-result.ts'

/**
 * An aggregation without keys in one stage, a single processor, for operations without `combine`: the items at
 * ordinal i go through `operations[i]`, which all work on the same accumulator. Emits the bare result at the end:
 * exactly one, also when there were no items, but none when the operation answers null or undefined.
 */
export class AggregateProcessor extends AbstractProcessor {
  readonly #operations: readonly AnyAggregateOperation[]
  /** By ordinal. */
  #accumulate: readonly ItemLoop[] = []
  #columns!: AggregateState
  #result!: SingleResult

  constructor(options: { readonly operations: readonly AnyAggregateOperation[] }) {
    super()
    this.#operations = options.operations
  }

  protected override initialize(): void {
    const { vertexName } = this.context
    const failures = this.#operations.map(({ name }) => new AggregationFailure(vertexName, name))
    const kernels: readonly Kernels[] = this.#operations.map((operation) => compileKernels(columnarFormOf(operation)))
    this.#accumulate = kernels.map(({ form }, ordinal) => compileItemLoop(form, failures[ordinal]!))
    this.#columns = newAccumulator(kernels[0]!, failures[0]!)
    this.#result = new SingleResult(kernels[0]!, failures[0]!)
  }

  override process(ordinal: number, inbox: Inbox): void {
    this.#accumulate[ordinal]!(inbox.batch.items, inbox.position, inbox.batch.count, this.#columns)
    inbox.position = inbox.batch.count
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
