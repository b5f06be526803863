import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyEquals } from './key-hash.ts'
import { KeyMap, keyLookupText } from './key-map.ts'

/** What a KeyMap should be: a list that is searched by keyEquals. */
class NaiveKeyMap {
  entries: [unknown, number][] = []

  get(key: unknown): number {
    return this.entries.find(([other]) => keyEquals(key, other))?.[1] ?? -1
  }

  set(key: unknown, value: number): void {
    this.delete(key)
    this.entries.push([key, value])
  }

  delete(key: unknown): boolean {
    const before = this.entries.length
    this.entries = this.entries.filter(([other]) => !keyEquals(key, other))
    return this.entries.length < before
  }
}

// Few distinct keys of each sort, so that commands meet: neighbours, the borders of the dense array, collisions modulo
// powers of two.
const key = fc.oneof(
  fc.integer({ min: -3, max: 40 }),
  fc.constantFrom(255, 256, 257, 4096, 65_536, (1 << 20) - 1, 1 << 20, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 40),
  fc.integer({ min: 0, max: 30 }).map((i) => i * 64 - 1000),
  fc.constantFrom(0, -0, Number.NaN, 0.5, Infinity),
  fc.constantFrom('', 'a', 'b', '1'),
  fc.string({ unit: fc.constantFrom('a', '\0', 'é', '中'), maxLength: 10 }),
  fc.integer({ min: 0, max: 120 }).map((i) => `w${i}`),
  fc.constantFrom<unknown>(true, false, null, undefined, 1n),
  fc.integer({ min: 0, max: 5 }).map((i) => new Date(i)),
  fc.integer({ min: 0, max: 40 }).map((i) => ['t', i]),
  fc.integer({ min: 0, max: 5 }).map((i) => ({ a: i, b: 'x' })),
)
const command = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('set' as const), key, fc.nat(1000)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('delete' as const), key, fc.constant(0)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('get' as const), key, fc.constant(0)) },
)

describe('KeyMap', () => {
  it('behaves as a list searched by value', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 150 }), (commands) => {
        const map = new KeyMap()
        const naive = new NaiveKeyMap()
        for (const [name, k, value] of commands) {
          if (name === 'set') {
            map.set(k, value)
            naive.set(k, value)
          } else if (name === 'delete') {
            expect(map.delete(k)).toBe(naive.delete(k))
          }
          expect(map.get(k)).toBe(naive.get(k))
          expect(map.size).toBe(naive.entries.length)
        }
        for (const [k, value] of naive.entries) expect(map.get(k)).toBe(value)
      }),
    )
  })

  it('keeps many integers of every magnitude, through growth and deletion', () => {
    const map = new KeyMap()
    const keyOf = (i: number): number => [i, -i - 1, i * 1_000_003, i + 0.5][i % 4]!
    for (let i = 0; i < 40_000; i++) map.set(keyOf(i), i)
    expect(map.size).toBe(40_000)
    for (let i = 0; i < 40_000; i += 3) expect(map.delete(keyOf(i))).toBe(true)
    for (let i = 0; i < 40_000; i++) expect(map.get(keyOf(i))).toBe(i % 3 === 0 ? -1 : i)
  })

  it('is empty after clear and can be filled again', () => {
    const map = new KeyMap()
    const all = [1, 1 << 25, 'a', [1], 2.5]
    for (const k of all) map.set(k, 7)
    map.clear()
    expect(map.size).toBe(0)
    for (const k of all) expect(map.get(k)).toBe(-1)
    for (const k of all) map.set(k, 8)
    expect(map.size).toBe(all.length)
  })

  it('refuses keys that have no value to compare', () => {
    class Account {}
    for (const k of [Symbol('s'), () => 1, new Account()]) {
      expect(() => new KeyMap().set(k, 0)).toThrow(expect.objectContaining({ code: 'ERR_KEY_TYPE' }))
    }
  })
})

describe('keyLookupText', () => {
  it('finds what get finds', () => {
    const text = keyLookupText({ map: 'map', dense: 'map.dense', key: 'key', value: 'value' })
    const lookup = new Function('map', 'key', `let value; ${text} return value`) as (
      map: KeyMap,
      key: unknown,
    ) => number
    fc.assert(
      fc.property(fc.array(key), fc.array(key), (added, asked) => {
        const map = new KeyMap()
        added.forEach((k, i) => map.set(k, i))
        for (const k of [...added, ...asked, 0, -0, null, undefined]) expect(lookup(map, k)).toBe(map.get(k))
      }),
    )
  })
})
