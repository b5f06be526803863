import type { ExecutionProgress } from '../local/execution-progress.ts'
import type { Clock } from '../platform/clock.ts'
import type { TimerHandle, Timers } from '../platform/timers.ts'
import { ItemRate } from './item-rate.ts'
import type { LiveLine } from './live-line.ts'
import { type ProgressMoment, progressText, summaryText } from './progress-text.ts'

/** Milliseconds between two texts of a live line. */
const LIVE_PERIOD_MS = 100

/** When the first plain line comes; each later pause is twice the one before, up to the longest. */
const FIRST_LINE_MS = 5000
const LONGEST_PAUSE_MS = 60_000

/** What a {@link ProgressReporter} is made of. */
export interface ProgressReporterOptions {
  readonly jobName: string
  readonly progress: () => ExecutionProgress
  readonly clock: Clock
  readonly timers: Timers
}

/** Shows how far a job has come, as long as it runs. */
export class ProgressReporter {
  readonly #options: ProgressReporterOptions
  readonly #startMs: number
  readonly #rate: ItemRate
  #timer: TimerHandle | null = null

  constructor(options: ProgressReporterOptions) {
    this.#options = options
    this.#startMs = options.clock.monotonicMs()
    this.#rate = new ItemRate(this.#startMs)
  }

  /** Rewrites a line of a terminal all the time. */
  showLive(line: LiveLine): void {
    this.#timer = this.#options.timers.every(LIVE_PERIOD_MS, () => line.show(progressText(this.#moment(), line.width)))
  }

  /** Writes a line now and then. */
  showLines(write: (line: string) => void): void {
    let nextMs = this.#startMs + FIRST_LINE_MS
    let pauseMs = FIRST_LINE_MS
    this.#timer = this.#options.timers.every(FIRST_LINE_MS / 5, () => {
      const moment = this.#moment()
      const nowMs = this.#options.clock.monotonicMs()
      if (nowMs < nextMs) return
      write(progressText(moment))
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)
      nextMs = nowMs + pauseMs
    })
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = null
  }

  /** What the job has done in all. */
  summary(): string {
    const { progress, clock } = this.#options
    const elapsedMs = clock.monotonicMs() - this.#startMs
    const total = progress()
    const itemsPerSecond = elapsedMs > 0 ? (total.itemsIn / elapsedMs) * 1000 : 0
    return summaryText({ ...this.#place(elapsedMs), progress: total, itemsPerSecond })
  }

  #moment(): ProgressMoment {
    const nowMs = this.#options.clock.monotonicMs()
    const progress = this.#options.progress()
    const itemsPerSecond = this.#rate.perSecond(nowMs, progress.itemsIn)
    return { ...this.#place(nowMs - this.#startMs), progress, itemsPerSecond }
  }

  #place(elapsedMs: number): Pick<ProgressMoment, 'jobName' | 'elapsedMs' | 'wallMs'> {
    const { jobName, clock } = this.#options
    return { jobName, elapsedMs, wallMs: clock.wallMs() }
  }
}
