import { AggregateOperations } from '../../aggregate/aggregate-operations.ts'
import type { MultiAggregateOperation } from '../../aggregate/multi-aggregate-operation.ts'
import { AggregateOperation } from '../../aggregate/operation-builder.ts'
import type { AnyAggregateOperation } from '../../pipeline/transform.ts'
import { valueText } from '../reference/value-text.ts'
import { weightOf } from './generated-functions.ts'

/** An aggregate operation as data. */
export type OperationDescription =
  | { readonly op: PlainOperation }
  | { readonly op: 'topN' | 'bottomN'; readonly n: number }
  | {
      readonly op: 'mapping' | 'filtering' | 'flatMapping' | 'groupingBy'
      readonly divisor: number
      readonly of: OperationDescription
    }
  | { readonly op: 'allOf'; readonly as: 'tuple' | 'record' | 'finish'; readonly of: readonly OperationDescription[] }

/** Operations without settings. */
export type PlainOperation = (typeof PLAIN_OPERATIONS)[number]

/** See {@link PlainOperation}. */
export const PLAIN_OPERATIONS = [
  ...([
    'counting',
    'summingLong',
    'summingDouble',
    'averagingLong',
    'averagingDouble',
    'minBy',
    'maxBy',
    'linearTrend',
  ] as const),
  ...([
    'toList',
    'toSet',
    'toCollection',
    'toMap',
    'sorting',
    'concatenating',
    'pickAny',
    'reducing',
    'reducingBack',
  ] as const),
  ...(['customSingle', 'customCombine', 'customDeduct'] as const),
] as const

/** An operation, and a function that takes from its result what order and threads may change. */
export interface GeneratedOperation {
  readonly operation: AnyAggregateOperation
  readonly settled: (result: unknown) => unknown
}

/** What is taken from an item before an operation looks at it. */
export type Projection = (item: unknown) => unknown

const identity: Projection = (item) => item

/** Makes the operation of a description. */
export function generatedOperation(
  description: OperationDescription,
  projection: Projection = identity,
): GeneratedOperation {
  switch (description.op) {
    case 'topN':
    case 'bottomN': {
      const operation = AggregateOperations[description.op](description.n, compareText)
      return generated(projected(projection, operation))
    }
    case 'mapping':
    case 'filtering':
    case 'flatMapping':
    case 'groupingBy':
      return wrapped(description.op, description.divisor, generatedOperation(description.of, projection), projection)
    case 'allOf':
      return together(
        description.as,
        description.of.map((each) => generatedOperation(each, projection)),
      )
    default:
      return plain(description.op, projection)
  }
}

/** Operations over two or three co-grouped inputs. */
export function generatedCoOperation(
  descriptions: readonly OperationDescription[],
  form: 'tuple' | 'finish' | 'shared',
): {
  readonly operation: MultiAggregateOperation<never, never, unknown>
  readonly settled: (result: unknown) => unknown
} {
  if (form === 'shared') return { operation: sharedAccumulator(descriptions.length), settled: identity }
  const parts = descriptions.map((each) => generatedOperation(each))
  const { aggregateOperation2, aggregateOperation3 } = AggregateOperations
  const build = (parts.length === 2 ? aggregateOperation2 : aggregateOperation3) as unknown as (
    ...given: readonly unknown[]
  ) => MultiAggregateOperation<never, never, unknown>
  const finish = (...results: readonly unknown[]) => ({ results })
  const operations = parts.map(({ operation }) => operation)
  const settleAll = (results: unknown) => (results as readonly unknown[]).map((result, i) => parts[i]!.settled(result))
  if (form === 'tuple') return { operation: build(...operations), settled: settleAll }
  return {
    operation: build(...operations, finish),
    settled: (result) => settleAll((result as { results: unknown }).results),
  }
}

