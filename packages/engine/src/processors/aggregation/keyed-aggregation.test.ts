import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnyAggregateOperation } from '../../aggregate/aggregate-operation.ts'
import { AggregateOperations } from '../../aggregate/aggregate-operations.ts'
import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import { AggregateOperation } from '../../aggregate/operation-builder.ts'
import { keyEquals } from '../../base/key-hash.ts'
import type { BatchLayout } from '../../core/batch.ts'
import { ProcessorRig } from '../../testing/processor-rig.ts'
import type { RigEntry } from '../../testing/recording-queue.ts'
import { AccumulateByKeyProcessor } from './accumulate-by-key-processor.ts'
import { AggregateByKeyProcessor } from './aggregate-by-key-processor.ts'
import { CombineByKeyProcessor } from './combine-by-key-processor.ts'
import { RollingAggregateProcessor } from './rolling-aggregate-processor.ts'

interface Sample {
  readonly id: number
  readonly key: unknown
  readonly whole: number
}

const { allOf, aggregateOperation2, averagingLong, counting, maxBy, summingDouble, summingLong, toList } =
  AggregateOperations
const whole = ({ whole }: Sample) => whole

/** With accumulators of its own, that must never be shared between keys or used again. */
const range = AggregateOperation.named('range')
  .withCreate(() => ({ low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY, ids: [] as number[] }))
  .andAccumulate((range, { id, whole }: Sample) => {
    range.low = Math.min(range.low, whole)
    range.high = Math.max(range.high, whole)
    range.ids.push(id)
  })
  .andCombine((range, other) => {
    range.low = Math.min(range.low, other.low)
    range.high = Math.max(range.high, other.high)
    range.ids.push(...other.ids)
  })
  .andExportFinish(({ low, high, ids }) => ({ low, high, ids: ids.toSorted((a, b) => a - b) }))

/** Without combine. */
const joined = AggregateOperation.named('joined')
  .withCreate(() => ({ text: '' }))
  .andAccumulate((joined, { id }: Sample) => {
    joined.text += `${id},`
  })
  .andExportFinish(({ text }) => text)

const operations = [
  counting(),
  summingLong(whole),
  summingDouble(whole),
  averagingLong(whole),
  maxBy((a: Sample, b: Sample) => a.id - b.id),
  allOf(counting(), summingLong(whole)),
  range,
] as readonly AnyAggregateOperation[]

const leaf = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(-0, 0.5, Number.NaN, 2 ** 31, 1e6, '', 'a', 'b', '1', true, false, 1n),
)
/** Made anew each time, so that equal keys are different objects. */
const key: fc.Arbitrary<unknown> = fc.oneof(
  leaf,
  fc.tuple(leaf, leaf),
  fc.record({ a: leaf, b: fc.tuple(leaf) }),
  fc.integer({ min: 0, max: 2 }).map((ms) => new Date(ms)),
)
const samples = fc
  .array(fc.record({ key, whole: fc.integer({ min: -1000, max: 1000 }) }), { maxLength: 60 })
  .map((values) => values.map((value, id): Sample => ({ ...value, id })))

const rigOptions = fc.record({
  capacity: fc.integer({ min: 1, max: 9 }),
  refusal: fc.constantFrom(0, 0.5, 0.9),
  seed: fc.nat(),
  dictionaryKeysMax: fc.integer({ min: 1, max: 20 }),
})

interface Group {
  readonly key: unknown
  readonly items: Sample[]
}

/** The naive model of grouping. */
function grouped(items: readonly Sample[]): Group[] {
  const groups: Group[] = []
  for (const item of items) {
    const group = groups.find(({ key }) => keyEquals(key, item.key))
    if (group === undefined) groups.push({ key: item.key, items: [item] })
    else group.items.push(item)
  }
  return groups
}

function folded(operation: AnyAggregateOperation, items: readonly Sample[]): unknown {
  const accumulator = operation.create()
  for (const item of items) operation.accumulate(accumulator, item as never)
  return operation.finish(accumulator)
}

/** Results must be one for each key, in whatever order. */
function expectResults(
  results: readonly unknown[],
  groups: readonly Group[],
  resultOf: (group: Group) => unknown,
): void {
  expect(results.length).toBe(groups.length)
  for (const group of groups) {
    const found = results.filter((result) => keyEquals((result as { key: unknown }).key, group.key))
    expect(found.map((result) => (result as { value: unknown }).value)).toEqual([resultOf(group)])
  }
}

