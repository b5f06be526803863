import type { Clock } from '../platform/clock.ts'
import type { Timers } from '../platform/timers.ts'
import type { Doorbell } from './doorbell.ts'
import { DONE, MADE_PROGRESS, type Tasklet } from './tasklet.ts'

/** What a {@link CooperativeWorker} is made of. */
export interface CooperativeWorkerOptions {
  readonly tasklets: readonly Tasklet[]
  readonly clock: Clock
  readonly timers: Timers
  /** null when the worker is alone: nobody can ring. */
  readonly doorbell: Doorbell | null
  /** Asked in every round; true ends {@link CooperativeWorker.run}. */
  isStopped(): boolean
  /** Called each time before the event loop turns, about every 10 ms while busy. */
  onTurn(): void
  /**
   * Word 0 is kept at 1 + the place in `tasklets` of the one that is being called, 0 between calls: for whoever watches
   * this thread from another. Default: nobody does.
   */
  readonly calling?: Int32Array
}

/** The event loop of a worker turns at least this often, for users' promises, timers and logs. */
const TURN_MS = 10
/** First and longest sleep while some tasklet has to be polled. */
const POLL_SLEEP_MIN_MS = 0.05
const POLL_SLEEP_MAX_MS = 1

/**
 * A thread's loop: calls its tasklets in turn until all are done. When a whole round makes no progress it sleeps until
 * rung, or briefly when some tasklet needs polling.
 */
export class CooperativeWorker {
  readonly #options: CooperativeWorkerOptions
  readonly #calling: Int32Array
  #live: Tasklet[]
  /** For each live tasklet its place among all, plus 1. */
  #places: number[]
  #sleepMs = POLL_SLEEP_MIN_MS
  #lastTurnMs = 0
  /** Some processor of this thread waits for promises: sleeping must not block the event loop. */
  #usesEventLoop = false
  #woken = false
  #wakeSleeper: (() => void) | null = null

  constructor(options: CooperativeWorkerOptions) {
    this.#options = options
    this.#live = [...options.tasklets]
    this.#places = this.#live.map((_, index) => index + 1)
    this.#calling = options.calling ?? new Int32Array(1)
  }

  /** For processor contexts: something that was awaited has happened. */
  wake(): void {
    this.#usesEventLoop = true
    this.#woken = true
    this.#wakeSleeper?.()
  }

  /** Runs to the end. Rejects with the first error of a tasklet; ends early, without error, when stopped. */
  async run(): Promise<void> {
    const { clock, doorbell } = this.#options
    this.#lastTurnMs = clock.monotonicMs()
    while (this.#live.length > 0 && !this.#options.isStopped()) {
      const progressed = this.#round()
      doorbell?.ring()
      if (progressed) this.#sleepMs = POLL_SLEEP_MIN_MS
      else if (this.#live.length > 0) await this.#idle()
      if (clock.monotonicMs() - this.#lastTurnMs >= TURN_MS) await this.#turn()
    }
    this.#options.onTurn()
  }

  #round(): boolean {
    let progressed = false
    let ended = false
    const calling = this.#calling
    for (let i = 0; i < this.#live.length; i++) {
      calling[0] = this.#places[i]!
      const progress = this.#live[i]!.call()
      if (progress === MADE_PROGRESS) progressed = true
      else if (progress === DONE) ended = true
    }
    calling[0] = 0
    if (ended) {
      const isLive = this.#live.map((tasklet) => tasklet.call() !== DONE)
      this.#live = this.#live.filter((_, i) => isLive[i])
      this.#places = this.#places.filter((_, i) => isLive[i])
      progressed = true
    }
    return progressed
  }

  async #turn(): Promise<void> {
    this.#options.onTurn()
    await this.#options.timers.nextTurn()
    this.#lastTurnMs = this.#options.clock.monotonicMs()
  }

  async #idle(): Promise<void> {
    const { doorbell } = this.#options
    const timeoutMs = this.#timeoutMs()
    if (this.#usesEventLoop || doorbell === null) return this.#idleInEventLoop(timeoutMs)
    const rings = doorbell.prepareSleep()
    if (this.#round()) {
      doorbell.stayAwake()
      doorbell.ring()
      return
    }
    doorbell.ring()
    doorbell.sleep(rings, timeoutMs)
  }

  async #idleInEventLoop(timeoutMs: number): Promise<void> {
    const { doorbell } = this.#options
    if (!this.#woken) {
      const rings = doorbell?.prepareSleep() ?? 0
      if (this.#round()) {
        doorbell?.stayAwake()
        doorbell?.ring()
        return
      }
      doorbell?.ring()
      if (!this.#woken) await this.#sleepInEventLoop(rings, timeoutMs)
    }
    this.#woken = false
    await this.#turn()
  }

  async #sleepInEventLoop(rings: number, timeoutMs: number): Promise<void> {
    const { doorbell, timers } = this.#options
    await new Promise<void>((resolve) => {
      this.#wakeSleeper = resolve
      const timer = timers.after(timeoutMs, resolve)
      void doorbell?.sleepAsync(rings, timeoutMs).then(() => {
        timer.cancel()
        resolve()
      })
    })
    this.#wakeSleeper = null
    doorbell?.stayAwake()
  }

  #timeoutMs(): number {
    for (let i = 0; i < this.#live.length; i++) {
      if (this.#live[i]!.needsPolling) {
        this.#sleepMs = Math.min(this.#sleepMs * 2, POLL_SLEEP_MAX_MS)
        return this.#sleepMs
      }
    }
    return TURN_MS
  }
}
