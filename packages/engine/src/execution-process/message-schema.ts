import { NacelleError } from '../base/nacelle-error.ts'

/** Checks plain data that came from another process and answers it with its type. @throws NacelleError */
export type Check<T> = (value: unknown, path: string) => T

/** What {@link object} makes of checks by name. */
type Checked<Fields extends Readonly<Record<string, Check<unknown>>>> = {
  readonly [Name in keyof Fields]: ReturnType<Fields[Name]>
}

/** Text of at most `lengthMax` UTF-16 units. */
export function text(lengthMax: number): Check<string> {
  return (value, path) => {
    if (typeof value !== 'string') throw unfit(path, 'no text')
    if (value.length > lengthMax) throw unfit(path, `a text of ${value.length} characters, more than ${lengthMax}`)
    return value
  }
}

/** A finite number within bounds. */
export function number(min = -Number.MAX_VALUE, max = Number.MAX_VALUE): Check<number> {
  return (value, path) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) throw unfit(path, 'no number')
    if (value < min || value > max) throw unfit(path, `${value}, which is not from ${min} to ${max}`)
    return value
  }
}

/** A whole number within bounds. */
export function whole(min: number, max = Number.MAX_SAFE_INTEGER): Check<number> {
  const inBounds = number(min, max)
  return (value, path) => {
    const checked = inBounds(value, path)
    if (!Number.isSafeInteger(checked)) throw unfit(path, 'no whole number')
    return checked
  }
}

/** True or false. */
export const flag: Check<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw unfit(path, 'neither true nor false')
  return value
}

/** One of some texts. */
export function oneOf<const T extends string>(...texts: readonly T[]): Check<T> {
  return (value, path) => {
    const found = texts.find((candidate) => candidate === value)
    if (found === undefined) throw unfit(path, `none of ${texts.join(', ')}`)
    return found
  }
}

/** Null, or what another check takes. */
export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value, path) => (value === null ? null : check(value, path))
}

/** An array of at most `countMax` elements. */
export function list<T>(check: Check<T>, countMax: number): Check<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw unfit(path, 'no array')
    if (value.length > countMax) throw unfit(path, `an array of ${value.length} elements, more than ${countMax}`)
    return value.map((element, index) => check(element, `${path}[${index}]`))
  }
}

/** An object with at most `countMax` properties of any names, which all pass one check. */
export function record<T>(check: Check<T>, countMax: number): Check<Readonly<Record<string, T>>> {
  return (value, path) => {
    const entries = Object.entries(plainObject(value, path))
    if (entries.length > countMax) throw unfit(path, `an object of ${entries.length} entries, more than ${countMax}`)
    return Object.fromEntries(entries.map(([name, member]) => [name, check(member, `${path}.${name.slice(0, 40)}`)]))
  }
}

/** An object with exactly these properties. */
export function object<Fields extends Readonly<Record<string, Check<unknown>>>>(
  fields: Fields,
): Check<Checked<Fields>> {
  const names = Object.keys(fields)
  return (value, path) => {
    const given = plainObject(value, path)
    const checked: Record<string, unknown> = {}
    for (const name of names) checked[name] = fields[name]!(given[name], `${path}.${name}`)
    for (const name of Object.keys(given)) {
      if (!Object.hasOwn(fields, name)) throw unfit(path, `an object with the unknown '${name.slice(0, 40)}'`)
    }
    return checked as Checked<Fields>
  }
}

/** One of several objects, told apart by a text in the property `by`. */
export function variant<Variants extends Readonly<Record<string, Check<unknown>>>>(
  by: string,
  variants: Variants,
): Check<ReturnType<Variants[keyof Variants]>> {
  return (value, path) => {
    const name = plainObject(value, path)[by]
    if (typeof name !== 'string' || !Object.hasOwn(variants, name)) {
      throw unfit(path, `of the unknown ${by} ${String(name).slice(0, 40)}`)
    }
    return variants[name]!(value, path) as ReturnType<Variants[keyof Variants]>
  }
}

/** A text that is known beforehand: what {@link variant} goes by. */
export function only<const T extends string>(expected: T): Check<T> {
  return oneOf(expected)
}

function plainObject(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unfit(path, 'no object')
  return value as Readonly<Record<string, unknown>>
}

function unfit(path: string, what: string): NacelleError {
  return new NacelleError(
    'ERR_EXECUTION_PROCESS_PROTOCOL',
    `a message between member and execution process is not what it should be: ${path} is ${what}`,
    { domain: 'internal', details: { path } },
  )
}
