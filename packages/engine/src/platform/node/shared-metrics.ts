import { NacelleError } from '../../base/nacelle-error.ts'
import type { Metric, MetricRegistry } from '../metrics.ts'

/** Facts that tell metrics of one name apart: vertex, processor, … */
export type MetricTags = Readonly<Record<string, string>>

/** Where in its writer's memory a metric lies. Plain data: it travels to whoever reads. */
export interface MetricSlot {
  readonly index: number
  readonly name: string
  readonly tags: MetricTags
}

/** A metric as a reader sees it. */
export interface MetricReading {
  readonly name: string
  readonly tags: MetricTags
  readonly value: number
}

/** Bytes of one writer's memory by default: room for 65 536 metrics, of which the system gives only touched pages. */
export const METRICS_BYTES = 512 * 1024

/**
 * Memory for the metrics of one writer, shared with readers in other threads.
 */
export function createMetricsMemory(byteLength = METRICS_BYTES): SharedArrayBuffer {
  return new SharedArrayBuffer(byteLength)
}

/**
 * The writing side: metrics of one thread. Every metric has a slot of its own and one writer, so counting is a plain
 * update of memory, without locks or atomics; readers see values soon, not at once.
 */
export class SharedMetrics {
  readonly #values: Float64Array
  readonly #announce: (slots: readonly MetricSlot[]) => void
  readonly #metrics = new Map<string, SharedMetric>()
  #unannounced: MetricSlot[] = []

  /**
   * @param memory from {@link createMetricsMemory}; no other writer has it
   * @param announce tells readers about new metrics; called once for all that the current turn has made
   */
  constructor(memory: SharedArrayBuffer, announce: (slots: readonly MetricSlot[]) => void) {
    this.#values = new Float64Array(memory)
    this.#announce = announce
  }

  /** Makes metrics that carry `tags`. Two registries with equal tags share their metrics. */
  registryFor(tags: MetricTags): MetricRegistry {
    const prefix = JSON.stringify(Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1)))
    return { metric: (name) => this.#metric(prefix + name, name, tags) }
  }

  /** Announces new metrics now rather than at the end of the turn. */
  flush(): void {
    if (this.#unannounced.length === 0) return
    const slots = this.#unannounced
    this.#unannounced = []
    this.#announce(slots)
  }

  #metric(key: string, name: string, tags: MetricTags): Metric {
    const known = this.#metrics.get(key)
    if (known !== undefined) return known
    const index = this.#metrics.size
    if (index >= this.#values.length) {
      throw new NacelleError(
        'ERR_TOO_MANY_METRICS',
        `there is no room for metric '${name}': a thread holds ${this.#values.length} metrics at most; names of metrics must not depend on items`,
        { details: { metric: name } },
      )
    }
    const metric = new SharedMetric(name, this.#values, index)
    this.#metrics.set(key, metric)
    if (this.#unannounced.push({ index, name, tags }) === 1) queueMicrotask(() => this.flush())
    return metric
  }
}

/** Plain fields: updated once per batch, and in some processors once per item. */
class SharedMetric implements Metric {
  readonly name: string
  readonly values: Float64Array
  readonly index: number

  constructor(name: string, values: Float64Array, index: number) {
    this.name = name
    this.values = values
    this.index = index
  }

  add(amount: number): void {
    this.values[this.index]! += amount
  }

  set(value: number): void {
    this.values[this.index] = value
  }

  get(): number {
    return this.values[this.index]!
  }
}

/** The reading side: what all writers have counted so far. */
export class SharedMetricsReader {
  readonly #entries: { readonly slot: MetricSlot; readonly values: Float64Array }[] = []

  /** Takes notice of metrics that a writer has announced. */
  addSlots(memory: SharedArrayBuffer, slots: readonly MetricSlot[]): void {
    const values = new Float64Array(memory)
    for (const slot of slots) this.#entries.push({ slot, values })
  }

  /** All metrics, in the order in which they were announced. */
  readings(): readonly MetricReading[] {
    return this.#entries.map(({ slot, values }) => ({ name: slot.name, tags: slot.tags, value: values[slot.index]! }))
  }

  /** Calls back for each metric, without making objects. */
  forEach(visit: (name: string, tags: MetricTags, value: number) => void): void {
    for (const { slot, values } of this.#entries) visit(slot.name, slot.tags, values[slot.index]!)
  }
}
