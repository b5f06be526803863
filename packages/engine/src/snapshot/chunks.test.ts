import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NacelleError } from '../base/nacelle-error.ts'
import type { Batch } from '../core/batch.ts'
import { decodeChunk } from './chunk-decoder.ts'
import { encodeEnd, newChunkWriter } from './chunk-encoder.ts'
import { CHUNK_BYTES_MAX, CHUNK_HEADER_BYTES, readChunkHead } from './chunk-format.ts'
import { chunksOf } from './chunk-stream.ts'
import { ColumnsEncoder } from './columns-encoder.ts'
import { EntriesEncoder, type SnapshotEntry } from './entries-encoder.ts'

const PLACE = { blob: 'snap/1/counts/0' }
const ORIGIN = { vertexName: 'counts ✓', processorIndex: 2, parallelism: 5, isBroadcast: false }

function entryChunks(entries: readonly SnapshotEntry[], isBroadcast = false): ArrayBuffer[] {
  const encoder = new EntriesEncoder({ ...ORIGIN, isBroadcast }, newChunkWriter())
  for (const entry of entries) encoder.add(entry)
  const chunks: ArrayBuffer[] = []
  while (encoder.count > 0) chunks.push(encoder.encode(7).chunk)
  return chunks
}

const itemsOf = (batch: Batch): readonly unknown[] => batch.items.slice(0, batch.count)

async function* inPieces(buffers: readonly ArrayBuffer[], length: number): AsyncGenerator<Uint8Array> {
  const all = Buffer.concat(buffers.map((buffer) => new Uint8Array(buffer)))
  for (let at = 0; at < all.length; at += length) yield Uint8Array.from(all.subarray(at, at + length))
}

async function cut(pieces: AsyncIterable<Uint8Array>): Promise<ArrayBuffer[]> {
  const chunks: ArrayBuffer[] = []
  for await (const chunk of chunksOf(pieces, PLACE)) chunks.push(chunk)
  return chunks
}

function thrown(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  return null
}

