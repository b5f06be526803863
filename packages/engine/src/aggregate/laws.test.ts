import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Column } from '../core/batch.ts'
import type { AggregateOperation, ColumnarForm } from './aggregate-operation.ts'
import { AggregateOperations } from './aggregate-operations.ts'
import { columnarFormOf, objectForm } from './columnar-form.ts'
import { type AggregateState, compileKernels } from './kernels.ts'

interface Sample {
  readonly id: number
  readonly key: string
  readonly whole: number
  readonly real: number
  readonly text: string
}

type Operation = AggregateOperation<Sample, unknown, unknown>

/** Compares results of other orders: what `comparable` answers must be equal, numbers but for about the last digit. */
interface LawCase {
  readonly operation: Operation
  readonly comparable: (result: never) => unknown
}

function lawCase<A, R>(
  operation: AggregateOperation<Sample, A, R>,
  comparable: (result: R) => unknown = (result) => result,
): LawCase {
  return { operation: operation as AggregateOperation<Sample, unknown, R>, comparable }
}

const byWhole = (a: Sample, b: Sample) => a.whole - b.whole
const wholes = (items: Iterable<Sample>) => Array.from(items, ({ whole }) => whole)
const ids = (items: Iterable<Sample>) => Array.from(items, ({ id }) => id).sort((a, b) => a - b)
const sortedEntries =
  <V>(valueOf: (value: V) => unknown) =>
  (map: Map<unknown, V>) =>
    Array.from(map, ([key, value]) => [String(key), valueOf(value)] as const).sort(([a], [b]) => (a < b ? -1 : 1))
const same = <V>(value: V) => value
const {
  allOf,
  averagingDouble,
  averagingLong,
  bottomN,
  concatenating,
  counting,
  filtering,
  flatMapping,
  groupingBy,
  linearTrend,
  mapping,
  maxBy,
  minBy,
  pickAny,
  reducing,
  sorting,
  summingDouble,
  summingLong,
  toCollection,
  toList,
  toMap,
  toSet,
  topN,
} = AggregateOperations
const isEven = ({ whole }: Sample) => whole % 2 === 0
const evenWhole = ({ whole }: Sample) => (whole % 2 === 0 ? whole : null)

const lawCases: readonly LawCase[] = [
  lawCase(counting()),
  lawCase(summingLong(({ whole }) => whole)),
  lawCase(summingDouble(({ real }) => real)),
  lawCase(averagingLong(({ whole }) => whole)),
  lawCase(averagingDouble(({ real }) => real)),
  lawCase(minBy(byWhole), (item) => item?.whole),
  lawCase(maxBy(byWhole), (item) => item?.whole),
  lawCase(topN(3, byWhole), wholes),
  lawCase(bottomN(3, byWhole), wholes),
  lawCase(
    linearTrend(
      ({ id }) => id % 1000,
      ({ whole }) => whole % 1000,
    ),
  ),
  lawCase(
    mapping(({ text }: Sample) => text, concatenating('\n')),
    (text) => text.split('\n').sort(),
  ),
  lawCase(toList(), ids),
  lawCase(toSet(), ids),
  lawCase(
    toCollection(() => new Set<Sample>()),
    ids,
  ),
  lawCase(
    toMap(
      ({ id }) => id,
      ({ whole }) => whole,
    ),
    sortedEntries(same),
  ),
  lawCase(
    toMap(
      ({ key }) => key,
      ({ whole }) => whole,
      (a, b) => a + b,
    ),
    sortedEntries(same),
  ),
  lawCase(
    groupingBy(({ key }) => key),
    sortedEntries(ids),
  ),
  lawCase(
    groupingBy(
      ({ key }) => key,
      allOf(
        counting(),
        summingLong(({ whole }: Sample) => whole),
      ),
    ),
    sortedEntries(same),
  ),
  lawCase(
    reducing(
      0,
      ({ whole }: Sample) => whole,
      (a, b) => a + b,
      (a, b) => a - b,
    ),
  ),
  lawCase(
    reducing<Sample, number | null>(null, evenWhole, (a, b) => (b === null ? a : a === null ? b : Math.max(a, b))),
  ),
  lawCase(pickAny(), (item) => item !== null),
  lawCase(sorting(byWhole), wholes),
  lawCase(
    mapping(
      evenWhole,
      summingLong((whole: number) => whole),
    ),
  ),
  lawCase(mapping(evenWhole, counting())),
  lawCase(
    mapping(
      evenWhole,
      maxBy((a: number, b: number) => a - b),
    ),
  ),
  lawCase(filtering(isEven, counting())),
  lawCase(filtering(isEven, toList()), ids),
  lawCase(
    filtering(
      isEven,
      reducing(
        0,
        ({ whole }: Sample) => whole,
        (a, b) => a + b,
      ),
    ),
  ),
  lawCase(
    filtering(
      isEven,
      filtering(
        ({ key }) => key === 'a',
        summingLong(({ whole }) => whole),
      ),
    ),
  ),
  lawCase(
    filtering(
      isEven,
      allOf(
        filtering(
          ({ key }: Sample) => key === 'a',
          summingLong(({ whole }: Sample) => whole),
        ),
        counting(),
      ),
    ),
  ),
  lawCase(
    flatMapping(({ text }: Sample) => text, toList<string>()),
    (letters) => letters.sort(),
  ),
  lawCase(
    allOf({ count: counting(), sum: summingLong(({ whole }: Sample) => whole), some: filtering(isEven, counting()) }),
  ),
  lawCase(allOf({ real: averagingDouble(({ real }: Sample) => real), all: toList<Sample>() }), ({ real, all }) => [
    real,
    ids(all),
  ]),
  lawCase(
    allOf(
      counting(),
      summingLong(({ whole }) => whole),
      (count, sum) => count - sum,
    ),
  ),
  lawCase(allOf(minBy(byWhole), maxBy(byWhole)), (range) => range.map((item) => item?.whole)),
]

