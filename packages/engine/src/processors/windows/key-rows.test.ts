import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyRows } from './key-rows.ts'

/** Adds a frame with these keys; answers its rows. */
function frame(keys: KeyRows, members: readonly string[]): Int32Array {
  return Int32Array.from(members, (key) => {
    const known = keys.map.get(key)
    const row = known < 0 ? keys.create(key) : known
    keys.frameCounts[row]!++
    return row
  })
}

function release(keys: KeyRows, rows: Int32Array): void {
  keys.releaseFrame(rows, rows.length)
}

describe('KeyRows', () => {
  it('keeps the row of a key that is in the next frame too', () => {
    const keys = new KeyRows()
    const first = frame(keys, ['a', 'b'])
    release(keys, first)
    const second = frame(keys, ['b', 'a'])
    expect([...second]).toEqual([first[1], first[0]])
    release(keys, second)
    expect(keys.generations.slice(0, 2)).toEqual(new Int32Array(2))
  })

  it('frees the row of a key that is not, and voids what others remember of it', () => {
    const keys = new KeyRows()
    const first = frame(keys, ['a'])
    keys.codes[first[0]!] = 7
    release(keys, first)
    release(keys, frame(keys, ['b']))
    expect([keys.map.get('a'), keys.keys[first[0]!], keys.codes[first[0]!], keys.generations[first[0]!]]).toEqual([
      -1,
      undefined,
      -1,
      1,
    ])
    expect(frame(keys, ['c'])[0]).toBe(first[0])
  })

  it('needs memory for the keys of the frames at hand, not for all that there ever were', () => {
    const keys = new KeyRows()
    for (let f = 0; f < 500; f++)
      release(
        keys,
        frame(
          keys,
          Array.from({ length: 30 }, (_, i) => `${f}-${i}`),
        ),
      )
    expect(keys.size).toBe(30)
    expect(keys.capacity).toBe(64)
  })

  it('gives no row to two keys that frames hold', () => {
    const members = fc.uniqueArray(fc.constantFrom(...'abcdefghij'), { maxLength: 6 })
    fc.assert(
      fc.property(fc.array(members, { maxLength: 40 }), fc.integer({ min: 1, max: 4 }), (frames, length) => {
        const keys = new KeyRows()
        const held: { readonly rows: Int32Array; readonly members: readonly string[] }[] = []
        for (const members of frames) {
          held.push({ rows: frame(keys, members), members })
          if (held.length > length) release(keys, held.shift()!.rows)
          for (const one of held) expect(Array.from(one.rows, (row) => keys.keys[row])).toEqual(one.members)
        }
      }),
    )
  })

  it('stays as it was when a key is of a type that keys cannot have', () => {
    const keys = new KeyRows()
    release(keys, frame(keys, ['a']))
    expect(() => keys.create(() => {})).toThrow(expect.objectContaining({ code: 'ERR_KEY_TYPE' }))
    expect(keys.create('b')).toBe(1)
  })
})
