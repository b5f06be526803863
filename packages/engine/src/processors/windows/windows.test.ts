import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AggregateOperation } from '../../aggregate/aggregate-operation.ts'
import { averagingDouble } from '../../aggregate/averaging.ts'
import { toList } from '../../aggregate/collecting.ts'
import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import { counting } from '../../aggregate/counting.ts'
import { maxBy } from '../../aggregate/extremes.ts'
import { summingLong } from '../../aggregate/summing.ts'
import type { Watermark } from '../../core/watermark.ts'
import { ProcessorRig } from '../../testing/processor-rig.ts'
import type { RigEvent } from '../../testing/recording-queue.ts'
import { AccumulateByFrameProcessor } from './accumulate-by-frame-processor.ts'
import { CombineToSlidingWindowProcessor } from './combine-to-sliding-window-processor.ts'
import { SlidingWindowProcessor } from './sliding-window-processor.ts'
import type { SlidingWindow } from './window-contents.ts'

interface Item {
  readonly key: unknown
  readonly value: number
  readonly time: number
}

type Operation = AggregateOperation<never, unknown, unknown>

/** A user's operation with accumulator objects: how often each value occurs. */
const occurrences: AggregateOperation<Item, Map<number, number>, [number, number][]> = {
  name: 'occurrences',
  create: () => new Map(),
  accumulate: (accumulator, { value }) => addTo(accumulator, value, 1),
  combine: (accumulator, other) => other.forEach((count, value) => addTo(accumulator, value, count)),
  deduct: (accumulator, other) => other.forEach((count, value) => addTo(accumulator, value, -count)),
  export: (accumulator) => [...accumulator].sort(([a], [b]) => a - b),
  finish: (accumulator) => [...accumulator].sort(([a], [b]) => a - b),
  columnar: null,
}

function addTo(counts: Map<number, number>, value: number, change: number): void {
  const count = (counts.get(value) ?? 0) + change
  if (count === 0) counts.delete(value)
  else counts.set(value, count)
}

const uncombinable: AggregateOperation<Item, number[], string> = {
  name: 'uncombinable',
  create: () => [],
  accumulate: (accumulator, { value }) => void accumulator.push(value),
  combine: null,
  deduct: null,
  export: (accumulator) => accumulator.toSorted((a, b) => a - b).join(),
  finish: (accumulator) => accumulator.sort((a, b) => a - b).join(),
  columnar: null,
}

/** `comparable` makes the order of items in a result irrelevant. */
interface OperationCase {
  readonly operation: Operation
  comparable(result: unknown): unknown
}

const same = (result: unknown): unknown => result
const operationCase = (operation: unknown, comparable = same): OperationCase => ({
  operation: operation as Operation,
  comparable,
})
const byText = (result: unknown): unknown => (result as unknown[]).map((item) => JSON.stringify(item)).sort()

const combinableCases: readonly OperationCase[] = [
  operationCase(counting()),
  operationCase(summingLong((item: Item) => item.value)),
  operationCase(occurrences),
  operationCase(averagingDouble((item: Item) => item.value)),
  operationCase(
    maxBy((a: Item, b: Item) => a.value - b.value),
    (result) => (result as Item).value,
  ),
  operationCase(toList<Item>(), byText),
]

/** Something that happens at one producer. */
type Step =
  | { readonly kind: 'items'; readonly producer: number; readonly items: readonly Item[] }
  | { readonly kind: 'watermark'; readonly producer: number; readonly advanceMs: number }
  | { readonly kind: 'barrier'; readonly producer: number }
  | { readonly kind: 'restart'; readonly producer: number }

interface Scenario {
  readonly window: SlidingWindow
  readonly producers: number
  readonly destinations: number
  readonly capacity: number
  readonly refusal: number
  readonly seed: number
  readonly dictionaryKeysMax: number
  readonly startMs: number
  readonly steps: readonly Step[]
}

