import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Batch, type BatchLayout, KeyDictionary } from '../core/batch.ts'
import { exactlyEqual } from '../testing/exact-equality.ts'
import { POLL_BARRIER, POLL_BATCH, POLL_DONE, POLL_NOTHING, POLL_WATERMARK, RingConsumer } from './ring-consumer.ts'
import { RingProducer } from './ring-producer.ts'
import { SharedRing } from './shared-ring.ts'

const NAMES = { vertex: 'parse', ordinal: 1 }
const ITEMS: BatchLayout = { kind: 'items', timed: false }
const TIMED: BatchLayout = { kind: 'items', timed: true }
const KEYED: BatchLayout = { kind: 'keyed', timed: true, columns: ['f64', 'any'] }

function newQueue(
  layout: BatchLayout,
  dataBytes: number,
  itemBytesMax?: number,
): { readonly producer: RingProducer; readonly consumer: RingConsumer } {
  const buffer = new SharedArrayBuffer(SharedRing.bytesFor(dataBytes))
  const options = itemBytesMax === undefined ? {} : { itemBytesMax }
  return {
    producer: new RingProducer(new SharedRing(buffer, 0, dataBytes), layout, NAMES, options),
    consumer: new RingConsumer(new SharedRing(buffer, 0, dataBytes), layout, options),
  }
}

function itemsBatch(items: readonly unknown[], timestamps?: readonly number[]): Batch {
  const batch = new Batch(timestamps === undefined ? ITEMS : TIMED, items.length)
  items.forEach((item, i) => {
    batch.items[i] = item
    if (timestamps !== undefined) batch.timestamps![i] = timestamps[i]!
  })
  batch.count = items.length
  return batch
}

/** Offers until the batch is taken, polling in between; everything that arrived. */
function carry(queue: ReturnType<typeof newQueue>, batch: Batch): unknown[] {
  const arrived: unknown[] = []
  const drain = (): void => {
    while (queue.consumer.poll() === POLL_BATCH)
      arrived.push(...queue.consumer.batch.items.slice(0, queue.consumer.batch.count))
  }
  while (!queue.producer.offerBatch(batch)) drain()
  drain()
  return arrived
}

