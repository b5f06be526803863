/**
 * One measured value. Metrics live in memory that all threads share, so that whoever reports reads them without asking
 * the thread that counts.
 */
export interface Metric {
  readonly name: string
  add(amount: number): void
  set(value: number): void
  get(): number
}

/** Makes metrics with tags (vertex, processor index, …) already attached. */
export interface MetricRegistry {
  /**
   * The metric of this name, made on first use. Unit and meaning are part of the name: `lateEventsDropped`, `bytesOut`.
   */
  metric(name: string): Metric
}
