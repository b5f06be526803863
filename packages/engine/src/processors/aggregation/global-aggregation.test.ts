import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnyAggregateOperation } from '../../aggregate/aggregate-operation.ts'
import { AggregateOperations } from '../../aggregate/aggregate-operations.ts'
import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import { AggregateOperation } from '../../aggregate/operation-builder.ts'
import type { BatchLayout } from '../../core/batch.ts'
import { ProcessorRig } from '../../testing/processor-rig.ts'
import { AccumulateProcessor } from './accumulate-processor.ts'
import { AggregateProcessor } from './aggregate-processor.ts'
import { CombineProcessor } from './combine-processor.ts'
import { RollingAggregateProcessor } from './rolling-aggregate-processor.ts'

const { aggregateOperation2, allOf, averagingDouble, counting, minBy, summingLong, toList } = AggregateOperations
const UNTIMED: BatchLayout = { kind: 'items', timed: false }
const byNumber = (a: number, b: number) => a - b

const seen = AggregateOperation.named('seen')
  .withCreate(() => new Set<number>())
  .andAccumulate((seen, n: number) => void seen.add(n))
  .andCombine((seen, other) => {
    for (const n of other) seen.add(n)
  })
  .andExportFinish((seen) => [...seen].sort(byNumber))

/** Nothing until three items are there. */
const third = AggregateOperation.named('third')
  .withCreate(() => ({ count: 0, item: 0 }))
  .andAccumulate((third, n: number) => {
    if (++third.count === 3) third.item = n
  })
  .andExportFinish(({ count, item }) => (count < 3 ? undefined : item))

const operations = [
  counting(),
  summingLong((n: number) => n),
  averagingDouble((n: number) => n),
  minBy(byNumber),
  allOf(counting(), minBy(byNumber)),
  seen,
] as readonly AnyAggregateOperation[]

const numbers = fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 20 })
const rigOptions = fc.record({
  capacity: fc.integer({ min: 1, max: 5 }),
  refusal: fc.constantFrom(0, 0.5, 0.9),
  seed: fc.nat(),
})

function folded(operation: AnyAggregateOperation, items: readonly unknown[]): unknown {
  const accumulator = operation.create()
  for (const item of items) operation.accumulate(accumulator, item as never)
  return operation.finish(accumulator)
}

/** What is emitted of results: null and undefined are nothing. */
function emitted(results: readonly unknown[]): unknown[] {
  return results.filter((result) => result !== null && result !== undefined)
}

function stateLayout(operation: AnyAggregateOperation): BatchLayout {
  return { kind: 'keyed', timed: false, columns: columnarFormOf(operation).state.map(({ type }) => type) }
}

