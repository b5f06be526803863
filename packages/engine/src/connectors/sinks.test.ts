import { describe, expect, it } from 'vitest'
import { Batch } from '../core/batch.ts'
import { Inbox } from '../core/inbox.ts'
import { fakePlatform } from '../platform/fake/fake-platform.ts'
import { rig, runSink } from '../testing/connector-rig.ts'
import { SinkBuilder } from './sink-builder.ts'
import { Sinks } from './sinks.ts'
import { tableText } from './table-text.ts'

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i)
}

function inboxOf(items: readonly unknown[], timestamps: readonly number[] | null = null): Inbox {
  const inbox = new Inbox(new Batch({ kind: 'items', timed: timestamps !== null }, items.length))
  inbox.batch.items = [...items]
  inbox.batch.count = items.length
  if (timestamps !== null) inbox.batch.timestamps!.set(timestamps)
  return inbox
}

describe('SinkBuilder', () => {
  it('gives items in order with their timestamps, flushes behind each run, destroys once', async () => {
    const calls: unknown[] = []
    const sink = SinkBuilder.sink('recorder', (context) => ({ index: context.globalProcessorIndex }))
      .receive<string>(({ index }, item, timestamp) => void calls.push([index, item, timestamp]))
      .flush(() => void calls.push('flush'))
      .destroy(() => void calls.push('destroy'))
      .build()
    const { processor } = await rig(sink.metaSupplier, { localProcessorIndex: 3 })
    const inbox = inboxOf(['a', 'b'], [10, 20])
    processor.process(0, inbox)
    expect(inbox.isEmpty()).toBe(true)
    expect(processor.complete()).toBe(true)
    await processor.close(undefined)
    await processor.close(undefined)
    expect(calls).toEqual([[3, 'a', 10], [3, 'b', 20], 'flush', 'destroy'])
  })

  it('awaits promises of receive and flush one at a time, taking nothing meanwhile', async () => {
    const calls: string[] = []
    const waiting: (() => void)[] = []
    const pause = (): Promise<void> => new Promise((resolve) => waiting.push(resolve))
    const sink = SinkBuilder.sink('slow', async () => calls)
      .receive<string>(async (log, item) => {
        log.push(`${item} in`)
        await pause()
        log.push(`${item} out`)
      })
      .flush(async (log) => {
        log.push('flush in')
        await pause()
        log.push('flush out')
      })
      .build()
    const { processor } = await rig(sink.metaSupplier)
    const inbox = inboxOf(['a', 'b'])
    const step = async (): Promise<void> => {
      if (processor.tryProcess() && !inbox.isEmpty()) processor.process(0, inbox)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await step()
    await step()
    expect(calls).toEqual(['a in'])
    expect(processor.tryProcess()).toBe(false)
    expect(processor.saveToSnapshot()).toBe(false)
    waiting.shift()!()
    await step()
    await step()
    expect(calls).toEqual(['a in', 'a out', 'b in'])
    expect(inbox.isEmpty()).toBe(true)
    expect(processor.complete()).toBe(false)
    waiting.shift()!()
    await step()
    expect(processor.complete()).toBe(false)
    expect(calls.at(-1)).toBe('flush in')
    expect(processor.complete()).toBe(false)
    waiting.shift()!()
    await step()
    expect(processor.complete()).toBe(true)
    expect(calls.slice(3)).toEqual(['b out', 'flush in', 'flush out'])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('full')
      },
    ],
    ['rejects', () => Promise.reject(new Error('full'))],
  ])('names vertex and item when receive %s', async (_how, receive) => {
    const sink = SinkBuilder.sink('disk', () => null)
      .receive<number>(receive)
      .build()
    await expect(runSink(sink.metaSupplier, [41, 42], { vertexName: 'disk' })).rejects.toThrow(
      /'disk' threw Error: full, at item 41/,
    )
  })

  it('names vertex when flush or create fail', async () => {
    const flush = SinkBuilder.sink('disk', () => null)
      .receive<number>(() => {})
      .flush(() => {
        throw new Error('full')
      })
      .build()
    await expect(runSink(flush.metaSupplier, [1], { vertexName: 'disk' })).rejects.toThrow(
      "the flush function of 'disk' threw Error: full",
    )
    const create = SinkBuilder.sink('disk', () => Promise.reject(new Error('none')))
      .receive<number>(() => {})
      .build()
    await expect(runSink(create.metaSupplier, [1], { vertexName: 'disk' })).rejects.toThrow(
      "the create function of 'disk' threw Error: none",
    )
  })

  it('gives the thread back when its items take long', async () => {
    const platform = fakePlatform()
    const sink = SinkBuilder.sink('slow', () => null)
      .receive<number>(() => platform.clock.advance(0.1))
      .build()
    const { processor } = await rig(sink.metaSupplier, { platform })
    const inbox = inboxOf(range(1000))
    processor.process(0, inbox)
    expect(inbox.position).toBe(128)
  })
})

