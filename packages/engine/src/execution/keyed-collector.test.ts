import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyHash } from '../base/key-hash.ts'
import { Batch, type BatchLayout } from '../core/batch.ts'
import { Doorbell } from './doorbell.ts'
import { POLL_BATCH, POLL_DONE, POLL_NOTHING, type QueueConsumer, type QueueProducer } from './edge-queue.ts'
import { KeyedCollector } from './keyed-collector.ts'
import { LocalQueue } from './local-queue.ts'
import { compileProjectedFill } from './projected-fill.ts'
import { RingQueueConsumer, RingQueueProducer, ringFootprint } from './ring-queue.ts'

const keyed: BatchLayout = { kind: 'keyed', timed: true, columns: ['f64', 'any'] }
const PARTITIONS = 7

interface Trade {
  readonly key: unknown
  readonly price: number
}

type Queue = { readonly producer: QueueProducer; readonly consumer: QueueConsumer }

function localQueue(): Queue {
  const queue = new LocalQueue(keyed, 4, 8)
  return { producer: queue, consumer: queue }
}

function ringQueue(): Queue {
  const doorbell = new Doorbell(new SharedArrayBuffer(Doorbell.bytesFor(1)), 0)
  const options = {
    buffer: new SharedArrayBuffer(ringFootprint(1024)),
    byteOffset: 0,
    dataBytes: 1024,
    layout: keyed,
    vertex: 'v',
    ordinal: 0,
    itemBytesMax: 4096,
    doorbell,
  }
  return { producer: new RingQueueProducer(options, 0), consumer: new RingQueueConsumer(options, 0) }
}

function collectorOver(queues: readonly Queue[], capacity: number, dictionaryKeysMax: number): KeyedCollector {
  const columns = [
    { type: 'f64', get: (trade: Trade) => trade.price },
    { type: 'any', get: null },
  ] as const
  return new KeyedCollector({
    queues: queues.map((queue) => queue.producer),
    layout: keyed,
    capacity,
    routing: { queueOfPartition: Int32Array.from({ length: PARTITIONS }, (_, partition) => partition % queues.length) },
    vertexName: 'v',
    fill: compileProjectedFill((trade: Trade) => trade.key, { owner: 'summingLong', columns }, true, 'v'),
    dictionaryKeysMax,
  })
}

function batchOf(trades: readonly Trade[]): Batch {
  const batch = new Batch({ kind: 'items', timed: true }, Math.max(1, trades.length))
  trades.forEach((trade, i) => {
    batch.items[i] = trade
    batch.timestamps![i] = i
  })
  batch.count = trades.length
  return batch
}

/** Reads what is there: [key, price, item, timestamp] for each entry. */
function received(consumer: QueueConsumer): { entries: unknown[][]; done: boolean } {
  const entries: unknown[][] = []
  for (;;) {
    const kind = consumer.poll()
    if (kind === POLL_NOTHING) return { entries, done: false }
    if (kind === POLL_DONE) return { entries, done: true }
    if (kind !== POLL_BATCH) continue
    const { batch } = consumer
    for (let i = 0; i < batch.count; i++) {
      expect(batch.slots![i]).toBeLessThan(batch.keyCount)
      entries.push([
        batch.dictionary!.keys[batch.slots![i]!],
        batch.columns[0]![i],
        batch.columns[1]![i],
        batch.timestamps![i],
      ])
    }
  }
}

const key = fc.oneof(fc.nat(5), fc.constantFrom('a', 'b', 'ä'), fc.tuple(fc.nat(2), fc.constantFrom('x', 'y')))
const trades = fc.array(fc.record({ key, price: fc.integer() }), { maxLength: 60 })

describe.each([
  { kind: 'local', queue: localQueue },
  { kind: 'ring', queue: ringQueue },
])('KeyedCollector over $kind queues', ({ queue }) => {
  it('delivers every entry with its key and values to the queue of its partition, in order, whatever the sizes', () => {
    fc.assert(
      fc.property(
        trades,
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 9 }),
        (items, queueCount, capacity, dictionaryKeysMax) => {
          const queues = Array.from({ length: queueCount }, queue)
          const collector = collectorOver(queues, capacity, dictionaryKeysMax)
          const arrived: unknown[][][] = queues.map(() => [])
          const drain = () =>
            queues.map(({ consumer }, q) => {
              const { entries, done } = received(consumer)
              arrived[q]!.push(...entries)
              return done
            })
          const batch = batchOf(items)
          let position = 0
          while (position < batch.count) {
            position = collector.accept(batch, position)
            drain()
          }
          const ended = queues.map(() => false)
          for (let round = 0; round < 1000 && !ended.every(Boolean); round++) {
            collector.offerDone()
            drain().forEach((done, q) => (ended[q] ||= done))
          }
          expect(ended.every(Boolean)).toBe(true)
          const expected = queues.map((_, q) =>
            items.flatMap((item, i) =>
              ((keyHash(item.key) >>> 0) % PARTITIONS) % queueCount === q ? [[item.key, item.price, item, i]] : [],
            ),
          )
          expect(arrived).toEqual(expected)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('refuses null keys and names vertex and item', () => {
    const collector = collectorOver([queue()], 4, 100)
    expect(() => collector.accept(batchOf([{ key: undefined, price: 3 }]), 0)).toThrow(
      expect.objectContaining({
        code: 'ERR_NULL_KEY',
        message: expect.stringMatching(/Null key from key extractor of vertex 'v', at item \{"price":3\}/),
      }),
    )
  })

  it('names the aggregate whose getter throws', () => {
    const collector = collectorOver([queue()], 4, 100)
    const failing = {
      key: 1,
      get price(): number {
        throw new RangeError('no price')
      },
    }
    expect(() => collector.accept(batchOf([failing]), 0)).toThrow(
      expect.objectContaining({
        code: 'ERR_USER_FUNCTION',
        message: expect.stringContaining('a value function of summingLong'),
      }),
    )
  })
})
