/** First byte of each value that travels by itself (not in a column). */
export const UNDEFINED = 0
export const NULL = 1
export const FALSE = 2
export const TRUE = 3
export const INT32 = 4
export const FLOAT64 = 5
export const LATIN1 = 6
export const UTF16 = 7
export const BIGINT = 8
export const DATE = 9
export const ARRAY = 10
export const HOLE = 11
export const OBJECT = 12
export const NULL_OBJECT = 13
export const MAP = 14
export const SET = 15
export const BINARY = 16
export const REGISTERED = 17

/**
 * Finds characters outside Latin-1. On strings that V8 keeps with a byte per character it answers without looking at
 * them.
 */
export const NOT_LATIN1: RegExp = /[^\u0000-\u00ff]/
