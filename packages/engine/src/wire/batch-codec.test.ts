import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { Batch } from '../core/batch.ts'
import { exactlyEqual } from '../testing/exact-equality.ts'
import { BatchDecoder } from './batch-decoder.ts'
import { BatchEncoder } from './batch-encoder.ts'
import { ByteRegion } from './byte-region.ts'
import { ByteWriter } from './byte-writer.ts'
import { registerSerializer, serializers } from './serializers.ts'

class Money {
  readonly cents: bigint
  readonly currency: string

  constructor(cents: bigint, currency: string) {
    this.cents = cents
    this.currency = currency
  }
}

beforeAll(() => {
  registerSerializer(Money, {
    id: 'test.Money',
    write: (money) => [money.cents, money.currency],
    read: (value) => {
      const [cents, currency] = value as [bigint, string]
      return new Money(cents, currency)
    },
  })
})

/** One encoder and one decoder: a stream without a ring. */
class Stream {
  readonly #layout = { kind: 'items', timed: false } as const
  readonly #writer = new ByteWriter(64, 1 << 24)
  readonly #encoder = new BatchEncoder(this.#writer, this.#layout, serializers)
  readonly #decoder = new BatchDecoder(new ByteRegion(new ArrayBuffer(8)), this.#layout, serializers)
  bytes = 0

  carry(items: readonly unknown[]): unknown[] {
    const batch = new Batch(this.#layout, 0)
    batch.items = [...items]
    batch.count = items.length
    // Not at the start, as in a ring.
    this.#writer.ensure(24)
    this.#writer.position = 24
    this.#encoder.encode(batch, 0, items.length)
    this.#encoder.accept(batch)
    this.bytes = this.#writer.position - 24
    const region = new ByteRegion(this.#writer.u8.slice(0, this.#writer.position).buffer)
    this.#decoder.decode(region, 24, this.bytes)
    expect(this.#decoder.batch.count).toBe(items.length)
    return this.#decoder.batch.items.slice(0, items.length)
  }

  /** Often enough that codecs are generated. */
  expectExact(items: readonly unknown[], times = 1): void {
    for (let i = 0; i < times; i++) {
      const arrived = this.carry(items)
      arrived.forEach((item, j) => {
        if (!exactlyEqual(item, items[j]))
          expect.fail(`item ${j} in round ${i}: ${show(items[j])} arrived as ${show(item)}`)
      })
    }
  }
}

function show(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner)) ?? String(value)
  )
}

function repeat(count: number, make: (i: number) => unknown): unknown[] {
  return Array.from({ length: count }, (_, i) => make(i))
}

const primitive = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.boolean(),
  fc.bigInt(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(
    null,
    undefined,
    0,
    -0,
    Number.NaN,
    -Infinity,
    2 ** 31,
    -(2 ** 31),
    '',
    '\ud800',
    'é',
    '€',
    'x'.repeat(70),
  ),
  fc.date({ noInvalidDate: false }),
)
const fieldName = fc.oneof(
  fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', '1', 'to"x', "';", '\u2028', ''),
  fc.string({ maxLength: 3 }),
)
const { anything } = fc.letrec((tie) => ({
  anything: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    primitive,
    fc.array(tie('anything'), { maxLength: 5 }),
    fc.dictionary(fieldName, tie('anything'), { maxKeys: 5 }),
    fc.array(fc.tuple(tie('anything'), tie('anything')), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(tie('anything'), { maxLength: 3 }).map((values) => new Set(values)),
    fc.uint8Array({ maxLength: 9 }),
    fc.float64Array({ maxLength: 3 }),
    fc.bigInt64Array({ maxLength: 2 }),
    fc.sparseArray(tie('anything'), { maxLength: 6 }),
    fc.tuple(fc.bigInt(), fc.string()).map(([cents, currency]) => new Money(cents, currency)),
  ),
}))

