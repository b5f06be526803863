import type { AggregateOperation, ColumnarForm, ValueGetter } from './aggregate-operation.ts'
import { requireFunction } from './argument.ts'
import { columnarFormOf } from './columnar-form.ts'

/**
 * `operation` over what `fn` makes of each item. An item that is mapped to null or undefined is left out, as by the
 * stage `map`. A key all of whose items are left out still has a result: that of no items.
 *
 * `fn` has no side effects; when `operation` takes several values from an item, it is called once for each. The
 * compiler needs a hint for getters within: `mapping((t: Trade) => t.price, summingLong((price: number) => price))`.
 */
export function mapping<T, U, A, R>(
  fn: (item: T) => U,
  operation: AggregateOperation<NonNullable<U>, A, R>,
): AggregateOperation<T, A, R> {
  requireFunction('mapping', fn)
  return {
    ...sharedParts(operation),
    name: `mapping(${operation.name})`,
    accumulate(accumulator, item) {
      const mapped = fn(item)
      if (mapped !== null && mapped !== undefined) operation.accumulate(accumulator, mapped)
    },
    columnar: optionalForm(columnarFormOf(operation), (get, absent) => {
      const getMapped = (mapped: NonNullable<U>) => (get === null ? mapped : get(mapped as never))
      return (item: T) => {
        const mapped = fn(item)
        return mapped === null || mapped === undefined ? absent : getMapped(mapped)
      }
    }),
  }
}

/**
 * `operation` over the items for which `predicate` is true. A key all of whose items are left out still has a result:
 * that of no items.
 *
 * `predicate` has no side effects; when `operation` takes several values from an item, it is called once for each.
 */
export function filtering<T, A, R>(
  predicate: (item: T) => boolean,
  operation: AggregateOperation<T, A, R>,
): AggregateOperation<T, A, R> {
  requireFunction('filtering', predicate)
  return {
    ...sharedParts(operation),
    name: `filtering(${operation.name})`,
    accumulate(accumulator, item) {
      if (predicate(item)) operation.accumulate(accumulator, item)
    },
    columnar: optionalForm(columnarFormOf(operation), (get, absent) =>
      get === null
        ? (item: T) => (predicate(item) ? item : absent)
        : (item: T) => (predicate(item) ? get(item as never) : absent),
    ),
  }
}

/** `operation` over all that `fn` answers for each item; null and undefined among it are left out. */
export function flatMapping<T, U, A, R>(
  fn: (item: T) => Iterable<U>,
  operation: AggregateOperation<NonNullable<U>, A, R>,
): AggregateOperation<T, A, R> {
  requireFunction('flatMapping', fn)
  return {
    ...sharedParts(operation),
    name: `flatMapping(${operation.name})`,
    accumulate(accumulator, item) {
      for (const mapped of fn(item)) {
        if (mapped !== null && mapped !== undefined) operation.accumulate(accumulator, mapped)
      }
    },
    columnar: null,
  }
}

/** All that does not depend on the items, of an operation that may be an instance of a class. */
function sharedParts<A, R>(
  operation: AggregateOperation<never, A, R>,
): Omit<AggregateOperation<never, A, R>, 'name' | 'accumulate' | 'columnar'> {
  return {
    create: () => operation.create(),
    combine: operation.combine === null ? null : (accumulator, other) => operation.combine!(accumulator, other),
    deduct: operation.deduct === null ? null : (accumulator, other) => operation.deduct!(accumulator, other),
    export: (accumulator) => operation.export(accumulator),
    finish: (accumulator) => operation.finish(accumulator),
  }
}

/** Makes a getter that answers `absent` for items that are left out, else what `get` does (null: the item itself). */
type OptionalGetter = (get: ValueGetter['get'], absent: unknown) => (item: never) => unknown

/**
 * A form whose items may be left out: NaN or null in its first value column says so. Where the inner form has no
 * such column, or gives NaN and null a meaning of its own, a column of marks goes first.
 */
function optionalForm(inner: ColumnarForm, optional: OptionalGetter): ColumnarForm {
  const first = inner.values[0]
  const needsMark = first === undefined || first.nullable === true
  const values = inner.values.map(
    ({ type, get }): ValueGetter => ({ type, get: optional(get, type === 'f64' ? Number.NaN : null), nullable: true }),
  )
  const mark: ValueGetter = { type: 'f64', get: optional(() => 1, Number.NaN), nullable: true }
  const isNumber = needsMark || first.type === 'f64'
  return {
    ...inner,
    values: needsMark ? [mark, ...values] : values,
    accumulate(s, v, k) {
      const present = isNumber ? `${v[0]} === ${v[0]}` : `${v[0]} !== null`
      return `if (${present}) { ${inner.accumulate(s, needsMark ? v.slice(1) : v, k)} }`
    },
  }
}
