import type { AnyAggregateOperation } from '../../aggregate/aggregate-operation.ts'
import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import { type AggregateState, compileKernels, type Kernels } from '../../aggregate/kernels.ts'
import { AbstractProcessor } from '../../core/abstract-processor.ts'
import type { Batch } from '../../core/batch.ts'
import type { Inbox } from '../../core/inbox.ts'
import { NO_TIMESTAMP } from '../../core/watermark.ts'
import { newAccumulator } from './accumulate-processor.ts'
import { AggregationFailure } from './aggregation-failure.ts'
import { compileRollingItemLoop, type RollingItemLoop } from './item-loops.ts'
import { KeyedState } from './keyed-state.ts'
import { accumulatorValue, restoreOnly, saveOnly, takeAccumulator } from './saved-state.ts'

/** What a {@link RollingAggregateProcessor} is made of. */
export interface RollingAggregateOptions {
  readonly operation: AnyAggregateOperation
  /** Whether there are keys. Without, a single processor has all items. */
  readonly keyed: boolean
}

/**
 * A rolling aggregation: after each item, and with its timestamp, the result so far.
 * - With keys: the input is of layout `keyed` with the values of the operation; emits `{ key, value }`.
 * - Without: the input is of whole items; emits bare results. One of null or undefined is nothing and left out.
 */
export class RollingAggregateProcessor extends AbstractProcessor {
  readonly #operation: AnyAggregateOperation
  readonly #keyed: boolean
  readonly #kernels: Kernels
  #failure!: AggregationFailure
  #state!: KeyedState
  #columns!: AggregateState
  #accumulate!: RollingItemLoop
  /** While the state is being saved: rows below are. */
  #saved = 0

  constructor({ operation, keyed }: RollingAggregateOptions) {
    super()
    this.#operation = operation
    this.#keyed = keyed
    this.#kernels = compileKernels(columnarFormOf(operation))
  }

  protected override initialize(): void {
    const { vertexName } = this.context
    this.#failure = new AggregationFailure(vertexName, this.#operation.name)
    if (this.#keyed) {
      this.#state = new KeyedState(this.#kernels, this.#failure)
    } else {
      this.#columns = newAccumulator(this.#kernels, this.#failure)
      this.#accumulate = compileRollingItemLoop(this.#kernels.form, this.#failure)
    }
  }

  override process(_ordinal: number, inbox: Inbox): void {
    const { outbox } = this
    const { batch } = inbox
    while (!inbox.isEmpty()) {
      if (outbox.staging.count >= outbox.capacity && !outbox.flush()) return
      const { staging } = outbox
      const from = inbox.position
      const to = Math.min(batch.count, from + outbox.capacity - staging.count)
      if (this.#keyed) this.#addEntries(batch, from, to, staging)
      else this.#addItems(batch, from, to, staging)
      inbox.position = to
    }
  }

  override saveToSnapshot(): boolean {
    if (!this.#keyed) return saveOnly(this.outbox, this.context, accumulatorValue(this.#columns))
    this.#saved = this.#state.save(this.outbox, this.#saved)
    if (this.#saved < this.#state.count) return false
    this.#saved = 0
    return true
  }

  override restoreFromSnapshot(inbox: Inbox): void {
    if (this.#keyed) return this.#state.restore(inbox)
    const saved = restoreOnly(inbox, this.context)
    if (saved !== undefined) takeAccumulator(this.#columns, saved, this.context.vertexName)
  }

  #addEntries(batch: Batch, from: number, to: number, staging: Batch): void {
    const state = this.#state
    const at = staging.count
    try {
      const rows = state.rowsOf(batch, from, to)
      this.#kernels.rollingEntries(state.columns, rows, batch.columns, from, to, state.rowKeys, staging.items, at)
    } catch (thrown) {
      throw this.#failure.inOperation(thrown, 'accumulate or export')
    }
    copyTimestamps(batch, from, to, staging)
    staging.count = at + to - from
  }

  #addItems(batch: Batch, from: number, to: number, staging: Batch): void {
    const at = staging.count
    this.#accumulate(batch.items, from, to, this.#columns, staging.items, at)
    copyTimestamps(batch, from, to, staging)
    staging.count = withoutNothing(staging, at, at + to - from)
  }
}

/** Writes the timestamps of entries `from` ≤ i < `to` behind those that are staged. */
function copyTimestamps(batch: Batch, from: number, to: number, staging: Batch): void {
  const target = staging.timestamps
  if (target === null) return
  const source = batch.timestamps
  const shift = staging.count - from
  for (let i = from; i < to; i++) target[i + shift] = source === null ? NO_TIMESTAMP : source[i]!
}

/** Moves entries together where one between `from` and `to` is null or undefined; answers where they end then. */
function withoutNothing(batch: Batch, from: number, to: number): number {
  const { items, timestamps } = batch
  let end = from
  for (let i = from; i < to; i++) {
    const item = items[i]
    if (item === null || item === undefined) continue
    if (end < i) {
      items[end] = item
      if (timestamps !== null) timestamps[end] = timestamps[i]!
    }
    end++
  }
  return end
}