/** Items that go into one partial accumulator each, and the order in which the partials are combined. */
interface Split {
  readonly partials: readonly (readonly Sample[])[]
}

const sample: fc.Arbitrary<Sample> = fc.record(
  {
    id: fc.integer({ min: 0, max: 1_000_000 }),
    key: fc.constantFrom('a', 'b', 'c'),
    whole: fc.integer({ min: -1_000_000, max: 1_000_000 }),
    real: fc.oneof(fc.constantFrom(0, -0, 0.1, -0.1, 1e15, -1e15), fc.double({ noNaN: true, min: -1e6, max: 1e6 })),
    text: fc.string({ maxLength: 3 }),
  },
  { noNullPrototype: true },
)

/** Partials in the order in which they are combined; the items have distinct ids. */
const split: fc.Arbitrary<Split> = fc
  .uniqueArray(sample, { selector: ({ id }) => id, maxLength: 40 })
  .chain((items) =>
    fc
      .array(fc.nat({ max: 4 }), { minLength: items.length, maxLength: items.length })
      .map((places) => ({ items, places })),
  )
  .chain(({ items, places }) =>
    fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5, maxLength: 5 }).map((order) => ({
      partials: order.map((place) => items.filter((_, i) => places[i] === place)),
    })),
  )

function columnsOf(form: ColumnarForm, items: readonly Sample[]): Column[] {
  return form.values.map(({ type, get }) => {
    const values = items.map((item) => (get === null ? item : get(item as never)))
    return type === 'f64' ? Float64Array.from(values as number[]) : values
  })
}

/**
 * Accumulates each partial in a row of its own: even ones from columns as an exchange brings them, odd ones from items.
 */
function partialRows(form: ColumnarForm, { partials }: Split): AggregateState {
  const kernels = compileKernels(form)
  const state = kernels.newState(partials.length)
  kernels.initRows(state, 0, partials.length)
  partials.forEach((items, row) => {
    const rows = new Int32Array(items.length).fill(row)
    if (row % 2 === 0) kernels.accumulateRows(state, rows, columnsOf(form, items), 0, items.length)
    else kernels.accumulateItems(state, rows, items, 0, items.length)
  })
  return state
}

function columnarResult(form: ColumnarForm, given: Split): unknown {
  const kernels = compileKernels(form)
  const source = partialRows(form, given)
  const target = kernels.newState(1)
  kernels.initRow(target, 0)
  kernels.combineRows!(target, new Int32Array(given.partials.length), source, 0, given.partials.length)
  return kernels.finishRow(target, 0)
}

function partialObjects(operation: Operation, { partials }: Split): unknown[] {
  return partials.map((items) => {
    const accumulator = operation.create()
    for (const item of items) operation.accumulate(accumulator, item)
    return accumulator
  })
}

