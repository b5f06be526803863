/** Levels in rising order of weight. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error'

/** Writes lines about what happens. Fields are plain data beside the text. */
export interface Logger {
  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void
  isEnabled(level: LogLevel): boolean
  /** A logger whose lines carry these fields too. */
  child(fields: Readonly<Record<string, unknown>>): Logger
}
