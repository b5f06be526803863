import type { Clock } from '../clock.ts'

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  #monotonicMs = 0
  #wallOffsetMs: number

  /** @param wallMs what the wall clock shows at the start; default 2020-01-01T00:00:00Z */
  constructor(wallMs: number = Date.UTC(2020, 0, 1)) {
    this.#wallOffsetMs = wallMs
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  wallMs(): number {
    return this.#monotonicMs + this.#wallOffsetMs
  }

  /** Moves both clocks on. Timers do not fire by it: use `FakeTimers.advance` where there are some. */
  advance(byMs: number): void {
    if (!(byMs >= 0)) throw new RangeError(`a monotonic clock cannot go on by ${byMs} ms`)
    this.#monotonicMs += byMs
  }

  /** Lets the wall clock jump, as an administrator or NTP would. */
  jumpWall(byMs: number): void {
    this.#wallOffsetMs += byMs
  }
}
