import { type Logger as Pino, pino } from 'pino'
import type { Logger, LogLevel } from '../logger.ts'
import { type LogLayout, logText, plainFields } from './log-layout.ts'

/** What {@link createNodeLogger} takes. */
export interface NodeLoggerOptions {
  /** Lines below this level are dropped. */
  readonly level: LogLevel
  /** Default `text`. */
  readonly layout?: LogLayout
  /** Takes each whole line, line end included. Default: the standard error output. */
  readonly write?: (line: string) => void
}

/** The logger of a process's main thread. */
export function createNodeLogger(options: NodeLoggerOptions): Logger {
  const write = options.write ?? ((line: string) => void process.stderr.write(line))
  const json = options.layout === 'json'
  const root = pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":${Date.now()}`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: json ? write : (line: string) => write(`${textOf(line)}\n`) },
  )
  return new PinoLogger(root)
}

/** pino writes JSON; text lines are made of it, so that both layouts say the same. */
function textOf(line: string): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as { level: LogLevel; time: number; msg: string }
  return logText({ level, wallMs: time, message: msg, fields })
}

class PinoLogger implements Logger {
  readonly #pino: Pino

  constructor(logger: Pino) {
    this.#pino = logger
  }

  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void {
    if (fields === undefined) this.#pino[level](message)
    else this.#pino[level](plainFields(fields), message)
  }

  isEnabled(level: LogLevel): boolean {
    return this.#pino.isLevelEnabled(level)
  }

  child(fields: Readonly<Record<string, unknown>>): Logger {
    return new PinoLogger(this.#pino.child(plainFields(fields)))
  }
}
