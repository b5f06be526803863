/** Readers that have read all there is and wait for more. */
export class WaitingReaders {
  readonly #waiting = new Set<() => void>()

  /** Resolves at the next {@link wake}, or when the signal is aborted: at once when it is. */
  wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
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
    for (const goOn of this.#waiting) goOn()
  }
}
