/** Signals that end a job, with their numbers. */
const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const

/** A signal that asks the job to end. */
export type InterruptingSignal = keyof typeof SIGNALS

/** The exit code of what a signal has ended. */
export function exitCodeOfSignal(signal: InterruptingSignal): number {
  return 128 + SIGNALS[signal]
}

/**
 * Listens for signals as long as a job runs: the first asks the job to end, the second ends the process at once.
 * Before and after, signals do what they always do.
 */
export class Interruption {
  readonly #onFirst: (signal: InterruptingSignal) => void
  readonly #onSecond: (exitCode: number) => void
  readonly #listener = (signal: NodeJS.Signals): void => this.#receive(signal as InterruptingSignal)
  #signal: InterruptingSignal | null = null

  /** @param onSecond must end the process with the exit code it gets */
  constructor(onFirst: (signal: InterruptingSignal) => void, onSecond: (exitCode: number) => void) {
    this.#onFirst = onFirst
    this.#onSecond = onSecond
    for (const signal of signalNames()) process.on(signal, this.#listener)
  }

  /** The first signal that came; null when none did. */
  get signal(): InterruptingSignal | null {
    return this.#signal
  }

  stop(): void {
    for (const signal of signalNames()) process.off(signal, this.#listener)
  }

  #receive(signal: InterruptingSignal): void {
    if (this.#signal !== null) {
      this.#onSecond(exitCodeOfSignal(signal))
      return
    }
    this.#signal = signal
    this.#onFirst(signal)
  }
}

function signalNames(): readonly InterruptingSignal[] {
  return Object.keys(SIGNALS) as InterruptingSignal[]
}
