import type { Metric, MetricRegistry } from '../platform/metrics.ts'
import type { ProcessorTasklet } from './processor-tasklet.ts'

/** Copies what a tasklet has counted into shared metrics, now and then, so that counting costs nothing per item. */
export class TaskletMetrics {
  readonly #tasklet: ProcessorTasklet
  readonly #itemsIn: Metric
  readonly #itemsOut: Metric
  readonly #watermark: Metric

  constructor(tasklet: ProcessorTasklet, registry: MetricRegistry) {
    this.#tasklet = tasklet
    this.#itemsIn = registry.metric('itemsIn')
    this.#itemsOut = registry.metric('itemsOut')
    this.#watermark = registry.metric('watermark')
    this.#watermark.set(tasklet.watermark)
  }

  publish(): void {
    this.#itemsIn.set(this.#tasklet.itemsIn)
    this.#itemsOut.set(this.#tasklet.itemsOut)
    this.#watermark.set(this.#tasklet.watermark)
  }
}