const key = fc.oneof(
  fc.integer({ min: -2, max: 5 }),
  fc.constantFrom('a', 'b', 1.5, Number.NaN),
  fc.tuple(fc.nat({ max: 1 })),
  fc.nat(200),
)
const time = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -20, max: 60 }) },
  { weight: 1, arbitrary: fc.integer({ min: 100, max: 400 }) },
  { weight: 1, arbitrary: fc.integer({ min: 100_000_000, max: 100_000_100 }) },
)
const item: fc.Arbitrary<Item> = fc.record({ key, value: fc.integer({ min: -3, max: 3 }), time })
const step = (producers: number): fc.Arbitrary<Step> => {
  const producer = fc.nat({ max: producers - 1 })
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('items' as const), producer, items: fc.array(item, { maxLength: 12 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('watermark' as const),
        producer,
        advanceMs: fc.integer({ min: 1, max: 40 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('barrier' as const, 'restart' as const), producer }) },
  )
}
const scenario: fc.Arbitrary<Scenario> = fc.integer({ min: 1, max: 3 }).chain((producers) =>
  fc
    .record({
      slideByMs: fc.constantFrom(1, 3, 10),
      framesPerWindow: fc.constantFrom(1, 1, 2, 5, 20),
      producers: fc.constant(producers),
      destinations: fc.integer({ min: 1, max: 2 }),
      capacity: fc.constantFrom(1, 2, 3, 7, 512),
      refusal: fc.constantFrom(0, 0, 0.3, 0.8),
      seed: fc.nat(),
      dictionaryKeysMax: fc.constantFrom(1, 3, 1000),
      startMs: fc.constantFrom(0, -1_000_000, 1_700_000_000_000),
      steps: fc.array(step(producers), { maxLength: 30 }),
    })
    .map((given) =>
      Object.assign(given, { window: { sizeMs: given.slideByMs * given.framesPerWindow, slideByMs: given.slideByMs } }),
    ),
)

/** Watermarks of each producer as the steps go, and which items are punctual there. */
class Punctuality {
  readonly #watermarks: Watermark[]
  readonly accepted: Item[] = []
  late = 0
  readonly #slideByMs: number
  readonly #startMs: number

  constructor({ producers, window, startMs }: Scenario) {
    this.#watermarks = Array.from({ length: producers }, () => Number.NEGATIVE_INFINITY)
    this.#slideByMs = window.slideByMs
    this.#startMs = startMs
  }

