import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Grid } from '../grid/grid.ts'
import { bytesOf, collect, pieces, rejects, textOf } from '../grid/grid-under-test.conformance.ts'
import { fakePlatform } from '../platform/fake/fake-platform.ts'
import { openEmbeddedGrid } from './embedded-grid.ts'

/** Runs a command of the system; null is its status when there is no such command. */
const system = (command: string, ...args: readonly string[]): SpawnSyncReturns<Buffer> => spawnSync(command, args)

const disk = mkdtempSync(join(tmpdir(), 'nacelle-disk-'))
const mounted = system('mount', '-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk)
const isMounted = mounted.status === 0
if (!isMounted)
  process.stderr.write(
    `\n!!! The tests of a full disk DID NOT RUN: a disk of 8 MB could not be mounted (${mounted.error?.message ?? String(mounted.stderr).trim()}); they need Linux and root.\n\n`,
  )

afterAll(() => {
  if (isMounted) expect(system('umount', disk).status).toBe(0)
  rmdirSync(disk)
})

// Without a small disk of its own there is nothing to fill; the line above says so.
describe.skipIf(!isMounted)('a full disk', () => {
  const ballast = join(disk, 'ballast')
  let grid: Grid
  beforeAll(async () => {
    grid = await openEmbeddedGrid({ folder: join(disk, 'data'), platform: fakePlatform() })
  })
  afterAll(() => grid.close())

  /** Leaves no room but that of a few pages. */
  const fill = (): void => {
    for (const size of [1024 * 1024, 64 * 1024, 4096]) {
      for (;;) {
        try {
          writeFileSync(ballast, new Uint8Array(size), { flag: 'a' })
        } catch (error) {
          expect(error).toMatchObject({ code: 'ENOSPC' })
          break
        }
      }
    }
  }

  it('makes writes of keys and journals unavailable, changes nothing, and is over when there is room', async () => {
    const kv = grid.kv('b')
    const states: string[] = []
    const listening = grid.onState((state) => states.push(state))
    const revision = await kv.create('head', bytesOf('old'))
    await grid.journal('j').append([bytesOf('1')])
    fill()
    const large = new Uint8Array(500_000)
    const refused = expect.objectContaining({
      code: 'ERR_GRID_UNAVAILABLE',
      message: expect.stringContaining(`the disk of data folder ${join(disk, 'data')} is full`),
    })
    await expect(kv.update('head', large, revision)).rejects.toThrow(refused)
    await expect(grid.journal('j').append([bytesOf('2'), large])).rejects.toThrow(refused)
    expect(grid.state()).toBe('degraded')
    expect(await kv.get('head')).toMatchObject({ revision })
    expect(textOf((await kv.get('head'))!.value)).toBe('old')
    expect((await grid.journal('j').bounds()).last).toBe(1n)
    rmSync(ballast)
    await kv.update('head', large, revision)
    expect((await grid.journal('j').append([large], { expectedLast: 1n })).last).toBe(2n)
    listening[Symbol.dispose]()
    expect(states).toEqual(['degraded', 'up'])
  })

  it('makes writes of blobs unavailable and leaves nothing of them', async () => {
    const blobs = grid.blobs('s')
    const large = async function* (): AsyncGenerator<Uint8Array, void> {
      for (let i = 0; i < 40; i++) {
        await Promise.resolve()
        yield new Uint8Array(250_000)
      }
    }
    await rejects(blobs.write('large', large()), 'ERR_GRID_UNAVAILABLE')
    expect(await collect(blobs.list(''))).toEqual([])
    const ref = await blobs.write('small', pieces('fits again'))
    expect(textOf(await collect(blobs.read(ref)))).toBe('fits again')
  })

  it('loses nothing when the grid is closed and opened on it', async () => {
    const kv = grid.kv('c')
    const revision = await kv.put('k', bytesOf('kept'))
    fill()
    await grid.close()
    rmSync(ballast)
    grid = await openEmbeddedGrid({ folder: join(disk, 'data'), platform: fakePlatform() })
    expect(await grid.kv('c').get('k')).toMatchObject({ revision })
  })

  it('refuses to be founded on, in words', async () => {
    fill()
    const founding = openEmbeddedGrid({ folder: join(disk, 'other'), platform: fakePlatform() })
    await expect(founding).rejects.toThrow(/is full/)
    rmSync(ballast)
    await (await openEmbeddedGrid({ folder: join(disk, 'other'), platform: fakePlatform() })).close()
  })
})
