import { keyHash } from '../base/key-hash.ts'
import { KeyMap } from '../base/key-map.ts'
import { Batch, type BatchLayout, KeyDictionary } from '../core/batch.ts'
import type { KeyedOutput } from '../core/outbox.ts'
import { nullKeyError } from '../core/user-error.ts'
import type { Collector } from './collector.ts'
import type { QueueProducer } from './edge-queue.ts'
import { MarkerBroadcast } from './marker-broadcast.ts'
import type { PartitionRouting } from './partitioned-collector.ts'
import type { ProjectedFill, ProjectionTarget } from './projected-fill.ts'

/** What a {@link KeyedCollector} is made of. */
export interface KeyedCollectorOptions {
  readonly queues: readonly QueueProducer[]
  readonly layout: BatchLayout
  /** Entries of a batch at most. */
  readonly capacity: number
  readonly routing: PartitionRouting
  readonly vertexName: string
  /** Fills batches from items; null when the processor itself emits keys and columns. */
  readonly fill: ProjectedFill | null
  /** Keys that the dictionaries hold together before they start anew: bounds memory, not what a producer may see. */
  readonly dictionaryKeysMax: number
}

/**
 * The collector of edges with layout `keyed`. It keeps, over all its queues, one map from key to *code* (destination
 * and slot) and one dictionary per queue.
 *
 * Invariants:
 * - K1: a slot in a batch is below the batch's `keyCount`, and the batch's dictionary is the one the slot belongs to.
 * - K2: dictionaries start anew only when no entry that uses the old ones waits in an open batch.
 */
export class KeyedCollector implements Collector, KeyedOutput, ProjectionTarget {
  readonly takesBatches = false
  epoch = 0
  /**
   * Entries that the processor itself has emitted and that are on their way; stays 0 when batches are filled from
   * items.
   */
  entriesOut = 0
  readonly destinationMask: number
  readonly destinationShift: number
  readonly batches: Batch[]
  readonly capacity: number
  /** key → code, for the generated fill loop. */
  readonly codes = new KeyMap()
  readonly #queues: readonly QueueProducer[]
  readonly #markers: MarkerBroadcast
  readonly #dictionaries: KeyDictionary[]
  readonly #queueOfPartition: Int32Array
  readonly #vertexName: string
  readonly #fill: ProjectedFill | null
  readonly #dictionaryKeysMax: number
  #keys = 0

  constructor(options: KeyedCollectorOptions) {
    this.#queues = options.queues
    this.#markers = new MarkerBroadcast(options.queues)
    this.#queueOfPartition = options.routing.queueOfPartition
    this.#vertexName = options.vertexName
    this.#fill = options.fill
    this.#dictionaryKeysMax = options.dictionaryKeysMax
    this.capacity = options.capacity
    this.destinationShift = 32 - Math.clz32(options.queues.length - 1)
    this.destinationMask = (1 << this.destinationShift) - 1
    this.#dictionaries = options.queues.map(() => new KeyDictionary())
    this.batches = options.queues.map((_, i) => this.#opened(new Batch(options.layout, options.capacity), i))
  }

  codeOf(key: unknown): number {
    const code = this.codes.get(key)
    return code >= 0 ? code : this.newCode(key, undefined)
  }

  /**
   * Gives a key that {@link codes} does not know its destination and slot. `item` is for the message about a null key.
   */
  newCode(key: unknown, item: unknown): number {
    if (key === null || key === undefined) throw nullKeyError(this.#vertexName, item)
    const partition = (keyHash(key) >>> 0) % this.#queueOfPartition.length
    const destination = this.#queueOfPartition[partition]!
    const { keys } = this.#dictionaries[destination]!
    const code = (keys.length << this.destinationShift) | destination
    keys.push(key)
    this.codes.set(key, code)
    this.#keys++
    return code
  }

  begin(): number {
    if (this.#keys >= this.#dictionaryKeysMax && !this.#startAnew()) return 0
    let room = this.capacity
    for (let i = 0; i < this.batches.length; i++) {
      // Half-full batches go now, so that one busy destination does not shrink the room of all.
      if (this.batches[i]!.count * 2 >= this.capacity) this.#flushOne(i)
      room = Math.min(room, this.capacity - this.batches[i]!.count)
    }
    return room
  }

  accept(batch: Batch, from: number): number {
    let position = from
    while (position < batch.count) {
      if (this.#keys >= this.#dictionaryKeysMax && !this.#startAnew()) return position
      for (let i = 0; i < this.batches.length; i++) {
        if (this.batches[i]!.count >= this.capacity && !this.#flushOne(i)) return position
      }
      position = this.#fill!(batch, position, this)
    }
    return position
  }

  exchange(_batch: Batch): Batch | null {
    return null
  }

  flush(): boolean {
    let all = true
    for (let i = 0; i < this.batches.length; i++) all = this.#flushOne(i) && all
    return all
  }

  #flushOne(destination: number): boolean {
    const open = this.batches[destination]!
    if (open.count === 0) return true
    open.keyCount = this.#dictionaries[destination]!.keys.length
    const { count } = open
    const next = this.#queues[destination]!.offerBatch(open)
    if (next === null) return false
    if (this.#fill === null) this.entriesOut += count
    this.batches[destination] = this.#opened(next, destination)
    return true
  }

  #opened(batch: Batch, destination: number): Batch {
    batch.count = 0
    batch.dictionary = this.#dictionaries[destination]!
    return batch
  }

  /** K2: only after everything is flushed. */
  #startAnew(): boolean {
    if (!this.flush()) return false
    this.codes.clear()
    this.#keys = 0
    this.epoch++
    for (let i = 0; i < this.#dictionaries.length; i++) {
      this.#dictionaries[i] = new KeyDictionary()
      this.#opened(this.batches[i]!, i)
    }
    return true
  }

  offerWatermark(watermark: number): boolean {
    return this.flush() && this.#markers.watermark(watermark)
  }

  offerBarrier(snapshotId: number, terminal: boolean): boolean {
    return this.flush() && this.#markers.barrier(snapshotId, terminal)
  }

  offerDone(): boolean {
    return this.flush() && this.#markers.done()
  }
}
