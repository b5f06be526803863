import { assert } from '../base/assert.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import { Batch, type BatchLayout } from '../core/batch.ts'
import type { KeyedOutput, Outbox } from '../core/outbox.ts'
import type { StateColumns } from '../core/state-columns.ts'
import { NO_TIMESTAMP, type Watermark } from '../core/watermark.ts'
import type { Collector } from './collector.ts'
import type { KeyedCollector } from './keyed-collector.ts'
import type { SnapshotOutput } from './snapshot-output.ts'

/** What an {@link EdgeOutbox} is made of. */
export interface EdgeOutboxOptions {
  /** One for each output ordinal. */
  readonly collectors: readonly Collector[]
  readonly layout: BatchLayout
  readonly capacity: number
  readonly snapshot: SnapshotOutput
  readonly vertexName: string
}

/**
 * The outbox in front of the collectors of a processor.
 *
 * Invariants:
 * - O1: an accepted item is in a staging batch or with every collector it is meant for, exactly once each.
 * - O2: items for one ordinal leave in the order in which they were accepted, whether offered to all ordinals or to
 *   some.
 */
export class EdgeOutbox implements Outbox {
  readonly bucketCount: number
  readonly capacity: number
  staging: Batch
  /** The last watermark sent on. */
  lastWatermark: Watermark = Number.NEGATIVE_INFINITY

  readonly #collectors: readonly Collector[]
  readonly #snapshot: SnapshotOutput
  readonly #vertexName: string
  /** How far each collector has come in {@link staging}. */
  readonly #positions: Int32Array
  /** Staging of items that go to one ordinal only, with the same meaning of positions. */
  readonly #single: readonly Batch[]
  readonly #singlePositions: Int32Array
  /** Entries that have left {@link staging} for good. */
  #itemsOut = 0
  /** Collectors whose entries the processor writes itself. */
  readonly #keyed = new Set<KeyedCollector>()
  /** How many collectors already have the marker being sent. */
  #markerServed = 0
  /** For {@link offerTo} with several ordinals: how many of them have taken the item being offered. */
  #ordinalsServed = 0

  constructor(options: EdgeOutboxOptions) {
    const { collectors, layout, capacity } = options
    this.bucketCount = collectors.length
    this.capacity = capacity
    this.staging = new Batch(layout, capacity)
    this.#collectors = collectors
    this.#snapshot = options.snapshot
    this.#vertexName = options.vertexName
    this.#positions = new Int32Array(collectors.length)
    this.#single = collectors.length > 1 ? collectors.map(() => new Batch(layout, 16)) : []
    this.#singlePositions = new Int32Array(collectors.length)
  }

