import { DEFAULT_PARTITION_COUNT } from '../base/key-hash.ts'
import { Batch, type BatchLayout, KeyDictionary } from '../core/batch.ts'
import { Inbox } from '../core/inbox.ts'
import type { Processor } from '../core/processor.ts'
import type { ProcessingGuarantee, ProcessorContext } from '../core/processor-context.ts'
import { WATERMARK_IDLE, WATERMARK_NONE, type Watermark } from '../core/watermark.ts'
import type { Collector } from '../execution/collector.ts'
import { EdgeOutbox } from '../execution/edge-outbox.ts'
import { KeyedCollector } from '../execution/keyed-collector.ts'
import { SpreadingCollector } from '../execution/spreading-collector.ts'
import { WatermarkCoalescer } from '../execution/watermark-coalescer.ts'
import { type FakePlatform, fakePlatform } from '../platform/fake/fake-platform.ts'
import type { MemoryMetrics } from '../platform/fake/memory-metrics.ts'
import { SeededRandom } from '../platform/fake/seeded-random.ts'
import { createContext } from './connector-rig.ts'
import { poison, RecordingQueue, type RigEntry, type RigEvent } from './recording-queue.ts'
import { RecordingSnapshot, restoreChunks } from './recording-snapshot.ts'

/** What a {@link ProcessorRig} may be told. */
export interface ProcessorRigOptions {
  /** Layout of each input ordinal. Default: one input of timed items. */
  readonly inputs?: readonly BatchLayout[]
  /** Producers that feed each input, each with a queue and a key dictionary of its own. Default 1. */
  readonly producers?: number
  /** Layout of output ordinal 0. Default: timed items. */
  readonly output?: BatchLayout
  /** Consumers of the output; entries of layout `keyed` go to them by the hash of their key. Default 1. */
  readonly destinations?: number
  /** Entries of each batch at most, in and out. Default 512. */
  readonly capacity?: number
  /** How often the queues of the output refuse what they are offered: 0 (the default) never, 0.9 nine times of ten. */
  readonly refusal?: number
  /** Seed of the refusals. */
  readonly seed?: number
  /** Keys that the output's dictionaries hold before they start anew. Default: practically all. */
  readonly dictionaryKeysMax?: number
  readonly platform?: FakePlatform
  readonly vertexName?: string
  /** Which of how many processors it is; 0 of 1 when nothing is said. */
  readonly processorIndex?: number
  readonly parallelism?: number
  /** Default none. */
  readonly guarantee?: ProcessingGuarantee
}

/** Which queue something comes from. Both default to 0. */
export interface RigInput {
  readonly ordinal?: number
  readonly producer?: number
}

/** Calls of one method that must not be answered in vain before the rig gives up. */
const CALLS_MAX = 100_000

/**
 * Drives one processor as its tasklet would, over the real outbox and collectors, and writes down what it emits. Queues
 * may refuse at random; batches are overwritten as soon as they are consumed.
 *
 * All methods return when the processor has dealt with what they gave it; errors of the processor come through.
 */
export class ProcessorRig {
  readonly processor: Processor
  /** Everything emitted so far that has left the collectors; see {@link flush}. */
  readonly events: RigEvent[] = []
  readonly context: ProcessorContext & { readonly metrics: MemoryMetrics }
  readonly platform: FakePlatform
  readonly outbox: EdgeOutbox
  readonly #inputs: readonly BatchLayout[]
  readonly #producers: number
  readonly #capacity: number
  readonly #random: SeededRandom
  readonly #queues: readonly RecordingQueue[]
  readonly #coalescer: WatermarkCoalescer
  readonly #batches: readonly Batch[]
  /** By queue: key → slot, and the dictionary itself. */
  readonly #slots: Map<unknown, number>[]
  readonly #dictionaries: KeyDictionary[]
  readonly #snapshot: RecordingSnapshot

