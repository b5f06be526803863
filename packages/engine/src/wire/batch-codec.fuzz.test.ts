import { describe, expect, it } from 'vitest'
import { Batch, type BatchLayout, KeyDictionary } from '../core/batch.ts'
import { BatchDecoder } from './batch-decoder.ts'
import { BatchEncoder } from './batch-encoder.ts'
import { ByteRegion } from './byte-region.ts'
import { ByteWriter } from './byte-writer.ts'
import { SerializerRegistry } from './serializers.ts'
import { WireError } from './wire-error.ts'

const ROUNDS = 12_000
const registry = new SerializerRegistry()

class Xorshift {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 1
  }

  below(limit: number): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    return (this.#state >>> 0) % limit
  }
}

/** Batches that together use every kind of column. */
const SAMPLES: readonly ((i: number) => unknown)[] = [
  (i) => ({ id: i, price: i / 4, open: i % 2 === 0, name: `n${i}`, tag: ['x', 'y'][i % 2] }),
  (i) => [i, `t${i}`, null],
  (i) =>
    [1, 'two', 3n, null, undefined, true, new Date(i), { a: i }, [i], new Map([[i, 'v']]), new Uint8Array([1, 2, 3])][
      i % 11
    ],
  (i) => 'xyz'.repeat(i % 9),
  (i) => ({ list: Array.from({ length: i % 5 }, (_, j) => ({ j })), nested: { at: new Date(i), big: BigInt(i) } }),
  (i) =>
    new Map<unknown, unknown>([
      [i, new Set([i, 'é', '€', 1.5])],
      [{ k: 1 }, -(2n ** 70n)],
    ]),
  (i) => `café € ${'long '.repeat(i % 12)}`,
]

function encodeItems(
  make: (i: number) => unknown,
  count: number,
): { readonly layout: BatchLayout; readonly batches: readonly Uint8Array<ArrayBuffer>[] } {
  const layout: BatchLayout = { kind: 'items', timed: true }
  const writer = new ByteWriter(64, 1 << 20)
  const encoder = new BatchEncoder(writer, layout, registry)
  const batches = [0, 1].map((round) => {
    const batch = new Batch(layout, count)
    for (let i = 0; i < count; i++) batch.items[i] = make(i + round)
    batch.count = count
    writer.position = 0
    encoder.encode(batch, 0, count)
    encoder.accept(batch)
    return writer.u8.slice(0, writer.position) as Uint8Array<ArrayBuffer>
  })
  return { layout, batches }
}

function encodeKeyed(count: number): {
  readonly layout: BatchLayout
  readonly batches: readonly Uint8Array<ArrayBuffer>[]
} {
  const layout: BatchLayout = { kind: 'keyed', timed: false, columns: ['f64', 'any'] }
  const writer = new ByteWriter(64, 1 << 20)
  const encoder = new BatchEncoder(writer, layout, registry)
  const dictionary = new KeyDictionary()
  const batches = [0, 1].map((round) => {
    const batch = new Batch(layout, count)
    for (let i = 0; i < count; i++) {
      dictionary.keys.push(`key${i}`)
      batch.slots![i] = round * count + (i >> 1)
      batch.columns[1]![i] = { i }
    }
    batch.dictionary = dictionary
    batch.count = count
    batch.keyCount = dictionary.keys.length
    writer.position = 0
    encoder.encode(batch, 0, count)
    encoder.accept(batch)
    return writer.u8.slice(0, writer.position) as Uint8Array<ArrayBuffer>
  })
  return { layout, batches }
}

const streams = [...SAMPLES.map((make) => encodeItems(make, 40)), encodeKeyed(40)]

/** Changes some bits, bytes or words, or cuts the end off. */
function damage(bytes: Uint8Array<ArrayBuffer>, random: Xorshift): Uint8Array<ArrayBuffer> {
  const damaged = bytes.slice()
  const words = new Int32Array(damaged.buffer)
  for (let changes = 1 + random.below(3); changes > 0; changes--) {
    const kind = random.below(5)
    if (kind === 0) damaged[random.below(damaged.length)]! ^= 1 << random.below(8)
    else if (kind === 1) damaged[random.below(damaged.length)] = random.below(256)
    else if (kind === 2)
      words[random.below(words.length)] = [
        0,
        -1,
        1,
        0x7fffffff,
        -0x80000000,
        words.length,
        damaged.length,
        random.below(64),
      ][random.below(8)]!
    else if (kind === 3) words[random.below(8)] = random.below(100) - 10
    else words[random.below(words.length)] = words[random.below(words.length)]!
  }
  return random.below(10) === 0 ? damaged.slice(0, random.below(damaged.length / 8) * 8) : damaged
}

describe('a decoder of damaged bytes', () => {
  it('answers something or throws WireError; it never makes more than the message could hold', () => {
    const random = new Xorshift(20_261_124)
    let refused = 0
    for (let round = 0; round < ROUNDS; round++) {
      const { layout, batches } = streams[random.below(streams.length)]!
      const decoder = new BatchDecoder(new ByteRegion(new ArrayBuffer(8)), layout, registry)
      const hit = random.below(batches.length)
      try {
        batches.forEach((batch, i) => {
          const bytes = i === hit ? damage(batch, random) : batch
          decoder.decode(new ByteRegion(bytes.buffer), 0, bytes.length)
          expect(decoder.batch.count).toBeLessThanOrEqual(bytes.length)
        })
      } catch (error) {
        if (!(error instanceof WireError)) throw new Error(`round ${round}`, { cause: error })
        refused++
        expect(decoder.batch.count).toBe(0)
      }
    }
    expect(refused).toBeGreaterThan(ROUNDS / 10)
    expect(refused).toBeLessThan(ROUNDS)
  })

  it('answers something or throws WireError for bytes that were never a batch', () => {
    const random = new Xorshift(7)
    for (let round = 0; round < ROUNDS / 4; round++) {
      const { layout } = streams[random.below(streams.length)]!
      const words = new Int32Array(2 * (4 + random.below(60)))
      for (let i = 0; i < words.length; i++)
        words[i] = random.below(3) === 0 ? random.below(0xffffffff) : random.below(16)
      words[1] = 8 * (2 + random.below(words.length / 2 - 2))
      const decoder = new BatchDecoder(new ByteRegion(new ArrayBuffer(8)), layout, registry)
      try {
        decoder.decode(new ByteRegion(words.buffer), 0, words.byteLength)
      } catch (error) {
        if (!(error instanceof WireError)) throw new Error(`round ${round}`, { cause: error })
      }
    }
  })
})