describe('aggregation without keys in two stages', () => {
  it('gives one result, for any items, barriers, producers and room', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...operations),
        fc.array(fc.array(numbers, { maxLength: 3 }), { minLength: 1, maxLength: 3 }),
        rigOptions,
        (operation, producers, options) => {
          const layout = stateLayout(operation)
          const second = new ProcessorRig(new CombineProcessor({ operation }), {
            ...options,
            inputs: [layout],
            output: UNTIMED,
            producers: producers.length,
          })
          for (const [producer, runs] of producers.entries()) {
            const first = new ProcessorRig(new AccumulateProcessor({ operation }), {
              ...options,
              inputs: [UNTIMED],
              output: layout,
            })
            for (const run of runs) {
              first.feedItems(run)
              first.barrier()
            }
            first.complete()
            expect(first.entries.length).toBe(runs.filter((run) => run.length > 0).length)
            second.feedKeyed(first.entries, { producer })
          }
          second.complete()
          expect(second.items).toEqual(emitted([folded(operation, producers.flat(2))]))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('gives one result of nothing, but none when that is null', () => {
    const run = (operation: AnyAggregateOperation) => {
      const rig = new ProcessorRig(new CombineProcessor({ operation }), {
        inputs: [stateLayout(operation)],
        output: UNTIMED,
      })
      rig.complete()
      return rig.items
    }
    expect(run(counting() as AnyAggregateOperation)).toEqual([0])
    expect(run(minBy(byNumber) as AnyAggregateOperation)).toEqual([])
  })
})

describe('aggregation without keys in one stage', () => {
  it('gives one result, for any items and room', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...operations, third as AnyAggregateOperation, toList() as AnyAggregateOperation),
        numbers,
        rigOptions,
        (operation, items, options) => {
          const rig = new ProcessorRig(new AggregateProcessor({ operations: [operation] }), {
            ...options,
            inputs: [UNTIMED],
            output: UNTIMED,
          })
          rig.feedItems(items)
          rig.complete()
          expect(rig.items).toEqual(emitted([folded(operation, items)]))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('co-groups inputs that have an operation each', () => {
    const operations = aggregateOperation2(
      toList<number>(),
      summingLong((n: number) => n),
    ).ordinals as readonly AnyAggregateOperation[]
    const rig = new ProcessorRig(new AggregateProcessor({ operations }), {
      inputs: [UNTIMED, UNTIMED],
      output: UNTIMED,
    })
    rig.feedItems([1, 2], [], { ordinal: 0 })
    rig.feedItems([10, 20], [], { ordinal: 1 })
    rig.feedItems([3], [], { ordinal: 0 })
    rig.complete()
    expect(rig.items).toEqual([[[1, 2, 3], 30]])
  })
})

describe('rolling aggregation without keys', () => {
  it('gives the result so far behind each item, with its timestamp, and leaves out what is nothing', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...operations, third as AnyAggregateOperation),
        numbers,
        rigOptions,
        fc.boolean(),
        (operation, items, options, timed) => {
          const layout: BatchLayout = { kind: 'items', timed }
          const rig = new ProcessorRig(new RollingAggregateProcessor({ operation, keyed: false }), {
            ...options,
            inputs: [layout],
            output: layout,
          })
          rig.feedItems(
            items,
            items.map((_, i) => i * 10),
          )
          rig.complete()
          const expected = items.map((_, i) => ({
            item: folded(operation, items.slice(0, i + 1)),
            timestamp: timed ? i * 10 : Number.NaN,
          }))
          const actual = rig.events.flatMap((event) =>
            event.kind === 'item' ? [{ item: event.item, timestamp: event.timestamp }] : [],
          )
          expect(actual).toEqual(expected.filter(({ item }) => item !== undefined))
          expect(rig.largestBatch).toBeLessThanOrEqual(options.capacity)
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('errors of aggregation without keys', () => {
  const fail = () => {
    throw new TypeError('boom')
  }
  const options = { inputs: [UNTIMED], output: UNTIMED, vertexName: 'agg' }

  it('names vertex, operation and item', () => {
    const broken = (part: 'accumulate' | 'export' | 'finish') =>
      ({ ...seen, [part]: fail }) as unknown as AnyAggregateOperation
    const aggregate = (operation: AnyAggregateOperation) => {
      const rig = new ProcessorRig(new AggregateProcessor({ operations: [operation] }), options)
      rig.feedItems([7])
      rig.complete()
    }
    expect(() => aggregate(broken('accumulate'))).toThrow(
      /^the accumulate function of seen of vertex 'agg' threw TypeError: boom, at item 7$/,
    )
    expect(() => aggregate(broken('finish'))).toThrow(
      /^the finish function of seen of vertex 'agg' threw TypeError: boom$/,
    )
    const rolling = new ProcessorRig(
      new RollingAggregateProcessor({ operation: broken('export'), keyed: false }),
      options,
    )
    expect(() => rolling.feedItems([7])).toThrow(
      /^the export function of seen of vertex 'agg' threw TypeError: boom, at item 7$/,
    )
  })

  it('names the vertex whose create function throws', () => {
    const operation = { ...seen, create: fail } as unknown as AnyAggregateOperation
    expect(
      () => new ProcessorRig(new CombineProcessor({ operation }), { ...options, inputs: [stateLayout(operation)] }),
    ).toThrow(/^the create function of seen of vertex 'agg' threw TypeError: boom$/)
  })
})
