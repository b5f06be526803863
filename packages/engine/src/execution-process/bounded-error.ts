import type { EncodedError } from '../base/encoded-error.ts'

/** Characters of a message or a stack. Records in the grid hold errors, and people read them. */
const TEXT_LENGTH_MAX = 16 * 1024

/** Causes behind an error. */
const DEPTH_MAX = 8

/** Members of an error that is several, and entries of its details. */
const MEMBERS_MAX = 5
const DETAILS_MAX = 50

/**
 * An error cut down to what a record may hold: whatever a user's code has thrown, or something claims that it threw.
 */
export function boundedError(error: EncodedError, depth = DEPTH_MAX): EncodedError {
  return {
    ...error,
    name: cut(error.name),
    message: cut(error.message),
    stack: error.stack === null ? null : cut(error.stack),
    code: error.code === null ? null : cut(error.code),
    details: Object.fromEntries(
      Object.entries(error.details)
        .slice(0, DETAILS_MAX)
        .map(([name, value]) => [cut(name), typeof value === 'string' ? cut(value) : value]),
    ),
    cause: error.cause === null || depth === 0 ? null : boundedError(error.cause, depth - 1),
    members: depth === 0 ? [] : error.members.slice(0, MEMBERS_MAX).map((member) => boundedError(member, 0)),
  }
}

function cut(text: string): string {
  return text.length <= TEXT_LENGTH_MAX ? text : `${text.slice(0, TEXT_LENGTH_MAX)}…`
}
