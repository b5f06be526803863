import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BroadcastCollector } from './broadcast-collector.ts'
import type { Collector } from './collector.ts'
import { EdgeOutbox } from './edge-outbox.ts'
import { POLL_NOTHING } from './edge-queue.ts'
import { KeyedCollector } from './keyed-collector.ts'
import { LocalQueue } from './local-queue.ts'
import { PartitionedCollector } from './partitioned-collector.ts'
import { NO_SNAPSHOTS } from './snapshot-output.ts'
import { SpreadingCollector } from './spreading-collector.ts'

const layout = { kind: 'items', timed: true } as const

function drain(queue: LocalQueue): unknown[] {
  const items: unknown[] = []
  while (queue.poll() !== POLL_NOTHING) {
    for (let i = 0; i < queue.batch.count; i++) items.push([queue.batch.items[i], queue.batch.timestamps![i]])
  }
  return items
}

const routing = { queueOfPartition: Int32Array.from([0, 1, 1]) }
const makers: Record<string, (queues: LocalQueue[], capacity: number) => Collector> = {
  spreading: (queues, capacity) => new SpreadingCollector(queues, layout, capacity),
  broadcast: (queues, capacity) => new BroadcastCollector(queues, layout, capacity),
  partitioned: (queues, capacity) =>
    new PartitionedCollector({ queues, layout, capacity, keyOf: (n: number) => n, routing, vertexName: 'v' }),
}

/** Each edge gets each item: once in all, or once per queue when it broadcasts. */
describe('EdgeOutbox', () => {
  it('brings every accepted item to every edge exactly once and in order, however often it is refused', () => {
    const edge = fc.constantFrom('spreading', 'broadcast', 'partitioned')
    fc.assert(
      fc.property(
        fc.array(edge, { minLength: 1, maxLength: 3 }),
        fc.nat(40),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 5 }),
        (kinds, count, capacity, queueSize) => {
          const queues = kinds.map(() => [
            new LocalQueue(layout, capacity, queueSize),
            new LocalQueue(layout, capacity, queueSize),
          ])
          const arrived: unknown[][][] = queues.map((pair) => pair.map(() => []))
          const outbox = new EdgeOutbox({
            collectors: kinds.map((kind, i) => makers[kind]!(queues[i]!, capacity)),
            layout,
            capacity,
            snapshot: NO_SNAPSHOTS,
            vertexName: 'v',
          })
          const drainAll = () =>
            queues.forEach((pair, i) => pair.forEach((queue, j) => arrived[i]![j]!.push(...drain(queue))))
          for (let n = 0; n < count; n++) while (!outbox.offer(n, n * 2)) drainAll()
          while (!outbox.flushAll()) drainAll()
          drainAll()
          const all = Array.from({ length: count }, (_, n) => [n, n * 2])
          kinds.forEach((kind, i) => {
            const [one, two] = arrived[i]! as [unknown[][], unknown[][]]
            if (kind === 'broadcast') expect([one, two]).toEqual([all, all])
            else expect([...one, ...two].sort((a, b) => (a[0] as number) - (b[0] as number))).toEqual(all)
            for (const list of [one, two])
              expect(list.map((entry) => entry[0])).toEqual(
                list.map((entry) => entry[0]).toSorted((a, b) => (a as number) - (b as number)),
              )
          })
          expect(outbox.itemsOut).toBe(count)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('keeps the order of items offered to all and to single ordinals', () => {
    const queues = [new LocalQueue(layout, 2, 100), new LocalQueue(layout, 2, 100)]
    const outbox = new EdgeOutbox({
      collectors: queues.map((queue) => new SpreadingCollector([queue], layout, 2)),
      layout,
      capacity: 2,
      snapshot: NO_SNAPSHOTS,
      vertexName: 'v',
    })
    expect(outbox.offer('all 1', 1)).toBe(true)
    expect(outbox.offerTo(0, 'only 0', 2)).toBe(true)
    expect(outbox.offerTo([0, 1], 'both', 3)).toBe(true)
    expect(outbox.offer('all 2', 4)).toBe(true)
    outbox.flushAll()
    expect(drain(queues[0]!)).toEqual([
      ['all 1', 1],
      ['only 0', 2],
      ['both', 3],
      ['all 2', 4],
    ])
    expect(drain(queues[1]!)).toEqual([
      ['all 1', 1],
      ['both', 3],
      ['all 2', 4],
    ])
  })

  it.each([null, undefined])('refuses %s', (nothing) => {
    const queue = new LocalQueue(layout, 2, 100)
    const outbox = new EdgeOutbox({
      collectors: [new SpreadingCollector([queue], layout, 2)],
      layout,
      capacity: 2,
      snapshot: NO_SNAPSHOTS,
      vertexName: 'v',
    })
    expect(() => outbox.offer(nothing)).toThrow(expect.objectContaining({ code: 'ERR_NULL_ITEM' }))
    expect(queue.poll()).toBe(POLL_NOTHING)
  })

  it('counts entries that the processor writes in columns itself', () => {
    const keyed = { kind: 'keyed', timed: false, columns: ['f64'] } as const
    const collector = new KeyedCollector({
      queues: [new LocalQueue(keyed, 4, 8)],
      layout: keyed,
      capacity: 4,
      routing: { queueOfPartition: new Int32Array(3) },
      vertexName: 'v',
      fill: null,
      dictionaryKeysMax: 10,
    })
    const outbox = new EdgeOutbox({
      collectors: [collector],
      layout,
      capacity: 4,
      snapshot: NO_SNAPSHOTS,
      vertexName: 'v',
    })
    const output = outbox.keyed(0)
    expect(output.begin()).toBe(4)
    const [open] = output.batches
    open!.slots![0] = output.codeOf('a') >>> output.destinationShift
    open!.columns[0]![0] = 1
    open!.count = 1
    expect(outbox.flushAll()).toBe(true)
    expect(outbox.itemsOut).toBe(1)
  })
})
