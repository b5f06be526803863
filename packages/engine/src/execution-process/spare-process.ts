import type { TimerHandle, Timers } from '../platform/timers.ts'
import type { ExecutionProcess } from './execution-process.ts'

/** What a {@link SpareProcess} needs. */
export interface SpareProcessOptions {
  readonly timers: Timers
  start(): ExecutionProcess
  /** How long a process waits for a job before it is ended. */
  readonly idleMs: number
}

/**
 * A process that was started ahead of the job that it will run. There is one only while jobs are likely to come, from
 * the first sign of one on: a member without jobs has no other process beside it.
 */
export class SpareProcess {
  readonly #options: SpareProcessOptions
  #spare: ExecutionProcess | null = null
  #idle: TimerHandle | null = null
  #isClosed = false

  constructor(options: SpareProcessOptions) {
    this.#options = options
  }

  /** Starts a process ahead, unless there is one. */
  warm(): void {
    if (this.#isClosed) return
    if (this.#spare === null || this.#spare.hasEnded) this.#spare = this.#options.start()
    this.#idle?.cancel()
    this.#idle = this.#options.timers.after(this.#options.idleMs, () => void this.#drop())
  }

  /** A process for a job: the spare one, else a new one. */
  take(): ExecutionProcess {
    this.#idle?.cancel()
    const spare = this.#spare
    this.#spare = null
    return spare === null || spare.hasEnded ? this.#options.start() : spare
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#drop()
  }

  async #drop(): Promise<void> {
    this.#idle?.cancel()
    const spare = this.#spare
    this.#spare = null
    await spare?.end()
  }
}
