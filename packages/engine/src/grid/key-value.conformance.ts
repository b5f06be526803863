import { describe, expect, it } from 'vitest'
import { bytesOf, collect, type GridUnderTest, rejects, textOf } from './grid-under-test.conformance.ts'
import type { KeyValue, KeyValueChange, KeyValueEntry, Revision } from './key-value.ts'

/** The part of the suite about keys. */
export function keyValueConformance(underTest: () => GridUnderTest): void {
  describe('keys', () => {
    writes(underTest)
    races(underTest)
    unknownOutcomes(underTest)
    lists(underTest)
    watches(underTest)
  })
}

function writes(underTest: () => GridUnderTest): void {
  it('are created once, updated at their revision, deleted', async () => {
    const kv = underTest().grid.kv('b')
    expect(await kv.get('k')).toBeNull()
    const first = await kv.create('k', bytesOf('one'))
    expect(await kv.get('k')).toEqual({ key: 'k', value: expect.toSatisfy(is('one')), revision: first })
    await rejects(kv.create('k', bytesOf('two')), 'ERR_GRID_CONFLICT')
    const second = await kv.update('k', bytesOf('two'), first)
    expect(second).toBeGreaterThan(first)
    await rejects(kv.update('k', bytesOf('three'), first), 'ERR_GRID_CONFLICT')
    await rejects(kv.update('none', bytesOf('x'), first), 'ERR_GRID_CONFLICT')
    await rejects(kv.delete('k', first), 'ERR_GRID_CONFLICT')
    expect(await kv.get('k')).toMatchObject({ value: expect.toSatisfy(is('two')), revision: second })
    await kv.delete('k', second)
    expect(await kv.get('k')).toBeNull()
    await kv.delete('k')
    await rejects(kv.delete('k', second), 'ERR_GRID_CONFLICT')
  })

  it('have revisions that grow over deletes too', async () => {
    const kv = underTest().grid.kv('b')
    const first = await kv.put('k', bytesOf('1'))
    await kv.delete('k')
    const second = await kv.create('k', bytesOf('2'))
    expect(second).toBeGreaterThan(first)
    const third = await kv.put('k', bytesOf('2'))
    expect(third).toBeGreaterThan(second)
    await rejects(kv.update('k', bytesOf('4'), first), 'ERR_GRID_CONFLICT')
  })

  it('of two buckets have nothing to do with each other', async () => {
    const { grid } = underTest()
    await grid.kv('a').put('k', bytesOf('a'))
    await grid.kv('b').create('k', bytesOf('b'))
    await grid.kv('b').delete('k')
    expect(textOf((await grid.kv('a').get('k'))!.value)).toBe('a')
    expect(await collect(grid.kv('b').list(''))).toEqual([])
  })

  it('may be any text and hold any bytes', async () => {
    const { grid } = underTest()
    const kv = grid.kv('jobs / ü')
    const keys = ['a/b', 'a b', '%', "'", '"; --', '\u{1F6E9}\u{FE0F}', '\uFFFF', '../..', '\n\t', 'A', 'a']
    const values = [new Uint8Array(), Uint8Array.of(0, 255, 0), new Uint8Array(grid.info.valueBytesMax).fill(7)]
    for (const [i, key] of keys.entries()) await kv.create(key, values[i % values.length]!)
    for (const [i, key] of keys.entries()) {
      const entry = await kv.get(key)
      expect(entry?.key).toBe(key)
      expect(Buffer.compare(entry!.value, values[i % values.length]!)).toBe(0)
    }
  })

  it('keep what they were given, whatever becomes of the arrays', async () => {
    const kv = underTest().grid.kv('b')
    const value = bytesOf('-abc-').subarray(1, 4)
    await kv.put('k', value)
    value.fill(0)
    const read = (await kv.get('k'))!.value
    expect(textOf(read)).toBe('abc')
    read.fill(0)
    expect(textOf((await kv.get('k'))!.value)).toBe('abc')
  })
}

