import { NacelleError } from '../../base/nacelle-error.ts'

/**
 * Takes a value apart that was read from a document, or says where it is not what it should be. Properties that the
 * shape does not name are left out: a later version may have added them.
 */
export type Shape<T> = (value: unknown, path: string) => T

type Fields = Readonly<Record<string, Shape<unknown>>>
type ShapeOfFields<F extends Fields> = { readonly [Name in keyof F]: ReturnType<F[Name]> }

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

/** A kind of document that the grid keeps: JSON with a version in it. */
export class DocumentFormat<T extends object> {
  /** What messages call it: `the record of a job`. */
  readonly #title: string
  readonly #version: number
  readonly #shape: Shape<T>

  constructor(title: string, version: number, shape: Shape<T>) {
    this.#title = title
    this.#version = version
    this.#shape = shape
  }

  encode(document: T): Uint8Array {
    return encoder.encode(JSON.stringify({ formatVersion: this.#version, ...document }))
  }

  /**
   * @param key where the bytes come from, for messages
   * @throws NacelleError ERR_DOCUMENT_VERSION for a document of another format, ERR_DOCUMENT for one that does not fit
   */
  decode(bytes: Uint8Array, key: string): T {
    const value = this.#parse(bytes, key)
    const version = isObject(value) ? value['formatVersion'] : undefined
    if (typeof version === 'number' && version !== this.#version) {
      const age = version > this.#version ? 'newer' : 'older'
      throw new NacelleError(
        'ERR_DOCUMENT_VERSION',
        `${key}: ${this.#title} has format ${version}, which is ${age} than the ${this.#version} of this version of Nacelle: run the version that wrote it`,
        { domain: 'external', details: { key, version } },
      )
    }
    try {
      return this.#shape(value, '')
    } catch (error) {
      throw error instanceof ShapeMismatch ? this.#misfit(key, error.message, error) : error
    }
  }

  #parse(bytes: Uint8Array, key: string): unknown {
    try {
      return JSON.parse(decoder.decode(bytes))
    } catch (error) {
      throw this.#misfit(key, `is not JSON: ${(error as Error).message}`, error)
    }
  }

  #misfit(key: string, what: string, cause: unknown): NacelleError {
    return new NacelleError('ERR_DOCUMENT', `${key}: ${this.#title} ${what}`, {
      domain: 'external',
      cause,
      details: { key },
    })
  }
}

class ShapeMismatch extends Error {
  constructor(path: string, expected: string, value: unknown) {
    const given = JSON.stringify(value) ?? String(value)
    const shown = given.length > 60 ? `${given.slice(0, 60)}…` : given
    super(`has at '${path === '' ? '.' : path.slice(1)}' not ${expected} but ${shown}`)
  }
}

export const text: Shape<string> = (value, path) => {
  if (typeof value !== 'string') throw new ShapeMismatch(path, 'a text', value)
  return value
}

export const flag: Shape<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw new ShapeMismatch(path, 'true or false', value)
  return value
}

export const finite: Shape<number> = (value, path) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new ShapeMismatch(path, 'a number', value)
  return value
}

/** A whole number that is not negative. */
export const count: Shape<number> = (value, path) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new ShapeMismatch(path, 'a whole number of at least 0', value)
  }
  return value as number
}

export function oneOf<const T extends string>(...texts: readonly T[]): Shape<T> {
  return (value, path) => {
    const found = texts.find((candidate) => candidate === value)
    if (found === undefined) throw new ShapeMismatch(path, texts.join(' or '), value)
    return found
  }
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, path) => (value === null ? null : shape(value, path))
}

export function list<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new ShapeMismatch(path, 'an array', value)
    return value.map((element, i) => shape(element, `${path}[${i}]`))
  }
}

/** An object with properties of any names. */
export function record<T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value, path) => {
    if (!isObject(value)) throw new ShapeMismatch(path, 'an object', value)
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shape(member, `${path}.${name}`)]))
  }
}

/** An object with at least these properties. */
export function object<F extends Fields>(fields: F): Shape<ShapeOfFields<F>> {
  const names = Object.keys(fields)
  return (value, path) => {
    if (!isObject(value)) throw new ShapeMismatch(path, 'an object', value)
    const entries = names.map((name) => [name, fields[name]!(value[name], `${path}.${name}`)])
    return Object.fromEntries(entries) as ShapeOfFields<F>
  }
}

/** A shape that refers to itself. */
export function lazy<T>(shape: () => Shape<T>): Shape<T> {
  return (value, path) => shape()(value, path)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
