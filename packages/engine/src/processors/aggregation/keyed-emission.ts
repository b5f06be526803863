import type { Kernels } from '../../aggregate/kernels.ts'
import type { Batch } from '../../core/batch.ts'
import type { KeyedOutput, Outbox } from '../../core/outbox.ts'
import { NO_TIMESTAMP } from '../../core/watermark.ts'
import type { AggregationFailure } from './aggregation-failure.ts'
import type { KeyedState } from './keyed-state.ts'

/** Writes an accumulator, with its key, into the open batch of the key's destination. There must be room for it. */
export function writePartial(
  output: KeyedOutput,
  key: unknown,
  kernels: Kernels,
  columns: KeyedState['columns'],
  row: number,
): void {
  const code = output.codeOf(key)
  const batch = output.batches[code & output.destinationMask]!
  const at = batch.count
  batch.slots![at] = code >>> output.destinationShift
  kernels.moveEntry(batch.columns, at, columns, row)
  if (batch.timestamps !== null) batch.timestamps[at] = NO_TIMESTAMP
  batch.count = at + 1
}

/** Emits a keyed state row by row, as far as there is room each time, and remembers where it is. */
export class KeyedEmission {
  readonly #state: KeyedState
  readonly #kernels: Kernels
  readonly #failure: AggregationFailure
  /** Rows below are emitted. */
  #row = 0
  /** While the state is being saved: rows below are. */
  #saved = 0

  constructor(state: KeyedState, kernels: Kernels, failure: AggregationFailure) {
    this.#state = state
    this.#kernels = kernels
    this.#failure = failure
  }

  /**
   * Emits accumulators with their keys. They belong to the consumers afterwards: the state must be cleared before it is
   * used again, then {@link restart} follows.
   *
   * @returns true when all are emitted
   */
  emitPartials(output: KeyedOutput): boolean {
    const { rowKeys, columns, count } = this.#state
    while (this.#row < count) {
      const room = output.begin()
      if (room === 0) return false
      const to = Math.min(count, this.#row + room)
      for (; this.#row < to; this.#row++) writePartial(output, rowKeys[this.#row], this.#kernels, columns, this.#row)
    }
    return true
  }

  /** Emits a `{ key, value }` for each row, with the final result. True when all are emitted. */
  emitResults(outbox: Outbox): boolean {
    const { count } = this.#state
    while (this.#row < count) {
      if (outbox.staging.count >= outbox.capacity && !outbox.flush()) return false
      this.#fill(outbox.staging, Math.min(count, this.#row + outbox.capacity - outbox.staging.count))
    }
    return true
  }

  #fill(staging: Batch, to: number): void {
    const { rowKeys, columns } = this.#state
    const kernels = this.#kernels
    const { items } = staging
    const start = staging.count
    let at = start
    try {
      for (; this.#row < to; this.#row++)
        items[at++] = { key: rowKeys[this.#row], value: kernels.finishRow(columns, this.#row) }
    } catch (thrown) {
      throw this.#failure.inOperation(thrown, 'finish')
    }
    if (staging.timestamps !== null) staging.timestamps.fill(NO_TIMESTAMP, start, at)
    staging.count = at
  }

  /** Saves the rows that are not emitted yet; call it until it answers true. */
  save(outbox: Outbox): boolean {
    this.#saved = this.#state.save(outbox, Math.max(this.#saved, this.#row))
    if (this.#saved < this.#state.count) return false
    this.#saved = 0
    return true
  }

  restart(): void {
    this.#row = 0
  }
}
