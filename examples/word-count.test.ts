import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runJet } from '../packages/engine/test/jet-process.ts'

const JOB = fileURLToPath(new URL('word-count.ts', import.meta.url))
const DOCS = fileURLToPath(new URL('../docs', import.meta.url))

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nacelle-word-count-'))
  writeFileSync(join(folder, 'one.md'), 'The cat, the dog.\n\n(A CAT!)\n')
  writeFileSync(join(folder, 'two.txt'), 'dog -- the\nÜber uns: über')
})
afterAll(() => rmSync(folder, { recursive: true }))

/** The rows of a table, as pairs of word and count. */
const rows = (table: string): readonly (readonly [string, number])[] =>
  table
    .split('\n')
    .slice(2)
    .flatMap((line) => {
      const [, word, count] = /^(\S+) +(\d+)$/.exec(line) ?? []
      return word === undefined ? [] : [[word, Number(count)] as const]
    })

/** The same by other means. */
function mostFrequent(texts: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>()
  for (const text of texts) {
    for (const token of text.split(/\s/)) {
      const word = /[\p{L}\p{N}].*[\p{L}\p{N}]|[\p{L}\p{N}]/u.exec(token.toLowerCase())?.[0]
      if (word !== undefined) counts.set(word, (counts.get(word) ?? 0) + 1)
    }
  }
  return [...counts].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, 20)
}

describe('word count', () => {
  it('counts words whatever their case and what stands around them', async () => {
    const { code, stdout } = await runJet(['run', JOB, '*.md', '*.txt'], { cwd: folder })
    expect(stdout).toBe(
      [
        'word  count',
        '────  ─────',
        'the       3',
        'cat       2',
        'dog       2',
        'über      2',
        'a         1',
        'uns       1',
        '',
      ].join('\n'),
    )
    expect(code).toBe(0)
  })

  it('counts the markdown files of the folder in which it stands when it is told nothing', async () => {
    const { stdout } = await runJet(['run', JOB], { cwd: folder })
    expect(rows(stdout)).toEqual([
      ['cat', 2],
      ['the', 2],
      ['a', 1],
      ['dog', 1],
    ])
  })

  it('agrees with another way of counting on real text', async () => {
    const { stdout, stderr } = await runJet(['run', JOB, '**/*.md'], { cwd: DOCS })
    const files = readdirSync(DOCS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'))
    const expected = mostFrequent(files.map((name) => readFileSync(join(DOCS, name), 'utf8')))
    expect(expected).toHaveLength(20)
    expect(rows(stdout)).toEqual(expected)
    expect(stdout).toMatch(/\n20 of \d+ rows\n$/)
    expect(stderr).toMatch(/^word-count: [\d,]+ items in .*, .* items\/s\n$/)
  })
})