describe('items', () => {
  it('arrive exactly as they were sent, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 40 }), (items) => new Stream().expectExact(items, 2)),
      { numRuns: 400 },
    )
  })

  it('arrive exactly when a few forms repeat in changing order, so that generated codecs meet exceptions', () => {
    const form = fc.record(
      { a: primitive, b: fc.oneof(primitive, anything), c: fc.record({ d: primitive }) },
      { requiredKeys: ['a'] },
    )
    const batches = fc.array(
      fc.array(fc.oneof({ weight: 5, arbitrary: form }, { weight: 1, arbitrary: anything }), { maxLength: 60 }),
      { maxLength: 8 },
    )
    fc.assert(
      fc.property(batches, (all) => {
        const stream = new Stream()
        for (const items of all) stream.expectExact(items)
      }),
      { numRuns: 200 },
    )
  })

  it('of one shape use a column for each field', () => {
    const stream = new Stream()
    const items = repeat(1000, (i) => ({
      auction: i % 100,
      bidder: i * 7,
      price: i / 4,
      open: i % 3 === 0,
      at: 1.7e12 + i,
    }))
    stream.expectExact(items, 2)
    expect(stream.bytes / 1000).toBeLessThan(4 + 4 + 8 + 1 + 8 + 0.2)
  })

  it('may have fields that change their kind from batch to batch and within one', () => {
    const stream = new Stream()
    const values = [
      1,
      2,
      -0,
      2.5,
      'text',
      null,
      undefined,
      7n,
      true,
      { x: 1 },
      [1, 2],
      new Date(5),
      Number.NaN,
      new Map([[1, 2]]),
    ]
    for (const value of values) stream.expectExact(repeat(20, (i) => ({ id: i, value: i === 13 ? value : 1 })))
    stream.expectExact(
      repeat(100, (i) => ({ id: i, value: values[i % values.length] })),
      2,
    )
  })

  it('keep the order of properties, missing ones apart from undefined ones, and prototypes', () => {
    const forms = [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
      { a: 1, b: undefined },
      { a: 1 },
      { a: 1, b: 2, c: 3 },
      {},
      Object.assign(Object.create(null), { a: 1, b: 2 }),
    ]
    for (const form of forms)
      new Stream().expectExact(
        repeat(40, () => form),
        2,
      )
    new Stream().expectExact(
      repeat(200, (i) => forms[i % forms.length]),
      3,
    )
    const stream = new Stream()
    stream.expectExact(repeat(100, () => ({ a: 1, b: 2 })))
    stream.expectExact(repeat(100, (i) => (i === 57 ? { a: 1, b: 2, extra: 'kept' } : { a: 1, b: 2 })))
  })

  it('may have field names that mean something in program text', () => {
    const names = [
      '__proto__',
      'constructor',
      '"); throw 1; ("',
      "'",
      '\\',
      '\n',
      '\u2028',
      '${1}',
      '*/',
      '0',
      '-1',
      'prototype',
      'toString',
    ]
    const item = Object.fromEntries(names.map((name, i) => [name, i]))
    const proto = JSON.parse('{"__proto__": {"polluted": true}, "x": 1}') as unknown
    new Stream().expectExact(
      repeat(50, () => item),
      2,
    )
    new Stream().expectExact(
      repeat(50, () => proto),
      2,
    )
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  it('may be tuples, lists and arrays with holes', () => {
    const stream = new Stream()
    stream.expectExact(
      repeat(100, (i) => [`k${i % 10}`, i]),
      2,
    )
    stream.expectExact(
      repeat(100, (i) => repeat(i % 7, (j) => j * 0.5)),
      2,
    )
    const holes: unknown[] = [1, 2]
    holes.length = 4
    stream.expectExact(repeat(60, (i) => (i === 31 ? [undefined, undefined] : [`k${i}`, i])))
    stream.expectExact(repeat(60, (i) => (i === 31 ? holes : [1, 2, 3, 4])))
    // oxlint-disable-next-line no-sparse-arrays -- holes are what is tested
    stream.expectExact(repeat(60, (i) => (i === 31 ? [, 'x'] : [undefined, 'x'])))
    stream.expectExact(repeat(30, () => []))
  })

  it('may be strings that repeat, are long, or are outside Latin-1', () => {
    const stream = new Stream()
    stream.expectExact(repeat(500, (i) => `word${i % 20}`))
    expect(stream.bytes).toBeLessThan(500 * 4 + 400)
    stream.expectExact(repeat(100, (i) => `a line of text that is somewhat longer, number ${i}`))
    stream.expectExact(repeat(100, (i) => (i === 99 ? 'prix: 10 €' : `caf\u00e9 ${i}`)))
    stream.expectExact(repeat(100, (i) => (i === 99 ? `lone \ud83d ${'y'.repeat(60)}` : `text ${'x'.repeat(i)}`)))
    stream.expectExact(repeat(100, (i) => ['', 'a', `${'\u0000'.repeat(i)}`][i % 3]))
  })

  it('may be instances of registered classes, alone and nested', () => {
    const stream = new Stream()
    stream.expectExact(
      repeat(50, (i) => new Money(BigInt(i), 'EUR')),
      2,
    )
    stream.expectExact(
      repeat(50, (i) => ({ price: new Money(BigInt(i), 'EUR'), history: new Map([[i, new Money(1n, 'USD')]]) })),
      2,
    )
    stream.expectExact(
      repeat(50, (i) => (i % 2 === 0 ? i : new Money(BigInt(i), 'EUR'))),
      2,
    )
  })

  it('may be nested deeply, of one shape within itself', () => {
    const tree = (depth: number): unknown =>
      depth === 0 ? null : { value: depth, left: tree(depth - 1), right: depth % 2 === 0 ? null : tree(depth - 1) }
    const chain = (depth: number): unknown => (depth === 0 ? 'end' : { next: chain(depth - 1) })
    new Stream().expectExact(
      repeat(40, (i) => tree(i % 9)),
      3,
    )
    new Stream().expectExact(
      repeat(40, () => chain(300)),
      2,
    )
    new Stream().expectExact(
      repeat(40, (i) => [[[[i]]]]),
      2,
    )
  })

  it('may have a new shape each time', () => {
    const stream = new Stream()
    for (let round = 0; round < 30; round++) stream.expectExact(repeat(60, (i) => ({ [`field${round * 60 + i}`]: i })))
    stream.expectExact(
      repeat(40, () => Object.fromEntries(repeat(300, (i) => [`f${i}`, i]) as [string, unknown][])),
      2,
    )
    for (let round = 0; round < 700; round++) stream.expectExact(repeat(16, (i) => ({ a: i, [`g${round}`]: i })))
  })

  it('read getters once or more, but never loop on them', () => {
    let calls = 0
    const item = {
      id: 1,
      get odd() {
        return calls++ % 2 === 0 ? 'text' : 1
      },
    }
    expect(() => new Stream().carry(repeat(40, () => item))).not.toThrow()
  })
})