describe('Sinks', () => {
  it('collector: keeps all items in one array of one processor', async () => {
    const items: number[] = []
    const sink = Sinks.collector(items)
    await runSink(sink.metaSupplier, range(1000))
    expect(items).toEqual(range(1000))
    expect(sink.metaSupplier.forceTotalParallelism).toBe(1)
    expect(sink.fusedWith?.([]).forceTotalParallelism).toBe(1)
  })

  it('logger: writes items as text', async () => {
    const platform = fakePlatform()
    await runSink(Sinks.logger().metaSupplier, ['plain', { a: 1, b: 2n }], { platform })
    await runSink(Sinks.logger<number>((item) => `<${item}>`).metaSupplier, [7], { platform })
    expect(platform.logger.messages('info')).toEqual(['plain', '{"a":1,"b":"2n"}', '<7>'])
  })

  it('noop: takes everything', async () => {
    const { processor } = await rig(Sinks.noop().metaSupplier)
    const inbox = inboxOf(range(3))
    processor.process(0, inbox)
    expect(inbox.isEmpty()).toBe(true)
  })
})

describe('Sinks.files', () => {
  it('writes lines, one file for each processor', async () => {
    const platform = fakePlatform()
    const sink = Sinks.files<string>({ directory: '/out/deep/' })
    await runSink(sink.metaSupplier, ['a', 'é'], { platform, localProcessorIndex: 0 })
    await runSink(sink.metaSupplier, range(1500).map(String), { platform, localProcessorIndex: 1 })
    expect(platform.files.text('/out/deep/part-0.txt')).toBe('a\né\n')
    expect(platform.files.text('/out/deep/part-1.txt')).toBe(`${range(1500).join('\n')}\n`)
  })

  it('writes JSON lines, and CSV that reads back', async () => {
    const platform = fakePlatform()
    const items = [
      { name: 'a,b', note: 'say "hi"\n', n: 1 },
      { name: '', note: null, n: 2.5 },
    ]
    await runSink(Sinks.files({ directory: '/out', format: 'json', name: 'rows' }).metaSupplier, items, { platform })
    expect(platform.files.text('/out/rows-0.json')).toBe(
      '{"name":"a,b","note":"say \\"hi\\"\\n","n":1}\n{"name":"","note":null,"n":2.5}\n',
    )
    await runSink(Sinks.files({ directory: '/out', format: 'csv', extension: '.dat' }).metaSupplier, items, {
      platform,
    })
    expect(platform.files.text('/out/part-0.dat')).toBe('name,note,n\n"a,b","say ""hi""\n",1\n,,2.5\n')
    await runSink(Sinks.files({ directory: '/out', format: 'csv', columns: ['n', 'x'] }).metaSupplier, items, {
      platform,
    })
    expect(platform.files.text('/out/part-0.csv')).toBe('n,x\n1,\n2.5,\n')
  })

  it('empties files that are there, or appends without a second heading', async () => {
    const platform = fakePlatform()
    for (const [append, expected] of [
      [false, 'a\n1\n'],
      [true, 'a\n1\n1\n'],
      [false, 'a\n1\n'],
    ] as const) {
      await runSink(Sinks.files({ directory: '/out', format: 'csv', append }).metaSupplier, [{ a: 1 }], { platform })
      expect(platform.files.text('/out/part-0.csv')).toBe(expected)
    }
  })

  it('names the file that cannot be written, and the item that has no form', async () => {
    const platform = fakePlatform()
    platform.files.write('/out', 'a file')
    await expect(runSink(Sinks.files({ directory: '/out' }).metaSupplier, ['x'], { platform })).rejects.toMatchObject({
      code: 'ERR_FILE',
      message: "cannot write '/out/part-0.txt': EEXIST: mkdir '/out'",
    })
    await expect(
      runSink(Sinks.files({ directory: '/o', format: 'json' }).metaSupplier, [() => 1], { platform }),
    ).rejects.toThrow('a function has no form in JSON')
    await expect(
      runSink(Sinks.files({ directory: '/o', format: 'csv' }).metaSupplier, [5], { platform }),
    ).rejects.toThrow('not of a number')
    expect(() => Sinks.files({ directory: '/o', name: 'a/b' })).toThrow(
      expect.objectContaining({ code: 'ERR_FILE_NAME' }),
    )
  })
})

