import type { AnyAggregateOperation } from '../../aggregate/aggregate-operation.ts'
import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import { compileKernels, type Kernels } from '../../aggregate/kernels.ts'
import { AbstractProcessor } from '../../core/abstract-processor.ts'
import type { KeyFunction } from '../../core/edge.ts'
import type { Inbox } from '../../core/inbox.ts'
import { AggregationFailure } from './aggregation-failure.ts'
import {
  compileKeyedItemLoop,
  compileNumberedItemLoop,
  type KeyedItemLoop,
  type NumberedItemLoop,
} from './item-loops.ts'
import { KeyedEmission } from './keyed-emission.ts'
import { KeyedState } from './keyed-state.ts'

/** What an {@link AccumulateByKeyProcessor} is made of. */
export interface AccumulateByKeyOptions {
  readonly keyFunction: KeyFunction
  /** It has `combine`. */
  readonly operation: AnyAggregateOperation
}

/**
 * First stage of an aggregation by key: takes items, emits each key once with its accumulator, to output ordinal 0 of
 * layout `keyed` with the state columns of the operation. It emits at the end, and before each barrier, so that it
 * has no state to save: the second stage combines what comes in pieces.
 */
export class AccumulateByKeyProcessor extends AbstractProcessor {
  readonly #options: AccumulateByKeyOptions
  readonly #kernels: Kernels
  #state!: KeyedState
  #emission!: KeyedEmission
  #accumulate!: KeyedItemLoop
  #accumulateNumbered!: NumberedItemLoop

  constructor(options: AccumulateByKeyOptions) {
    super()
    this.#options = options
    this.#kernels = compileKernels(columnarFormOf(options.operation))
  }

  protected override initialize(): void {
    const { keyFunction, operation } = this.#options
    const { vertexName } = this.context
    const failure = new AggregationFailure(vertexName, operation.name)
    this.#state = new KeyedState(this.#kernels, failure)
    this.#emission = new KeyedEmission(this.#state, this.#kernels, failure)
    this.#accumulate = compileKeyedItemLoop(this.#kernels.form, keyFunction, failure)
    this.#accumulateNumbered = compileNumberedItemLoop(this.#kernels.form, keyFunction, failure)
  }

  override process(_ordinal: number, inbox: Inbox): void {
    const { batch, position } = inbox
    if (batch.numbering === null) this.#accumulate(batch.items, position, batch.count, this.#state)
    else this.#accumulateNumbered(batch, position, this.#state)
    inbox.position = batch.count
  }

  override saveToSnapshot(): boolean {
    if (!this.#emission.emitPartials(this.outbox.keyed(0))) return false
    this.#state.clear()
    this.#emission.restart()
    return true
  }

  override complete(): boolean {
    return this.saveToSnapshot()
  }
}
