import { describe, expect, it } from 'vitest'
import { FakeClock } from '../platform/fake/fake-clock.ts'
import { FakeTimers } from '../platform/fake/fake-timers.ts'
import { SeededRandom } from '../platform/fake/seeded-random.ts'
import { gridConformance } from './grid.conformance.ts'
import type { GridCall, GridFault } from './grid-fault.ts'
import { bytesOf, collect, pieces, rejects, textOf } from './grid-under-test.conformance.ts'
import { createMemoryGrid, type MemoryGrid, type MemoryGridOptions } from './memory-grid.ts'

const ports = (): MemoryGridOptions => ({ clock: new FakeClock(), random: new SeededRandom(7) })

gridConformance('memory', async () => {
  let fault: GridFault | null = null
  const connect = (content?: MemoryGrid['content']): MemoryGrid =>
    createMemoryGrid({ ...ports(), faults: () => fault, ...(content === undefined ? {} : { content }) })
  const grid = connect()
  return {
    grid,
    makeIndeterminate: async (call, isDone) => {
      fault = { outcome: isDone ? 'replyLost' : 'requestLost' }
      await call(grid)
      fault = null
      return grid
    },
    damageBlob: async (space, { id }, how) => grid.content.damageBlob(space, id, how),
    reopen: async () => {
      await grid.close()
      return connect(grid.content)
    },
    dispose: () => grid.close(),
  }
})

describe('a grid in memory', () => {
  const withFaults = (faultOf: (call: GridCall) => GridFault | null): { grid: MemoryGrid; timers: FakeTimers } => {
    const clock = new FakeClock()
    const timers = new FakeTimers(clock)
    return { grid: createMemoryGrid({ ...ports(), clock, timers, faults: faultOf }), timers }
  }

  it('is unavailable where its faults say so, and does nothing then', async () => {
    const { grid } = withFaults(({ operation, name }) =>
      operation === 'update' && name === 'head' ? { outcome: 'unavailable' } : null,
    )
    const revision = await grid.kv('b').create('head', bytesOf('1'))
    await rejects(grid.kv('b').update('head', bytesOf('2'), revision), 'ERR_GRID_UNAVAILABLE')
    expect(await grid.kv('b').get('head')).toMatchObject({ revision })
  })

  it('has reads that are unavailable when their answer is lost', async () => {
    const { grid } = withFaults(() => ({ outcome: 'replyLost' }))
    await rejects(grid.kv('b').get('k'), 'ERR_GRID_UNAVAILABLE')
    await rejects(collect(grid.blobs('s').list('')), 'ERR_GRID_UNAVAILABLE')
    await rejects(grid.journal('j').bounds(), 'ERR_GRID_UNAVAILABLE')
  })

  it('loses answers, also those that say that nothing was done', async () => {
    let isLost = false
    const { grid } = withFaults(() => (isLost ? { outcome: 'replyLost' } : null))
    await grid.kv('b').create('k', bytesOf('1'))
    isLost = true
    await rejects(grid.kv('b').create('k', bytesOf('2')), 'ERR_GRID_INDETERMINATE')
    await rejects(grid.journal('j').append([bytesOf('r')]), 'ERR_GRID_INDETERMINATE')
    isLost = false
    expect(textOf((await grid.kv('b').get('k'))!.value)).toBe('1')
    expect((await grid.journal('j').bounds()).last).toBe(1n)
  })

  it('takes the time that its faults say, before and after the deed', async () => {
    const { grid, timers } = withFaults(({ operation }) =>
      operation === 'put' ? { delayMs: 30, replyDelayMs: 20 } : null,
    )
    let revision: bigint | null = null
    void grid
      .kv('b')
      .put('k', bytesOf('v'))
      .then((given) => (revision = given))
    const turn = async (): Promise<void> => void (await grid.kv('b').get('other'))
    await turn()
    timers.advance(29)
    await turn()
    expect(await grid.kv('b').get('k')).toBeNull()
    timers.advance(1)
    await turn()
    expect(await grid.kv('b').get('k')).not.toBeNull()
    expect(revision).toBeNull()
    timers.advance(20)
    await turn()
    expect(revision).toBe(1n)
  })

  it('is shared by several connections, each of which closes for itself', async () => {
    const first = createMemoryGrid(ports())
    const second = createMemoryGrid({ ...ports(), content: first.content })
    expect(second.info.clusterId).toBe(first.info.clusterId)
    const changes = second.kv('b').watch('', { signal: new AbortController().signal })[Symbol.asyncIterator]()
    await changes.next()
    const revision = await first.kv('b').create('k', bytesOf('v'))
    expect((await changes.next()).value).toMatchObject({ type: 'put', key: 'k', revision })
    await first.close()
    expect(await second.kv('b').get('k')).toMatchObject({ revision })
    second.content.resync()
    expect((await changes.next()).value).toEqual({ type: 'resync' })
  })

  it('tells who listens when its state changes', async () => {
    const grid = createMemoryGrid(ports())
    const seen: string[] = []
    const listening = grid.onState((state) => seen.push(state))
    grid.setState('degraded')
    grid.setState('degraded')
    grid.setState('down')
    await rejects(grid.blobs('s').write('x', pieces('y')), 'ERR_GRID_UNAVAILABLE')
    listening[Symbol.dispose]()
    grid.setState('up')
    expect(seen).toEqual(['degraded', 'down'])
    expect(grid.state()).toBe('up')
  })

  it('gives the same answers to the same calls', async () => {
    const run = async (): Promise<unknown> => {
      const grid = createMemoryGrid(ports())
      const writes = await Promise.all(['b', 'a', 'c'].map((key) => grid.kv('b').put(key, bytesOf(key))))
      return [grid.info, writes, await collect(grid.kv('b').list(''))]
    }
    expect(await run()).toEqual(await run())
  })
})