describe('a queue over a ring', () => {
  it('keeps batches, watermarks, barriers and the end in order', () => {
    const { producer, consumer } = newQueue(TIMED, 4096)
    expect(consumer.poll()).toBe(POLL_NOTHING)
    producer.offerBatch(itemsBatch(['a', 'b'], [1, Number.NaN]))
    producer.offerWatermark(1.7e12)
    producer.offerBarrier(2 ** 40, false)
    producer.offerBarrier(2 ** 40 + 1, true)
    producer.offerBatch(itemsBatch([], []))
    producer.offerDone()
    expect(consumer.poll()).toBe(POLL_BATCH)
    expect(consumer.batch.items.slice(0, consumer.batch.count)).toEqual(['a', 'b'])
    expect([...consumer.batch.timestamps!.subarray(0, 2)]).toEqual([1, Number.NaN])
    expect(consumer.poll()).toBe(POLL_WATERMARK)
    expect(consumer.watermark).toBe(1.7e12)
    expect(consumer.poll()).toBe(POLL_BARRIER)
    expect([consumer.barrierId, consumer.barrierTerminal]).toEqual([2 ** 40, false])
    expect(consumer.poll()).toBe(POLL_BARRIER)
    expect([consumer.barrierId, consumer.barrierTerminal]).toEqual([2 ** 40 + 1, true])
    expect(consumer.poll()).toBe(POLL_DONE)
    expect(consumer.poll()).toBe(POLL_NOTHING)
  })

  it('refuses when full and takes the same offer later', () => {
    const { producer, consumer } = newQueue(ITEMS, 1024)
    let taken = 0
    while (producer.offerBatch(itemsBatch([taken]))) taken++
    expect(producer.offerBatch(itemsBatch([taken]))).toBe(false)
    expect(taken).toBeGreaterThan(5)
    for (let i = 0; i < taken; i++) {
      expect(consumer.poll()).toBe(POLL_BATCH)
      expect(consumer.batch.items[0]).toBe(i)
    }
    expect(producer.offerBatch(itemsBatch([taken]))).toBe(true)
    expect(consumer.poll()).toBe(POLL_BATCH)
    expect(consumer.batch.items[0]).toBe(taken)
    while (producer.offerWatermark(1));
    expect(producer.offerDone()).toBe(false)
    expect(consumer.poll()).toBe(POLL_WATERMARK)
  })

  it('carries batches of any size through a ring of any size', () => {
    const item = fc.oneof(
      fc.integer(),
      fc.string({ maxLength: 300 }),
      fc.record({ id: fc.integer(), text: fc.string({ maxLength: 50 }) }),
    )
    fc.assert(
      fc.property(
        fc.integer({ min: 96, max: 2000 }),
        fc.array(fc.array(item, { maxLength: 60 }), { maxLength: 10 }),
        (dataBytes, batches) => {
          const queue = newQueue(ITEMS, dataBytes)
          for (const items of batches) expect(exactlyEqual(carry(queue, itemsBatch(items)), items)).toBe(true)
        },
      ),
    )
  })

  it('cuts a batch that is larger than the largest item, but refuses a single item that is', () => {
    const queue = newQueue(ITEMS, 4096, 2000)
    const items = Array.from({ length: 50 }, (_, i) => `${i}:${'x'.repeat(500)}`)
    expect(carry(queue, itemsBatch(items))).toEqual(items)
    const tooLarge = itemsBatch(['small', 'y'.repeat(3000)])
    expect(() => carry(queue, tooLarge)).toThrow(
      expect.objectContaining({
        code: 'ERR_ITEM_TOO_LARGE',
        message: expect.stringMatching(/'parse'.*ordinal 1.*2000 bytes/) as string,
      }),
    )
  })

  it('names class, vertex and place of what it refuses', () => {
    class Account {}
    const { producer } = newQueue(ITEMS, 4096)
    expect(() => producer.offerBatch(itemsBatch([1, { owners: [{ account: new Account() }] }]))).toThrow(
      expect.objectContaining({
        code: 'ERR_UNREGISTERED_CLASS',
        message:
          "vertex 'parse' emitted an item that has at item.owners[0].account an instance of class 'Account', which would lose its methods. " +
          'Emit a plain object, or register the class with registerSerializer(Account, …).',
      }),
    )
    const keyed = newQueue(KEYED, 4096)
    const batch = new Batch(KEYED, 4)
    batch.dictionary = new KeyDictionary()
    batch.dictionary.keys.push('k')
    batch.columns[1]![0] = () => 1
    batch.count = batch.keyCount = 1
    expect(() => keyed.producer.offerBatch(batch)).toThrow(expect.objectContaining({ code: 'ERR_NOT_TRANSFERABLE' }))
  })

  it('fails as a whole when the shared memory is damaged', () => {
    const layout = ITEMS
    const buffer = new SharedArrayBuffer(SharedRing.bytesFor(1024))
    const producer = new RingProducer(new SharedRing(buffer, 0, 1024), layout, NAMES)
    const consumer = new RingConsumer(new SharedRing(buffer, 0, 1024), layout)
    producer.offerWatermark(1)
    new Int32Array(buffer)[128 / 4 + 2] = 99
    expect(() => consumer.poll()).toThrow(
      expect.objectContaining({ code: 'ERR_WIRE', message: 'a message of unknown kind 99' }),
    )
  })
})

