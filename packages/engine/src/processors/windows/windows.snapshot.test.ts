import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AggregateOperation } from '../../aggregate/aggregate-operation.ts'
import { averagingDouble } from '../../aggregate/averaging.ts'
import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import { counting } from '../../aggregate/counting.ts'
import { maxBy } from '../../aggregate/extremes.ts'
import { summingLong } from '../../aggregate/summing.ts'
import { interruptedRun, type RunStep, uninterruptedRun } from '../../testing/interrupted-run.ts'
import { ProcessorRig } from '../../testing/processor-rig.ts'
import { SlidingWindowProcessor } from './sliding-window-processor.ts'
import type { SlidingWindow } from './window-contents.ts'

type Operation = AggregateOperation<never, unknown, unknown>

const collected = {
  name: 'collected',
  create: () => ({ numbers: [] as number[] }),
  accumulate: (accumulator: { numbers: number[] }, number: number) => void accumulator.numbers.push(number),
  combine: null,
  deduct: null,
  export: ({ numbers }: { numbers: number[] }) => numbers.toSorted((a, b) => a - b).join(),
  finish: ({ numbers }: { numbers: number[] }) => numbers.toSorted((a, b) => a - b).join(),
  columnar: null,
}

const combinable = {
  ...collected,
  name: 'combinable',
  combine: (accumulator: { numbers: number[] }, other: { numbers: number[] }) =>
    void accumulator.numbers.push(...other.numbers),
}

/** Each takes another of the ways in which windows are made of frames. */
const operations = [
  counting(),
  summingLong((number: number) => number),
  averagingDouble((number: number) => number),
  maxBy((a: number, b: number) => a - b),
  combinable,
  collected,
] as unknown as readonly Operation[]

const windows: readonly SlidingWindow[] = [
  { sizeMs: 10, slideByMs: 10 },
  { sizeMs: 30, slideByMs: 10 },
  { sizeMs: 60, slideByMs: 10 },
]

const happenings = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        key: fc.integer({ min: 0, max: 6 }),
        number: fc.integer({ min: -9, max: 9 }),
        at: fc.integer({ min: -5, max: 25 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ advance: fc.integer({ min: 1, max: 35 }) }) },
  ),
  { maxLength: 60 },
)

/** Times are relative to the watermark, so that some items are late. */
function stepsOf(operation: Operation, events: readonly object[]): RunStep[] {
  const { values } = columnarFormOf(operation)
  let watermark = 0
  return events.map((event) => {
    if ('advance' in event) {
      watermark += event.advance as number
      return { watermark }
    }
    const { key, number, at } = event as { key: number; number: number; at: number }
    const taken = values.map(({ get }) => (get === null ? number : get(number as never)))
    return { entry: { key, values: taken, timestamp: watermark + at } }
  })
}

describe('windows that go on from a snapshot', () => {
  for (const operation of operations) {
    for (const window of windows) {
      it(`are those of a run without one: ${operation.name}, ${window.sizeMs} by ${window.slideByMs}`, () => {
        const columns = columnarFormOf(operation).values.map(({ type }) => type)
        const options = {
          inputs: [{ kind: 'keyed', timed: true, columns }],
          guarantee: 'exactlyOnce',
          capacity: 8,
        } as const
        const create = () => new SlidingWindowProcessor({ operations: [operation], window, keyed: true })
        fc.assert(
          fc.property(
            happenings,
            fc.record({
              at: fc.nat(60),
              before: fc.integer({ min: 1, max: 3 }),
              after: fc.integer({ min: 1, max: 3 }),
            }),
            fc.constantFrom(0, 0.5),
            (events, { at, before, after }, refusal) => {
              const vertex = { create, options: { ...options, refusal } }
              const steps = () => stepsOf(operation, events)
              const cut = { at: Math.min(at, events.length), before, after }
              expect(interruptedRun(vertex, steps, cut)).toEqual(uninterruptedRun(vertex, steps()))
            },
          ),
          { numRuns: 40 },
        )
      })
    }
  }

  it('are emitted once each when the barrier comes while the last of them are being emitted', () => {
    const create = () =>
      new SlidingWindowProcessor({ operations: [operations[0]!], window: { sizeMs: 20, slideByMs: 10 }, keyed: true })
    const options = { inputs: [{ kind: 'keyed', timed: true, columns: [] }], capacity: 4 } as const
    const whole = new ProcessorRig(create(), options)
    const first = new ProcessorRig(create(), { ...options, refusal: 0.7 })
    for (const rig of [whole, first]) {
      for (let key = 0; key < 10; key++) rig.feedKeyed([{ key, values: [], timestamp: key * 3 }])
    }
    whole.complete()
    first.processor.complete()
    first.processor.complete()
    first.barrier()
    const emitted = first.items
    const second = new ProcessorRig(create(), options)
    second.restore(first.saved)
    second.complete()
    // Keys of a window come in no particular order.
    const lines = (items: readonly unknown[]) => items.map((item) => JSON.stringify(item)).sort()
    expect(lines([...emitted, ...second.items])).toEqual(lines(whole.items))
  })

  it('refuse frames of another window', () => {
    const rigOf = (window: SlidingWindow) =>
      new ProcessorRig(new SlidingWindowProcessor({ operations: [operations[0]!], window, keyed: true }), {
        inputs: [{ kind: 'keyed', timed: true, columns: [] }],
      })
    const before = rigOf({ sizeMs: 20, slideByMs: 10 })
    before.barrier()
    expect(() => rigOf({ sizeMs: 40, slideByMs: 10 }).restore(before.saved)).toThrow(
      expect.objectContaining({ code: 'ERR_SNAPSHOT_STATE' }),
    )
  })
})
