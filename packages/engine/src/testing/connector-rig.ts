import { Batch } from '../core/batch.ts'
import { Inbox } from '../core/inbox.ts'
import type { KeyedOutput, Outbox } from '../core/outbox.ts'
import type { Processor } from '../core/processor.ts'
import type { ProcessingGuarantee, ProcessorContext } from '../core/processor-context.ts'
import type { ProcessorMetaSupplier } from '../core/processor-supplier.ts'
import { WATERMARK_IDLE, type Watermark } from '../core/watermark.ts'
import { fakePlatform } from '../platform/fake/fake-platform.ts'
import { MemoryMetrics } from '../platform/fake/memory-metrics.ts'
import type { Platform } from '../platform/platform.ts'

/** What {@link runSource} and {@link createContext} may be told. */
export interface RigOptions {
  readonly platform?: Platform
  readonly capacity?: number
  /** Every n-th flush is refused; 0 = none. */
  readonly refuseEvery?: number
  readonly timed?: boolean
  readonly localProcessorIndex?: number
  readonly totalParallelism?: number
  readonly vertexName?: string
  readonly guarantee?: ProcessingGuarantee
}

/** An outbox that writes down what it is given: items, `[item, timestamp]` when timed, `wm(…)`. */
export class RigOutbox implements Outbox {
  readonly bucketCount = 1
  readonly capacity: number
  staging: Batch
  readonly events: unknown[] = []
  readonly snapshot: { readonly key: unknown; readonly value: unknown }[] = []
  /** Largest batch that was flushed. */
  largestBatch = 0
  readonly #timed: boolean
  readonly #refuseEvery: number
  #flushes = 0

  constructor(options: RigOptions) {
    this.capacity = options.capacity ?? 512
    this.#timed = options.timed ?? false
    this.#refuseEvery = options.refuseEvery ?? 0
    this.staging = this.#newBatch()
  }

  offer(item: unknown, timestamp = Number.NaN): boolean {
    if (this.staging.count >= this.capacity && !this.flush()) return false
    const at = this.staging.count++
    this.staging.items[at] = item
    if (this.#timed) this.staging.timestamps![at] = timestamp
    return true
  }

  offerTo(_ordinals: number | readonly number[], item: unknown, timestamp?: number): boolean {
    return this.offer(item, timestamp)
  }

  offerWatermark(watermark: Watermark): boolean {
    if (!this.flush()) return false
    this.events.push(watermark === WATERMARK_IDLE ? 'wm(idle)' : `wm(${watermark})`)
    return true
  }

  offerToSnapshot(key: unknown, value: unknown): boolean {
    this.snapshot.push({ key, value })
    return true
  }

  offerColumnsToSnapshot(): number {
    throw new Error('sources and sinks keep no state in columns')
  }

  flush(): boolean {
    const { count, items, timestamps } = this.staging
    if (count === 0) return true
    if (this.#refuseEvery > 0 && ++this.#flushes % this.#refuseEvery === 0) return false
    this.largestBatch = Math.max(this.largestBatch, count)
    for (let i = 0; i < count; i++) {
      this.events.push(timestamps === null ? items[i] : [items[i], timestamps[i]])
      // Whoever still writes into an array that has gone would be seen.
      items[i] = 'gone'
    }
    this.staging = this.#newBatch()
    return true
  }

  keyed(): KeyedOutput {
    throw new Error('this outbox has no keyed edges')
  }

  #newBatch(): Batch {
    return new Batch({ kind: 'items', timed: this.#timed }, this.capacity)
  }
}

/** A context with fakes behind it. */
export function createContext(
  options: RigOptions & { readonly wake?: () => void } = {},
): ProcessorContext & { readonly metrics: MemoryMetrics } {
  const platform: Platform = options.platform ?? fakePlatform()
  const totalParallelism = options.totalParallelism ?? 1
  return {
    jobName: 'job',
    executionId: 'execution',
    guarantee: options.guarantee ?? 'none',
    memberIndex: 0,
    memberCount: 1,
    platform,
    logger: platform.logger,
    vertexName: options.vertexName ?? 'vertex',
    localParallelism: totalParallelism,
    totalParallelism,
    localProcessorIndex: options.localProcessorIndex ?? 0,
    globalProcessorIndex: options.localProcessorIndex ?? 0,
    metrics: new MemoryMetrics(),
    wake: options.wake ?? ((): void => {}),
  }
}

/** A processor with its rig. */
export interface Rig {
  readonly processor: Processor
  readonly outbox: RigOutbox
  readonly context: ReturnType<typeof createContext>
  /** Calls `complete` until it answers true, or `calls` times; lets promises settle in between. */
  readonly drive: (calls?: number) => Promise<boolean>
}

/** Makes the processor with the given index of a meta-supplier and initializes it. */
export async function rig(metaSupplier: ProcessorMetaSupplier, options: RigOptions = {}): Promise<Rig> {
  const context = createContext(options)
  await metaSupplier.init?.(context)
  const supplier = metaSupplier.get()
  await supplier.init?.(context)
  const processor = supplier.get([context.localProcessorIndex])[0]!
  const outbox = new RigOutbox(options)
  await processor.init(outbox, context)
  const drive = async (calls = 1_000_000): Promise<boolean> => {
    for (let i = 0; i < calls; i++) {
      if (processor.complete()) {
        while (!outbox.flush());
        return true
      }
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    return false
  }
  return { processor, outbox, context, drive }
}

/** Runs a source to its end and answers what it has emitted, all processors one after another. */
export async function runSource(
  metaSupplier: ProcessorMetaSupplier,
  options: RigOptions = {},
): Promise<readonly unknown[]> {
  const events: unknown[] = []
  for (let index = 0; index < (options.totalParallelism ?? 1); index++) {
    const { processor, outbox, drive } = await rig(metaSupplier, { ...options, localProcessorIndex: index })
    try {
      await drive()
      for (const event of outbox.events) events.push(event)
    } finally {
      await processor.close(undefined)
    }
  }
  return events
}

/** Feeds items to a sink's processor in batches, completes and closes it. */
export async function runSink(
  metaSupplier: ProcessorMetaSupplier,
  items: readonly unknown[],
  options: RigOptions = {},
): Promise<Rig> {
  const made = await rig(metaSupplier, options)
  const { processor } = made
  const size = options.capacity ?? 512
  try {
    for (let from = 0; from < items.length; from += size) {
      const inbox = new Inbox(new Batch({ kind: 'items', timed: false }, size))
      for (const item of items.slice(from, from + size)) inbox.batch.items[inbox.batch.count++] = item
      while (!inbox.isEmpty()) {
        if (processor.tryProcess()) processor.process(0, inbox)
        await new Promise<void>((resolve) => setImmediate(resolve))
      }
    }
    await made.drive()
  } finally {
    await processor.close(undefined)
  }
  return made
}
