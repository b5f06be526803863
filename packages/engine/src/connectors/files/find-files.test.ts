import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../platform/fake/fake-clock.ts'
import { MemoryFiles } from '../../platform/fake/memory-files.ts'
import { findFiles } from './find-files.ts'
import { dealSplits, splitsOf } from './splits.ts'

function tree(...paths: readonly string[]): MemoryFiles {
  const files = new MemoryFiles(new FakeClock())
  for (const path of paths) files.write(path, path)
  return files
}

const files = tree(
  '/d/a.log',
  '/d/b.log',
  '/d/.hidden.log',
  '/d/x/c.log',
  '/d/x/y/d.log',
  '/d/x/.h/e.log',
  '/d/w{1}.log',
  '/d/n[1].log',
  '/d/sp ace.log',
  '/d/q.txt',
)
const find = (...patterns: readonly string[]): readonly string[] =>
  findFiles(files, patterns, '/d').map(({ path }) => path.replace(/^\/d\//, ''))

describe('findFiles', () => {
  it.each([
    ['*.log', ['a.log', 'b.log', 'n[1].log', 'sp ace.log', 'w{1}.log']],
    ['**/*.log', ['a.log', 'b.log', 'n[1].log', 'sp ace.log', 'w{1}.log', 'x/c.log', 'x/y/d.log']],
    ['**', ['a.log', 'b.log', 'n[1].log', 'q.txt', 'sp ace.log', 'w{1}.log', 'x/c.log', 'x/y/d.log']],
    ['x/**', ['x/c.log', 'x/y/d.log']],
    ['**/d.log', ['x/y/d.log']],
    ['x/**/c.log', ['x/c.log']],
    ['x/*/d.log', ['x/y/d.log']],
    ['{a,b}.log', ['a.log', 'b.log']],
    ['{a.log,x/{c,y/d}.log}', ['a.log', 'x/c.log', 'x/y/d.log']],
    ['?.log', ['a.log', 'b.log']],
    ['[ab].log', ['a.log', 'b.log']],
    ['[a-b].log', ['a.log', 'b.log']],
    ['[!a].log', ['b.log']],
    ['.*.log', ['.hidden.log']],
    ['x/.h/*', ['x/.h/e.log']],
    ['w{1}.log', ['w{1}.log']],
    ['n[1].log', ['n[1].log']],
    ['n\\[1\\].log', ['n[1].log']],
    ['./a.log', ['./a.log']],
    ['x//*.log', ['x/c.log']],
    ['/d/x/*.log', ['x/c.log']],
    ['x', ['x/c.log']],
    ['x/', ['x/c.log']],
  ])('%s', (pattern, expected) => {
    expect(find(pattern)).toEqual(expected)
  })

  it('gives each file once, sorted, with its size', () => {
    expect(find('b.log', '*.log', 'a.log')).toEqual(['a.log', 'b.log', 'n[1].log', 'sp ace.log', 'w{1}.log'])
    expect(findFiles(files, ['a.log'], '/d')).toEqual([{ path: '/d/a.log', size: 8 }])
  })

  it('says which pattern matches nothing', () => {
    expect(() => find('*.log', '*.none')).toThrow(
      expect.objectContaining({
        code: 'ERR_NO_FILES',
        message: "no file matches '*.none' in directory '/d': check the path and where the job was started",
      }),
    )
    expect(() => find('none.log')).toThrow("there is no file 'none.log' in directory '/d', or the directory is empty")
    expect(() => find('none/**/*.log')).toThrow("no file matches 'none/**/*.log'")
    expect(() => findFiles(files, [], '/d')).toThrow('no files to read')
  })

  it('names a directory that cannot be read, however deep', () => {
    const guarded = tree('/d/open/a.log', '/d/shut/b.log')
    guarded.failWith('/d/shut', 'EACCES')
    expect(() => findFiles(guarded, ['**/*.log'], '/d')).toThrow(
      expect.objectContaining({ code: 'ERR_FILE', message: "cannot read '/d/shut': EACCES: scandir '/d/shut'" }),
    )
    expect(findFiles(guarded, ['open/*.log'], '/d')).toHaveLength(1)
  })
})

describe('splits', () => {
  it('cover each file once, and no compressed one is cut', () => {
    const splits = splitsOf(
      [
        { path: 'a', size: 25 },
        { path: 'b', size: 10 },
        { path: 'c.gz', size: 99 },
        { path: 'd.zst', size: 99 },
        { path: 'e', size: 0 },
      ],
      {
        splitBytes: 10,
        compression: 'byExtension',
      },
    )
    expect(splits.map(({ path, start, end, size }) => [path, start, end, size])).toEqual([
      ['a', 0, 10, 10],
      ['a', 10, 20, 10],
      ['a', 20, Infinity, 5],
      ['b', 0, Infinity, 10],
      ['c.gz', 0, Infinity, 99],
      ['d.zst', 0, Infinity, 99],
      ['e', 0, Infinity, 0],
    ])
    expect(splits.map(({ compression }) => compression)).toEqual([null, null, null, null, 'gzip', 'zstd', null])
  })

  it('are dealt completely and evenly', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100_000), { maxLength: 40 }), fc.integer({ min: 1, max: 8 }), (sizes, count) => {
        const splits = splitsOf(
          sizes.map((size, i) => ({ path: `f${i}`, size })),
          { splitBytes: Infinity, compression: 'none' },
        )
        const hands = dealSplits(splits, count)
        expect(hands.flat().toSorted((a, b) => a.path.localeCompare(b.path))).toEqual(
          splits.toSorted((a, b) => a.path.localeCompare(b.path)),
        )
        const loads = hands.map((hand) => hand.reduce((sum, { size }) => sum + size + 4096, 0))
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(Math.max(0, ...sizes) + 4096)
      }),
    )
  })
})
