/** A pending call that may be taken back. */
export interface TimerHandle {
  cancel(): void
}

/** Calls in the future, on the event loop of the calling thread. */
export interface Timers {
  /** Calls back once after about `delayMs` milliseconds. The timer keeps the process alive. */
  after(delayMs: number, callback: () => void): TimerHandle
  /** Calls back every `periodMs` milliseconds. The timer does not keep the process alive. */
  every(periodMs: number, callback: () => void): TimerHandle
  /** Lets the event loop turn once: I/O callbacks, timers and promises that are ready run first. */
  nextTurn(): Promise<void>
}
