import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { BlobRef } from './blob-store.ts'
import { collect, type GridUnderTest, pieces, rejects, textOf } from './grid-under-test.conformance.ts'

/** The part of the suite about blobs. */
export function blobStoreConformance(underTest: () => GridUnderTest): void {
  describe('blobs', () => {
    contents(underTest)
    failures(underTest)
    folders(underTest)
  })
}

function contents(underTest: () => GridUnderTest): void {
  it('are written once and read back', async () => {
    const blobs = underTest().grid.blobs('s')
    const ref = await blobs.write('snap/1/a', pieces('Hello, ', '', 'world'))
    const sha256 = createHash('sha256').update('Hello, world').digest('hex')
    expect(ref).toEqual({ id: 'snap/1/a', size: 12, chunks: 1, sha256 })
    expect(textOf(await collect(blobs.read(ref)))).toBe('Hello, world')
    expect(textOf(await collect(blobs.read(ref, 7)))).toBe('world')
    expect(textOf(await collect(blobs.read(ref, 12)))).toBe('')
  })

  it('may be empty', async () => {
    const blobs = underTest().grid.blobs('s')
    const ref = await blobs.write('empty', pieces())
    expect(ref).toMatchObject({ size: 0, chunks: 0 })
    expect(await collect(blobs.read(ref))).toEqual([])
  })

  it('may be large', async () => {
    const { grid } = underTest()
    const blobs = grid.blobs('s')
    const piece = Uint8Array.from({ length: 300_001 }, (_, i) => (i * i) % 251)
    const ref = await blobs.write('large', repeated(piece, 60))
    const all = Buffer.concat(Array.from({ length: 60 }, () => piece))
    expect(ref.size).toBe(all.length)
    expect(ref.chunks).toBe(Math.ceil(all.length / grid.info.chunkBytesMax))
    expect(ref.sha256).toBe(createHash('sha256').update(all).digest('hex'))
    expect(Buffer.concat(await collect(blobs.read(ref))).equals(all)).toBe(true)
    const from = 7_654_321
    expect(Buffer.concat(await collect(blobs.read(ref, from))).equals(all.subarray(from))).toBe(true)
    for await (const first of blobs.read(ref)) {
      expect(first.length).toBeGreaterThan(0)
      break
    }
  })

  it('refuse other content under an id that is there, and answer the same for the same', async () => {
    const blobs = underTest().grid.blobs('s')
    const ref = await blobs.write('x', pieces('content'))
    expect(await blobs.write('x', pieces('con', 'tent'))).toEqual(ref)
    await rejects(blobs.write('x', pieces('other')), 'ERR_GRID_CONFLICT')
    expect(textOf(await collect(blobs.read(ref)))).toBe('content')
  })

  it('have one content when several write an id at once', async () => {
    const blobs = underTest().grid.blobs('s')
    const writes = await Promise.allSettled(Array.from({ length: 6 }, (_, i) => blobs.write('x', pieces(`by ${i}`))))
    const refs = writes.flatMap((write) => (write.status === 'fulfilled' ? [write.value] : []))
    expect(refs).toHaveLength(1)
    expect(textOf(await collect(blobs.read(refs[0]!)))).toMatch(/^by \d$/)
  })
}

