import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { type FakePlatform, fakePlatform } from '../../platform/fake/fake-platform.ts'
import { rig, runSource } from '../../testing/connector-rig.ts'
import { Sources } from '../sources.ts'
import { CSV_UNFINISHED, parseCsvRecord } from './csv-record.ts'

function platformWith(files: Readonly<Record<string, string>>): FakePlatform {
  const platform = fakePlatform()
  for (const [path, content] of Object.entries(files)) platform.files.write(path, content)
  return platform
}

describe('Sources.json', () => {
  it('emits the value of each line and leaves blank lines out', async () => {
    const platform = platformWith({ '/d/f.json': '{"a":1}\n\n  \r\n[2]\r\n"three"\n4' })
    expect(await runSource(Sources.json('/d/f.json').metaSupplier, { platform })).toEqual([{ a: 1 }, [2], 'three', 4])
  })

  it('fails with file and line, counted from the beginning of the file also in later splits', async () => {
    const platform = platformWith({ '/d/f.json': '{"a":1}\n{"a":2}\n{"a":3}\n{"a":\n{"a":5}\n' })
    for (const splitBytes of [4, 9, 20, 1000]) {
      await expect(
        runSource(Sources.json('/d/f.json', { splitBytes }).metaSupplier, { platform }),
      ).rejects.toMatchObject({
        code: 'ERR_MALFORMED_LINE',
        message: expect.stringMatching(/^\/d\/f\.json:4: .*JSON.*; the line: "\{\\"a\\":"$/),
      })
    }
  })

  it('skips malformed lines when told so: counts all, warns now and then', async () => {
    const platform = platformWith({ '/d/f.json': 'x\ny\n1\nnull\nz\n2\n' })
    const { drive, outbox, context, processor } = await rig(
      Sources.json('/d/*.json', { malformed: 'skip' }).metaSupplier,
      { platform },
    )
    await drive()
    await processor.close(undefined)
    expect(outbox.events).toEqual([1, 2])
    expect(context.metrics.value('malformedLinesSkipped')).toBe(4)
    expect(platform.logger.messages('warn')).toEqual([
      expect.stringContaining('skipped a malformed line at /d/f.json:1: '),
      'skipped 3 more malformed lines',
    ])
  })

  it('says that null is no item', async () => {
    await expect(
      runSource(Sources.json('/d/f').metaSupplier, { platform: platformWith({ '/d/f': 'null' }) }),
    ).rejects.toThrow('/d/f:1: null is not an item')
  })
})

