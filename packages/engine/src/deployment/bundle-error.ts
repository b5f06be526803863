import { isAbsolute, relative, resolve } from 'node:path'
import { NacelleError } from '../base/nacelle-error.ts'

/** Where the bundler found something wrong; lines count from 1, columns (bytes) from 0. */
export interface BundleMessageLocation {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly length: number
  readonly lineText: string
}

/** One complaint of the bundler. */
export interface BundleMessage {
  readonly text: string
  readonly location: BundleMessageLocation | null
  readonly notes: readonly { readonly text: string; readonly location: BundleMessageLocation | null }[]
}

/** How paths in complaints are shown. */
export interface BundleMessagePaths {
  /** What the bundler's paths are relative to. */
  readonly base: string
  /** The folder where the user stands. */
  readonly workingDirectory: string
}

/** Complaints that a message shows at most. */
const MESSAGES_MAX = 5

/** The error of a job file that cannot be bundled: each complaint with file, line, column and the line itself. */
export function bundleError(
  entry: string,
  messages: readonly BundleMessage[],
  paths: BundleMessagePaths,
): NacelleError {
  const shown = messages.slice(0, MESSAGES_MAX).map((message) => bundleMessageText(message, paths))
  if (messages.length > MESSAGES_MAX) shown.push(`… and ${messages.length - MESSAGES_MAX} more`)
  const first = messages[0]?.location ?? null
  return new NacelleError('ERR_BUNDLE', `${shownPath(entry, paths)} cannot be bundled:\n\n${shown.join('\n\n')}`, {
    details:
      first === null
        ? { entry }
        : { entry, file: resolve(paths.base, first.file), line: first.line, column: first.column + 1 },
  })
}

/**
 * One complaint as text:
 * ```
 * job.ts:3:14: Expected ";" but found "b"
 *     3 │ const x = a b
 *       ╵             ^
 * ```
 */
export function bundleMessageText(message: BundleMessage, paths: BundleMessagePaths): string {
  const notes = message.notes
    .filter((note) => !adviceForBundlerUsers(note.text))
    .map((note) => `  ${placed(note.text, note.location, paths)}`)
  return [placed(hinted(message.text), message.location, paths), ...notes].join('\n')
}

function placed(text: string, location: BundleMessageLocation | null, paths: BundleMessagePaths): string {
  if (location === null) return text
  const { line, column, lineText } = location
  const number = `    ${line} │ `
  const before = new TextDecoder().decode(new TextEncoder().encode(lineText).subarray(0, column))
  // Tabs stay tabs, so that the mark stands under the right character whatever their width.
  const pad = before.replace(/[^\t]/gu, ' ')
  const mark = '^'.padEnd(Math.max(1, Math.min(location.length, lineText.length - before.length)), '~')
  const head = `${shownPath(resolve(paths.base, location.file), paths)}:${line}:${before.length + 1}: ${text}`
  return lineText.trim() === ''
    ? head
    : `${head}\n${number}${lineText}\n${' '.repeat(number.length - 2)}╵ ${pad}${mark}`
}

/** The bundler's own advice speaks of its options, which users of jobs do not have. */
function adviceForBundlerUsers(text: string): boolean {
  return /mark the path ".*" as external|to exclude it from the bundle|"try"\/"catch"|plugin/i.test(text)
}

function hinted(text: string): string {
  const missing = /^Could not resolve "([^"]+)"$/.exec(text)?.[1]
  if (missing === undefined) return text
  const isFile = missing.startsWith('.') || isAbsolute(missing)
  return isFile
    ? `${text}: there is no such file`
    : `${text}: is the package installed beside the job? (npm install ${packageName(missing)})`
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function shownPath(path: string, paths: BundleMessagePaths): string {
  const shown = relative(paths.workingDirectory, path)
  return shown === '' || shown.startsWith('..') || isAbsolute(shown) ? path : shown
}
