import { AssertionError } from '../base/assert.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import { pathForPeople, type SourcePlace, type StackFrame } from '../deployment/source-map.ts'
import type { TerminalStyle } from './terminal-style.ts'

/** Frames of one error that a report shows, unless all are wanted. */
const FRAMES_MAX = 10

/** Causes behind causes that a report follows. */
const CAUSES_MAX = 8

/** Reads stacks; a `StackMapper` is one. */
export interface StackReader {
  frames(stack: string): readonly StackFrame[]
  sourceLine(place: SourcePlace): string | null
}

/** How a report looks. */
export interface FailureReportOptions {
  /** Null as long as there is no bundle that frames could lie in. */
  readonly stacks: StackReader | null
  /** Frames of the engine and of Node are shown too. */
  readonly verbose: boolean
  readonly workingDirectory: string
  readonly style: TerminalStyle
}

/**
 * What a user reads about a failure: one message with its code, the line of source it comes from, the user's own
 * frames, and those causes that say something new. Ends without a line break.
 *
 * @param headline what failed: `job 'word-count' failed`; empty when the error's message says it all
 */
export function failureReport(headline: string, error: unknown, options: FailureReportOptions): string {
  return new FailureReport(options).text(headline, error)
}

class FailureReport {
  readonly #options: FailureReportOptions
  readonly #seen = new Set<unknown>()
  /** All that has been said, so that nothing is said twice. */
  #said = ''
  #hasExcerpt = false

  constructor(options: FailureReportOptions) {
    this.#options = options
  }

  text(headline: string, error: unknown): string {
    const { style } = this.#options
    const message = messageOf(error)
    const code = codeOf(error)
    this.#said = message
    const head = headline === '' ? '' : `${style.bold(style.red(headline))}: `
    return [
      `${head}${coded(message, code === null ? '' : ` ${style.dim(`[${code}]`)}`)}`,
      ...this.#facts(error, message),
      ...this.#trace(error),
      ...this.#causes(error, 0),
    ].join('\n')
  }

  /** Vertex and item, unless the message names them. */
  #facts(error: unknown, message: string): readonly string[] {
    if (!(error instanceof NacelleError)) return []
    return ['vertex', 'item'].flatMap((name) => {
      const value = error.details[name]
      return value === undefined || message.includes(String(value)) ? [] : [`    ${name}: ${String(value)}`]
    })
  }

  #causes(error: unknown, depth: number): readonly string[] {
    if (!(error instanceof Error) || depth >= CAUSES_MAX || this.#seen.has(error)) return []
    this.#seen.add(error)
    const lines: string[] = []
    for (const member of error instanceof AggregateError ? (error.errors as readonly unknown[]) : []) {
      lines.push(...this.#cause('one of its errors', member, depth))
    }
    if (error.cause !== undefined) lines.push(...this.#cause('caused by', error.cause, depth))
    return lines
  }

  #cause(role: string, cause: unknown, depth: number): readonly string[] {
    const message = messageOf(cause)
    const isNew = !isThrownValue(cause) && !this.#said.includes(message)
    const lines: string[] = []
    if (isNew) {
      const code = codeOf(cause)
      lines.push(
        `${this.#options.style.bold(role)}: ${nameOf(cause)}${coded(message, code === null ? '' : ` [${code}]`)}`,
      )
      this.#said += `\n${message}`
    } else if (isThrownValue(cause)) {
      lines.push('    (throw an Error rather than a plain value: its stack says where it was thrown)')
    }
    return [...lines, ...this.#trace(cause), ...this.#causes(cause, depth + 1)]
  }

  /** The line of source, once, and the frames. */
  #trace(error: unknown): readonly string[] {
    const { stacks, verbose } = this.#options
    const stack = error instanceof Error ? error.stack : undefined
    if (stack === undefined) return []
    const showsAll = verbose || isDefect(error)
    if (stacks === null) return showsAll ? stack.split('\n').filter((line) => /^\s+at /.test(line)) : []
    const frames = stacks.frames(stack)
    const shown = showsAll ? frames : ownFrames(frames)
    return [...this.#excerpt(frames), ...shown.map((frame) => this.#frameText(frame))]
  }

  #excerpt(frames: readonly StackFrame[]): readonly string[] {
    const { stacks, style } = this.#options
    const place = frames.find((frame) => frame.owner === 'job')?.place ?? null
    if (place === null || this.#hasExcerpt) return []
    const line = stacks?.sourceLine(place) ?? null
    if (line === null || line.trim() === '') return []
    this.#hasExcerpt = true
    const number = `    ${place.line} │ `
    const pad = line.slice(0, place.column - 1).replace(/[^\t]/gu, ' ')
    return [
      '',
      `${style.dim(number)}${line}`,
      `${' '.repeat(number.length - 2)}${style.dim('╵')} ${pad}${style.red('^')}`,
      '',
    ]
  }

  #frameText(frame: StackFrame): string {
    const { style, workingDirectory } = this.#options
    const { place, functionName } = frame
    if (place === null) return style.dim(`    ${frame.text}`)
    const where = `${pathForPeople(place.file, workingDirectory)}:${place.line}:${place.column}`
    const text = `    at ${functionName === null ? where : `${functionName} (${where})`}`
    return frame.owner === 'job' ? text : style.dim(text)
  }
}

/** The user's frames and those of packages that the user's code called. */
function ownFrames(frames: readonly StackFrame[]): readonly StackFrame[] {
  const last = frames.findLastIndex((frame) => frame.owner === 'job')
  return frames
    .slice(0, last + 1)
    .filter(({ owner }) => owner === 'job' || owner === 'package')
    .slice(0, FRAMES_MAX)
}

/** A mistake of the engine, not of its user: then its own frames are what matters. */
function isDefect(error: unknown): boolean {
  if (error instanceof AssertionError) return true
  return error instanceof NacelleError && error.domain === 'internal'
}

/** Something thrown in a worker thread that was no Error: see `encodeError`. */
function isThrownValue(error: unknown): boolean {
  return error instanceof Error && error.name === 'ThrownValue'
}

function messageOf(error: unknown): string {
  if (error instanceof NacelleError) return error.message
  if (error instanceof Error) return error.message === '' ? error.name : error.message
  return String(error)
}

/** The class of an error, in front of a message that does not have it. */
function nameOf(error: unknown): string {
  return error instanceof Error && !(error instanceof NacelleError) && error.message !== '' ? `${error.name}: ` : ''
}

/** A message with its code behind the first line, where a message of several lines says what it is about. */
function coded(message: string, code: string): string {
  return message.replace(/$/m, code)
}

function codeOf(error: unknown): string | null {
  const code: unknown = error instanceof Error ? (error as { readonly code?: unknown }).code : undefined
  return typeof code === 'string' ? code : null
}
