import { gridClosed } from './grid-error.ts'

/** The calls of one connection to a grid, for whoever closes it. */
export class CallsUnderWay {
  readonly #closing = new AbortController()
  readonly #calls = new Set<Promise<unknown>>()

  /** Aborted when the connection is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  /** Makes a call unless the connection is closed. It is answered before {@link close} is. */
  run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#closing.signal.aborted) return Promise.reject(gridClosed())
    const answer = call()
    const settled = answer.then(
      () => undefined,
      () => undefined,
    )
    this.#calls.add(settled)
    void settled.then(() => this.#calls.delete(settled))
    return answer
  }

  /** Refuses further calls and waits for those under way. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.all(this.#calls)
  }
}