  /** Makes the rig and initializes the processor, whose `init` must not be asynchronous. */
  constructor(processor: Processor, options: ProcessorRigOptions = {}) {
    this.processor = processor
    this.#inputs = options.inputs ?? [{ kind: 'items', timed: true }]
    this.#producers = options.producers ?? 1
    this.#capacity = options.capacity ?? 512
    this.#random = new SeededRandom(options.seed ?? 1)
    this.platform = options.platform ?? fakePlatform()
    this.context = createContext({
      platform: this.platform,
      vertexName: options.vertexName ?? 'vertex',
      localProcessorIndex: options.processorIndex ?? 0,
      totalParallelism: options.parallelism ?? 1,
      guarantee: options.guarantee ?? 'none',
    })
    const refusal = options.refusal ?? 0
    this.#snapshot = new RecordingSnapshot(this.context, () => refusal > 0 && this.#random.next() < refusal)
    const layout = options.output ?? { kind: 'items', timed: true }
    this.#queues = Array.from(
      { length: options.destinations ?? 1 },
      (_, destination) =>
        new RecordingQueue({
          layout,
          capacity: this.#capacity,
          destination,
          events: this.events,
          refuses: () => refusal > 0 && this.#random.next() < refusal,
        }),
    )
    this.outbox = new EdgeOutbox({
      collectors: [this.#collector(layout, options.dictionaryKeysMax ?? 1 << 17)],
      layout: { kind: 'items', timed: layout.timed },
      capacity: this.#capacity,
      snapshot: this.#snapshot.output,
      vertexName: this.context.vertexName,
    })
    const queues = this.#inputs.length * this.#producers
    this.#coalescer = new WatermarkCoalescer(queues)
    this.#batches = Array.from(
      { length: queues },
      (_, i) => new Batch(this.#inputs[Math.floor(i / this.#producers)]!, this.#capacity),
    )
    this.#slots = Array.from({ length: queues }, () => new Map())
    this.#dictionaries = Array.from({ length: queues }, () => new KeyDictionary())
    if (processor.init(this.outbox, this.context) !== undefined)
      throw new Error('the rig takes processors with a synchronous init only')
  }