function objectResult(operation: Operation, given: Split): unknown {
  const target = operation.create()
  for (const partial of partialObjects(operation, given)) operation.combine!(target, partial)
  return operation.finish(target)
}

/** Equal, but numbers may differ by a few units of their last digit, or by what cancellation of 1e15 leaves. */
function expectAlike(actual: unknown, expected: unknown): void {
  if (typeof actual === 'number' && typeof expected === 'number' && !Number.isNaN(actual)) {
    expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-15 * Math.abs(expected) + 1e-9)
  } else if (Array.isArray(actual) && Array.isArray(expected) && actual.length === expected.length) {
    actual.forEach((member, i) => expectAlike(member, expected[i]))
  } else {
    expect(actual).toEqual(expected)
  }
}

const check = (law: (given: Split) => void): void =>
  fc.assert(
    fc.property(split, (given) => {
      law(given)
    }),
    { numRuns: 60 },
  )

describe.each(lawCases.map((one) => [one.operation.name, one] as const))('%s', (_, { operation, comparable }) => {
  const form = columnarFormOf(operation)

  it('gives the same on columns as with objects', () => {
    check((given) => expect(columnarResult(form, given)).toStrictEqual(objectResult(operation, given)))
    check((given) => expect(columnarResult(objectForm(operation), given)).toStrictEqual(objectResult(operation, given)))
  })

  it('gives the same however the items are split', () => {
    check((given) => {
      const whole = { partials: [given.partials.flat()] }
      expectAlike(comparable(columnarResult(form, given) as never), comparable(objectResult(operation, whole) as never))
    })
  })

  it('leaves what it combines as it was, and shares nothing with it', () => {
    check((given) => {
      const [first, second, ...rest] = partialObjects(operation, given)
      const secondBefore = structuredClone(second)
      operation.combine!(first, second)
      expect(second).toStrictEqual(secondBefore)
      for (const partial of rest) operation.combine!(first, partial)
      for (const item of given.partials.flat()) operation.accumulate(first, { ...item, id: item.id + 2_000_000 })
      expect(second).toStrictEqual(secondBefore)
    })
  })

  it('takes out again exactly what it has combined', () => {
    if (operation.deduct === null) {
      expect(form.deduct).toBe(null)
      return
    }
    check((given) => {
      const [first, second] = partialObjects(operation, given)
      const before = structuredClone(first)
      operation.combine!(first, second)
      operation.deduct!(first, second)
      expect(first).toStrictEqual(before)

      const kernels = compileKernels(form)
      const state = partialRows(form, given)
      const cells = state.map((column) => column[0])
      kernels.combineRow!(state, 0, state, 1)
      kernels.deductRow!(state, 0, state, 1)
      expect(state.map((column) => column[0])).toStrictEqual(cells)
    })
  })

  it('exports without changing what follows, and finishes with the same value', () => {
    check((given) => {
      const kernels = compileKernels(form)
      const watched = partialRows(form, given)
      const unwatched = partialRows(form, given)
      const exported = kernels.exportRow(watched, 0)
      expect(kernels.finishRow(copyOfFirst(form, watched), 0)).toStrictEqual(exported)
      const asExported = structuredClone(exported)
      for (let row = 1; row < given.partials.length; row++) {
        kernels.combineRow!(watched, 0, watched, row)
        kernels.combineRow!(unwatched, 0, unwatched, row)
      }
      expect(kernels.exportRow(watched, 0)).toStrictEqual(kernels.exportRow(unwatched, 0))
      expect(structuredClone(exported)).toStrictEqual(asExported)
    })
  })
})

/** Row 0 in a state of its own. */
function copyOfFirst(form: ColumnarForm, state: AggregateState): AggregateState {
  const kernels = compileKernels(form)
  const copy = kernels.newState(1)
  kernels.copyEntry!(copy, 0, state, 0)
  return copy
}

describe('the laws', () => {
  it('are checked for every stock operation', () => {
    const checked = lawCases.flatMap(({ operation }) => operation.name.split(/\W+/))
    const others = ['aggregateOperation2', 'aggregateOperation3', 'coAggregateOperation', 'fold']
    expect(
      Object.keys(AggregateOperations).filter((name) => !checked.includes(name) && !others.includes(name)),
    ).toEqual([])
  })
})
