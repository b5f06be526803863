import { NacelleError } from '../../base/nacelle-error.ts'
import { previewOf } from '../../core/user-error.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Metric } from '../../platform/metrics.ts'

/**
 * What happens to a line that cannot be read: the job fails, or the line is left out, counted and now and then logged.
 */
export type MalformedPolicy = 'fail' | 'skip'

/** Milliseconds between two warnings of one processor. */
const WARNING_PERIOD_MS = 10_000

/** Carries out a {@link MalformedPolicy}. */
export class MalformedLines {
  readonly #policy: MalformedPolicy
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #metric: Metric
  #nextWarningMs = Number.NEGATIVE_INFINITY
  #unreported = 0

  /** @param metric counts the lines left out */
  constructor(policy: MalformedPolicy, clock: Clock, logger: Logger, metric: Metric) {
    this.#policy = policy
    this.#clock = clock
    this.#logger = logger
    this.#metric = metric
  }

  /**
   * @param place where the line stands, `path:line`; asked only when it is shown
   * @throws NacelleError ERR_MALFORMED_LINE unless lines are to be skipped
   */
  report(place: () => string, reason: string, line: string): void {
    if (this.#policy === 'fail') {
      throw new NacelleError('ERR_MALFORMED_LINE', `${place()}: ${reason}; the line: ${previewOf(line)}`, {
        details: { place: place(), reason },
      })
    }
    this.#metric.add(1)
    const nowMs = this.#clock.monotonicMs()
    if (nowMs < this.#nextWarningMs) {
      this.#unreported++
      return
    }
    this.#nextWarningMs = nowMs + WARNING_PERIOD_MS
    this.#logger.log('warn', `skipped a malformed line at ${place()}: ${reason}${this.#others()}`)
  }

  /** Says how many lines have been skipped without a warning of their own. */
  close(): void {
    if (this.#unreported > 0) this.#logger.log('warn', `skipped ${this.#unreported} more malformed lines`)
    this.#unreported = 0
  }

  #others(): string {
    if (this.#unreported === 0) return ''
    const text = ` (and ${this.#unreported} others since the last warning)`
    this.#unreported = 0
    return text
  }
}
