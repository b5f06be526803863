/**
 * How threads wake each other: for each thread a counter that is raised when there is news, and a flag that says
 * whether the thread sleeps, so that ringing an awake thread costs one load.
 *
 * Invariant D1: a thread that sets its flag, then looks at all its queues once more, then waits on the counter value
 * read before the look, misses no ring: whoever published after the look sees the flag (both are sequentially
 * consistent).
 */
export class Doorbell {
  readonly #words: Int32Array
  readonly #own: number
  readonly #due: Uint8Array
  #anyDue = false

  /** @param buffer shared by all threads, of {@link Doorbell.bytesFor} bytes */
  constructor(buffer: SharedArrayBuffer, ownThread: number) {
    this.#words = new Int32Array(buffer)
    this.#own = ownThread
    this.#due = new Uint8Array(this.#words.length / WORDS_PER_THREAD)
  }

  static bytesFor(threads: number): number {
    return threads * WORDS_PER_THREAD * 4
  }

  /** Notes that a thread has news; it is told at the next {@link ring}. */
  mark(thread: number): void {
    this.#due[thread] = 1
    this.#anyDue = true
  }

  /** Wakes the marked threads that sleep. */
  ring(): void {
    if (!this.#anyDue) return
    this.#anyDue = false
    for (let thread = 0; thread < this.#due.length; thread++) {
      if (this.#due[thread] === 0) continue
      this.#due[thread] = 0
      this.wake(thread)
    }
  }

  /** Wakes one thread if it sleeps. May be called from any thread. */
  wake(thread: number): void {
    const at = thread * WORDS_PER_THREAD
    if (Atomics.load(this.#words, at + SLEEPING) === 0) return
    Atomics.add(this.#words, at + RINGS, 1)
    Atomics.notify(this.#words, at + RINGS)
  }

  /**
   * First half of falling asleep (D1): afterwards look at all queues once more, then {@link sleep} or {@link
   * stayAwake}.
   */
  prepareSleep(): number {
    const at = this.#own * WORDS_PER_THREAD
    Atomics.store(this.#words, at + SLEEPING, 1)
    return Atomics.load(this.#words, at + RINGS)
  }

  stayAwake(): void {
    Atomics.store(this.#words, this.#own * WORDS_PER_THREAD + SLEEPING, 0)
  }

  /** Blocks the thread until somebody rings, `timeoutMs` at most. */
  sleep(rings: number, timeoutMs: number): void {
    Atomics.wait(this.#words, this.#own * WORDS_PER_THREAD + RINGS, rings, timeoutMs)
    this.stayAwake()
  }

  /** Like {@link sleep}, but the thread's event loop goes on. */
  async sleepAsync(rings: number, timeoutMs: number): Promise<void> {
    const waiting = Atomics.waitAsync(this.#words, this.#own * WORDS_PER_THREAD + RINGS, rings, timeoutMs)
    if (waiting.async) await waiting.value
    this.stayAwake()
  }
}

/** Words of 4 bytes for each thread: a cache line, so that threads do not disturb each other. */
const WORDS_PER_THREAD = 16
const RINGS = 0
const SLEEPING = 1
