import { NacelleError } from '../base/nacelle-error.ts'
import { describeValue, requireFunction } from './argument.ts'

/** Takes a number from an item. Anything but a number, NaN included, is an error of the aggregate that asked. */
export type NumberGetter<in T> = (item: T) => number

/**
 * A getter that answers numbers only: it stands at the point where a value is written into a typed column, which would
 * turn `'12'` or an object into a number without a word.
 *
 * @throws NacelleError ERR_AGGREGATE_VALUE for NaN and for what is no number, ERR_AGGREGATE_GETTER when the getter
 *   throws
 */
export function numberGetter<T>(operation: string, get: NumberGetter<T>): NumberGetter<T> {
  requireFunction(operation, get)
  return (item) => {
    let value: number
    try {
      value = get(item)
    } catch (error) {
      throw getterFailed(operation, error)
    }
    if (typeof value !== 'number' || value !== value) throw notANumber(operation, value)
    return value
  }
}

/**
 * A getter that answers whole numbers within the safe range (±(2^53 − 1)) only.
 *
 * @throws NacelleError ERR_AGGREGATE_VALUE for every other value, ERR_AGGREGATE_GETTER when the getter throws
 */
export function wholeGetter<T>(operation: string, get: NumberGetter<T>): NumberGetter<T> {
  requireFunction(operation, get)
  return (item) => {
    let value: number
    try {
      value = get(item)
    } catch (error) {
      throw getterFailed(operation, error)
    }
    if (!Number.isSafeInteger(value)) throw notWhole(operation, value)
    return value
  }
}

/** Called from generated code when a whole sum has left the safe range. */
export function overflow(operation: string): (sum: number) => never {
  return (sum) => {
    throw new NacelleError(
      'ERR_AGGREGATE_OVERFLOW',
      `${operation}: the sum has left the range in which whole numbers are exact (±(2^53 − 1)), it is about ${sum}; use ${inexactFormOf(operation)}`,
      { details: { operation, sum } },
    )
  }
}

function inexactFormOf(operation: string): string {
  return operation.startsWith('averaging') ? 'averagingDouble' : 'summingDouble'
}

function notANumber(operation: string, value: unknown): NacelleError {
  return new NacelleError(
    'ERR_AGGREGATE_VALUE',
    `${operation}: the getter must answer a number, but it answered ${describeValue(value)}`,
    {
      details: { operation, value: describeValue(value) },
    },
  )
}

function notWhole(operation: string, value: unknown): NacelleError {
  const range = 'a whole number within ±(2^53 − 1)'
  return new NacelleError(
    'ERR_AGGREGATE_VALUE',
    `${operation}: the getter must answer ${range}, but it answered ${describeValue(value)}`,
    {
      details: { operation, value: describeValue(value) },
    },
  )
}

function getterFailed(operation: string, error: unknown): NacelleError {
  if (error instanceof NacelleError) return error
  const reason = error instanceof Error ? error.message : describeValue(error)
  return new NacelleError('ERR_AGGREGATE_GETTER', `${operation}: the getter threw: ${reason}`, {
    cause: error,
    details: { operation },
  })
}