describe('keyed batches', () => {
  interface Entry {
    readonly key: unknown
    readonly number: number
    readonly value: unknown
    readonly timestamp: number
  }

  /** A collector in miniature: gives keys their slots, and starts a new dictionary when told. */
  class Keys {
    dictionary = new KeyDictionary()
    readonly #slots = new Map<unknown, number>()

    reset(): void {
      this.dictionary = new KeyDictionary()
      this.#slots.clear()
    }

    batch(entries: readonly Entry[]): Batch {
      const batch = new Batch(KEYED, entries.length)
      entries.forEach(({ key, number, value, timestamp }, i) => {
        let slot = this.#slots.get(key)
        if (slot === undefined) {
          slot = this.dictionary.keys.length
          this.dictionary.keys.push(key)
          this.#slots.set(key, slot)
        }
        batch.slots![i] = slot
        ;(batch.columns[0] as Float64Array)[i] = number
        batch.columns[1]![i] = value
        batch.timestamps![i] = timestamp
      })
      batch.count = entries.length
      batch.dictionary = this.dictionary
      batch.keyCount = this.dictionary.keys.length
      return batch
    }
  }

  function drainInto(consumer: RingConsumer, arrived: Entry[]): void {
    while (consumer.poll() === POLL_BATCH) {
      const { batch } = consumer
      expect(batch.dictionary!.keys.length).toBe(batch.keyCount)
      for (let i = 0; i < batch.count; i++) {
        arrived.push({
          key: batch.dictionary!.keys[batch.slots![i]!],
          number: batch.columns[0]![i] as number,
          value: batch.columns[1]![i],
          timestamp: batch.timestamps![i]!,
        })
      }
    }
  }

  const key = fc.oneof(
    fc.nat(20),
    fc.constantFrom('a', 'b', 'c', 'd'),
    fc.double(),
    fc.constantFrom<unknown>(['t', 1], { x: 1 }, new Date(7), 5n, true),
  )
  const entry = fc.record(
    {
      key,
      number: fc.double(),
      value: fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }),
      timestamp: fc.double(),
    },
    { noNullPrototype: true },
  )

  it('arrive with keys, columns and timestamps, through resets of the dictionary and rings of any size', () => {
    const batches = fc.array(fc.record({ entries: fc.array(entry, { maxLength: 40 }), reset: fc.boolean() }), {
      maxLength: 8,
    })
    fc.assert(
      fc.property(fc.integer({ min: 256, max: 4000 }), batches, (dataBytes, all) => {
        const { producer, consumer } = newQueue(KEYED, dataBytes)
        const keys = new Keys()
        const sent: Entry[] = []
        const arrived: Entry[] = []
        for (const { entries, reset } of all) {
          if (reset) keys.reset()
          sent.push(...entries)
          const batch = keys.batch(entries)
          while (!producer.offerBatch(batch)) drainInto(consumer, arrived)
        }
        drainInto(consumer, arrived)
        expect(exactlyEqual(arrived, sent)).toBe(true)
      }),
    )
  })

  it('send a key once', () => {
    const { producer, consumer } = newQueue(KEYED, 1 << 16)
    const keys = new Keys()
    const entries = Array.from({ length: 100 }, (_, i) => ({
      key: `a rather long key, number ${i % 10}`,
      number: i,
      value: 1,
      timestamp: i,
    }))
    producer.offerBatch(keys.batch(entries))
    const first = producer.bytesWritten
    producer.offerBatch(keys.batch(entries))
    expect(producer.bytesWritten - first).toBeLessThan(first - 250)
    expect(consumer.poll()).toBe(POLL_BATCH)
    const { dictionary } = consumer.batch
    expect(consumer.poll()).toBe(POLL_BATCH)
    expect(consumer.batch.dictionary).toBe(dictionary)
    keys.reset()
    producer.offerBatch(keys.batch(entries))
    expect(consumer.poll()).toBe(POLL_BATCH)
    expect(consumer.batch.dictionary).not.toBe(dictionary)
  })

  it('are cut with the keys that each part needs', () => {
    const { producer, consumer } = newQueue(KEYED, 8192, 4000)
    const keys = new Keys()
    const entries = Array.from({ length: 200 }, (_, i) => ({
      key: `${i}`.padStart(100, '.'),
      number: i,
      value: null,
      timestamp: i,
    }))
    const batch = keys.batch(entries)
    const arrived: Entry[] = []
    while (!producer.offerBatch(batch)) drainInto(consumer, arrived)
    drainInto(consumer, arrived)
    expect(arrived).toEqual(entries)
  })
})