function stateLayout(operation: AnyAggregateOperation): BatchLayout {
  return { kind: 'keyed', timed: false, columns: columnarFormOf(operation).state.map(({ type }) => type) }
}

function valuesLayout(operation: AnyAggregateOperation, timed = false): BatchLayout {
  return { kind: 'keyed', timed, columns: columnarFormOf(operation).values.map(({ type }) => type) }
}

/** What the projecting edge in front of a processor sends of an item. */
function entryOf(operation: AnyAggregateOperation, item: Sample, timestamp = Number.NaN): RigEntry {
  const values = columnarFormOf(operation).values.map(({ get }) => (get === null ? item : get(item as never)))
  return { key: item.key, values, timestamp }
}

const UNTIMED: BatchLayout = { kind: 'items', timed: false }
const keyFunction = ({ key }: Sample) => key

describe('aggregation by key in two stages', () => {
  it('gives what a naive model gives: any keys, barriers, producers, tiny queues that refuse, dictionaries that restart', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...operations),
        fc.array(fc.array(samples, { maxLength: 3 }), { minLength: 1, maxLength: 3 }),
        rigOptions,
        fc.integer({ min: 1, max: 3 }),
        (operation, producers, options, destinations) => {
          const output = stateLayout(operation)
          const all: Sample[] = []
          const seconds = Array.from(
            { length: destinations },
            () =>
              new ProcessorRig(new CombineByKeyProcessor({ operation }), {
                ...options,
                inputs: [output],
                output: UNTIMED,
                producers: producers.length,
              }),
          )
          for (const [producer, runs] of producers.entries()) {
            const first = new ProcessorRig(new AccumulateByKeyProcessor({ keyFunction, operation }), {
              ...options,
              inputs: [UNTIMED],
              output,
              destinations,
            })
            for (const run of runs) {
              const items = run.map((item) => ({ ...item, id: all.length + item.id }))
              all.push(...items)
              const before = first.entries.length
              first.feedItems(items)
              first.barrier()
              // Each key of the run, once, has left in front of the barrier.
              expect(first.entries.length - before).toBe(grouped(items).length)
            }
            first.complete()
            let chunk = 0
            for (const entry of first.events) {
              if (entry.kind !== 'entry') continue
              if (++chunk % 7 === 0) seconds[entry.destination]!.restartDictionary({ producer })
              seconds[entry.destination]!.feedKeyed([entry], { producer })
            }
          }
          const results = seconds.flatMap((second) => {
            second.complete()
            expect(second.largestBatch).toBeLessThanOrEqual(options.capacity)
            return second.items
          })
          expectResults(results, grouped(all), ({ items }) => folded(operation, items))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('keeps apart more keys than it has room for at first', () => {
    const operation = allOf(counting(), toList<number>()) as AnyAggregateOperation
    const output = stateLayout(operation)
    const first = new ProcessorRig(new AccumulateByKeyProcessor({ keyFunction: (n: number) => `k${n}`, operation }), {
      inputs: [UNTIMED],
      output,
    })
    const numbers = Array.from({ length: 1000 }, (_, i) => i)
    first.feedItems([...numbers, ...numbers])
    first.complete()
    const second = new ProcessorRig(new CombineByKeyProcessor({ operation }), { inputs: [output], output: UNTIMED })
    second.feedKeyed(first.entries)
    second.complete()
    expect(second.items).toEqual(numbers.map((n) => ({ key: `k${n}`, value: [2, [n, n]] })))
  })

  it('emits each key once, at the end, when no barrier comes', () => {
    const operation = counting() as AnyAggregateOperation
    const rig = new ProcessorRig(new AccumulateByKeyProcessor({ keyFunction: (n: number) => n % 3, operation }), {
      inputs: [UNTIMED],
      output: stateLayout(operation),
      capacity: 2,
    })
    rig.feedItems([1, 2, 3, 4, 5, 6, 7])
    rig.flush()
    expect(rig.entries).toEqual([])
    rig.complete()
    expect(rig.entries.map(({ key, values }) => [key, values])).toEqual([
      [1, [3]],
      [2, [2]],
      [0, [2]],
    ])
  })

  it('shows a key whose sum returns to zero', () => {
    const operation = summingLong((n: number) => n) as AnyAggregateOperation
    const rig = new ProcessorRig(new CombineByKeyProcessor({ operation }), {
      inputs: [stateLayout(operation)],
      output: UNTIMED,
    })
    rig.feedKeyed([
      { key: 'k', values: [5], timestamp: Number.NaN },
      { key: 'k', values: [-5], timestamp: Number.NaN },
    ])
    rig.complete()
    expect(rig.items).toEqual([{ key: 'k', value: 0 }])
  })
})

describe('aggregation by key in one stage', () => {
  it('gives what a naive model gives, in the order of the items', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...operations, joined as AnyAggregateOperation, toList() as AnyAggregateOperation),
        samples,
        rigOptions,
        fc.nat(6),
        (operation, items, options, restartEvery) => {
          const rig = new ProcessorRig(new AggregateByKeyProcessor({ operations: [operation] }), {
            ...options,
            inputs: [valuesLayout(operation)],
            output: UNTIMED,
          })
          for (const [i, item] of items.entries()) {
            if (restartEvery > 0 && i % restartEvery === 0) rig.restartDictionary()
            rig.feedKeyed([entryOf(operation, item)])
          }
          rig.complete()
          expectResults(rig.items, grouped(items), (group) => folded(operation, group.items))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('co-groups inputs that have an operation each', () => {
    fc.assert(
      fc.property(samples, samples, rigOptions, (left, right, options) => {
        const operations = aggregateOperation2(counting(), summingLong(whole))
          .ordinals as readonly AnyAggregateOperation[]
        const rig = new ProcessorRig(new AggregateByKeyProcessor({ operations }), {
          ...options,
          inputs: operations.map((operation) => valuesLayout(operation)),
          output: UNTIMED,
        })
        rig.feedKeyed(
          left.map((item) => entryOf(operations[0]!, item)),
          { ordinal: 0 },
        )
        rig.feedKeyed(
          right.map((item) => entryOf(operations[1]!, item)),
          { ordinal: 1 },
        )
        rig.complete()
        expectResults(rig.items, grouped([...left, ...right]), (group) => [
          group.items.filter((item) => left.includes(item)).length,
          group.items.filter((item) => right.includes(item)).reduce((sum, item) => sum + item.whole, 0),
        ])
      }),
    )
  })
})

describe('rolling aggregation by key', () => {
  it('gives the result so far behind each item, in order, with its timestamp', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...operations, joined as AnyAggregateOperation),
        fc.array(samples, { minLength: 1, maxLength: 3 }),
        rigOptions,
        fc.boolean(),
        (operation, producers, options, timed) => {
          const rig = new ProcessorRig(new RollingAggregateProcessor({ operation, keyed: true }), {
            ...options,
            inputs: [valuesLayout(operation, timed)],
            producers: producers.length,
            output: { kind: 'items', timed },
          })
          const all: Sample[] = []
          const expected: unknown[] = []
          for (const [producer, run] of producers.entries()) {
            const entries = run.map((item) => {
              all.push(item)
              const sameKey = all.filter((other) => keyEquals(other.key, item.key))
              expected.push({
                key: sameKey[0]!.key,
                value: folded(operation, sameKey),
                timestamp: timed ? all.length : Number.NaN,
              })
              return entryOf(operation, item, all.length)
            })
            rig.feedKeyed(entries, { producer })
            rig.restartDictionary({ producer })
          }
          rig.complete()
          const actual = rig.events.flatMap((event) =>
            event.kind === 'item' ? [{ ...(event.item as object), timestamp: event.timestamp }] : [],
          )
          expect(actual).toEqual(expected)
          expect(rig.largestBatch).toBeLessThanOrEqual(options.capacity)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('errors of aggregation by key', () => {
  const first = (keyFunction: (item: never) => unknown, operation: unknown, item: unknown): (() => void) => {
    const rig = new ProcessorRig(
      new AccumulateByKeyProcessor({ keyFunction, operation: operation as AnyAggregateOperation }),
      {
        inputs: [UNTIMED],
        output: stateLayout(operation as AnyAggregateOperation),
        vertexName: 'agg',
      },
    )
    return () => {
      rig.feedItems([item])
      rig.complete()
    }
  }
  const fail = () => {
    throw new TypeError('boom')
  }

  it.each([null, undefined])('refuses the key %s', (key) => {
    expect(first(() => key, counting(), { id: 7 })).toThrow(
      expect.objectContaining({
        code: 'ERR_NULL_KEY',
        message: expect.stringContaining('vertex \'agg\', at item {"id":7}'),
      }),
    )
  })

  it('names vertex and item when the key function throws or answers no key', () => {
    expect(first(fail, counting(), 7)).toThrow(/^the key function of vertex 'agg' threw TypeError: boom, at item 7$/)
    expect(first(() => Symbol('s'), counting(), 7)).toThrow(
      expect.objectContaining({ code: 'ERR_KEY_TYPE', message: expect.stringMatching(/in vertex 'agg', at item 7$/) }),
    )
  })

  it('names vertex, operation and item when a value function throws or answers no value', () => {
    const sum = (answer: () => unknown) => summingLong(answer as () => number)
    expect(first(() => 1, sum(fail), 7)).toThrow(
      expect.objectContaining({
        code: 'ERR_AGGREGATE_GETTER',
        message: "summingLong: the getter threw: boom, in vertex 'agg', at item 7",
      }),
    )
    expect(
      first(
        () => 1,
        sum(() => '12'),
        7,
      ),
    ).toThrow(
      expect.objectContaining({
        code: 'ERR_AGGREGATE_VALUE',
        message: expect.stringMatching(/^summingLong: .*, in vertex 'agg', at item 7$/),
      }),
    )
    const custom = { ...range, columnar: { ...columnarFormOf(range), values: [{ type: 'any', get: fail }] } }
    expect(first(() => 1, custom, 7)).toThrow(
      /^a value function of range of vertex 'agg' threw TypeError: boom, at item 7$/,
    )
  })

  it('names vertex and operation when functions of an operation throw', () => {
    const broken = (part: 'create' | 'accumulate' | 'combine' | 'finish' | 'export') =>
      ({ ...range, [part]: fail }) as unknown as AnyAggregateOperation
    const second = (operation: AnyAggregateOperation) => {
      const rig = new ProcessorRig(new CombineByKeyProcessor({ operation }), {
        inputs: [stateLayout(operation)],
        output: UNTIMED,
        vertexName: 'agg',
      })
      return () => {
        rig.feedKeyed([{ key: 'k', values: [range.create()], timestamp: Number.NaN }])
        rig.complete()
      }
    }
    const rolling = (operation: AnyAggregateOperation) => {
      const rig = new ProcessorRig(new RollingAggregateProcessor({ operation, keyed: true }), {
        inputs: [valuesLayout(operation)],
        output: UNTIMED,
        vertexName: 'agg',
      })
      return () => rig.feedKeyed([{ key: 'k', values: [{ id: 1, whole: 1 }], timestamp: Number.NaN }])
    }
    expect(first(() => 1, broken('create'), 7)).toThrow(
      /^the create function of range of vertex 'agg' threw TypeError: boom/,
    )
    expect(first(() => 1, broken('accumulate'), 7)).toThrow(
      /^the accumulate function of range of vertex 'agg' threw TypeError: boom, at item 7$/,
    )
    expect(second(broken('combine'))).toThrow(/^the combine function of range of vertex 'agg' threw TypeError: boom$/)
    expect(second(broken('finish'))).toThrow(/^the finish function of range of vertex 'agg' threw TypeError: boom$/)
    expect(rolling(broken('accumulate'))).toThrow(
      /^the accumulate or export function of range of vertex 'agg' threw TypeError: boom$/,
    )
    expect(rolling(broken('export'))).toThrow(expect.objectContaining({ code: 'ERR_USER_FUNCTION' }))
  })

  it('says where a sum left the safe range', () => {
    const operation = summingLong((n: number) => n) as AnyAggregateOperation
    const rig = new ProcessorRig(new CombineByKeyProcessor({ operation }), {
      inputs: [stateLayout(operation)],
      output: UNTIMED,
      vertexName: 'agg',
    })
    const entry = { key: 'k', values: [Number.MAX_SAFE_INTEGER], timestamp: Number.NaN }
    expect(() => rig.feedKeyed([entry, entry])).toThrow(
      expect.objectContaining({
        code: 'ERR_AGGREGATE_OVERFLOW',
        message: expect.stringMatching(/in the combine function of summingLong of vertex 'agg'$/),
      }),
    )
  })
})
