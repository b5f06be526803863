import type { Metric, MetricRegistry } from '../metrics.ts'

/** Metrics in a map of this thread. */
export class MemoryMetrics implements MetricRegistry {
  readonly #metrics = new Map<string, MemoryMetric>()

  metric(name: string): Metric {
    let metric = this.#metrics.get(name)
    if (metric === undefined) this.#metrics.set(name, (metric = new MemoryMetric(name)))
    return metric
  }

  /** The value of a metric, undefined when nobody has asked for it. */
  value(name: string): number | undefined {
    return this.#metrics.get(name)?.get()
  }
}

class MemoryMetric implements Metric {
  readonly name: string
  #value = 0

  constructor(name: string) {
    this.name = name
  }

  add(amount: number): void {
    this.#value += amount
  }

  set(value: number): void {
    this.#value = value
  }

  get(): number {
    return this.#value
  }
}
