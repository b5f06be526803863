import { describe, expect, it } from 'vitest'
import { bytesOf, collect, type GridUnderTest, rejects, textOf } from './grid-under-test.conformance.ts'
import type { Journal, JournalRecord } from './journal.ts'

/** The part of the suite about journals. */
export function journalConformance(underTest: () => GridUnderTest): void {
  describe('journals', () => {
    order(underTest)
    fences(underTest)
    trimming(underTest)
    following(underTest)
  })
}

const numbered = (count: number, from = 0): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => bytesOf(String(from + i)))

async function readAll(journal: Journal, from = 0n): Promise<JournalRecord[]> {
  return collect(journal.read(from, { follow: false, signal: new AbortController().signal }))
}

async function textsOf(journal: Journal, from = 0n): Promise<string[]> {
  return (await readAll(journal, from)).map(({ payload }) => textOf(payload))
}

function order(underTest: () => GridUnderTest): void {
  it('begin empty', async () => {
    const journal = underTest().grid.journal('j')
    expect(await journal.bounds()).toEqual({ first: 1n, last: 0n })
    expect(await readAll(journal)).toEqual([])
    expect(await readAll(journal, 1n)).toEqual([])
    expect(await readAll(journal, 99n)).toEqual([])
  })

  it('keep records in the order of their appends, under growing offsets', async () => {
    const journal = underTest().grid.journal('j')
    const first = await journal.append(numbered(3))
    const second = await journal.append(numbered(2, 3))
    expect(first.last).toBeLessThan(second.first)
    expect(await textsOf(journal)).toEqual(['0', '1', '2', '3', '4'])
    const records = await readAll(journal)
    expect(records.map(({ offset }) => offset)).toEqual(
      records.map(({ offset }) => offset).toSorted((a, b) => Number(a - b)),
    )
    expect(records[0]!.offset).toBe(first.first)
    expect(records[4]!.offset).toBe(second.last)
    expect(await textsOf(journal, second.first)).toEqual(['3', '4'])
    expect(await journal.bounds()).toEqual({ first: first.first, last: second.last })
    expect(await underTest().grid.journal('k').bounds()).toEqual({ first: 1n, last: 0n })
  })

  it('keep the records of one append together when several append at once', async () => {
    const journal = underTest().grid.journal('j')
    const appends = await Promise.all(
      Array.from({ length: 20 }, (_, writer) =>
        journal.append(Array.from({ length: 60 }, (_, i) => bytesOf(`${writer}:${i}`))),
      ),
    )
    const records = await readAll(journal)
    expect(records).toHaveLength(1200)
    for (const [writer, { first, last }] of appends.entries()) {
      const own = records.filter(({ offset }) => offset >= first && offset <= last)
      expect(own.map(({ payload }) => textOf(payload))).toEqual(Array.from({ length: 60 }, (_, i) => `${writer}:${i}`))
    }
  })

  it('take many records at once, large and empty ones', async () => {
    const { grid } = underTest()
    const journal = grid.journal('j')
    await journal.append(numbered(2500))
    await journal.append([new Uint8Array(), new Uint8Array(grid.info.valueBytesMax).fill(5)])
    const records = await readAll(journal)
    expect(records).toHaveLength(2502)
    expect(textOf(records[1777]!.payload)).toBe('1777')
    expect(records[2500]!.payload).toHaveLength(0)
    expect(records[2501]!.payload.every((byte) => byte === 5)).toBe(true)
  })
}

function fences(underTest: () => GridUnderTest): void {
  it('append only at the last offset that a writer expects', async () => {
    const journal = underTest().grid.journal('j')
    const first = await journal.append([bytesOf('a')], { expectedLast: 0n })
    await rejects(journal.append([bytesOf('b')], { expectedLast: 0n }), 'ERR_GRID_CONFLICT')
    await rejects(journal.append([], { expectedLast: 0n }), 'ERR_GRID_CONFLICT')
    await journal.append([], { expectedLast: first.last })
    await journal.append([bytesOf('c')], { expectedLast: first.last })
    expect(await textsOf(journal)).toEqual(['a', 'c'])
  })

  it('let one of several writers go on', async () => {
    const journal = underTest().grid.journal('j')
    const { last } = await journal.append(numbered(5))
    const appends = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) => journal.append([bytesOf(`w${i}`)], { expectedLast: last })),
    )
    expect(appends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await readAll(journal)).toHaveLength(6)
  })

  it.each([true, false])('are settled by the fence when the outcome is unknown (done: %s)', async (isDone) => {
    const under = underTest()
    const { last } = await under.grid.journal('j').append(numbered(2))
    const append = (journal: Journal): Promise<unknown> => journal.append([bytesOf('x')], { expectedLast: last })
    const grid = await under.makeIndeterminate(
      (grid) => rejects(append(grid.journal('j')), 'ERR_GRID_INDETERMINATE'),
      isDone,
    )
    await append(grid.journal('j')).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'ERR_GRID_CONFLICT' })
    })
    expect(await textsOf(grid.journal('j'))).toEqual(['0', '1', 'x'])
  })
}

