import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Batch } from '../core/batch.ts'
import type { EventTimePolicy } from '../core/event-time-policy.ts'
import { Inbox } from '../core/inbox.ts'
import { BroadcastKey } from '../core/outbox.ts'
import { fakePlatform } from '../platform/fake/fake-platform.ts'
import { rig, runSource } from '../testing/connector-rig.ts'
import { SourceBuilder } from './source-builder.ts'

const NATIVE: EventTimePolicy = {
  timestampOf: 'native',
  allowedLagMs: 0,
  idleTimeoutMs: 60_000,
  watermarkStrideMs: 1,
  watermarkOffsetMs: 0,
}

/** A batch source that adds its numbers in fills of the given sizes. */
function numbersInFills(fills: readonly number[], isAsync: (fill: number) => boolean = () => false) {
  return SourceBuilder.batch('numbers', () => ({ fill: 0, next: 0 }))
    .fillBuffer<number>((state, buffer) => {
      const size = fills[state.fill] ?? 0
      const wasAsync = isAsync(state.fill)
      if (state.fill++ === fills.length) return buffer.close()
      if (!wasAsync) {
        for (let i = 0; i < size; i++) buffer.add(state.next++)
        return
      }
      const half = size >> 1
      for (let i = 0; i < half; i++) buffer.add(state.next++)
      return Promise.resolve().then(() => {
        for (let i = half; i < size; i++) buffer.add(state.next++)
      })
    })
    .build()
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i)
}

describe('SourceBuilder.batch', () => {
  it('emits every item once and in order, whatever the sizes of fills, outboxes and refusals', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 16 }),
        fc.constantFrom(0, 2, 3),
        fc.constantFrom('never', 'always', 'sometimes'),
        async (fills, capacity, refuseEvery, asynchronous) => {
          const source = numbersInFills(
            fills,
            (fill) => asynchronous === 'always' || (asynchronous === 'sometimes' && fill % 3 === 1),
          )
          const events = await runSource(source.metaSupplier, { capacity, refuseEvery })
          expect(events).toEqual(range(fills.reduce((sum, size) => sum + size, 0)))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('never flushes more than the outbox holds at once', async () => {
    const { outbox, drive } = await rig(numbersInFills([1000, 3, 129]).metaSupplier, { capacity: 64 })
    await drive()
    expect(outbox.largestBatch).toBe(64)
    expect(outbox.events).toEqual(range(1132))
  })

  it('stays where it is while its promise is out, and keeps clear of the staging batch', async () => {
    let release = (): void => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    let fills = 0
    const source = SourceBuilder.batch('slow', () => null)
      .fillBuffer<string>(async (_source, buffer) => {
        if (fills++ > 0) return buffer.close()
        buffer.add('before')
        await gate
        buffer.add('after')
      })
      .build()
    const { processor, outbox, drive } = await rig(source.metaSupplier)
    expect(await drive(5)).toBe(false)
    outbox.flush()
    expect(outbox.events).toEqual([])
    expect(processor.saveToSnapshot()).toBe(false)
    release()
    expect(await drive()).toBe(true)
    expect(outbox.events).toEqual(['before', 'after'])
  })

  it('wakes the scheduler when a promise settles', async () => {
    let woken = 0
    const platform = fakePlatform()
    const source = numbersInFills([2], () => true)
    const { processor, context } = await rig(source.metaSupplier, { platform })
    Object.assign(context, { wake: () => woken++ })
    expect(processor.complete()).toBe(false)
    await Promise.resolve().then(() => {})
    await new Promise((resolve) => setImmediate(resolve))
    expect(woken).toBe(1)
  })

  it('refuses null and undefined, naming the source', async () => {
    for (const nothing of [null, undefined]) {
      const source = SourceBuilder.batch('holes', () => null)
        .fillBuffer<unknown>((_source, buffer) => buffer.add(nothing))
        .build()
      await expect(runSource(source.metaSupplier, { vertexName: 'holes' })).rejects.toMatchObject({
        code: 'ERR_NULL_ITEM',
        message: `source 'holes' added ${nothing} to its buffer: items must be values, add nothing where there is nothing`,
      })
    }
  })

  it.each([
    [
      'thrown',
      () => {
        throw new TypeError('broken pipe')
      },
    ],
    ['rejected', () => Promise.reject(new TypeError('broken pipe'))],
  ])('wraps what fillBuffer has %s, keeping the cause', async (_how, fill) => {
    const source = SourceBuilder.batch('broken', () => null)
      .fillBuffer<number>(fill)
      .build()
    await expect(runSource(source.metaSupplier, { vertexName: 'broken' })).rejects.toMatchObject({
      code: 'ERR_USER_FUNCTION',
      message: "fillBuffer of 'broken' threw TypeError: broken pipe",
      cause: expect.any(TypeError),
    })
  })

  it('says when the create function throws something that is not an error', async () => {
    const source = SourceBuilder.batch('odd', () => {
      throw 'no'
    })
      .fillBuffer<number>(() => {})
      .build()
    await expect(runSource(source.metaSupplier, { vertexName: 'odd' })).rejects.toThrow(
      "the create function of 'odd' threw a value that is not an Error: no",
    )
  })

  it('gives create the context, waits for it, and destroys what it made once', async () => {
    const destroyed: string[] = []
    const source = SourceBuilder.batch(
      'made',
      async (context) => `${context.globalProcessorIndex} of ${context.totalParallelism}`,
    )
      .fillBuffer<string>((made, buffer) => {
        buffer.add(made)
        buffer.close()
      })
      .destroy((made) => {
        destroyed.push(made)
      })
      .distributed(2)
      .build()
    expect(await runSource(source.metaSupplier, { totalParallelism: 2 })).toEqual(['0 of 2', '1 of 2'])
    expect(destroyed).toEqual(['0 of 2', '1 of 2'])
  })

  it('runs as one processor in the cluster unless distributed', () => {
    const builder = SourceBuilder.batch('x', () => null).fillBuffer<number>(() => {})
    expect(builder.build().metaSupplier.forceTotalParallelism).toBe(1)
    expect(builder.distributed(3).build().metaSupplier).toMatchObject({
      forceTotalParallelism: null,
      preferredLocalParallelism: 3,
    })
  })
})

