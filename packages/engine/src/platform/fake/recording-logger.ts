import type { Logger, LogLevel } from '../logger.ts'

/** One line that was logged. */
export interface LogEntry {
  readonly level: LogLevel
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** A logger that keeps what it is given; children write into the same list. */
export class RecordingLogger implements Logger {
  readonly entries: LogEntry[]
  readonly #fields: Readonly<Record<string, unknown>>

  constructor(entries: LogEntry[] = [], fields: Readonly<Record<string, unknown>> = {}) {
    this.entries = entries
    this.#fields = fields
  }

  log(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.entries.push({ level, message, fields: { ...this.#fields, ...fields } })
  }

  isEnabled(): boolean {
    return true
  }

  child(fields: Readonly<Record<string, unknown>>): RecordingLogger {
    return new RecordingLogger(this.entries, { ...this.#fields, ...fields })
  }

  /** The messages, of one level or of all. */
  messages(level?: LogLevel): readonly string[] {
    return this.entries.filter((entry) => level === undefined || entry.level === level).map((entry) => entry.message)
  }
}
