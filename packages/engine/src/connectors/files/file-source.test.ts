import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TokenSeparator } from '../../core/token-separator.ts'
import { type FakePlatform, fakePlatform } from '../../platform/fake/fake-platform.ts'
import { createContext, type RigOptions, rig, runSource } from '../../testing/connector-rig.ts'
import { type FilesOptions, Sources } from '../sources.ts'

/** What a file of text holds, line by line, by the definition in the documentation. */
function linesOf(text: string): string[] {
  const lines = text.replace(/^\uFEFF/, '').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line) => line.replace(/\r$/, ''))
}

function platformWith(files: Readonly<Record<string, string | Uint8Array>>): FakePlatform {
  const platform = fakePlatform()
  for (const [path, content] of Object.entries(files)) platform.files.write(path, content)
  return platform
}

async function read(
  platform: FakePlatform,
  options: FilesOptions = {},
  rigOptions: RigOptions = {},
  separator?: TokenSeparator,
): Promise<readonly unknown[]> {
  const source = Sources.files('/d/*', options)
  const supplier = separator === undefined ? source.metaSupplier : source.tokenized!(separator)
  return runSource(supplier, { platform, ...rigOptions })
}

/** Text that is nasty to whoever cuts it. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\n',
        '\n',
        ' ',
        ' ',
        '\r\n',
        '\t',
        '\r',
        ',',
        ',',
        '!',
        '\u0000',
        '\u001c',
        '\u00a0',
        '\u2003',
        '\u2028',
        '\u3000',
        '\u0085',
        '\ufeff',
        'é',
        'ß',
        '漢',
        '😀',
        '\u200b',
      ),
      fc.stringMatching(/^[a-z!~]{1,12}$/),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''))

const cuts = fc.record({
  splitBytes: fc.integer({ min: 1, max: 50 }),
  parts: fc.integer({ min: 1, max: 3 }),
  capacity: fc.integer({ min: 1, max: 20 }),
})

describe('Sources.files', () => {
  it('emits each line once, in order within a processor, however the file is cut', async () => {
    await fc.assert(
      fc.asyncProperty(text, cuts, async (content, { splitBytes, parts, capacity }) => {
        const platform = platformWith({ '/d/f.txt': content })
        const lines = await read(platform, { splitBytes }, { totalParallelism: parts, capacity })
        if (parts === 1) expect(lines).toEqual(linesOf(content))
        else expect(lines.toSorted()).toEqual(linesOf(content).toSorted())
      }),
      { numRuns: 300 },
    )
  })

  it('reads what is longer than a block', async () => {
    const lines = Array.from({ length: 300 }, (_, i) => `${i} ${'x'.repeat((i * 7919) % 20_000)}`)
    lines[100] = 'é'.repeat(400_000)
    const platform = platformWith({ '/d/f.txt': lines.join('\n') })
    expect(await read(platform, { splitBytes: 100_000 })).toEqual(lines)
    expect(await read(platform, {}, {}, { kind: 'words' })).toEqual(
      lines.flatMap((line) => line.split(' ').filter((word) => word !== '')),
    )
  })

  it('shares files among members only when told that they see the same ones', async () => {
    const platform = platformWith({ '/d/a': 'a', '/d/b': 'b' })
    const readBy = async (memberIndex: number, sharedFileSystem: boolean): Promise<readonly unknown[]> => {
      const { metaSupplier } = Sources.files('/d/*', { sharedFileSystem })
      const supplier = metaSupplier.get()
      await supplier.init?.({
        ...createContext({ platform }),
        memberIndex,
        memberCount: 2,
        localParallelism: 1,
        totalParallelism: 2,
      })
      return runSource({ ...metaSupplier, get: () => ({ get: (indices) => supplier.get(indices) }) }, { platform })
    }
    expect([await readBy(0, true), await readBy(1, true)]).toEqual([['a'], ['b']])
    expect([await readBy(0, false), await readBy(1, false)]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ])
  })

  it.each(['gzip', 'zstd'] as const)('reads %s files by their extension, waiting without blocking', async (format) => {
    const platform = fakePlatform()
    const content = Array.from({ length: 5000 }, (_, i) => `line ${i}`).join('\r\n')
    platform.files.writeCompressed(format === 'gzip' ? '/d/f.gz' : '/d/f.zst', format, content)
    expect(await read(platform)).toEqual(linesOf(content))
    const { processor, outbox } = await rig(Sources.files('/d/*').metaSupplier, { platform })
    expect(processor.complete()).toBe(false)
    expect(outbox.events).toEqual([])
  })

  it('reports damaged compressed files by name', async () => {
    const platform = platformWith({ '/d/f.gz': 'not compressed' })
    await expect(read(platform)).rejects.toMatchObject({
      code: 'ERR_FILE',
      message: expect.stringContaining("cannot read '/d/f.gz'"),
    })
    expect(await read(platform, { compression: 'none' })).toEqual(['not compressed'])
  })

  it('replaces bytes that are not UTF-8, or fails with file and line, or reads latin1', async () => {
    const platform = platformWith({ '/d/f': Uint8Array.of(97, 10, 98, 0xe4, 99, 10) })
    expect(await read(platform)).toEqual(['a', 'b\ufffdc'])
    expect(await read(platform, { encoding: 'latin1' })).toEqual(['a', 'bäc'])
    await expect(read(platform, { invalidBytes: 'fail' })).rejects.toMatchObject({
      code: 'ERR_ENCODING',
      message: expect.stringContaining('/d/f:2: '),
    })
  })

  it('counts bytes and splits read', async () => {
    const platform = platformWith({ '/d/a': 'one\ntwo\nthree\n', '/d/b': 'x' })
    const { drive, context } = await rig(Sources.files('/d/*', { splitBytes: 5 }).metaSupplier, { platform })
    expect(context.metrics.value('sourceBytesTotal')).toBe(15)
    expect(context.metrics.value('sourceBytesRead')).toBe(0)
    await drive()
    expect(context.metrics.value('sourceBytesRead')).toBe(15)
    expect(context.metrics.value('sourceSplitsTotal')).toBe(4)
    expect(context.metrics.value('sourceSplitsRead')).toBe(4)
  })

  it('fails for a pattern without files, and when a file vanishes', async () => {
    const platform = platformWith({ '/d/a': 'a' })
    await expect(runSource(Sources.files('/none/*.log').metaSupplier, { platform })).rejects.toMatchObject({
      code: 'ERR_NO_FILES',
    })
    const { drive } = await rig(Sources.files('/d/a').metaSupplier, { platform })
    platform.files.remove('/d/a')
    await expect(drive()).rejects.toMatchObject({
      code: 'ERR_FILE',
      message: "cannot read '/d/a': ENOENT: open '/d/a'",
    })
  })

  it('refuses split sizes that make no sense', () => {
    for (const splitBytes of [0, -1, 1.5, Number.NaN])
      expect(() => Sources.files('x', { splitBytes })).toThrow(expect.objectContaining({ code: 'ERR_SPLIT_BYTES' }))
  })
})

describe('tokenized files', () => {
  const check = async (
    content: string,
    { splitBytes, parts, capacity }: { splitBytes: number; parts: number; capacity: number },
    separator: TokenSeparator,
    cut: (line: string) => string[],
  ) => {
    const platform = platformWith({ '/d/f.txt': content })
    const words = await read(platform, { splitBytes }, { totalParallelism: parts, capacity }, separator)
    const expected = linesOf(content).flatMap(cut)
    if (parts === 1) expect(words).toEqual(expected)
    else expect(words.toSorted()).toEqual(expected.toSorted())
  }

  it('gives the words that splitting lines at white space gives', async () => {
    await fc.assert(
      fc.asyncProperty(text, cuts, (content, how) =>
        check(content, how, { kind: 'words' }, (line) => line.split(/\s+/).filter((word) => word !== '')),
      ),
      { numRuns: 500 },
    )
  })

  it.each([',', ' ', 'a', '\t', '\u0000', '\r', '\n', 'é', '漢'])(
    'gives the parts that splitting lines at %j gives',
    async (separator) => {
      await fc.assert(
        fc.asyncProperty(text, cuts, (content, how) =>
          check(content, how, { kind: 'character', code: separator.charCodeAt(0) }, (line) => line.split(separator)),
        ),
        { numRuns: 150 },
      )
    },
  )

  it('decodes damaged bytes as whole lines do', async () => {
    const byte = fc.oneof(
      fc.constantFrom(10, 32, 44, 97, 0xc2, 0xa0, 0xe2, 0x80, 0x83, 0xe3, 0xef, 0xbb, 0xbf, 0xf0, 0x9f),
      fc.nat(255),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(byte, { maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        async (bytes, splitBytes) => {
          const platform = platformWith({ '/d/f': Uint8Array.from(bytes) })
          const lines = (await read(platform, { splitBytes })) as readonly string[]
          expect(await read(platform, { splitBytes }, {}, { kind: 'words' })).toEqual(
            lines.flatMap((line) => line.split(/\s+/).filter((word) => word !== '')),
          )
          expect(await read(platform, { splitBytes }, {}, { kind: 'character', code: 44 })).toEqual(
            lines.flatMap((line) => line.split(',')),
          )
        },
      ),
      { numRuns: 500 },
    )
  })

  it('knows all white space that regular expressions know', async () => {
    const spaces = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).filter((c) => /\s/.test(c))
    expect(spaces.length).toBe(25)
    for (const space of spaces) {
      const content = `one${space}two ${space}${space}three${space}`
      expect(
        await read(platformWith({ '/d/f': content }), {}, {}, { kind: 'words' }),
        `U+${space.charCodeAt(0).toString(16)}`,
      ).toEqual(['one', 'two', 'three'])
    }
    const latin = platformWith({ '/d/f': Uint8Array.of(97, 0xa0, 98, 0x85, 99) })
    expect(await read(latin, { encoding: 'latin1' }, {}, { kind: 'words' })).toEqual(['a', 'b\u0085c'])
  })

  it('keeps words apart that share hash, prefix or length, also beyond the table', async () => {
    const words = Array.from({ length: 30_000 }, (_, i) =>
      i % 3 === 0 ? `w${i}` : i % 3 === 1 ? `a longer word ${i}`.replaceAll(' ', '_') : `${'x'.repeat(i % 200)}${i}`,
    )
    const platform = platformWith({ '/d/f': `${words.join(' ')}\n${words.join('\n')}` })
    expect(await read(platform, { splitBytes: Infinity }, {}, { kind: 'words' })).toEqual([...words, ...words])
  })

  it('is not offered where every byte has to be checked', () => {
    expect(Sources.files('x', { invalidBytes: 'fail' }).tokenized).toBeUndefined()
  })
})