describe('what may not travel', () => {
  class Account {
    readonly id = 1
  }
  class Point extends Array<number> {}
  const hidden = Object.defineProperty({ a: 1 }, 'secret', { value: 1, enumerable: false })
  const match = /b/.exec('abc')
  const cyclic: { self?: unknown } = {}
  cyclic.self = cyclic

  it.each<readonly [string, unknown]>([
    ['a class', new Account()],
    ['a subclass of Array', new Point()],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a promise', Promise.resolve()],
    ['a symbol as key', { [Symbol('s')]: 1 }],
    ['a hidden property', hidden],
    ['an array with properties', match],
    ['a cycle', cyclic],
    ['a regular expression', /x/],
    ['an error', new Error('x')],
    ['an inherited prototype', Object.create({ a: 1 })],
    ['shared memory', new SharedArrayBuffer(8)],
  ])('%s is refused, alone, nested, and among others', (_name, value) => {
    const wrappers: readonly ((v: unknown) => unknown)[] = [
      (v) => v,
      (v) => ({ v }),
      (v) => [v],
      (v) => new Map([[1, v]]),
      (v) => ({ a: { b: [v] } }),
    ]
    for (const wrap of wrappers) {
      for (const items of [
        [wrap(value)],
        repeat(40, () => wrap(value)),
        repeat(40, (i) => (i === 0 ? wrap(value) : wrap(i))),
      ]) {
        expect(() => new Stream().carry(items)).toThrow(expect.objectContaining({ name: 'NotTransferable' }))
      }
    }
  })

  it('is found among items of a generated codec, too', () => {
    const stream = new Stream()
    stream.expectExact(repeat(100, (i) => ({ id: i })))
    expect(() => stream.carry(repeat(100, (i) => (i === 77 ? new Account() : { id: i })))).toThrow(/class 'Account'/)
    stream.expectExact(repeat(100, (i) => ({ id: i })))
  })
})