describe('parseCsvRecord', () => {
  const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`

  it('gives back what was written, quoted or not', () => {
    const field = fc.string({ unit: fc.constantFrom('a', ' ', ',', '"', '\n', '\r', ';', 'é'), maxLength: 6 })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(field, fc.boolean()), { minLength: 1, maxLength: 6 }),
        fc.constantFrom(',', ';'),
        (fields, separator) => {
          const text = fields
            .map(([value, always]) => (always || /[,;"\r\n]/.test(value) ? quoted(value) : value))
            .join(separator)
          const parsed: string[] = []
          expect(parseCsvRecord(text, separator, parsed)).toBeNull()
          expect(parsed).toEqual(fields.map(([value]) => value))
        },
      ),
    )
  })

  it.each([
    ['"a', CSV_UNFINISHED],
    ['a,"b""', CSV_UNFINISHED],
    ['"a"b', 'field 1 goes on behind its closing quote'],
    ['a,b"c', 'field 2 has a quote but does not begin with one'],
  ])('%j: %s', (text, problem) => {
    expect(parseCsvRecord(text, ',', [])).toBe(problem)
  })
})

describe('Sources.csv', () => {
  const content = '\ufeffname,price,open\r\nACME,12.5,true\r\n"Foo, ""Bar""\nLtd",-3e2,false\r\n\r\nlast,0,true'

  it('gives all columns as strings, or those wanted with their types', async () => {
    const platform = platformWith({ '/d/f.csv': content })
    const plain = Sources.csv('/d/f.csv')
    expect(await runSource(plain.metaSupplier, { platform })).toEqual([
      { name: 'ACME', price: '12.5', open: 'true' },
      { name: 'Foo, "Bar"\nLtd', price: '-3e2', open: 'false' },
      { name: 'last', price: '0', open: 'true' },
    ])
    const typed = Sources.csv('/d/f.csv', { columns: { open: 'boolean', price: 'number' } })
    expectTypeOf<NonNullable<typeof typed.itemType>>().toEqualTypeOf<{
      readonly open: boolean
      readonly price: number
    }>()
    expect(await runSource(typed.metaSupplier, { platform })).toEqual([
      { open: true, price: 12.5 },
      { open: false, price: -300 },
      { open: true, price: 0 },
    ])
  })

  it('takes names from the options where files have no header, nulls and functions', async () => {
    const platform = platformWith({ '/d/f': '1;x\n;y' })
    const source = Sources.csv('/d/f', {
      header: false,
      separator: ';',
      columns: { n: 'number?', upper: (text: string) => text.toUpperCase() },
    })
    expectTypeOf<NonNullable<typeof source.itemType>>().toEqualTypeOf<{
      readonly n: number | null
      readonly upper: string
    }>()
    expect(await runSource(source.metaSupplier, { platform })).toEqual([
      { n: 1, upper: 'X' },
      { n: null, upper: 'Y' },
    ])
  })

  it('knows the header in every split of a file without line breaks in fields', async () => {
    const rows = Array.from({ length: 50 }, (_, i) => ({ id: String(i), square: String(i * i) }))
    const platform = platformWith({
      '/d/f.csv': `id,square\n${rows.map(({ id, square }) => `${id},${square}`).join('\n')}`,
    })
    const source = Sources.csv('/d/*.csv', { multilineFields: false, splitBytes: 13 })
    expect(await runSource(source.metaSupplier, { platform })).toEqual(rows)
  })

  it.each([
    ['a,b\n1,2\n3\n', '/d/f:3: 1 fields where the header has 2; the line: "3"'],
    ['a,b\n1,"2\n\n3"x\n', '/d/f:2: field 2 goes on behind its closing quote'],
    ['a,b\n1,2\n3,"4\n5,6\n7,8\n', '/d/f:3: a quoted field is not closed before the file ends'],
    ['a,b\n1,x\n', "/d/f:2: column 'b': 'x' is not a number"],
    ['a,b\n1,\n', "/d/f:2: column 'b': '' is not a number"],
    ['a,a\n1,2\n', "CSV file '/d/f' has two columns named 'a'"],
    ['a,c\n1,2\n', "CSV file '/d/f' has no column 'b': its columns are 'a', 'c'"],
  ])('%j fails: %s', async (text, message) => {
    const source = Sources.csv('/d/f', { columns: { b: 'number' } })
    await expect(runSource(source.metaSupplier, { platform: platformWith({ '/d/f': text }) })).rejects.toThrow(message)
  })

  it('skips malformed records when told so, and goes on behind a quote that is never closed', async () => {
    const endless = 'x'.repeat(1024)
    const lines = ['a', '1', '2,3', `"${endless}`, ...Array.from({ length: 5000 }, () => endless), '4']
    const platform = platformWith({ '/d/f': lines.join('\n') })
    const { drive, outbox, context } = await rig(Sources.csv('/d/f', { malformed: 'skip' }).metaSupplier, { platform })
    await drive()
    expect(outbox.events[0]).toEqual({ a: '1' })
    expect(outbox.events.at(-1)).toEqual({ a: '4' })
    expect(context.metrics.value('malformedLinesSkipped')).toBe(2)
  })

  it('refuses settings that make no sense', () => {
    expect(() => Sources.csv('x', { separator: '"' })).toThrow(expect.objectContaining({ code: 'ERR_CSV_SEPARATOR' }))
    expect(() => Sources.csv('x', { separator: '' })).toThrow('must be one character')
    expect(() => Sources.csv('x', { header: false })).toThrow('need columns')
  })
})
