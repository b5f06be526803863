/**
 * Notices when somebody else ends the process: a job's module that calls `process.exit` while it is imported or built
 * would otherwise end `jet` without a word, and with success.
 */
export class ExitGuard {
  readonly #listener: (code: number) => void

  /**
   * @param report gets the code that `process.exit` was called with, and an error whose stack leads to the call;
   * answers the exit code
   */
  constructor(report: (code: number, call: Error) => number) {
    this.#listener = (code) => {
      process.exitCode = report(code, new Error(`process.exit(${code}) was called`))
    }
    process.on('exit', this.#listener)
  }

  /** From here on the process may end. */
  release(): void {
    process.off('exit', this.#listener)
  }
}
