import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyEquals, keyHash, mix, partitionOf } from './key-hash.ts'

const keys = fc.letrec((tie) => ({
  key: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.integer(),
    fc.double(),
    fc.string({ unit: 'binary' }),
    fc.boolean(),
    fc.bigInt(),
    fc.constantFrom(null, undefined, 0, -0, Number.NaN),
    fc.date({ noInvalidDate: false }),
    fc.array(tie('key'), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 3 }), tie('key'), { maxKeys: 4 }),
  ),
})).key

/** The same key by value: other objects, properties the other way round, zero with the other sign. */
function twin(key: unknown): unknown {
  if (key === 0) return -key
  if (key instanceof Date) return new Date(key.getTime())
  if (Array.isArray(key)) return key.map(twin)
  if (typeof key !== 'object' || key === null) return key
  return Object.fromEntries(
    Object.entries(key)
      .reverse()
      .map(([name, value]) => [name, twin(value)]),
  )
}

describe('keyHash', () => {
  it('is equal for keys that are equal by value', () => {
    fc.assert(
      fc.property(keys, (key) => {
        expect(keyEquals(key, twin(key))).toBe(true)
        expect(keyHash(twin(key))).toBe(keyHash(key))
      }),
    )
  })

  it('never changes: state and partitions of running clusters depend on it', () => {
    const golden: readonly (readonly [unknown, number])[] = [
      [0, 0],
      [1, 1364076727],
      [-1, -2114883783],
      [1.5, 1607219998],
      [Number.NaN, 2146959360],
      [2 ** 40, -900740660],
      ['', -1421968373],
      ['AAPL', -2021987334],
      ['Zürich €', 231429206],
      [true, 1291169091],
      [null, 461845907],
      [10n, -798239312],
      [-(10n ** 30n), 1221057307],
      [new Date(0), 680643730],
      [[1, 'a'], -65426252],
      [{ a: 1, b: [true] }, -570505017],
    ]
    expect(golden.map(([key]) => keyHash(key))).toEqual(golden.map(([, hash]) => hash))
  })

  it('refuses what has no value to compare', () => {
    class Account {}
    const cyclic: unknown[] = []
    cyclic.push(cyclic)
    for (const key of [Symbol('s'), () => 1, new Account(), new Map(), [new Account()], cyclic]) {
      expect(() => keyHash(key)).toThrow(expect.objectContaining({ code: 'ERR_KEY_TYPE' }))
    }
    expect(() => keyHash(new Account())).toThrow(/class 'Account'/)
  })

  it('spreads consecutive numbers and similar strings evenly over partitions', () => {
    for (const make of [
      (i: number) => i,
      (i: number) => `user-${i}`,
      (i: number) => i * 0.25,
      (i: number) => ['t', i],
      (i: number) => i * 1024,
    ]) {
      const counts = new Int32Array(271)
      for (let i = 0; i < 27_100; i++) counts[partitionOf(make(i))]!++
      // Expected 100 each; a fair throw stays within five standard deviations.
      expect(Math.min(...counts)).toBeGreaterThan(50)
      expect(Math.max(...counts)).toBeLessThan(150)
    }
  })

  it('mix is a bijection on a sample', () => {
    const seen = new Set<number>()
    for (let i = -5000; i < 5000; i++) seen.add(mix(i))
    expect(seen.size).toBe(10_000)
  })
})

describe('keyEquals', () => {
  it('is an equivalence that hashes respect', () => {
    fc.assert(
      fc.property(keys, keys, (a, b) => {
        expect(keyEquals(a, a)).toBe(true)
        expect(keyEquals(a, b)).toBe(keyEquals(b, a))
        if (keyEquals(a, b)) expect(keyHash(a)).toBe(keyHash(b))
      }),
    )
  })

  it('tells apart what only looks alike', () => {
    const different: readonly (readonly [unknown, unknown])[] = [
      [1, '1'],
      [1, 1n],
      [0, false],
      [null, undefined],
      [[], {}],
      [{ a: undefined }, {}],
      [{ a: undefined }, { b: undefined }],
      [
        [1, 2],
        [2, 1],
      ],
      [[1], [1, undefined]],
      [new Date(0), 0],
      [new Date(0), {}],
      [{}, new Date(0)],
      [{}, []],
      [new Date(0), new Date(1)],
    ]
    for (const [a, b] of different) expect(keyEquals(a, b), JSON.stringify([a === 1n, b === 1n])).toBe(false)
  })
})
