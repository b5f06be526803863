import { NacelleError } from '../base/nacelle-error.ts'

/** What a name names, for messages. */
export type GridNameKind = 'bucket' | 'key' | 'space' | 'blob id' | 'journal'

const NAME_BYTES_MAX = 1000

/** What is shown of a name that is too long. */
const SHOWN_LENGTH = 60

/**
 * Checks a name that every engine must be able to keep: 1 to 1000 bytes in UTF-8, no U+0000, no lone surrogates.
 *
 * @throws NacelleError ERR_GRID_ARGUMENT
 */
export function checkGridName(kind: GridNameKind, name: string): void {
  if (name.length === 0) throw argumentError(`a ${kind} of the grid must not be empty`)
  checkGridPrefix(kind, name)
}

/** {@link checkGridName} for what a name begins with, which may be empty. */
export function checkGridPrefix(kind: GridNameKind, prefix: string): void {
  const shown = prefix.length > SHOWN_LENGTH ? `${prefix.slice(0, SHOWN_LENGTH)}…` : prefix
  if (utf8Length(prefix) > NAME_BYTES_MAX)
    throw argumentError(`a ${kind} of the grid has at most ${NAME_BYTES_MAX} bytes in UTF-8: '${shown}' is longer`)
  if (prefix.includes('\0') || !prefix.isWellFormed())
    throw argumentError(
      `a ${kind} of the grid has neither U+0000 nor lone surrogates: ${JSON.stringify(shown)} has one`,
    )
}

/**
 * Checks the size of a value or record.
 *
 * @param what for the message: `the value of key 'a'`
 * @throws NacelleError ERR_GRID_ARGUMENT
 */
export function checkValueSize(what: string, value: Uint8Array, bytesMax: number): void {
  if (value.length > bytesMax)
    throw argumentError(`${what} has ${value.length} bytes; the grid takes ${bytesMax}, larger ones belong into blobs`)
}

/** Compares two names as their bytes in UTF-8 compare, which differs from the order of JavaScript's strings. */
export function compareGridNames(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const unitA = a.charCodeAt(i)
    const unitB = b.charCodeAt(i)
    if (unitA !== unitB) return byteRank(unitA) - byteRank(unitB)
  }
  return a.length - b.length
}

/** Surrogates stand for code points above all those of one unit. */
function byteRank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x1_0000 : unit
}

function utf8Length(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    // Of a pair, which takes four bytes, each half counts two.
    if (unit >= 0xd800 && unit < 0xe000) bytes += 1
    else if (unit >= 0x800) bytes += 2
    else if (unit >= 0x80) bytes += 1
  }
  return bytes
}

function argumentError(message: string): NacelleError {
  return new NacelleError('ERR_GRID_ARGUMENT', message, { domain: 'internal' })
}