  /** Entries of the largest batch that has left. */
  get largestBatch(): number {
    return Math.max(...this.#queues.map((queue) => queue.largestBatch))
  }

  /** What has been emitted as items, in order; {@link flush} first. */
  get items(): readonly unknown[] {
    return this.events.flatMap((event) => (event.kind === 'item' ? [event.item] : []))
  }

  /** What has been emitted as keys and columns, in order; {@link flush} first. */
  get entries(): readonly RigEntry[] {
    return this.events.flatMap((event) => (event.kind === 'entry' ? [event] : []))
  }

  /** Gives items; `timestamps` in milliseconds when the input is timed. */
  feedItems(items: readonly unknown[], timestamps: readonly number[] = [], from: RigInput = {}): void {
    this.#feed(items.length, from, (batch, at, i) => {
      batch.items[at] = items[i]
      if (batch.timestamps !== null) batch.timestamps[at] = timestamps[i]!
    })
  }

  /**
   * Gives entries of layout `keyed`: each queue has a dictionary, in which a key that it has not met gets the next
   * slot.
   */
  feedKeyed(entries: readonly RigEntry[], from: RigInput = {}): void {
    const queue = this.#queueOf(from)
    const slots = this.#slots[queue]!
    this.#feed(entries.length, from, (batch, at, i) => {
      const { key, values, timestamp } = entries[i]!
      const dictionary = this.#dictionaries[queue]!
      let slot = slots.get(key)
      if (slot === undefined) {
        slot = dictionary.keys.push(key) - 1
        slots.set(key, slot)
      }
      batch.dictionary = dictionary
      batch.keyCount = dictionary.keys.length
      batch.slots![at] = slot
      for (let c = 0; c < values.length; c++) batch.columns[c]![at] = values[c]
      if (batch.timestamps !== null) batch.timestamps[at] = timestamp
    })
  }

  /** The producer of a queue forgets its keys, as one does that has met too many: a new dictionary follows. */
  restartDictionary(from: RigInput = {}): void {
    const queue = this.#queueOf(from)
    this.#slots[queue] = new Map()
    this.#dictionaries[queue] = new KeyDictionary()
  }

  /**
   * A watermark (or `WATERMARK_IDLE`) arrives on one queue, or on all; the processor gets it once all queues have it.
   */
  feedWatermark(watermark: Watermark, from: RigInput | null = null): void {
    if (from === null)
      for (let queue = 0; queue < this.#batches.length; queue++) this.#coalescer.observeWatermark(queue, watermark)
    else this.#coalescer.observeWatermark(this.#queueOf(from), watermark)
    this.#forwardWatermarks()
  }

  /** A queue ends: its watermark holds nothing back any more. */
  endProducer(from: RigInput): void {
    this.#coalescer.observeDone(this.#queueOf(from))
    this.#forwardWatermarks()
  }

  /** A barrier: the processor saves its state, then the barrier goes on. */
  barrier(): void {
    this.#snapshot.begin()
    const { snapshotId, output } = this.#snapshot
    this.#until(() => this.processor.saveToSnapshot())
    this.#until(() => this.processor.snapshotCommitPrepare())
    this.#until(() => output.barrier(snapshotId))
    this.#until(() => this.outbox.offerBarrier(snapshotId, false))
  }

  /** What was saved at the last {@link barrier}, encoded. */
  get saved(): readonly ArrayBuffer[] {
    return this.#snapshot.chunks()
  }

  /** Gives the processor what is its own among the chunks that processors of its vertex have saved. */
  restore(chunks: readonly ArrayBuffer[]): void {
    restoreChunks(chunks, this.context, (entries) => {
      const inbox = new Inbox(entries)
      this.#until(() => {
        if (!inbox.isEmpty()) this.processor.restoreFromSnapshot(inbox)
        return inbox.isEmpty()
      })
    })
    this.#until(() => this.processor.finishSnapshotRestore())
  }

  /** All inputs end. Everything emitted stands in {@link events} afterwards, behind it a `done`. */
  complete(): void {
    for (let ordinal = 0; ordinal < this.#inputs.length; ordinal++)
      this.#until(() => this.processor.completeEdge(ordinal))
    this.#until(() => this.processor.complete())
    this.#until(() => this.outbox.offerDone())
    this.flush()
  }

  /** Lets everything leave that outbox and collectors still gather. */
  flush(): void {
    this.#until(() => this.outbox.flushAll())
  }

  #feed(count: number, from: RigInput, write: (batch: Batch, at: number, i: number) => void): void {
    const queue = this.#queueOf(from)
    const batch = this.#batches[queue]!
    this.#coalescer.observeItems(queue)
    for (let start = 0; start < count; start += this.#capacity) {
      const end = Math.min(count, start + this.#capacity)
      for (let i = start; i < end; i++) write(batch, i - start, i)
      batch.count = end - start
      const inbox = new Inbox(batch)
      this.#until(() => {
        if (this.processor.tryProcess()) this.processor.process(from.ordinal ?? 0, inbox)
        return inbox.isEmpty()
      })
      poison(batch)
    }
  }

  #forwardWatermarks(): void {
    for (;;) {
      const watermark = this.#coalescer.next()
      if (watermark === WATERMARK_NONE) return
      this.#until(() =>
        watermark === WATERMARK_IDLE
          ? this.outbox.offerWatermark(watermark)
          : this.processor.tryProcessWatermark(watermark),
      )
    }
  }

  /** Calls again and again until the answer is true; what is staged leaves in between, as a tasklet sees to. */
  #until(call: () => boolean): void {
    for (let calls = 0; calls < CALLS_MAX; calls++) {
      if (this.outbox.staging.count >= this.#capacity && !this.outbox.flush()) continue
      if (call()) return
      if (this.#random.next() < 0.3) this.outbox.flushAll()
    }
    throw new Error(`the processor did not come to an end within ${CALLS_MAX} calls`)
  }

  #queueOf({ ordinal = 0, producer = 0 }: RigInput): number {
    return ordinal * this.#producers + producer
  }

  #collector(layout: BatchLayout, dictionaryKeysMax: number): Collector {
    if (layout.kind === 'items') return new SpreadingCollector(this.#queues, layout, this.#capacity)
    const queueOfPartition = Int32Array.from(
      { length: DEFAULT_PARTITION_COUNT },
      (_, partition) => partition % this.#queues.length,
    )
    return new KeyedCollector({
      queues: this.#queues,
      layout,
      capacity: this.#capacity,
      routing: { queueOfPartition },
      vertexName: this.context.vertexName,
      fill: null,
      dictionaryKeysMax,
    })
  }
}