describe('chunks of a snapshot', () => {
  it('give back entries with keys and values of all kinds', () => {
    const value = fc.oneof(
      fc.string(),
      fc.double({ noNaN: true }),
      fc.bigInt(),
      fc.record({ a: fc.integer(), b: fc.array(fc.string()) }),
    )
    fc.assert(
      fc.property(
        fc.array(fc.record({ key: value, value }), { minLength: 1 }),
        fc.boolean(),
        (entries, isBroadcast) => {
          const chunks = entryChunks(entries, isBroadcast).map((chunk) => decodeChunk(chunk, PLACE))
          expect(chunks.flatMap(({ batch }) => itemsOf(batch))).toEqual(entries)
          expect(chunks[0]!.header).toMatchObject({ ...ORIGIN, isBroadcast, kind: 'entries', snapshotId: 7 })
        },
      ),
    )
  })

  it('give back keys with their columns', () => {
    const count = 40_000
    const keys = Array.from({ length: count }, (_, i) => `key ${i}`)
    const sums = Float64Array.from({ length: count }, (_, i) => i / 4)
    const lists = Array.from({ length: count }, (_, i) => [i])
    const encoder = new ColumnsEncoder(ORIGIN, ['f64', 'any'], true, newChunkWriter())
    const read: unknown[] = []
    for (let from = 0; from < count; ) {
      const range = { keys, rows: null, keysFrom: 0, columns: [sums, lists], timestamp: 99 }
      const { chunk, count: taken } = encoder.encode(range, { from, to: count, snapshotId: 3 })
      expect(chunk.byteLength).toBeLessThanOrEqual(CHUNK_BYTES_MAX)
      const { batch, header } = decodeChunk(chunk, PLACE)
      expect(header).toMatchObject({ kind: 'columns', columns: ['f64', 'any'], timed: true, count: taken })
      for (let i = 0; i < taken; i++) {
        const key = batch.dictionary!.keys[batch.slots![i]!]
        read.push([key, batch.columns[0]![i], batch.columns[1]![i], batch.timestamps![i]])
      }
      from += taken
    }
    expect(read).toEqual(keys.map((key, i) => [key, sums[i], lists[i], 99]))
  })

  it('are as long as they must be when one entry is long, and no longer when there are many', () => {
    const long = { key: 1, value: 'x'.repeat(CHUNK_BYTES_MAX * 2) }
    const entries = [long, ...Array.from({ length: 900 }, (_, key) => ({ key, value: 'y'.repeat(2000) }))]
    const chunks = entryChunks(entries)
    expect(chunks.flatMap((chunk) => itemsOf(decodeChunk(chunk, PLACE).batch))).toEqual(entries)
    expect(chunks.filter((chunk) => chunk.byteLength > CHUNK_BYTES_MAX)).toHaveLength(1)
  })

  it('are found damaged whichever bit is another', () => {
    const [chunk] = entryChunks([
      { key: 'a', value: 1 },
      { key: 'b', value: { deep: [2n, null, 'ü'] } },
    ])
    // The magic number, the version and the length are looked at before the checksum can be.
    for (let bit = 8 * 8; bit < chunk!.byteLength * 8; bit++) {
      const damaged = chunk!.slice(0)
      new Uint8Array(damaged)[bit >> 3]! ^= 1 << (bit & 7)
      expect(thrown(() => readChunkHead(damaged, PLACE))).toMatchObject({
        code: 'ERR_SNAPSHOT_DAMAGED',
        details: { blob: PLACE.blob },
      })
    }
  })

  it('are cut out of pieces of any length', async () => {
    const chunks = [...entryChunks([{ key: 1, value: 'one' }]), ...entryChunks([{ key: 2, value: ['two'] }])]
    chunks.push(encodeEnd(ORIGIN.vertexName, 7, { chunks: 2, entries: 2 }))
    for (const length of [1, 7, CHUNK_HEADER_BYTES, 100, 1 << 20]) {
      expect(await cut(inPieces(chunks, length))).toEqual(chunks)
    }
  })

  it('are refused when they end too early, begin as something else, or have another format', async () => {
    const chunks = entryChunks([{ key: 1, value: 'one' }])
    const all = new Uint8Array(chunks[0]!)
    const refusal = async (bytes: Uint8Array): Promise<unknown> => {
      const error: unknown = await cut(inPieces([bytes.slice().buffer as ArrayBuffer], 50)).catch((e: unknown) => e)
      return error instanceof NacelleError ? [error.code, error.message] : error
    }
    expect(await refusal(all.subarray(0, all.length - 1))).toEqual([
      'ERR_SNAPSHOT_DAMAGED',
      "blob 'snap/1/counts/0' of a snapshot is damaged: it ends within a chunk",
    ])
    expect(await refusal(Uint8Array.from(all, (byte, i) => (i === 0 ? 0x41 : byte)))).toEqual([
      'ERR_SNAPSHOT_DAMAGED',
      "blob 'snap/1/counts/0' of a snapshot is damaged: a chunk does not begin as one",
    ])
    expect(await refusal(Uint8Array.from(all, (byte, i) => (i === 4 ? 9 : byte)))).toEqual([
      'ERR_SNAPSHOT_VERSION',
      "blob 'snap/1/counts/0' of a snapshot has format 9; this version of Nacelle reads format 1: run the version that wrote it",
    ])
    expect(await refusal(Uint8Array.from(all, (byte, i) => (i === 19 ? 0x7f : byte)))).toEqual([
      'ERR_SNAPSHOT_DAMAGED',
      expect.stringContaining('a chunk says that it has'),
    ])
  })

  it('refuse a value that cannot be saved, and say where it lies', () => {
    expect(thrown(() => entryChunks([{ key: 1, value: { open: () => 1 } }]))).toMatchObject({
      code: 'ERR_NOT_TRANSFERABLE',
      message: expect.stringContaining('counts ✓'),
    })
  })
})
