// What the README shows is run as its readers would run it.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const JET = join(ROOT, 'packages/engine/bin/jet.mjs')

let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nacelle-readme-'))
  write('package.json', '{ "type": "module" }')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text)
}

function jet(...args: readonly string[]): string {
  return execFileSync(process.execPath, [JET, ...args], { cwd: folder, encoding: 'utf8', stdio: 'pipe' })
}

function codeIn(page: string): readonly string[] {
  return [...readFileSync(join(ROOT, page), 'utf8').matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!)
}

describe('the README', () => {
  const [words, prices, doubled, ...more] = codeIn('README.md')
  const [published] = codeIn('packages/engine/README.md')

  it('shows two jobs, the first in 15 lines, and a test', () => {
    expect(more).toEqual([])
    expect(words!.trimEnd().split('\n').length).toBeLessThanOrEqual(15)
  })

  it('shows jobs that compile', () => {
    write('frequent-words.ts', words!)
    write('prices.ts', prices!)
    write('published.ts', published!)
    write('doubled.ts', doubled!)
    const engine = (name: string): string[] => [join(ROOT, `packages/engine/dist/${name}.d.ts`)]
    const compilerOptions = {
      noEmit: true,
      typeRoots: [join(ROOT, 'node_modules/@types')],
      paths: { nacelle: engine('index'), 'nacelle/local': engine('local/index') },
    }
    write(
      'tsconfig.json',
      JSON.stringify({
        extends: join(ROOT, 'tsconfig.base.json'),
        compilerOptions,
        files: ['frequent-words.ts', 'prices.ts', 'published.ts', 'doubled.ts'],
      }),
    )
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
    const { stdout } = spawnSync(process.execPath, [tsc, '--project', folder], { encoding: 'utf8' })
    expect(stdout).toBe('')
  })

  it('begins with a job that counts words', () => {
    write('frequent-words.ts', words!)
    write('a.txt', 'To be, or not to be: that IS the question.\nThat question!\n'.replaceAll(/[.,:!]/g, ''))
    const output = jet('run', '--quiet', 'frequent-words.ts', '*.txt')
    const rows = output.split('\n').filter((line) => /that|question/.test(line))
    expect(rows.map((row) => row.match(/\w+/g))).toEqual(
      expect.arrayContaining([expect.arrayContaining(['that', '2']), expect.arrayContaining(['question', '2'])]),
    )
    expect(output).not.toContain('not')
  })

  it('goes on with a job that averages prices in windows of a minute', () => {
    const at = Date.UTC(2026, 0, 1)
    const trades = [
      { ticker: 'A', price: 10, timeMs: at },
      { ticker: 'A', price: 20, timeMs: at + 59_999 },
      { ticker: 'A', price: 70, timeMs: at + 60_000 },
    ]
    write('prices.ts', prices!.replace('Sinks.logger()', 'Sinks.table()'))
    write('trades.jsonl', trades.map((trade) => JSON.stringify(trade)).join('\n'))
    const output = jet('run', '--quiet', 'prices.ts')
    expect(output).toMatch(/\b15\b/)
    expect(output).toMatch(/\b70\b/)
  })
  it('shows how to test a pipeline', () => {
    write('doubled.ts', doubled!)
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(join(ROOT, 'packages/engine'), join(folder, 'node_modules/nacelle'), 'dir')
    const output = execFileSync(process.execPath, ['doubled.ts'], { cwd: folder, encoding: 'utf8' })
    expect(output).toBe('[ 2, 4, 6 ]\n')
  })
})
