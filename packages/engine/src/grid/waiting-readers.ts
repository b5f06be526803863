/** Readers that have read all there is and wait for more. */
export class WaitingReaders {
  readonly #waiting = new Set<() => void>()
  #wakes = 0

  /** How often {@link wake} was called. Whoever looks for more without holding the thread remembers it before. */
  get wakes(): number {
    return this.#wakes
  }

  /**
   * Resolves at the next {@link wake}, or when the signal is aborted: at once when it is, or when there have been more
   * wakes than `seen`.
   */
  wait(signal: AbortSignal, seen: number = this.#wakes): Promise<void> {
    if (signal.aborted || seen !== this.#wakes) return Promise.resolve()
    return new Promise((resolve) => {
      const goOn = (): void => {
        this.#waiting.delete(goOn)
        signal.removeEventListener('abort', goOn)
        resolve()
      }
      this.#waiting.add(goOn)
      signal.addEventListener('abort', goOn)
    })
  }

  /** Lets all go on that wait now. */
  wake(): void {
    this.#wakes++
    for (const goOn of this.#waiting) goOn()
  }
}
