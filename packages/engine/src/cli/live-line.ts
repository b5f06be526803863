/** Goes to the beginning of the line and clears it. */
const CLEAR_LINE = '\r\u001B[K'

/** Columns of a terminal that does not tell. */
const DEFAULT_COLUMNS = 80

/** What of an output stream a live line needs; `process.stderr` and `process.stdout` are such. */
export interface TerminalStream {
  write: (...chunk: never[]) => boolean
  readonly columns?: number | undefined
}

/**
 * A line at the bottom of a terminal that is rewritten in place. Whatever else writes to the terminal meanwhile
 * (results, logs, a `console.log` in the user's functions) pushes it down: it is cleared first, and comes back with
 * the next text.
 *
 * Invariants:
 * - V1: the line is shown only while the cursor would otherwise stand at the beginning of a line.
 * - V2: after {@link close} the streams write as they did before.
 */
export class LiveLine {
  readonly #stream: TerminalStream
  readonly #restore: (() => void)[] = []
  readonly #writeLine: (text: string) => void
  #isShown = false
  #isAtLineStart = true

  /**
   * @param stream where the line is shown
   * @param streams all that write to the same terminal
   */
  constructor(stream: TerminalStream, streams: readonly TerminalStream[]) {
    this.#stream = stream
    const write = stream.write as (text: string) => boolean
    this.#writeLine = (text) => void write.call(stream, text)
    for (const other of streams) this.#interpose(other)
  }

  /** Columns that a text may have: one fewer than the terminal, so that no terminal wraps. */
  get width(): number {
    return Math.max(10, (this.#stream.columns ?? DEFAULT_COLUMNS) - 1)
  }

  /** Shows `text`, which is one line, instead of what was shown before. */
  show(text: string): void {
    if (!this.#isAtLineStart) return
    this.#writeLine(`${CLEAR_LINE}${text}`)
    this.#isShown = true
  }

  clear(): void {
    if (!this.#isShown) return
    this.#writeLine(CLEAR_LINE)
    this.#isShown = false
  }

  /** Clears the line for good. */
  close(): void {
    this.clear()
    for (const restore of this.#restore) restore()
  }

  #interpose(stream: TerminalStream): void {
    const write = stream.write as (...args: unknown[]) => boolean
    stream.write = ((...args: unknown[]) => {
      this.clear()
      const chunk = args[0]
      if (typeof chunk === 'string') this.#isAtLineStart = chunk === '' ? this.#isAtLineStart : chunk.endsWith('\n')
      else if (chunk instanceof Uint8Array && chunk.length > 0) this.#isAtLineStart = chunk.at(-1) === 0x0a
      return write.apply(stream, args)
    }) as TerminalStream['write']
    this.#restore.push(() => {
      stream.write = write as TerminalStream['write']
    })
  }
}
