import type { TimerHandle, Timers } from '../timers.ts'
import type { FakeClock } from './fake-clock.ts'

interface PendingTimer {
  dueMs: number
  readonly sequence: number
  /** null = fires once. */
  readonly periodMs: number | null
  readonly callback: () => void
}

/** Timers on a {@link FakeClock}: they fire in order of time, then of creation, when a test advances them. */
export class FakeTimers implements Timers {
  readonly #clock: FakeClock
  readonly #pending = new Set<PendingTimer>()
  #sequence = 0

  constructor(clock: FakeClock) {
    this.#clock = clock
  }

  after(delayMs: number, callback: () => void): TimerHandle {
    return this.#add(delayMs, null, callback)
  }

  every(periodMs: number, callback: () => void): TimerHandle {
    return this.#add(periodMs, periodMs, callback)
  }

  /** There is no event loop here: promises that are ready run first, timers only by {@link advance}. */
  nextTurn(): Promise<void> {
    return Promise.resolve()
  }

  /** How many timers are pending. */
  get pendingCount(): number {
    return this.#pending.size
  }

  /** When the next timer is due, in monotonic milliseconds; null when none is pending. */
  get nextDueMs(): number | null {
    return this.#next(Number.POSITIVE_INFINITY)?.dueMs ?? null
  }

  /** Moves the clock on, stopping at each timer that becomes due to call it. */
  advance(byMs: number): void {
    const endMs = this.#clock.monotonicMs() + byMs
    for (let timer = this.#next(endMs); timer !== null; timer = this.#next(endMs)) {
      this.#clock.advance(Math.max(0, timer.dueMs - this.#clock.monotonicMs()))
      if (timer.periodMs === null) this.#pending.delete(timer)
      else timer.dueMs += Math.max(timer.periodMs, 1)
      timer.callback()
    }
    this.#clock.advance(endMs - this.#clock.monotonicMs())
  }

  #add(delayMs: number, periodMs: number | null, callback: () => void): TimerHandle {
    const timer: PendingTimer = {
      dueMs: this.#clock.monotonicMs() + Math.max(0, delayMs),
      sequence: this.#sequence++,
      periodMs,
      callback,
    }
    this.#pending.add(timer)
    return { cancel: () => void this.#pending.delete(timer) }
  }

  #next(endMs: number): PendingTimer | null {
    let next: PendingTimer | null = null
    for (const timer of this.#pending) {
      if (timer.dueMs > endMs) continue
      if (next === null || timer.dueMs < next.dueMs || (timer.dueMs === next.dueMs && timer.sequence < next.sequence))
        next = timer
    }
    return next
  }
}
