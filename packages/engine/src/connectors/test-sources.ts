import { NacelleError } from '../base/nacelle-error.ts'
import type { BatchSource, StreamSource } from '../pipeline/source.ts'
import { SourceBuilder } from './source-builder.ts'

/** What {@link TestSources.itemStream} emits when it is given no generator. */
export interface TestEvent {
  readonly timestamp: number
  readonly sequence: number
}

/** Sources without an outside, for tests and first steps. */
export const TestSources = {
  /** A source of these items, from one processor, in this order. */
  items<T>(...items: readonly T[]): BatchSource<T> {
    return itemsSource(items, 'items')
  },

  /** {@link TestSources.items} out of anything that can be iterated; it is read once, here. */
  itemsFrom<T>(items: Iterable<T>): BatchSource<T> {
    return itemsSource([...items], 'items')
  },

  /** A source of these items from all threads: processor p of P emits items p, p + P, p + 2P, … in this order. */
  itemsDistributed<T>(...items: readonly T[]): BatchSource<T> {
    return SourceBuilder.batch('itemsDistributed', (context) => ({
      next: context.globalProcessorIndex,
      step: context.totalParallelism,
    }))
      .fillBuffer<T>((state, buffer) => {
        for (let n = 0; n < buffer.capacity && state.next < items.length; n++, state.next += state.step)
          buffer.add(items[state.next]!)
        if (state.next >= items.length) buffer.close()
      })
      .distributed()
      .build()
  },

  /**
   * An endless stream from one processor: `ratePerSecond` items each second, by the clock. It emits what is due and
   * skips nothing when it falls behind. The timestamp of an item is the millisecond in which it was due.
   *
   * @param generator makes an item of its timestamp and its number, counted from 0; default {@link TestEvent}
   */
  itemStream,

  /**
   * An endless stream of the numbers 0, 1, 2, … from all threads together: `ratePerSecond` each second, the first one
   * `initialDelayMs` after the start. Timestamps as with {@link TestSources.itemStream}.
   */
  longStream(ratePerSecond: number, initialDelayMs = 0): StreamSource<number> {
    checkRate('longStream', ratePerSecond)
    return SourceBuilder.timestampedStream('longStream', (context) => {
      const { clock } = context.platform
      const { globalProcessorIndex: first, totalParallelism: step } = context
      return new Pace(clock, { ratePerSecond, initialDelayMs, first, step })
    })
      .fillBuffer<number>((pace, buffer) => {
        const due = pace.dueNow(buffer.capacity)
        for (let i = 0; i < due; i++) {
          buffer.add(pace.next, pace.timestampOfNext())
          pace.next += pace.step
        }
      })
      .distributed()
      .build()
  },
}

function itemStream(ratePerSecond: number): StreamSource<TestEvent>
function itemStream<T>(ratePerSecond: number, generator: (timestamp: number, sequence: number) => T): StreamSource<T>
function itemStream(
  ratePerSecond: number,
  generator: (timestamp: number, sequence: number) => unknown = testEvent,
): StreamSource<unknown> {
  checkRate('itemStream', ratePerSecond)
  return SourceBuilder.timestampedStream(
    'itemStream',
    (context) => new Pace(context.platform.clock, { ratePerSecond, initialDelayMs: 0, first: 0, step: 1 }),
  )
    .fillBuffer<unknown>((pace, buffer) => {
      const due = pace.dueNow(buffer.capacity)
      for (let i = 0; i < due; i++) {
        const timestamp = pace.timestampOfNext()
        buffer.add(generator(timestamp, pace.next), timestamp)
        pace.next += pace.step
      }
    })
    .build()
}

function testEvent(timestamp: number, sequence: number): TestEvent {
  return { timestamp, sequence }
}

function itemsSource<T>(items: readonly T[], name: string): BatchSource<T> {
  return SourceBuilder.batch(name, () => ({ next: 0 }))
    .fillBuffer<T>((state, buffer) => {
      const end = Math.min(items.length, state.next + buffer.capacity)
      for (; state.next < end; state.next++) buffer.add(items[state.next]!)
      if (end === items.length) buffer.close()
    })
    .build()
}

function checkRate(source: string, ratePerSecond: number): void {
  if (Number.isFinite(ratePerSecond) && ratePerSecond > 0) return
  throw new NacelleError(
    'ERR_RATE',
    `TestSources.${source}: the rate must be a positive number of items per second, not ${ratePerSecond}`,
  )
}

/** Which numbers of an endless series are due by the clock: every `step`-th from `next` on. */
class Pace {
  next: number
  readonly step: number
  readonly #clock: { monotonicMs(): number }
  readonly #ratePerMs: number
  readonly #startMs: number
  readonly #startWallMs: number

  constructor(
    clock: { monotonicMs(): number; wallMs(): number },
    series: {
      readonly ratePerSecond: number
      readonly initialDelayMs: number
      readonly first: number
      readonly step: number
    },
  ) {
    this.next = series.first
    this.step = series.step
    this.#clock = clock
    this.#ratePerMs = series.ratePerSecond / 1000
    this.#startMs = clock.monotonicMs() + series.initialDelayMs
    this.#startWallMs = clock.wallMs() + series.initialDelayMs
  }

  /** How many may go out now, at most `limit`. */
  dueNow(limit: number): number {
    const highestDue = Math.floor((this.#clock.monotonicMs() - this.#startMs) * this.#ratePerMs)
    return Math.max(0, Math.min(limit, Math.floor((highestDue - this.next) / this.step) + 1))
  }

  /** Wall time at which {@link next} is due, in whole milliseconds. */
  timestampOfNext(): number {
    return Math.floor(this.#startWallMs + this.next / this.#ratePerMs)
  }
}