function plain(op: PlainOperation, projection: Projection): GeneratedOperation {
  const whole = (item: unknown) => (weightOf(projection(item)) % 1000) - 300
  // Halves and eighths add up exactly in any order.
  const real = (item: unknown) => whole(item) / 8
  switch (op) {
    case 'counting':
      return generated(AggregateOperations.counting())
    case 'summingLong':
    case 'averagingLong':
      return generated(AggregateOperations[op](whole))
    case 'summingDouble':
    case 'averagingDouble':
      return generated(AggregateOperations[op](real))
    case 'minBy':
    case 'maxBy':
      return generated(projected(projection, AggregateOperations[op](compareText)))
    case 'linearTrend': {
      const weekday = (item: unknown) => whole(item) % 7
      return generated(AggregateOperations.linearTrend(weekday, whole), roughly)
    }
    case 'pickAny':
      return generated(AggregateOperations.pickAny(), (item) => (item === null ? null : 'one'))
    case 'reducing':
      return generated(AggregateOperations.reducing<unknown, number>(0, whole, Math.max))
    case 'reducingBack':
      return generated(AggregateOperations.reducing<unknown, number>(0, whole, plus, minus))
    case 'customSingle':
    case 'customCombine':
    case 'customDeduct':
      return generated(custom(op, whole))
    default:
      return gathering(op, whole, projection)
  }
}

const plus = (a: number, b: number): number => a + b
const minus = (a: number, b: number): number => a - b

type GatheringOperation = 'toList' | 'toSet' | 'toCollection' | 'toMap' | 'sorting' | 'concatenating'

/** Operations whose results are made of many items. */
function gathering(
  op: GatheringOperation,
  whole: (item: unknown) => number,
  projection: Projection,
): GeneratedOperation {
  const text = (item: unknown) => `${whole(item) % 50}`
  switch (op) {
    case 'toList':
      return generated(projected(projection, AggregateOperations.toList()), sortedByText)
    case 'toSet':
      return generated(AggregateOperations.mapping(text, AggregateOperations.toSet<string>()), sortedByText)
    case 'toCollection': {
      const toCollection = AggregateOperations.toCollection<string, Set<string>>(() => new Set())
      return generated(AggregateOperations.mapping(text, toCollection), sortedByText)
    }
    case 'toMap': {
      const digit = (item: unknown) => whole(item) % 5
      return generated(AggregateOperations.toMap(digit, whole, plus), sortedByText)
    }
    case 'sorting':
      return generated(projected(projection, AggregateOperations.sorting(compareText)))
    case 'concatenating':
      return generated(AggregateOperations.mapping(text, AggregateOperations.concatenating(',')), (joined) =>
        (joined as string).split(',').sort(),
      )
  }
}

/**
 * User-written operations: one that cannot be spread over two stages, one that can, one that can also be taken back.
 */
function custom(op: 'customSingle' | 'customCombine' | 'customDeduct', whole: (item: unknown) => number): object {
  const begun = AggregateOperation.named(op)
    .withCreate(() => ({ count: 0, counts: new Map<number, number>() }))
    .andAccumulate((held, item: unknown) => {
      held.count++
      add(held.counts, whole(item) % 6, 1)
    })
  const result = (held: { readonly count: number; readonly counts: ReadonlyMap<number, number> }) => ({
    count: held.count,
    counts: [...held.counts].filter(([, count]) => count !== 0).sort(([a], [b]) => a - b),
  })
  if (op === 'customSingle') return begun.andExportFinish(result)
  const combining = begun.andCombine((held, other) => {
    held.count += other.count
    for (const [value, count] of other.counts) add(held.counts, value, count)
  })
  if (op === 'customCombine') {
    return combining.andExport(result).andFinish((held) => {
      const finished = result(held)
      // A finish function may destroy the accumulator.
      held.counts.clear()
      held.count = Number.NaN
      return finished
    })
  }
  return combining
    .andDeduct((held, other) => {
      held.count -= other.count
      for (const [value, count] of other.counts) add(held.counts, value, -count)
    })
    .andExportFinish(result)
}

