import type { AnyAggregateOperation } from '../../aggregate/aggregate-operation.ts'
import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import { type AggregateState, compileKernels, type Kernels } from '../../aggregate/kernels.ts'
import { AbstractProcessor } from '../../core/abstract-processor.ts'
import type { Inbox } from '../../core/inbox.ts'
import { AggregationFailure } from './aggregation-failure.ts'
import { compileItemLoop, type ItemLoop } from './item-loops.ts'
import { writePartial } from './keyed-emission.ts'

/** The key that partial results of an aggregation without keys travel under. */
const ONLY_KEY = 0

/**
 * First stage of an aggregation without keys: takes items, emits one accumulator to output ordinal 0, of layout
 * `keyed` with the state columns of the operation, or none when there were no items. It emits at the end, and before
 * each barrier, so that it has no state to save.
 */
export class AccumulateProcessor extends AbstractProcessor {
  readonly #operation: AnyAggregateOperation
  readonly #kernels: Kernels
  #columns!: AggregateState
  #accumulate!: ItemLoop
  /** The accumulator has items that are not emitted. */
  #hasItems = false

  constructor(options: { readonly operation: AnyAggregateOperation }) {
    super()
    this.#operation = options.operation
    this.#kernels = compileKernels(columnarFormOf(options.operation))
  }

  protected override initialize(): void {
    const failure = new AggregationFailure(this.context.vertexName, this.#operation.name)
    this.#columns = newAccumulator(this.#kernels, failure)
    this.#accumulate = compileItemLoop(this.#kernels.form, failure)
  }

  override process(_ordinal: number, inbox: Inbox): void {
    this.#accumulate(inbox.batch.items, inbox.position, inbox.batch.count, this.#columns)
    inbox.position = inbox.batch.count
    this.#hasItems = true
  }

  override saveToSnapshot(): boolean {
    if (!this.#hasItems) return true
    const output = this.outbox.keyed(0)
    if (output.begin() === 0) return false
    writePartial(output, ONLY_KEY, this.#kernels, this.#columns, 0)
    this.#kernels.initRow(this.#columns, 0)
    this.#hasItems = false
    return true
  }

  override complete(): boolean {
    return this.saveToSnapshot()
  }
}

/** A state with one row, the empty accumulator. */
export function newAccumulator(kernels: Kernels, failure: AggregationFailure): AggregateState {
  const columns = kernels.newState(1)
  try {
    kernels.initRow(columns, 0)
  } catch (thrown) {
    throw failure.inOperation(thrown, 'create')
  }
  return columns
}
