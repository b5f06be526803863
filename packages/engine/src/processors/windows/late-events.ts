import type { ProcessorContext } from '../../core/processor-context.ts'
import type { Metric } from '../../platform/metrics.ts'

/** A processor logs late events at most this often. */
const LOG_INTERVAL_MS = 10_000

/**
 * Counts the late events that a processor drops: each in the metric `lateEventsDropped`, and in one line of the log now
 * and then, so that a burst of them is no burst of lines.
 */
export class LateEvents {
  readonly #context: ProcessorContext
  readonly #metric: Metric
  /** Since the last {@link report}. */
  #counted = 0
  /** Since the last line. */
  #unlogged = 0
  #lateByMsMax = 0
  #loggedAtMs: number = Number.NEGATIVE_INFINITY

  constructor(context: ProcessorContext) {
    this.#context = context
    this.#metric = context.metrics.metric('lateEventsDropped')
  }

  /** One event at `timestamp` came when everything before `closedEnd` was closed. */
  count(timestamp: number, closedEnd: number): void {
    this.#counted++
    const lateByMs = closedEnd - timestamp
    if (lateByMs > this.#lateByMsMax) this.#lateByMsMax = lateByMs
  }

  /** Publishes what was counted; call it once for each batch. */
  report(): void {
    if (this.#counted === 0) return
    this.#metric.add(this.#counted)
    this.#unlogged += this.#counted
    this.#counted = 0
    if (this.#context.platform.clock.monotonicMs() - this.#loggedAtMs >= LOG_INTERVAL_MS) this.#log()
  }

  /** The processor ends: logs what no line has told yet. */
  close(): void {
    if (this.#unlogged > 0) this.#log()
  }

  #log(): void {
    const { vertexName, logger, platform } = this.#context
    const count = this.#unlogged
    const events = count === 1 ? '1 late event' : `${count} late events`
    logger.log(
      'warn',
      `vertex '${vertexName}' dropped ${events}, up to ${this.#lateByMsMax} ms behind the windows already emitted: allow more lag if they matter`,
      { vertex: vertexName, processor: this.#context.globalProcessorIndex, lateEventsDropped: count },
    )
    this.#unlogged = 0
    this.#lateByMsMax = 0
    this.#loggedAtMs = platform.clock.monotonicMs()
  }
}
