import { describe, expect, it } from 'vitest'
import type { Connection } from '../network.ts'
import { FakeClock } from './fake-clock.ts'
import { fakePlatform } from './fake-platform.ts'
import { FakeThreadHost } from './fake-threads.ts'
import { FakeTimers } from './fake-timers.ts'
import { MemoryMetrics } from './memory-metrics.ts'
import { MemoryNetwork } from './memory-network.ts'
import { SeededRandom } from './seeded-random.ts'

describe('FakeTimers', () => {
  it('fires in order of time, then of creation, with the clock at each moment', () => {
    const clock = new FakeClock(0)
    const timers = new FakeTimers(clock)
    const fired: [string, number][] = []
    const note = (name: string) => () => void fired.push([name, clock.monotonicMs()])
    timers.after(20, note('b'))
    timers.after(10, note('a'))
    timers.after(20, note('c'))
    const period = timers.every(15, note('p'))
    timers.after(5, () => timers.after(1, note('nested')))
    timers.after(8, note('never')).cancel()
    timers.advance(31)
    expect(fired).toEqual([
      ['nested', 6],
      ['a', 10],
      ['p', 15],
      ['b', 20],
      ['c', 20],
      ['p', 30],
    ])
    expect([clock.monotonicMs(), clock.wallMs(), timers.nextDueMs]).toEqual([31, 31, 45])
    period.cancel()
    expect([timers.pendingCount, timers.nextDueMs]).toEqual([0, null])
  })

  it('has a clock that never goes back', () => {
    const clock = new FakeClock()
    expect(() => clock.advance(-1)).toThrow(RangeError)
    clock.jumpWall(-3_600_000)
    expect([clock.monotonicMs(), clock.wallMs()]).toEqual([0, Date.UTC(2019, 11, 31, 23)])
  })
})

describe('SeededRandom', () => {
  it('gives the same for the same seed, and values in range', () => {
    const take = (seed: number): number[] => {
      const random = new SeededRandom(seed)
      return Array.from({ length: 1000 }, () => random.next())
    }
    expect(take(7)).toEqual(take(7))
    expect(take(7)).not.toEqual(take(8))
    expect(take(1).every((value) => value >= 0 && value < 1)).toBe(true)
    expect(Math.abs(take(1).reduce((sum, value) => sum + value, 0) / 1000 - 0.5)).toBeLessThan(0.05)
  })

  it('makes ids of the usual form', () => {
    const random = new SeededRandom(3)
    const ids = Array.from({ length: 200 }, () => random.uuid())
    expect(new Set(ids).size).toBe(200)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})

describe('MemoryNetwork', () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
  const setUp = async (network: MemoryNetwork, timers: FakeTimers) => {
    const received: string[] = []
    let far: Connection | null = null
    const listener = await network.listen({ host: 'b', port: 0 }, (connection) => {
      far = connection
      connection.onData((data) => void received.push(new TextDecoder().decode(data)))
      connection.onClose((error) => void received.push(`closed ${error?.message ?? 'in order'}`))
    })
    const connecting = network.connectFrom('a', listener.address, 1000)
    timers.advance(10)
    return { received, near: await connecting, listener, far: far! as Connection }
  }

  it('delivers in order after the latency, and tells of the end', async () => {
    const timers = new FakeTimers(new FakeClock())
    const { received, near, far } = await setUp(new MemoryNetwork(timers, 10), timers)
    near.send(bytes('one'))
    near.send(bytes('two'))
    near.close()
    expect(near.send(bytes('three'))).toBe(false)
    timers.advance(9)
    expect(received).toEqual([])
    timers.advance(1)
    expect(received).toEqual(['one', 'two', 'closed in order'])
    expect(far.remote.host).toBe('a')
  })

  it('breaks and refuses between hosts that are cut from each other', async () => {
    const timers = new FakeTimers(new FakeClock())
    const network = new MemoryNetwork(timers, 10)
    const { received, near, listener } = await setUp(network, timers)
    const ends: (string | undefined)[] = []
    near.onClose((error) => void ends.push(error?.message))
    network.cut('a', 'b')
    expect(ends).toEqual(['read ECONNRESET b:50000'])
    expect(received).toHaveLength(1)
    const late = network.connectFrom('a', listener.address, 1000)
    timers.advance(1000)
    await expect(late).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    network.heal('a', 'b')
    await listener.close()
    const refused = network.connectFrom('a', listener.address, 1000)
    timers.advance(10)
    await expect(refused).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})

describe('FakeThreadHost', () => {
  it('runs the function of an entry, exchanges clones, and ends once', () => {
    const timers = new FakeTimers(new FakeClock())
    const entry = new URL('file:///worker.mjs')
    const host = new FakeThreadHost(
      timers,
      new Map([
        [entry.href, (inside) => inside.onMessage((message) => inside.post({ got: message, data: inside.data }))],
      ]),
    )
    const thread = host.start<unknown, unknown>(entry, { start: 1 }, { name: 'w' })
    const seen: unknown[] = []
    thread.onMessage((message) => void seen.push(message))
    thread.onExit((error) => void seen.push(error))
    const message = { n: 1 }
    timers.advance(0)
    thread.post(message)
    message.n = 2
    timers.advance(0)
    expect(seen).toEqual([{ got: { n: 1 }, data: { start: 1 } }])
    void thread.terminate()
    void thread.terminate()
    thread.post('late')
    timers.advance(0)
    expect(seen.slice(1)).toEqual([null])
    expect(() => host.start(new URL('file:///other.mjs'), null, { name: 'x' })).toThrow(
      "thread 'x': no function was given for file:///other.mjs",
    )
  })

  it('ends with the error that its function throws', () => {
    const timers = new FakeTimers(new FakeClock())
    const entry = new URL('file:///worker.mjs')
    const host = new FakeThreadHost(
      timers,
      new Map([
        [
          entry.href,
          () => {
            throw new Error('boom')
          },
        ],
      ]),
    )
    const errors: (string | undefined)[] = []
    host.start(entry, null, { name: 'w' }).onExit((error) => void errors.push(error?.message))
    timers.advance(0)
    expect(errors).toEqual(['boom'])
  })
})

it('MemoryMetrics: one metric for each name', () => {
  const metrics = new MemoryMetrics()
  metrics.metric('a').add(2)
  metrics.metric('a').add(3)
  metrics.metric('b').set(7)
  expect([metrics.value('a'), metrics.value('b'), metrics.value('c')]).toEqual([5, 7, undefined])
})

it('fakePlatform: children of the logger write into the same list', () => {
  const platform = fakePlatform()
  platform.logger.child({ job: 'j' }).log('warn', 'careful', { at: 1 })
  platform.logger.log('info', 'fine')
  expect(platform.logger.entries).toEqual([
    { level: 'warn', message: 'careful', fields: { job: 'j', at: 1 } },
    { level: 'info', message: 'fine', fields: {} },
  ])
  expect(platform.logger.messages('info')).toEqual(['fine'])
})
