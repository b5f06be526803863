/** How often a thread tells that its event loop turns. */
export const BEAT_MS = 50

const BEATS = 0
const CALLING = 1

/**
 * What a worker thread shows to whoever watches it, in shared memory: a count that rises as long as its event loop
 * turns, and which of its tasklets is being called.
 */
export class ThreadActivity {
  /** Word 0: 1 + the number of the tasklet that is being called, in the order of the plan; 0 = none. */
  readonly calling: Int32Array
  readonly #words: Int32Array

  /** @param memory of {@link ThreadActivity.BYTES} bytes, for one thread */
  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory)
    this.calling = this.#words.subarray(CALLING)
  }

  static readonly BYTES = 8

  /** For the thread itself: its event loop has turned. */
  beat(): void {
    Atomics.add(this.#words, BEATS, 1)
  }

  get beats(): number {
    return Atomics.load(this.#words, BEATS)
  }

  /** The tasklet that is being called; null when none is. */
  get calledTasklet(): number | null {
    const calling = Atomics.load(this.calling, 0)
    return calling === 0 ? null : calling - 1
  }
}
