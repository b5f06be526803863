import { generateFunction } from '../base/generated-code.ts'

/** What kind of thing a shape describes: a plain object, one without prototype, or an array of a fixed length. */
export type ShapeKind = 'object' | 'nullObject' | 'tuple'

/**
 * How a field of a shape travels: by the column encoder, or written by the generated function itself as numbers or
 * booleans.
 */
export type FieldKind = 0 | 1 | 2 | 3
export const FIELD_ANY = 0
export const FIELD_INT32 = 1
export const FIELD_FLOAT64 = 2
export const FIELD_BOOLEAN = 3

/**
 * Writes the fields of `values[from..to)` into columns: numbers and booleans at `offsets` (in bytes, one for each
 * field), all others into the arrays `stack[base]`, `stack[base + 1]`, … in the order of the fields.
 *
 * @returns -1, or the index of the first value that is not of this shape; the entry of `offsets` behind the last field
 * then says which field was of another kind, -1 = the value has another shape altogether
 */
export type ShapeWriteFunction = (
  values: readonly unknown[],
  from: number,
  to: number,
  i32: Int32Array,
  f64: Float64Array,
  u8: Uint8Array,
  offsets: number[],
  stack: readonly unknown[][],
  base: number,
) => number

/** Makes `count` objects of the columns that {@link ShapeWriteFunction} wrote and puts them into `out` from `at` on. */
export type ShapeReadFunction = (
  out: unknown[],
  at: number,
  count: number,
  i32: Int32Array,
  f64: Float64Array,
  u8: Uint8Array,
  offsets: readonly number[],
  stack: readonly unknown[][],
  base: number,
) => void

/** The narrowest kind that fits a value. */
export function kindOf(value: unknown): FieldKind {
  if (typeof value === 'boolean') return FIELD_BOOLEAN
  if (typeof value !== 'number') return FIELD_ANY
  return Object.is(value | 0, value) ? FIELD_INT32 : FIELD_FLOAT64
}

/** The narrowest kind that fits what `kind` fits, and `value`. */
export function widened(kind: FieldKind, value: unknown): FieldKind {
  const other = kindOf(value)
  if (kind === other) return kind
  const bothNumbers =
    (kind === FIELD_INT32 || kind === FIELD_FLOAT64) && (other === FIELD_INT32 || other === FIELD_FLOAT64)
  return bothNumbers ? FIELD_FLOAT64 : FIELD_ANY
}

/** Bytes that one value of a kind takes in its column; 0 = the column encoder writes it. */
export function kindBytes(kind: FieldKind): number {
  if (kind === FIELD_INT32) return 4
  if (kind === FIELD_FLOAT64) return 8
  return kind === FIELD_BOOLEAN ? 1 : 0
}

/** Generates the function that takes objects of a shape apart. Field names enter the text as string literals only. */
export function compileShapeWriter(
  shape: ShapeKind,
  fields: readonly string[],
  kinds: readonly FieldKind[],
): ShapeWriteFunction {
  const bind: string[] = []
  const take: string[] = []
  let anyIndex = 0
  fields.forEach((field, f) => {
    const kind = kinds[f]!
    if (kind === FIELD_ANY) bind.push(`const a${f} = stack[base + ${anyIndex++}]`)
    else bind.push(`const p${f} = (offsets[${f}] >> ${shiftOf(kind)}) - from`)
    take.push(`const x${f} = ${access('v', shape, field)}`, store(shape, f, kind, fields.length))
  })
  const text = `'use strict'
return (values, from, to, i32, f64, u8, offsets, stack, base) => {
  ${bind.join('\n  ')}
  for (let i = from; i < to; i++) {
    const v = values[i]
    ${check(shape, fields)}
    ${take.join('\n    ')}
  }
  return -1
}`
  const parameters = ['keys', 'PlainObject', 'PlainArray', 'prototype', 'getPrototypeOf']
  const make = generateFunction<ShapeWriteFunction>('shape-writer', parameters, text)
  return make(fields, Object, Array, prototypeOf(shape), Object.getPrototypeOf)
}

