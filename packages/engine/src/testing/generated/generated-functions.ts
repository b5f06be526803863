import { valueText } from '../reference/value-text.ts'

/**
 * Functions of generated pipelines, as data. All of them take any item: what they look at is a number made of its
 * content.
 */
export interface MapDescription {
  readonly to:
    | 'number'
    | 'text'
    | 'tuple'
    | 'record'
    | 'date'
    | 'bigint'
    | 'float'
    | 'same'
    | 'dropNull'
    | 'dropUndefined'
  readonly divisor: number
}

/** See {@link MapDescription}. */
export interface FilterDescription {
  readonly keep: 'multiples' | 'others' | 'none'
  readonly divisor: number
  /** Whether the predicate answers something truthy instead of a boolean. */
  readonly isLoose: boolean
}

/** See {@link MapDescription}. */
export interface FlatMapDescription {
  readonly to: 'array' | 'generator' | 'set' | 'holes'
  /** Results of an item are fewer than this. */
  readonly divisor: number
}

/** See {@link MapDescription}. */
export interface KeyDescription {
  readonly type:
    | 'int'
    | 'negative'
    | 'text'
    | 'float'
    | 'odd'
    | 'boolean'
    | 'bigint'
    | 'tuple'
    | 'record'
    | 'date'
    | 'constant'
    | 'mixed'
  /** How many keys there are at most. */
  readonly divisor: number
}

/** A whole number from 0 to 2^31 - 1 made of a value's content: equal for equal values. */
export function weightOf(value: unknown): number {
  // Functions of one stage often ask several times about the same item.
  if (value !== null && value === lastObject) return lastWeight
  const weight = weightOfText(valueText(value))
  if (typeof value === 'object') {
    lastObject = value
    lastWeight = weight
  }
  return weight
}

let lastObject: object | null = null
let lastWeight = 0

function weightOfText(text: string): number {
  let h = 0x9dc5
  for (let i = 0; i < text.length; i++) h = (Math.imul(h ^ text.charCodeAt(i), 0x01000193) ^ (h >>> 15)) | 0
  return (h ^ (h >>> 13)) & 0x7fffffff
}

/** Time made of an item's content, from 0 to this. */
export const CONTENT_TIME_RANGE_MS = 500

/** See {@link CONTENT_TIME_RANGE_MS}. */
export function contentTime(item: unknown): number {
  return weightOf(item) % CONTENT_TIME_RANGE_MS
}

export function mapFunction({ to, divisor }: MapDescription): (item: unknown) => unknown {
  switch (to) {
    case 'number':
      return (item) => weightOf(item) % divisor
    case 'text':
      return (item) => `n${weightOf(item) % divisor}é`
    case 'tuple':
      return (item) => [weightOf(item) % divisor, item]
    case 'record':
      return (item) => ({ w: weightOf(item) % divisor, item, odd: weightOf(item) % 2 === 1 })
    case 'date':
      return (item) => new Date(weightOf(item) % divisor)
    case 'bigint':
      return (item) => BigInt(weightOf(item) % divisor) << 60n
    case 'float':
      return (item) => (weightOf(item) % divisor) / 4
    case 'same':
      return (item) => item
    case 'dropNull':
      return (item) => (weightOf(item) % divisor === 0 ? null : item)
    case 'dropUndefined':
      return (item) => (weightOf(item) % divisor === 0 ? undefined : item)
  }
}

export function filterFunction({ keep, divisor, isLoose }: FilterDescription): (item: unknown) => boolean {
  const predicate = (item: unknown): boolean => {
    if (keep === 'none') return false
    return (weightOf(item) % divisor === 0) === (keep === 'multiples')
  }
  if (!isLoose) return predicate
  return ((item: unknown) => (predicate(item) ? 'yes' : 0)) as unknown as (item: unknown) => boolean
}

export function flatMapFunction({ to, divisor }: FlatMapDescription): (item: unknown) => Iterable<unknown> {
  const results = (item: unknown) => Array.from({ length: weightOf(item) % divisor }, (_, i) => [i, item])
  switch (to) {
    case 'array':
      return results
    case 'generator':
      return function* read(item) {
        for (const result of results(item)) yield result
      }
    case 'set':
      return (item) => new Set<unknown>(results(item))
    case 'holes':
      return (item) => [null, ...results(item).map((result, i) => (i % 2 === 0 ? result : undefined))]
  }
}

export function keyFunction({ type, divisor }: KeyDescription): (item: unknown) => unknown {
  if (type === 'mixed') {
    const functions = (['int', 'text', 'float', 'boolean', 'bigint', 'tuple', 'record', 'date', 'odd'] as const).map(
      (each) => keyOfNumber(each, divisor),
    )
    return (item) => {
      const weight = weightOf(item)
      return functions[(weight >>> 8) % functions.length]!(weight)
    }
  }
  const keyOf = keyOfNumber(type, divisor)
  return (item) => keyOf(weightOf(item))
}

function keyOfNumber(type: Exclude<KeyDescription['type'], 'mixed'>, divisor: number): (weight: number) => unknown {
  switch (type) {
    case 'int':
      return (weight) => weight % divisor
    case 'negative':
      return (weight) => (weight % divisor) * -0x1000003
    case 'text':
      return (weight) => `key ${weight % divisor} ü`
    case 'float':
      return (weight) => (weight % divisor) / 8 - 1
    case 'odd':
      return (weight) => ODD_NUMBERS[weight % ODD_NUMBERS.length]
    case 'boolean':
      return (weight) => weight % 2 === 0
    case 'bigint':
      return (weight) => BigInt(weight % divisor) * 0x1_0000_0000_0000_0001n
    case 'tuple':
      return (weight) => [weight % divisor, `t${weight % 2}`]
    case 'record':
      // The same properties in either order are the same key.
      return (weight) =>
        (weight >>> 4) % 2 === 0 ? { a: weight % divisor, b: [weight % 2] } : { b: [weight % 2], a: weight % divisor }
    case 'date':
      return (weight) => new Date(weight % divisor)
    case 'constant':
      return () => 'all'
  }
}

const ODD_NUMBERS: readonly number[] = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, -1, 2 ** 31, 2 ** 53, 0.1]
