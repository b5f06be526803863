import { describe, expect, it } from 'vitest'
import type { EventTimePolicy } from '../core/event-time-policy.ts'
import { fakePlatform } from '../platform/fake/fake-platform.ts'
import { type Rig, rig, runSource } from '../testing/connector-rig.ts'
import { TestSources } from './test-sources.ts'

const NATIVE: EventTimePolicy = {
  timestampOf: 'native',
  allowedLagMs: 0,
  idleTimeoutMs: 60_000,
  watermarkStrideMs: 1,
  watermarkOffsetMs: 0,
}

function itemsOf({ outbox }: Rig): readonly (readonly [unknown, number])[] {
  return outbox.events.filter((event): event is [unknown, number] => Array.isArray(event))
}

describe('TestSources', () => {
  it('items: emits them in order and ends', async () => {
    expect(await runSource(TestSources.items('a', 'b').metaSupplier)).toEqual(['a', 'b'])
    expect(await runSource(TestSources.items().metaSupplier)).toEqual([])
    const many = Array.from({ length: 200_000 }, (_, i) => i)
    expect(await runSource(TestSources.itemsFrom(new Set(many)).metaSupplier)).toEqual(many)
  })

  it('items: may be run twice', async () => {
    const source = TestSources.items(1, 2)
    await runSource(source.metaSupplier)
    expect(await runSource(source.metaSupplier)).toEqual([1, 2])
  })

  it('itemsDistributed: each processor emits its share', async () => {
    expect(await runSource(TestSources.itemsDistributed(...'abcdefg').metaSupplier, { totalParallelism: 3 })).toEqual([
      ...'adg',
      ...'be',
      ...'cf',
    ])
    expect(await runSource(TestSources.itemsDistributed('only').metaSupplier, { totalParallelism: 2 })).toEqual([
      'only',
    ])
  })

  it('itemStream: emits what is due, skips nothing, with the time it was due at', async () => {
    const platform = fakePlatform({ wallMs: 1_000_000 })
    const source = TestSources.itemStream(2000)
    expect(source.hasNativeTimestamps).toBe(true)
    const made = await rig(source.metaSupplier(NATIVE), { platform, timed: true })
    await made.drive(1)
    expect(itemsOf(made)).toEqual([[{ timestamp: 1_000_000, sequence: 0 }, 1_000_000]])
    platform.clock.advance(1.5)
    await made.drive(1)
    expect(itemsOf(made).slice(1)).toEqual([
      [{ timestamp: 1_000_000, sequence: 1 }, 1_000_000],
      [{ timestamp: 1_000_001, sequence: 2 }, 1_000_001],
      [{ timestamp: 1_000_001, sequence: 3 }, 1_000_001],
    ])
    platform.clock.advance(10_000)
    platform.clock.jumpWall(-5000)
    await made.drive(100)
    const sequence = itemsOf(made).map(([item]) => (item as { readonly sequence: number }).sequence)
    expect(sequence).toEqual(Array.from({ length: 20_004 }, (_, i) => i))
    expect(itemsOf(made).at(-1)?.[1]).toBe(1_010_001)
  })

  it('itemStream: makes items by a generator', async () => {
    const platform = fakePlatform({ wallMs: 5000 })
    const source = TestSources.itemStream(10, (timestamp, sequence) => `${timestamp}/${sequence}`)
    const made = await rig(source.metaSupplier(NATIVE), { platform, timed: true })
    platform.clock.advance(250)
    await made.drive(1)
    expect(itemsOf(made)).toEqual([
      ['5000/0', 5000],
      ['5100/1', 5100],
      ['5200/2', 5200],
    ])
  })

  it('longStream: processors share the numbers, the first comes after the delay', async () => {
    const platform = fakePlatform({ wallMs: 0 })
    const source = TestSources.longStream(1000, 50)
    const rigs = await Promise.all(
      [0, 1, 2].map((localProcessorIndex) =>
        rig(source.metaSupplier(NATIVE), { platform, timed: true, localProcessorIndex, totalParallelism: 3 }),
      ),
    )
    const emitted = async (): Promise<unknown[]> => {
      for (const made of rigs) await made.drive(1)
      return rigs.map((made) => itemsOf(made).map(([item, timestamp]) => [item, timestamp]))
    }
    platform.clock.advance(49)
    expect(await emitted()).toEqual([[], [], []])
    platform.clock.advance(6)
    expect(await emitted()).toEqual([
      [
        [0, 50],
        [3, 53],
      ],
      [
        [1, 51],
        [4, 54],
      ],
      [
        [2, 52],
        [5, 55],
      ],
    ])
  })

  it('refuses rates that make no sense', () => {
    for (const rate of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => TestSources.itemStream(rate)).toThrow(expect.objectContaining({ code: 'ERR_RATE' }))
      expect(() => TestSources.longStream(rate)).toThrow('TestSources.longStream')
    }
  })
})
