/**
 * Brings the chunks of one blob from the threads that make them to the store that takes them: an asynchronous iterable
 * that ends with {@link end}.
 */
export class ChunkChannel implements AsyncIterable<Uint8Array> {
  chunks = 0
  entries = 0
  bytes = 0
  readonly #waiting: { readonly chunk: ArrayBuffer; readonly onTaken: () => void }[] = []
  #ended = false
  #failure: Error | null = null
  #wake: (() => void) | null = null
  /** The store has stopped reading: what still comes is dropped. */
  #isAbandoned = false

  /** @param onTaken called when the store has come to the chunk, or will never */
  push(chunk: ArrayBuffer, entries: number, onTaken: () => void): void {
    this.chunks++
    this.entries += entries
    this.bytes += chunk.byteLength
    if (this.#isAbandoned) return onTaken()
    this.#waiting.push({ chunk, onTaken })
    this.#wake?.()
  }

  /** Nothing more comes. */
  end(): void {
    this.#ended = true
    this.#wake?.()
  }

  /** Nothing more comes, and what came does not count: the store gets the error. */
  fail(error: Error): void {
    this.#failure = error
    this.end()
  }

  /** The store does not read any more. */
  abandon(): void {
    this.#isAbandoned = true
    for (const { onTaken } of this.#waiting.splice(0)) onTaken()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const next = this.#waiting.shift()
      if (next !== undefined) {
        next.onTaken()
        yield new Uint8Array(next.chunk)
        continue
      }
      if (this.#failure !== null) throw this.#failure
      if (this.#ended) return
      await new Promise<void>((resolve) => (this.#wake = resolve))
      this.#wake = null
    }
  }
}