describe('Sinks.table', () => {
  const show = async (
    options: Parameters<typeof Sinks.table<never>>[0],
    items: readonly unknown[],
  ): Promise<string> => {
    const platform = fakePlatform()
    await runSink(Sinks.table(options).metaSupplier, items, { platform })
    return platform.output.text
  }

  it('shows the first rows by order, aligned, and says how many there are', async () => {
    const entries = range(1000).map((i) => ({ key: `word${i}`, value: (i * 7919) % 1009 }))
    const top = entries.toSorted((a, b) => b.value - a.value).slice(0, 3)
    const text = await show(
      { sort: (a: { value: number }, b: { value: number }) => b.value - a.value, limit: 3 },
      entries,
    )
    expect(text).toBe(
      `key      value\n${'─'.repeat(7)}  ${'─'.repeat(5)}\n${top.map(({ key, value }) => `${key.padEnd(7)}  ${String(value).padStart(5)}`).join('\n')}\n3 of 1000 rows\n`,
    )
  })

  it('keeps the order of arrival without a sort, and shows plain values', async () => {
    expect(await show({ limit: 2, title: 'First' }, ['b', 'a', 'c'])).toBe('First\nvalue\n─────\nb\na\n2 of 3 rows\n')
  })

  it('shows the columns asked for', async () => {
    const columns = { word: (e: { k: string }) => e.k, twice: (e: { k: string }) => e.k + e.k }
    expect(await show({ columns }, [{ k: 'x' }])).toBe('word  twice\n────  ─────\nx     xx\n')
  })

  it('says when there is nothing', async () => {
    expect(await show({}, [])).toBe('(no rows)\n')
  })

  it('names the column whose function throws, and refuses limits that make no sense', async () => {
    await expect(
      show(
        {
          columns: {
            bad: () => {
              throw new Error('oops')
            },
          },
        },
        [1],
      ),
    ).rejects.toThrow("column 'bad'")
    expect(() => Sinks.table({ limit: 0 })).toThrow(expect.objectContaining({ code: 'ERR_TABLE_LIMIT' }))
  })

  it('aligns decimals and wide characters, clips what is long, and lets nothing command the terminal', () => {
    expect(
      tableText(
        ['n', 'text'],
        [
          [1, '漢字'],
          [2.5, 'ab'],
          [-10.25, '\u001b[2J\n'],
          [null, 'x'.repeat(100)],
        ],
      ),
    ).toBe(
      [
        '     n  text',
        `──────  ${'─'.repeat(60)}`,
        '  1.00  漢字',
        '  2.50  ab',
        '-10.25  \\u001b[2J\\n',
        `        ${'x'.repeat(59)}…`,
        '',
      ].join('\n'),
    )
  })
})