function trimming(underTest: () => GridUnderTest): void {
  it('lose what lies before an offset, and say so', async () => {
    const journal = underTest().grid.journal('j')
    await journal.append(numbered(1300))
    const records = await readAll(journal)
    const before = records[1100]!.offset
    await journal.trim(before)
    await journal.trim(before)
    await journal.trim(records[3]!.offset)
    expect(await journal.bounds()).toEqual({ first: before, last: records[1299]!.offset })
    expect((await textsOf(journal))[0]).toBe('1100')
    expect(await readAll(journal, before)).toHaveLength(200)
    await rejects(readAll(journal, records[1099]!.offset), 'ERR_GRID_TRIMMED')
    await rejects(readAll(journal, 1n), 'ERR_GRID_TRIMMED')
  })

  it('go on with their offsets when all is trimmed', async () => {
    const under = underTest()
    const journal = under.grid.journal('j')
    const { last } = await journal.append(numbered(4))
    await journal.trim(last + 1000n)
    expect(await journal.bounds()).toEqual({ first: last + 1n, last })
    const again = (await under.reopen()).journal('j')
    expect(await again.bounds()).toEqual({ first: last + 1n, last })
    const next = await again.append([bytesOf('new')], { expectedLast: last })
    expect(next.first).toBeGreaterThan(last)
    expect(await textsOf(again)).toEqual(['new'])
  })

  it('tell a reader that was overtaken', async () => {
    const journal = underTest().grid.journal('j')
    const { last } = await journal.append(numbered(3000))
    const reader = journal.read(0n, { follow: false, signal: new AbortController().signal })[Symbol.asyncIterator]()
    expect((await reader.next()).value).toMatchObject({ offset: 1n })
    await journal.trim(last)
    const rest = async (): Promise<void> => {
      while ((await reader.next()).done !== true);
    }
    await rejects(rest(), 'ERR_GRID_TRIMMED')
  })
}

function following(underTest: () => GridUnderTest): void {
  it('are followed until the reader has enough', async () => {
    const journal = underTest().grid.journal('j')
    await journal.append(numbered(2))
    const abort = new AbortController()
    const reader = journal.read(0n, { follow: true, signal: abort.signal })[Symbol.asyncIterator]()
    const next = async (): Promise<string> => {
      const { value, done } = await reader.next()
      return done === true ? 'end' : textOf(value.payload)
    }
    expect([await next(), await next()]).toEqual(['0', '1'])
    const third = next()
    await journal.append(numbered(2, 2))
    expect([await third, await next()]).toEqual(['2', '3'])
    const waiting = next()
    abort.abort()
    expect(await waiting).toBe('end')
    expect(await next()).toBe('end')
  })

  it('are followed from an offset that is yet to come, and until the grid is closed', async () => {
    const { grid } = underTest()
    const journal = grid.journal('j')
    const signal = new AbortController().signal
    const reader = journal.read(3n, { follow: true, signal })[Symbol.asyncIterator]()
    const first = reader.next()
    await journal.append(numbered(5, 1))
    expect((await first).value).toMatchObject({ offset: 3n })
    await reader.next()
    await reader.next()
    const waiting = reader.next()
    await grid.close()
    expect((await waiting).done).toBe(true)
  })

  it('give a reader that has been told to stop nothing more', async () => {
    const journal = underTest().grid.journal('j')
    await journal.append(numbered(3))
    const abort = new AbortController()
    abort.abort()
    expect(await collect(journal.read(0n, { follow: true, signal: abort.signal }))).toEqual([])
  })
}