function races(underTest: () => GridUnderTest): void {
  it('have one winner of each revision, and lose no other', async () => {
    const kv = underTest().grid.kv('b')
    await kv.create('counter', bytesOf('0'))
    const increments = Array.from({ length: 8 }, async () => {
      let won = 0
      for (let i = 0; i < 25; i++) {
        const entry = (await kv.get('counter'))!
        try {
          await kv.update('counter', bytesOf(String(Number(textOf(entry.value)) + 1)), entry.revision)
          won++
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_GRID_CONFLICT' })
        }
      }
      return won
    })
    const won = (await Promise.all(increments)).reduce((sum, count) => sum + count, 0)
    expect(won).toBeGreaterThan(0)
    expect(textOf((await kv.get('counter'))!.value)).toBe(String(won))
  })

  it('are created and deleted by one of those who want to', async () => {
    const kv = underTest().grid.kv('b')
    const contenders = Array.from({ length: 10 }, (_, i) => i)
    const created = await Promise.allSettled(contenders.map((i) => kv.create('k', bytesOf(String(i)))))
    const winners = created.flatMap((result, i) => (result.status === 'fulfilled' ? [i] : []))
    expect(winners).toHaveLength(1)
    const entry = (await kv.get('k'))!
    expect(textOf(entry.value)).toBe(String(winners[0]))
    const deleted = await Promise.allSettled(contenders.map(() => kv.delete('k', entry.revision)))
    expect(deleted.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('write in the order in which they were called', async () => {
    const kv = underTest().grid.kv('b')
    const revisions = await Promise.all(Array.from({ length: 1200 }, (_, i) => kv.put('k', bytesOf(String(i)))))
    expect(revisions).toEqual(revisions.toSorted((a, b) => Number(a - b)))
    expect(new Set(revisions).size).toBe(1200)
    expect(textOf((await kv.get('k'))!.value)).toBe('1199')
  })
}

function unknownOutcomes(underTest: () => GridUnderTest): void {
  /** What {@link KeyValue} tells to do about an update whose outcome is unknown. */
  async function resolve(kv: KeyValue, value: string, expected: Revision): Promise<'done' | 'overtaken'> {
    const entry = await kv.get('head')
    if (entry !== null && textOf(entry.value) === value) return 'done'
    try {
      await kv.update('head', bytesOf(value), expected)
      return 'done'
    } catch (error) {
      expect(error).toMatchObject({ code: 'ERR_GRID_CONFLICT' })
      return 'overtaken'
    }
  }

  it.each([true, false])('can be settled when the outcome of an update is unknown (done: %s)', async (isDone) => {
    const under = underTest()
    const expected = await under.grid.kv('b').create('head', bytesOf('old'))
    const grid = await under.makeIndeterminate(
      (grid) => rejects(grid.kv('b').update('head', bytesOf('mine'), expected), 'ERR_GRID_INDETERMINATE'),
      isDone,
    )
    expect(await resolve(grid.kv('b'), 'mine', expected)).toBe('done')
    expect(textOf((await grid.kv('b').get('head'))!.value)).toBe('mine')
    await rejects(grid.kv('b').update('head', bytesOf('late'), expected), 'ERR_GRID_CONFLICT')
  })

  it('tell when somebody else was first', async () => {
    const under = underTest()
    const expected = await under.grid.kv('b').create('head', bytesOf('old'))
    const grid = await under.makeIndeterminate(
      (grid) => rejects(grid.kv('b').update('head', bytesOf('mine'), expected), 'ERR_GRID_INDETERMINATE'),
      false,
    )
    await grid.kv('b').update('head', bytesOf('theirs'), expected)
    expect(await resolve(grid.kv('b'), 'mine', expected)).toBe('overtaken')
    expect(textOf((await grid.kv('b').get('head'))!.value)).toBe('theirs')
  })
}

function lists(underTest: () => GridUnderTest): void {
  it('are listed by prefix, in the order of their bytes, as many as there are', async () => {
    const kv = underTest().grid.kv('b')
    const many = Array.from({ length: 1234 }, (_, i) => `many/${String(i).padStart(4, '0')}`)
    const few = ['few/\uFFFF', 'few/\u{10FFFF}', 'few/', 'few', 'few0', 'Few/1']
    await Promise.all([...many, ...few].map((key) => kv.put(key, bytesOf(key))))
    const keysOf = async (prefix: string): Promise<string[]> =>
      (await collect(kv.list(prefix))).map((entry: KeyValueEntry) => {
        expect(textOf(entry.value)).toBe(entry.key)
        return entry.key
      })
    expect(await keysOf('many/')).toEqual(many)
    expect(await keysOf('few/')).toEqual(['few/', 'few/\uFFFF', 'few/\u{10FFFF}'])
    expect(await keysOf('few/\u{10FFFF}')).toEqual(['few/\u{10FFFF}'])
    expect(await keysOf('none')).toEqual([])
    expect(await keysOf('')).toHaveLength(many.length + few.length)
  })

  it('may be left in the middle of a list, and changed under it', async () => {
    const kv = underTest().grid.kv('b')
    await Promise.all(Array.from({ length: 700 }, (_, i) => kv.put(String(i).padStart(3, '0'), bytesOf('v'))))
    const seen: string[] = []
    for await (const { key } of kv.list('')) {
      seen.push(key)
      if (seen.length === 3) await kv.delete('699')
      if (seen.length === 600) break
    }
    expect(seen).toHaveLength(600)
    expect(await collect(kv.list(''))).toHaveLength(699)
  })
}

function watches(underTest: () => GridUnderTest): void {
  /** What a watch says, one by one. */
  const nextOf = async (changes: AsyncIterator<KeyValueChange>): Promise<string> => {
    const { value, done } = await changes.next()
    if (done === true) return 'end'
    return value.type === 'put'
      ? `${value.key}=${textOf(value.value)}`
      : value.type === 'delete'
        ? `-${value.key}`
        : '?'
  }

  it('are watched by prefix, from a resync on', async () => {
    const kv = underTest().grid.kv('b')
    const abort = new AbortController()
    await kv.put('w/before', bytesOf('0'))
    const changes = kv.watch('w/', { signal: abort.signal })[Symbol.asyncIterator]()
    expect(await nextOf(changes)).toBe('?')
    const first = await kv.put('w/1', bytesOf('a'))
    await kv.put('other', bytesOf('b'))
    await kv.update('w/1', bytesOf('c'), first)
    await rejects(kv.create('w/1', bytesOf('d')), 'ERR_GRID_CONFLICT')
    await kv.delete('w/1')
    await kv.delete('w/none')
    await kv.create('w/1', bytesOf('e'))
    expect([await nextOf(changes), await nextOf(changes), await nextOf(changes), await nextOf(changes)]).toEqual([
      'w/1=a',
      'w/1=c',
      '-w/1',
      'w/1=e',
    ])
    const waiting = nextOf(changes)
    abort.abort()
    expect(await waiting).toBe('end')
  })

  it('tell a watcher that fell behind to list anew', async () => {
    const kv = underTest().grid.kv('b')
    const abort = new AbortController()
    const changes = kv.watch('', { signal: abort.signal })[Symbol.asyncIterator]()
    expect(await nextOf(changes)).toBe('?')
    await Promise.all(Array.from({ length: 5000 }, (_, i) => kv.put('k', bytesOf(String(i)))))
    await kv.put('k', bytesOf('last'))
    let changesSeen = 0
    while ((await nextOf(changes)) !== '?') changesSeen++
    expect(changesSeen).toBeLessThan(5000)
    expect(textOf((await kv.get('k'))!.value)).toBe('last')
    await kv.put('k', bytesOf('news'))
    while ((await nextOf(changes)) !== 'k=news');
    abort.abort()
    expect(await nextOf(changes)).toBe('end')
  })

  it('are watched until the grid is closed', async () => {
    const { grid } = underTest()
    const changes = grid.kv('b').watch('', { signal: new AbortController().signal })[Symbol.asyncIterator]()
    expect(await nextOf(changes)).toBe('?')
    const waiting = nextOf(changes)
    await grid.close()
    expect(await waiting).toBe('end')
  })
}

function is(text: string): (bytes: Uint8Array) => boolean {
  return (bytes) => textOf(bytes) === text
}
