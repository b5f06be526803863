import type { LogLevel } from '../logger.ts'

/** One thing to log, before it has a form. */
export interface LogRecord {
  readonly wallMs: number
  readonly level: LogLevel
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** How log lines look: text for people, or one JSON object a line. */
export type LogLayout = 'text' | 'json'

/** Fields that have a place of their own in a text line. */
const PLACED_FIELDS: ReadonlySet<string> = new Set(['thread', 'logger', 'error'])

/**
 * A record as text, without the line end:
 * `2026-11-24 14:02:11,123 [ INFO] [thread] [logger]: message key=value`. A field `error` follows on lines of its own.
 */
export function logText(record: LogRecord): string {
  const { fields } = record
  const thread = `[${shortText(fields['thread'] ?? 'main')}]`
  const logger = fields['logger'] === undefined ? '' : ` [${shortText(fields['logger'])}]`
  let line = `${timeText(record.wallMs)} [${record.level.toUpperCase().padStart(5)}] ${thread}${logger}: ${record.message}`
  for (const [name, value] of Object.entries(fields)) {
    if (!PLACED_FIELDS.has(name) && value !== undefined) line += ` ${name}=${shortText(value)}`
  }
  return fields['error'] === undefined ? line : `${line}\n${errorText(fields['error'])}`
}

/** Local time with milliseconds: `2026-11-24 14:02:11,123`. */
export function timeText(wallMs: number): string {
  const at = new Date(wallMs)
  const two = (value: number): string => String(value).padStart(2, '0')
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())},${String(at.getMilliseconds()).padStart(3, '0')}`
}

/** Fields as plain data: what a structured clone or JSON cannot hold becomes text. */
export function plainFields(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const plain: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) plain[name] = plainValue(value)
  return plain
}

function plainValue(value: unknown): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  if (value instanceof Error) return errorText(value)
  return jsonText(value)
}

function errorText(value: unknown): string {
  return value instanceof Error ? (value.stack ?? `${value.name}: ${value.message}`) : shortText(value)
}

function shortText(value: unknown): string {
  return typeof value === 'string' ? value : jsonText(value)
}

function jsonText(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    // Circular structures and throwing toJSON: the type is all that can be said.
    return Object.prototype.toString.call(value)
  }
}
