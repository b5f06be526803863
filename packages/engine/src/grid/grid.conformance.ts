import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { blobStoreConformance } from './blob-store.conformance.ts'
import { bytesOf, collect, type GridUnderTest, pieces, rejects, textOf } from './grid-under-test.conformance.ts'
import { journalConformance } from './journal.conformance.ts'
import { keyValueConformance } from './key-value.conformance.ts'

/** What every engine of the grid keeps. `setUp` is called before each test. */
export function gridConformance(name: string, setUp: () => Promise<GridUnderTest>): void {
  describe(`grid: ${name}`, () => {
    let under: GridUnderTest
    beforeEach(async () => {
      under = await setUp()
    })
    afterEach(() => under.dispose())

    keyValueConformance(() => under)
    blobStoreConformance(() => under)
    journalConformance(() => under)
    connectionConformance(() => under)
  })
}

function connectionConformance(underTest: () => GridUnderTest): void {
  describe('a connection', () => {
    it('says what it is connected to', () => {
      const { info } = underTest().grid
      expect(info.clusterId).toMatch(/^[0-9a-f-]{36}$/)
      expect(info.valueBytesMax).toBeGreaterThanOrEqual(512 * 1024)
      expect(info.chunkBytesMax).toBeGreaterThan(0)
      expect(info.replicas).toBeGreaterThan(0)
      expect(underTest().grid.state()).toBe('up')
    })

    it('finds the same grid again, with all it was given', async () => {
      const under = underTest()
      const { clusterId } = under.grid.info
      const revision = await under.grid.kv('b').create('k', bytesOf('v'))
      await under.grid.journal('j').append([bytesOf('r')])
      const ref = await under.grid.blobs('s').write('x/1', pieces('blob'))
      const grid = await under.reopen()
      expect(grid.info.clusterId).toBe(clusterId)
      expect(await grid.kv('b').get('k')).toMatchObject({ value: bytesOf('v'), revision })
      expect(await grid.journal('j').bounds()).toEqual({ first: 1n, last: 1n })
      expect(textOf(await collect(grid.blobs('s').read(ref)))).toBe('blob')
      expect(await grid.kv('b').update('k', bytesOf('w'), revision)).toBeGreaterThan(revision)
    })

    it('refuses calls once it is closed, those before have an answer', async () => {
      const { grid } = underTest()
      const revision = grid.kv('b').create('k', bytesOf('v'))
      const closed = grid.close()
      expect(await revision).toBeGreaterThan(0n)
      await closed
      await grid.close()
      const signal = new AbortController().signal
      const calls: (() => Promise<unknown>)[] = [
        () => grid.kv('b').get('k'),
        () => grid.kv('b').put('k', bytesOf('w')),
        () => collect(grid.kv('b').list('')),
        () => grid.blobs('s').write('x', pieces('y')),
        () => collect(grid.blobs('s').list('')),
        () => grid.blobs('s').delete('x'),
        () => grid.journal('j').append([bytesOf('r')]),
        () => grid.journal('j').bounds(),
        () => collect(grid.journal('j').read(0n, { follow: false, signal })),
      ]
      for (const call of calls) await rejects(call(), 'ERR_GRID_CLOSED')
    })

    it('refuses names and values that not every engine takes', async () => {
      const { grid } = underTest()
      const bad = ['', 'a\0b', '\ud800', 'x'.repeat(1001), 'ä'.repeat(501)]
      for (const name of bad) {
        await rejects(grid.kv('b').put(name, bytesOf('v')), 'ERR_GRID_ARGUMENT')
        await rejects(grid.blobs('s').write(name, pieces('v')), 'ERR_GRID_ARGUMENT')
        expect(() => grid.kv(name)).toThrow(expect.objectContaining({ code: 'ERR_GRID_ARGUMENT' }))
        expect(() => grid.blobs(name)).toThrow(expect.objectContaining({ code: 'ERR_GRID_ARGUMENT' }))
        expect(() => grid.journal(name)).toThrow(expect.objectContaining({ code: 'ERR_GRID_ARGUMENT' }))
      }
      const tooLarge = new Uint8Array(grid.info.valueBytesMax + 1)
      await rejects(grid.kv('b').put('k', tooLarge), 'ERR_GRID_ARGUMENT')
      await rejects(grid.journal('j').append([tooLarge]), 'ERR_GRID_ARGUMENT')
      expect(await grid.kv('b').put('ä'.repeat(500), tooLarge.subarray(1))).toBeGreaterThan(0n)
    })
  })
}