describe('SourceBuilder streams', () => {
  const pairs = SourceBuilder.timestampedStream('pairs', () => ({ next: 0 }))
    .fillBuffer<string>((state, buffer) => {
      for (let i = 0; i < 3; i++) buffer.add(`item ${state.next}`, 1000 + 7 * state.next++)
    })
    .build()

  it('emits native timestamps, and a watermark behind each fill', async () => {
    const { outbox, drive } = await rig(pairs.metaSupplier({ ...NATIVE, watermarkStrideMs: 10 }), { timed: true })
    expect(await drive(1)).toBe(false)
    expect(outbox.events.slice(0, 8)).toEqual([
      ['item 0', 1000],
      ['item 1', 1007],
      ['item 2', 1014],
      'wm(1010)',
      ['item 3', 1021],
      ['item 4', 1028],
      ['item 5', 1035],
      'wm(1030)',
    ])
  })

  it('emits neither timestamps nor watermarks without a policy', async () => {
    const { outbox, drive } = await rig(pairs.metaSupplier(null))
    await drive(1)
    expect(outbox.events.slice(0, 3)).toEqual(['item 0', 'item 1', 'item 2'])
    expect(outbox.events.every((event) => String(event).startsWith('item'))).toBe(true)
  })

  it('gives every fill larger than the outbox its timestamps, and the watermark behind it', async () => {
    const large = SourceBuilder.timestampedStream('large', () => ({ done: false }))
      .fillBuffer<number>((state, buffer) => {
        if (state.done) return
        for (let i = 0; i < 300; i++) buffer.add(i, i)
        state.done = true
      })
      .build()
    const { outbox, drive } = await rig(large.metaSupplier(NATIVE), { timed: true, capacity: 128 })
    await drive(5)
    expect(outbox.events).toEqual([...range(300).map((i) => [i, i]), 'wm(299)'])
    expect(outbox.largestBatch).toBe(128)
  })

  it('applies a timestamp function, with the allowed lag', async () => {
    const stream = SourceBuilder.stream('plain', () => ({ next: 5 }))
      .fillBuffer<number>((state, buffer) => {
        if (state.next > 0) buffer.add(state.next--)
      })
      .build()
    const policy: EventTimePolicy = { ...NATIVE, timestampOf: (item) => (item as number) * 10, allowedLagMs: 15 }
    const { outbox, drive } = await rig(stream.metaSupplier(policy), { timed: true })
    await drive(8)
    expect(outbox.events).toEqual([[5, 50], 'wm(35)', [4, 40], [3, 30], [2, 20], [1, 10]])
  })

  it('stamps with the wall clock on ingestion, never going back', async () => {
    const platform = fakePlatform({ wallMs: 5000 })
    const stream = SourceBuilder.stream('plain', () => ({ next: 0 }))
      .fillBuffer<number>((state, buffer) => {
        if (state.next === 1) platform.clock.jumpWall(-1000)
        if (state.next < 2) buffer.add(state.next++)
      })
      .build()
    const { outbox, drive } = await rig(stream.metaSupplier({ ...NATIVE, timestampOf: 'ingestion' }), {
      timed: true,
      platform,
    })
    await drive(3)
    expect(outbox.events).toEqual([[0, 5000], 'wm(5000)', [1, 5000]])
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1.7e18])(
    'refuses the timestamp %s',
    async (timestamp) => {
      const stream = SourceBuilder.timestampedStream('odd', () => null)
        .fillBuffer<number>((_s, buffer) => {
          buffer.add(6, 0)
          buffer.add(7, timestamp)
        })
        .build()
      const { drive } = await rig(stream.metaSupplier(NATIVE), { timed: true, vertexName: 'odd' })
      await expect(drive(1)).rejects.toMatchObject({
        code: 'ERR_TIMESTAMP',
        message: `source 'odd' gave an item the timestamp ${timestamp}: it must be a number of milliseconds since the epoch, at item 7`,
      })
    },
  )

  it('names the item at which a timestamp function throws', async () => {
    const stream = SourceBuilder.stream('odd', () => null)
      .fillBuffer<number>((_s, buffer) => buffer.add(7))
      .build()
    const policy: EventTimePolicy = {
      ...NATIVE,
      timestampOf: () => {
        throw new RangeError('no date')
      },
    }
    const { drive } = await rig(stream.metaSupplier(policy), { timed: true, vertexName: 'odd' })
    await expect(drive(1)).rejects.toThrow(
      "the timestamp function of vertex 'odd' threw RangeError: no date, at item 7",
    )
  })

  it('goes idle after the timeout, once, and comes back', async () => {
    const platform = fakePlatform()
    let wanted = 1
    const stream = SourceBuilder.timestampedStream('idle', () => null)
      .fillBuffer<string>((_s, buffer) => {
        for (; wanted > 0; wanted--) buffer.add('item', 10)
      })
      .partitionIdleTimeout(500)
      .build()
    const policy = { ...NATIVE, idleTimeoutMs: stream.partitionIdleTimeoutMs }
    const { outbox, drive } = await rig(stream.metaSupplier(policy), { timed: true, platform })
    await drive(2)
    platform.clock.advance(499)
    await drive(2)
    expect(outbox.events).toEqual([['item', 10], 'wm(10)'])
    platform.clock.advance(1)
    await drive(3)
    expect(outbox.events.slice(2)).toEqual(['wm(idle)'])
    wanted = 1
    await drive(2)
    expect(outbox.events.slice(3)).toEqual([['item', 10]])
  })

  it('saves and restores state', async () => {
    const restored: (readonly number[])[] = []
    const stream = SourceBuilder.stream('counter', () => ({ next: 3 }))
      .fillBuffer<number>((state, buffer) => buffer.add(state.next++))
      .createSnapshot((state) => state.next)
      .restoreSnapshot((_state, states) => void restored.push([...states]))
      .build()
    const { processor, outbox } = await rig(stream.metaSupplier(null), { localProcessorIndex: 1, totalParallelism: 2 })
    expect(processor.saveToSnapshot()).toBe(true)
    expect(outbox.snapshot).toEqual([{ key: new BroadcastKey(1), value: 3 }])
    const inbox = new Inbox(new Batch({ kind: 'items', timed: false }, 2))
    inbox.batch.items = [
      { key: 0, value: 10 },
      { key: 1, value: 20 },
    ]
    inbox.batch.count = 2
    processor.restoreFromSnapshot(inbox)
    expect(processor.finishSnapshotRestore()).toBe(true)
    expect(restored).toEqual([[10, 20]])
  })
})