function add(counts: Map<number, number>, value: number, count: number): void {
  const sum = (counts.get(value) ?? 0) + count
  if (sum === 0) counts.delete(value)
  else counts.set(value, sum)
}

function wrapped(
  op: 'mapping' | 'filtering' | 'flatMapping' | 'groupingBy',
  divisor: number,
  of: GeneratedOperation,
  projection: Projection,
): GeneratedOperation {
  const inner = of.operation as never
  const weight = (item: unknown) => weightOf(projection(item))
  switch (op) {
    case 'mapping':
      return generated(
        AggregateOperations.mapping((item: unknown) => (weight(item) % divisor === 0 ? null : projection(item)), inner),
        of.settled,
      )
    case 'filtering':
      return generated(
        AggregateOperations.filtering((item: unknown) => weight(item) % divisor === 0, inner),
        of.settled,
      )
    case 'flatMapping':
      return generated(
        AggregateOperations.flatMapping(
          (item: unknown) =>
            Array.from({ length: weight(item) % divisor }, (_, i) => (i % 3 === 2 ? null : projection(item))),
          inner,
        ),
        of.settled,
      )
    case 'groupingBy':
      return generated(
        AggregateOperations.groupingBy((item: unknown) => weight(item) % divisor, inner),
        (map) => sortedByText(Array.from(map as Map<number, unknown>, ([key, result]) => [key, of.settled(result)])),
      )
  }
}

function together(form: 'tuple' | 'record' | 'finish', parts: readonly GeneratedOperation[]): GeneratedOperation {
  const allOf = AggregateOperations.allOf as (...given: readonly unknown[]) => object
  const operations = parts.map(({ operation }) => operation)
  const settleAll = (results: readonly unknown[]) => results.map((result, i) => parts[i]!.settled(result))
  // A function takes two or three results.
  if (form === 'finish' && parts.length <= 3) {
    return generated(
      allOf(...operations, (...results: readonly unknown[]) => ({ results })),
      (held) => settleAll((held as { results: unknown[] }).results),
    )
  }
  if (form !== 'record') return generated(allOf(...operations), (results) => settleAll(results as unknown[]))
  const named = Object.fromEntries(operations.map((operation, i) => [`part${i}`, operation]))
  return generated(allOf(named), (held) =>
    settleAll(parts.map((_, i) => (held as Record<string, unknown>)[`part${i}`])),
  )
}

/** A user-written operation whose inputs share one accumulator. */
function sharedAccumulator(inputs: number): MultiAggregateOperation<never, never, unknown> {
  const begun = AggregateOperation.named('shared')
    .withCreate(() => ({ left: 0, right: 0, third: 0 }))
    .andAccumulate0((held, item: unknown) => void (held.left += weightOf(item) % 100))
    .andAccumulate1((held, item: unknown) => void (held.right += (weightOf(item) % 100) + 1))
  const whole =
    inputs === 2 ? begun : begun.andAccumulate2((held, item: unknown) => void (held.third += 1 + (weightOf(item) % 10)))
  const combining = (whole as typeof begun).andCombine((held, other) => {
    held.left += other.left
    held.right += other.right
    held.third += other.third
  })
  return combining.andExportFinish((held) => ({ ...held })) as unknown as MultiAggregateOperation<never, never, unknown>
}

function projected(projection: Projection, operation: object): object {
  return projection === identity ? operation : AggregateOperations.mapping(projection, operation as never)
}

function generated(operation: object, settled: (result: unknown) => unknown = identity): GeneratedOperation {
  return { operation: operation as AnyAggregateOperation, settled }
}

function compareText(a: unknown, b: unknown): number {
  const [left, right] = [valueText(a), valueText(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

function sortedByText(items: unknown): unknown[] {
  return [...(items as Iterable<unknown>)].sort(compareText)
}

/**
 * Drops the digits that depend on the order of additions. The odd offset keeps fractions that people write off the
 * borders.
 */
function roughly(value: unknown): number {
  return Math.floor((value as number) * 1e6 + 0.314159)
}