function failures(underTest: () => GridUnderTest): void {
  it('leave nothing when their data ends half-way', async () => {
    const blobs = underTest().grid.blobs('s')
    const data = async function* (): AsyncGenerator<Uint8Array, void> {
      yield* repeated(new Uint8Array(400_000), 5)
      throw new Error('the source broke')
    }
    await expect(blobs.write('x', data())).rejects.toThrow('the source broke')
    expect(await collect(blobs.list(''))).toEqual([])
    const ref = await blobs.write('x', pieces('whole'))
    expect(textOf(await collect(blobs.read(ref)))).toBe('whole')
  })

  it('are missing when they are not there', async () => {
    const blobs = underTest().grid.blobs('s')
    const ref = await blobs.write('x', pieces('content'))
    await rejects(collect(blobs.read({ ...ref, id: 'y' })), 'ERR_GRID_BLOB_MISSING')
    await underTest().damageBlob('s', ref, 'remove')
    await rejects(collect(blobs.read(ref)), 'ERR_GRID_BLOB_MISSING')
  })

  it.each(['flip', 'truncate'] as const)('are found damaged before their end is given (%s)', async (how) => {
    const under = underTest()
    const blobs = under.grid.blobs('s')
    const ref = await blobs.write('x', repeated(new Uint8Array(100_000).fill(1), 30))
    await under.damageBlob('s', ref, how)
    const read = async (from: number): Promise<number> => {
      let size = 0
      try {
        for await (const piece of blobs.read(ref, from)) size += piece.length
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_GRID_DAMAGED' })
        return size
      }
      throw new Error('the damage was not found')
    }
    expect(await read(0)).toBeLessThan(ref.size)
    expect(await read(ref.size - 10)).toBe(0)
  })

  it('are damaged when a reference says something else', async () => {
    const blobs = underTest().grid.blobs('s')
    const ref = await blobs.write('x', pieces('content'))
    await rejects(collect(blobs.read({ ...ref, size: 8 })), 'ERR_GRID_DAMAGED')
    await rejects(collect(blobs.read({ ...ref, sha256: '0'.repeat(64) })), 'ERR_GRID_DAMAGED')
  })

  it.each([true, false])('can be written again when the outcome is unknown (done: %s)', async (isDone) => {
    const under = underTest()
    const grid = await under.makeIndeterminate(
      (grid) =>
        grid
          .blobs('s')
          .write('x', pieces('content'))
          .then(undefined, () => undefined),
      isDone,
    )
    const ref = await grid.blobs('s').write('x', pieces('content'))
    expect(textOf(await collect(grid.blobs('s').read(ref)))).toBe('content')
  })
}

function folders(underTest: () => GridUnderTest): void {
  const idsOf = async (prefix: string): Promise<string[]> =>
    (await collect(underTest().grid.blobs('s').list(prefix))).map(({ id }) => id).sort()

  it('are listed and deleted by folder', async () => {
    const { grid } = underTest()
    const blobs = grid.blobs('s')
    const long = `snap/2/${'ü'.repeat(200)}/0`
    const ids = ['snap/1/map one/0', 'snap/1/map one/1', 'snap/1/s%ink.2/0', 'snap/10/x/0', long, 'snap/1', 'snap']
    for (const id of ids) await blobs.write(id, pieces(id))
    await grid.blobs('other').write('snap/1/x', pieces('other'))
    expect(await idsOf('')).toEqual(ids.toSorted())
    expect(await idsOf('snap/1')).toEqual(ids.filter((id) => id.startsWith('snap/1')).sort())
    expect(await idsOf('snap/1/')).toHaveLength(3)
    expect(await idsOf('snap/1/map')).toHaveLength(2)
    expect(await idsOf('none/')).toEqual([])
    await blobs.delete('snap/1/')
    await blobs.delete('snap')
    expect(await idsOf('')).toEqual(ids.filter((id) => id !== 'snap' && !id.startsWith('snap/1/')).sort())
    await blobs.delete('snap/1/')
    await blobs.delete('none')
    await blobs.delete('snap/1')
    expect(await idsOf('snap/1')).toEqual(['snap/10/x/0'])
    expect(await collect(grid.blobs('other').list(''))).toHaveLength(1)
  })

  it('have a size and an age', async () => {
    const blobs = underTest().grid.blobs('s')
    const ref: BlobRef = await blobs.write('a', pieces('1234'))
    const [info] = await collect(blobs.list('a'))
    expect(info).toEqual({ id: ref.id, size: 4, createdMs: expect.any(Number) })
    expect(info!.createdMs).toBeGreaterThan(0)
  })

  it('may use an id again once it is deleted', async () => {
    const blobs = underTest().grid.blobs('s')
    await blobs.write('a/b/c', pieces('1'))
    await blobs.delete('a/')
    const ref = await blobs.write('a/b/c', pieces('2'))
    expect(textOf(await collect(blobs.read(ref)))).toBe('2')
  })
}

async function* repeated(piece: Uint8Array, times: number): AsyncGenerator<Uint8Array, void> {
  for (let i = 0; i < times; i++) {
    await Promise.resolve()
    yield piece
  }
}