/** Generates the function that makes objects of a shape again. */
export function compileShapeReader(
  shape: ShapeKind,
  fields: readonly string[],
  kinds: readonly FieldKind[],
): ShapeReadFunction {
  const bind: string[] = []
  const values: string[] = []
  let anyIndex = 0
  fields.forEach((_field, f) => {
    const kind = kinds[f]!
    if (kind === FIELD_ANY) bind.push(`const a${f} = stack[base + ${anyIndex++}]`)
    else bind.push(`const p${f} = offsets[${f}] >> ${shiftOf(kind)}`)
    values.push(load(f, kind))
  })
  const text = `'use strict'
return (out, at, count, i32, f64, u8, offsets, stack, base) => {
  ${bind.join('\n  ')}
  for (let i = 0; i < count; i++) out[at + i] = ${literal(shape, fields, values)}
}`
  return generateFunction<ShapeReadFunction>('shape-reader', [], text)()
}

function prototypeOf(shape: ShapeKind): object | null {
  if (shape === 'tuple') return Array.prototype as object
  return shape === 'object' ? Object.prototype : null
}

/**
 * That a value has exactly the shape: the same properties in the same order, no others, and the right prototype. The
 * property `constructor` stands for the prototype where it can, since asking for the prototype itself takes as long as
 * all the rest.
 */
function check(shape: ShapeKind, fields: readonly string[]): string {
  const fail = `{ offsets[${fields.length}] = -1; return i }`
  if (shape === 'tuple')
    return `if (!PlainArray.isArray(v) || v.length !== ${fields.length} || v.constructor !== PlainArray) ${fail}`
  const direct = shape === 'nullObject' || fields.includes('constructor')
  return `if (typeof v !== 'object' || v === null || ${direct ? 'getPrototypeOf(v) !== prototype' : 'v.constructor !== PlainObject'}) ${fail}
    let n = 0
    for (const key in v) {
      if (key !== keys[n]) ${fail}
      n++
    }
    if (n !== ${fields.length}) ${fail}`
}

function access(object: string, shape: ShapeKind, field: string): string {
  return shape === 'tuple' ? `${object}[${field}]` : `${object}[${JSON.stringify(field)}]`
}

function store(shape: ShapeKind, f: number, kind: FieldKind, count: number): string {
  const fail = (field: number): string => `{ offsets[${count}] = ${field}; return i }`
  switch (kind) {
    case FIELD_INT32:
      return `if (typeof x${f} !== 'number' || (x${f} | 0) !== x${f} || (x${f} === 0 && 1 / x${f} < 0)) ${fail(f)}
    i32[p${f} + i] = x${f}`
    case FIELD_FLOAT64:
      return `if (typeof x${f} !== 'number') ${fail(f)}
    f64[p${f} + i] = x${f}`
    case FIELD_BOOLEAN:
      return `if (typeof x${f} !== 'boolean') ${fail(f)}
    u8[p${f} + i] = x${f} ? 1 : 0`
    default:
      // A hole in an array reads as undefined but is something else.
      return shape === 'tuple'
        ? `if (x${f} === undefined && !(${f} in v)) ${fail(-1)}\n    a${f}[i - from] = x${f}`
        : `a${f}[i - from] = x${f}`
  }
}

function load(f: number, kind: FieldKind): string {
  switch (kind) {
    case FIELD_INT32:
      return `i32[p${f} + i]`
    case FIELD_FLOAT64:
      return `f64[p${f} + i]`
    case FIELD_BOOLEAN:
      return `u8[p${f} + i] !== 0`
    default:
      return `a${f}[i]`
  }
}

function literal(shape: ShapeKind, fields: readonly string[], values: readonly string[]): string {
  if (shape === 'tuple') return `[${values.join(', ')}]`
  const entries = fields.map((field, f) => `${propertyName(field)}: ${values[f]}`)
  if (shape === 'nullObject') entries.unshift('__proto__: null')
  return `{ ${entries.join(', ')} }`
}

/** In a literal, `"__proto__": x` sets the prototype, but the computed form makes a property. */
function propertyName(field: string): string {
  return field === '__proto__' ? '["__proto__"]' : JSON.stringify(field)
}

function shiftOf(kind: FieldKind): number {
  if (kind === FIELD_INT32) return 2
  return kind === FIELD_FLOAT64 ? 3 : 0
}