  /** Items of the step moved to where the scenario starts. */
  items(step: Extract<Step, { readonly kind: 'items' }>): readonly Item[] {
    const items = step.items.map((one) => ({ ...one, time: one.time + this.#startMs }))
    for (const one of items) {
      if (this.frameEnd(one.time) <= floor(this.#watermarks[step.producer]!, this.#slideByMs)) this.late++
      else this.accepted.push(one)
    }
    return items
  }

  advance(step: Extract<Step, { readonly kind: 'watermark' }>): Watermark {
    const before = this.#watermarks[step.producer]!
    return (this.#watermarks[step.producer] =
      (before === Number.NEGATIVE_INFINITY ? this.#startMs - 30 : before) + step.advanceMs)
  }

  frameEnd(at: number): number {
    return floor(at, this.#slideByMs) + this.#slideByMs
  }
}

function floor(at: number, by: number): number {
  return at === Number.NEGATIVE_INFINITY ? at : at - (((at % by) + by) % by)
}

/** The results of all windows, from their definition: one pass over the items for each window and key. */
function expectedResults(
  items: readonly Item[],
  { window }: Scenario,
  { operation, comparable }: OperationCase,
  keyed: boolean,
): readonly string[] {
  const groups = new Map<string, { readonly end: number; readonly key: unknown; readonly accumulator: unknown }>()
  for (const one of items) {
    const first = floor(one.time, window.slideByMs) + window.slideByMs
    for (let end = first; end < first + window.sizeMs; end += window.slideByMs) {
      const name = `${end} ${keyText(keyed ? one.key : 0)}`
      let group = groups.get(name)
      if (group === undefined) groups.set(name, (group = { end, key: one.key, accumulator: operation.create() }))
      operation.accumulate(group.accumulator, one as never)
    }
  }
  return [...groups.values()].map(({ end, key, accumulator }) => {
    const result = comparable(operation.finish(accumulator))
    return resultText(
      keyed
        ? { start: end - window.sizeMs, end, key, result, isEarly: false }
        : { start: end - window.sizeMs, end, result, isEarly: false },
    )
  })
}

function keyText(key: unknown): string {
  return Number.isNaN(key) ? 'NaN' : JSON.stringify(key)
}

/** Text of a result; shows the order of its properties too. */
function resultText(result: Readonly<Record<string, unknown>>): string {
  return JSON.stringify('key' in result ? { ...result, key: keyText(result['key']) } : result)
}

function actualResults(events: readonly RigEvent[], comparable: (result: unknown) => unknown): readonly string[] {
  return events.flatMap((event) => {
    if (event.kind !== 'item') return []
    const result = event.item as Readonly<Record<string, unknown>>
    return [resultText({ ...result, result: comparable(result['result']) })]
  })
}

/**
 * A window comes behind every watermark below its end, in front of the first that reaches it, stamped with its last
 * millisecond.
 */
function expectPunctual(events: readonly RigEvent[], slideByMs: number): void {
  let watermark = Number.NEGATIVE_INFINITY
  let highest = Number.NEGATIVE_INFINITY
  for (const event of events) {
    if (event.kind === 'watermark') {
      expect(highest).toBeLessThanOrEqual(event.watermark)
      watermark = event.watermark
    } else if (event.kind === 'item') {
      const { end } = event.item as { readonly end: number }
      expect(event.timestamp).toBe(end - 1)
      expect(end).toBeGreaterThan(floor(watermark, slideByMs))
      expect(end).toBeGreaterThanOrEqual(highest)
      highest = end
    }
  }
}

/** First stages, one for each producer, joined to second stages, one for each destination. */
class TwoStages {
  readonly first: readonly ProcessorRig[]
  readonly second: readonly ProcessorRig[]
  readonly #forwarded: number[]

  constructor(scenario: Scenario, operation: Operation, keyed: boolean) {
    const { window, producers, destinations, capacity, refusal, seed, dictionaryKeysMax } = scenario
    const columns = columnarFormOf(operation).state.map(({ type }) => type)
    const layout = { kind: 'keyed', timed: true, columns } as const
    const keyFunction = keyed ? (one: Item) => one.key : null
    this.first = Array.from(
      { length: producers },
      (_, i) =>
        new ProcessorRig(new AccumulateByFrameProcessor({ keyFunction, operation, frameSizeMs: window.slideByMs }), {
          output: layout,
          destinations,
          capacity,
          refusal,
          dictionaryKeysMax,
          seed: seed + i,
        }),
    )
    this.second = Array.from(
      { length: destinations },
      (_, i) =>
        new ProcessorRig(new CombineToSlidingWindowProcessor({ operation, window, keyed }), {
          inputs: [layout],
          producers,
          capacity,
          refusal,
          seed: seed - i - 1,
        }),
    )
    this.#forwarded = this.first.map(() => 0)
  }

  run(steps: readonly Step[], punctuality: Punctuality): void {
    for (const step of steps) {
      const rig = this.first[step.producer]!
      if (step.kind === 'items') {
        const items = punctuality.items(step)
        rig.feedItems(
          items,
          items.map((one) => one.time),
        )
      } else if (step.kind === 'watermark') rig.feedWatermark(punctuality.advance(step))
      else if (step.kind === 'barrier') rig.barrier()
      else for (const second of this.second) second.restartDictionary({ producer: step.producer })
      this.#forward(step.producer)
    }
    this.first.forEach((rig, producer) => {
      rig.complete()
      this.#forward(producer)
    })
    for (const second of this.second) second.complete()
  }

  #forward(producer: number): void {
    const { events } = this.first[producer]!
    for (; this.#forwarded[producer]! < events.length; this.#forwarded[producer]!++) {
      const event = events[this.#forwarded[producer]!]!
      const second = this.second[event.destination]!
      if (event.kind === 'entry') second.feedKeyed([event], { producer })
      else if (event.kind === 'watermark') second.feedWatermark(event.watermark, { producer })
      else if (event.kind === 'done') second.endProducer({ producer })
    }
  }
}

describe.each(combinableCases.map((one) => [one.operation.name, one] as const))(
  'windows of %s in two stages',
  (_, operationCase) => {
    it.each([true, false])('are those of a naive model (keyed: %s)', (keyed) => {
      fc.assert(
        fc.property(scenario, (given) => {
          const stages = new TwoStages(keyed ? given : { ...given, destinations: 1 }, operationCase.operation, keyed)
          const punctuality = new Punctuality(given)
          stages.run(given.steps, punctuality)
          const actual = stages.second.flatMap((rig) => actualResults(rig.events, operationCase.comparable))
          expect(actual.toSorted()).toEqual(
            expectedResults(punctuality.accepted, given, operationCase, keyed).toSorted(),
          )
          for (const rig of stages.second) expectPunctual(rig.events, given.window.slideByMs)
          for (const rig of [...stages.first, ...stages.second])
            expect(rig.largestBatch).toBeLessThanOrEqual(given.capacity)
          const dropped = stages.first.map((rig) => rig.context.metrics.value('lateEventsDropped')!)
          expect(dropped.reduce((sum, one) => sum + one, 0)).toBe(punctuality.late)
          for (const rig of stages.second) expect(rig.context.metrics.value('lateEventsDropped')).toBe(0)
        }),
        { numRuns: 120 },
      )
    })
  },
)

const singleCases = [...combinableCases, operationCase(uncombinable)]

describe.each(singleCases.map((one) => [one.operation.name, one] as const))(
  'windows of %s in a single stage',
  (_, operationCase) => {
    it.each([true, false])('are those of a naive model (keyed: %s)', (keyed) => {
      fc.assert(
        fc.property(scenario, (given) => {
          const { operation, comparable } = operationCase
          const form = columnarFormOf(operation)
          const layout = { kind: 'keyed', timed: true, columns: form.values.map(({ type }) => type) } as const
          const processor = new SlidingWindowProcessor({
            operations: [operation, operation],
            window: given.window,
            keyed,
          })
          const rig = new ProcessorRig(processor, {
            inputs: [layout, layout],
            capacity: given.capacity,
            refusal: given.refusal,
            seed: given.seed,
          })
          // Producers share the watermark here, so they stand at the input ordinals 0 and 1.
          const punctuality = new Punctuality({ ...given, producers: 1 })
          for (const step of given.steps) {
            const from = { ordinal: step.producer % 2 }
            if (step.kind === 'items') {
              const items = punctuality.items({ ...step, producer: 0 })
              const entries = items.map((one) => ({
                key: keyed ? one.key : 0,
                values: form.values.map(({ get }) => (get === null ? one : get(one as never))),
                timestamp: one.time,
              }))
              rig.feedKeyed(entries, from)
            } else if (step.kind === 'watermark') rig.feedWatermark(punctuality.advance({ ...step, producer: 0 }))
            else if (step.kind === 'restart') rig.restartDictionary(from)
          }
          rig.complete()
          expect(actualResults(rig.events, comparable).toSorted()).toEqual(
            expectedResults(punctuality.accepted, given, operationCase, keyed).toSorted(),
          )
          expectPunctual(rig.events, given.window.slideByMs)
          expect(rig.context.metrics.value('lateEventsDropped')).toBe(punctuality.late)
        }),
        { numRuns: 120 },
      )
    })
  },
)
