import type { Logger, LogLevel } from '../logger.ts'
import { plainFields } from './log-layout.ts'

/** Takes one record; fields are plain data, so that they may cross threads. */
export type ForwardLog = (level: LogLevel, message: string, fields: Readonly<Record<string, unknown>>) => void

const WEIGHT: Readonly<Record<LogLevel, number>> = { trace: 0, debug: 1, info: 2, warn: 3, error: 4 }

/**
 * The logger of a worker thread: hands records on (to the main thread, whose logger gives them a form) instead of
 * writing.
 */
export function createForwardingLogger(
  level: LogLevel,
  forward: ForwardLog,
  fields: Readonly<Record<string, unknown>> = {},
): Logger {
  const isEnabled = (wanted: LogLevel): boolean => WEIGHT[wanted] >= WEIGHT[level]
  return {
    log(wanted, message, more) {
      if (isEnabled(wanted)) forward(wanted, message, more === undefined ? fields : { ...fields, ...plainFields(more) })
    },
    isEnabled,
    child: (more) => createForwardingLogger(level, forward, { ...fields, ...plainFields(more) }),
  }
}
