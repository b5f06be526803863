import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnyAggregateOperation } from '../../aggregate/aggregate-operation.ts'
import { AggregateOperations } from '../../aggregate/aggregate-operations.ts'
import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import { AggregateOperation } from '../../aggregate/operation-builder.ts'
import type { BatchLayout } from '../../core/batch.ts'
import {
  type InterruptibleVertex,
  interruptedRun,
  type RunStep,
  uninterruptedRun,
} from '../../testing/interrupted-run.ts'
import { ProcessorRig } from '../../testing/processor-rig.ts'
import { AggregateByKeyProcessor } from './aggregate-by-key-processor.ts'
import { AggregateProcessor } from './aggregate-processor.ts'
import { CombineByKeyProcessor } from './combine-by-key-processor.ts'
import { RollingAggregateProcessor } from './rolling-aggregate-processor.ts'

const { allOf, averagingLong, counting, maxBy, summingLong, toList } = AggregateOperations

/** With accumulators that change in place. */
const joined = AggregateOperation.named('joined')
  .withCreate(() => ({ numbers: [] as number[] }))
  .andAccumulate((joined, number: number) => void joined.numbers.push(number))
  .andCombine((joined, other) => void joined.numbers.push(...other.numbers))
  .andExportFinish(({ numbers }) => numbers.toSorted((a, b) => a - b).join())

const identity = (number: number) => number
const operations = [
  counting(),
  summingLong(identity),
  averagingLong(identity),
  maxBy((a: number, b: number) => a - b),
  allOf(counting(), summingLong(identity)),
  joined,
] as readonly AnyAggregateOperation[]

const keys = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.constantFrom('a', 'b', 'ä€'),
  fc.record({ id: fc.integer({ min: 0, max: 3 }) }),
  fc.constantFrom(1n, true, [1, 'x']),
)

const runs = fc.record({
  steps: fc.array(fc.record({ key: keys, number: fc.integer({ min: -9, max: 9 }) }), { maxLength: 40 }),
  at: fc.nat(40),
  before: fc.integer({ min: 1, max: 4 }),
  after: fc.integer({ min: 1, max: 4 }),
  refusal: fc.constantFrom(0, 0.5),
  seed: fc.integer(),
})

/** Entries with the values that the operation takes from a number. */
function entriesOf(operation: AnyAggregateOperation, items: readonly { key: unknown; number: number }[]): RunStep[] {
  const { values } = columnarFormOf(operation)
  return items.map(({ key, number }) => ({
    entry: {
      key,
      values: values.map(({ get }) => (get === null ? number : get(number as never))),
      timestamp: Number.NaN,
    },
  }))
}

/** Entries with accumulators of one number each. */
function partialsOf(operation: AnyAggregateOperation, items: readonly { key: unknown; number: number }[]): RunStep[] {
  return items.map(({ key, number }) => {
    const rig = new ProcessorRig(new RollingAggregateProcessor({ operation, keyed: false }), {
      inputs: [{ kind: 'items', timed: false }],
    })
    rig.feedItems([number])
    rig.barrier()
    let accumulator: readonly unknown[] = []
    const reader = new RollingAggregateProcessor({ operation, keyed: false })
    reader.restoreFromSnapshot = (inbox) => {
      accumulator = (inbox.poll() as { readonly value: readonly unknown[] }).value
    }
    new ProcessorRig(reader).restore(rig.saved)
    return { entry: { key, values: accumulator, timestamp: Number.NaN } }
  })
}

function keyedInput(columns: BatchLayout & { kind: 'keyed' }) {
  return { inputs: [columns], output: { kind: 'items', timed: false } as const }
}