  offer(item: unknown, timestamp: number = NO_TIMESTAMP): boolean {
    this.#check(item)
    if (this.#hasSingles() && !this.flush()) return false
    if (this.staging.count >= this.capacity && !this.flush()) return false
    append(this.staging, item, timestamp)
    return true
  }

  offerTo(ordinals: number | readonly number[], item: unknown, timestamp: number = NO_TIMESTAMP): boolean {
    if (this.bucketCount === 1) return this.offer(item, timestamp)
    this.#check(item)
    if (this.staging.count > 0 && !this.flush()) return false
    if (typeof ordinals === 'number') return this.#offerSingle(ordinals, item, timestamp)
    while (this.#ordinalsServed < ordinals.length) {
      if (!this.#offerSingle(ordinals[this.#ordinalsServed]!, item, timestamp)) return false
      this.#ordinalsServed++
    }
    this.#ordinalsServed = 0
    return true
  }

  #offerSingle(ordinal: number, item: unknown, timestamp: number): boolean {
    const batch = this.#single[ordinal]
    if (batch === undefined) {
      throw new NacelleError(
        'ERR_NO_SUCH_ORDINAL',
        `vertex '${this.#vertexName}' has no output ordinal ${ordinal}: it has ${this.bucketCount} outgoing edges`,
        {
          details: { vertex: this.#vertexName, ordinal },
        },
      )
    }
    if (batch.count >= this.capacity && !this.#flushSingle(ordinal)) return false
    append(batch, item, timestamp)
    return true
  }

  offerWatermark(watermark: Watermark): boolean {
    if (!this.flush()) return false
    while (this.#markerServed < this.#collectors.length) {
      if (!this.#collectors[this.#markerServed]!.offerWatermark(watermark)) return false
      this.#markerServed++
    }
    this.#markerServed = 0
    this.lastWatermark = watermark
    return true
  }

  offerToSnapshot(key: unknown, value: unknown): boolean {
    return this.#snapshot.offer(key, value)
  }

  offerColumnsToSnapshot(state: StateColumns, from: number, to: number): number {
    return this.#snapshot.offerColumns(state, from, to)
  }

  flush(): boolean {
    if (this.staging.count > 0 && !this.#flushStaging()) return false
    for (let i = 0; i < this.#single.length; i++) {
      if (this.#single[i]!.count > 0 && !this.#flushSingle(i)) return false
    }
    return true
  }

  keyed(ordinal: number): KeyedOutput {
    const collector = this.#collectors[ordinal]
    assert(
      collector !== undefined && 'codes' in collector,
      `output ordinal ${ordinal} of vertex '${this.#vertexName}' is not keyed`,
    )
    this.#keyed.add(collector as KeyedCollector)
    return collector as KeyedCollector
  }

  /** Entries that have been emitted for good; what waits in {@link staging} does not count yet. */
  get itemsOut(): number {
    let total = this.#itemsOut
    for (const collector of this.#keyed) total += collector.entriesOut
    return total
  }

  /** Sends everything on, also what collectors still gather. For the engine: when there is nothing else to do. */
  flushAll(): boolean {
    let all = this.flush()
    for (const collector of this.#collectors) all = collector.flush() && all
    return all
  }

  /** Sends a barrier to all ordinals. For the engine only. */
  offerBarrier(snapshotId: number, terminal: boolean): boolean {
    if (!this.flush()) return false
    while (this.#markerServed < this.#collectors.length) {
      if (!this.#collectors[this.#markerServed]!.offerBarrier(snapshotId, terminal)) return false
      this.#markerServed++
    }
    this.#markerServed = 0
    return true
  }

  /** Sends the done marker to all ordinals. For the engine only. */
  offerDone(): boolean {
    if (!this.flush()) return false
    while (this.#markerServed < this.#collectors.length) {
      if (!this.#collectors[this.#markerServed]!.offerDone()) return false
      this.#markerServed++
    }
    this.#markerServed = 0
    return true
  }

  #flushStaging(): boolean {
    const count = this.staging.count
    if (this.#collectors.length === 1 && this.#collectors[0]!.takesBatches && this.#positions[0] === 0) {
      const next = this.#collectors[0]!.exchange(this.staging)
      if (next === null) return false
      this.staging = next
    } else {
      let all = true
      for (let i = 0; i < this.#collectors.length; i++) {
        const position = this.#positions[i]!
        if (position < count) this.#positions[i] = this.#collectors[i]!.accept(this.staging, position)
        if (this.#positions[i]! < count) all = false
      }
      if (!all) return false
      this.#positions.fill(0)
    }
    this.staging.clear()
    this.#itemsOut += count
    return true
  }

  #flushSingle(ordinal: number): boolean {
    const batch = this.#single[ordinal]!
    const position = this.#collectors[ordinal]!.accept(batch, this.#singlePositions[ordinal]!)
    this.#singlePositions[ordinal] = position
    if (position < batch.count) return false
    this.#itemsOut += batch.count
    batch.clear()
    this.#singlePositions[ordinal] = 0
    return true
  }

  #hasSingles(): boolean {
    for (let i = 0; i < this.#single.length; i++) if (this.#single[i]!.count > 0) return true
    return false
  }

  #check(item: unknown): void {
    if (item !== null && item !== undefined) return
    throw new NacelleError(
      'ERR_NULL_ITEM',
      `vertex '${this.#vertexName}' emitted ${item}: items must be values, leave out what is nothing`,
      {
        details: { vertex: this.#vertexName },
      },
    )
  }
}

function append(batch: Batch, item: unknown, timestamp: number): void {
  const at = batch.count
  if (batch.timestamps !== null) {
    batch.reserve(at + 1)
    batch.timestamps[at] = timestamp
  }
  batch.items[at] = item
  batch.count = at + 1
}
