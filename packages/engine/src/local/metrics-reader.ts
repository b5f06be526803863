import { WATERMARK_IDLE } from '../core/watermark.ts'
import type { ExecutionPlan } from '../execution/execution-plan.ts'
import type { Clock } from '../platform/clock.ts'
import { createMetricsMemory, SharedMetricsReader } from '../platform/node/shared-metrics.ts'
import type { ExecutionProgress, SourceProgress, VertexProgress } from './execution-progress.ts'
import type { MetricsMessage } from './thread-messages.ts'

/** Reads the metrics that worker threads count in shared memory, and sums them up by vertex. */
export class MetricsReader {
  readonly #plan: ExecutionPlan
  readonly #clock: Clock
  readonly #memories: SharedArrayBuffer[] = []
  readonly #reader = new SharedMetricsReader()

  constructor(plan: ExecutionPlan, clock: Clock) {
    this.#plan = plan
    this.#clock = clock
  }

  /** The shared memory in which one thread counts. */
  memoryFor(thread: number): SharedArrayBuffer {
    return (this.#memories[thread] ??= createMetricsMemory())
  }

  /** A thread has made metrics. */
  announce(thread: number, slots: MetricsMessage['slots']): void {
    this.#reader.addSlots(this.memoryFor(thread), slots)
  }

  progress(): ExecutionProgress {
    const totals = new Totals(this.#reader)
    const vertices: VertexProgress[] = []
    const sources: SourceProgress[] = []
    let itemsIn = 0
    let itemsOut = 0
    let lateEventsDropped = 0
    let sinkWatermark: number | null = null
    for (const { vertex, inbound, outbound } of this.#plan.vertices) {
      const { name } = vertex
      const entry = {
        name,
        itemsIn: totals.sum(name, 'itemsIn'),
        itemsOut: totals.sum(name, 'itemsOut'),
        watermark: totals.leastWatermark(name),
      }
      vertices.push(entry)
      lateEventsDropped += totals.sum(name, 'lateEventsDropped')
      if (inbound.length === 0) {
        itemsIn += entry.itemsOut
        sources.push({
          vertex: name,
          items: entry.itemsOut,
          bytesRead: totals.sumOrNull(name, 'sourceBytesRead'),
          bytesTotal: totals.sumOrNull(name, 'sourceBytesTotal'),
        })
      }
      if (outbound.length === 0) {
        itemsOut += entry.itemsIn
        if (entry.watermark !== null) sinkWatermark = Math.min(sinkWatermark ?? entry.watermark, entry.watermark)
      }
    }
    const watermarkLagMs = sinkWatermark === null ? null : this.#clock.wallMs() - sinkWatermark
    return { itemsIn, itemsOut, sources, vertices, watermarkLagMs, lateEventsDropped }
  }
}

/** The values of all processors by vertex and metric. */
class Totals {
  readonly #values = new Map<string, number[]>()

  constructor(reader: SharedMetricsReader) {
    reader.forEach((name, tags, value) => {
      const key = `${tags['vertex']} ${name}`
      const values = this.#values.get(key)
      if (values === undefined) this.#values.set(key, [value])
      else values.push(value)
    })
  }

  sum(vertex: string, metric: string): number {
    return this.sumOrNull(vertex, metric) ?? 0
  }

  sumOrNull(vertex: string, metric: string): number | null {
    return this.#values.get(`${vertex} ${metric}`)?.reduce((sum, value) => sum + value, 0) ?? null
  }

  leastWatermark(vertex: string): number | null {
    const least = Math.min(...(this.#values.get(`${vertex} watermark`) ?? []))
    return Number.isFinite(least) && least < WATERMARK_IDLE ? least : null
  }
}