describe('keyed aggregations that go on from a snapshot', () => {
  for (const operation of operations) {
    const form = columnarFormOf(operation)
    const values = { kind: 'keyed', timed: false, columns: form.values.map(({ type }) => type) } as const
    const state = { kind: 'keyed', timed: false, columns: form.state.map(({ type }) => type) } as const

    it(`give the results of a run without one: ${operation.name} in one stage`, () => {
      check(operation, keyedInput(values), () => new AggregateByKeyProcessor({ operations: [operation] }), entriesOf)
    })

    it(`give the results of a run without one: ${operation.name} in two stages`, () => {
      check(operation, keyedInput(state), () => new CombineByKeyProcessor({ operation }), partialsOf)
    })

    it(`give the results of a run without one: ${operation.name}, rolling`, () => {
      check(operation, keyedInput(values), () => new RollingAggregateProcessor({ operation, keyed: true }), entriesOf)
    })
  }

  it('go on with the rows that were not emitted when the barrier came after the end of the input', () => {
    const operation = counting() as AnyAggregateOperation
    const input = keyedInput({ kind: 'keyed', timed: false, columns: [] })
    const first = new ProcessorRig(new AggregateByKeyProcessor({ operations: [operation] }), { ...input, capacity: 4 })
    const keys = Array.from({ length: 20 }, (_, key) => key)
    first.feedKeyed(keys.map((key) => ({ key, values: [], timestamp: Number.NaN })))
    first.processor.complete()
    first.barrier()
    const emitted = first.items.length
    const second = new ProcessorRig(new AggregateByKeyProcessor({ operations: [operation] }), input)
    second.restore(first.saved)
    second.complete()
    expect([...first.items.slice(0, emitted), ...second.items]).toEqual(keys.map((key) => ({ key, value: 1 })))
  })

  it('refuse the state of another operation', () => {
    const before = new ProcessorRig(
      new AggregateByKeyProcessor({ operations: [counting() as AnyAggregateOperation] }),
      keyedInput({ kind: 'keyed', timed: false, columns: [] }),
    )
    before.feedKeyed([{ key: 1, values: [], timestamp: Number.NaN }])
    before.barrier()
    const after = new ProcessorRig(
      new AggregateByKeyProcessor({ operations: [toList() as AnyAggregateOperation] }),
      keyedInput({ kind: 'keyed', timed: false, columns: ['any'] }),
    )
    expect(() => after.restore(before.saved)).toThrow(expect.objectContaining({ code: 'ERR_SNAPSHOT_STATE' }))
  })
})

describe('an aggregation without keys that goes on from a snapshot', () => {
  it('gives one result, whether the snapshot came before, during or after it', () => {
    for (const cut of ['before', 'during', 'after'] as const) {
      const options = { inputs: [{ kind: 'items', timed: false }], output: { kind: 'items', timed: false } } as const
      const create = () => new AggregateProcessor({ operations: [summingLong(identity) as AnyAggregateOperation] })
      const first = new ProcessorRig(create(), options)
      first.feedItems([1, 2, 3])
      if (cut === 'after') first.processor.complete()
      first.barrier()
      const emitted = first.items
      const second = new ProcessorRig(create(), options)
      second.restore(first.saved)
      if (cut === 'before') second.feedItems([4])
      second.complete()
      expect([...emitted, ...second.items]).toEqual([cut === 'before' ? 10 : 6])
    }
  })
})

function check(
  operation: AnyAggregateOperation,
  options: InterruptibleVertex['options'],
  create: InterruptibleVertex['create'],
  stepsOf: typeof entriesOf,
): void {
  fc.assert(
    fc.property(runs, ({ steps: items, at, before, after, refusal, seed }) => {
      const vertex = { create, options: { ...options, refusal, seed, capacity: 8 } }
      // Accumulators belong to whoever got them: each run has its own.
      const steps = () => stepsOf(operation, items)
      const cut = { at: Math.min(at, items.length), before, after }
      expect(interruptedRun(vertex, steps, cut)).toEqual(uninterruptedRun(vertex, steps()))
    }),
    { numRuns: 40 },
  )
}
