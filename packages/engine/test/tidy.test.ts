// The part of STYLE.md that no other tool checks, over all files of the project. Each rule is also shown something it
// must refuse.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { errorTableFindings } from './tidy/error-codes.ts'
import { deadLinks } from './tidy/markdown-links.ts'
import { undocumentedExports } from './tidy/public-surface.ts'
import {
  declaredNames,
  defaultExports,
  exportedAny,
  fileName,
  fileSize,
  functionSize,
  hiddenGlobals,
  leftovers,
  parameterCount,
  type SourceRule,
  silencedCheckers,
} from './tidy/rules.ts'
import {
  type Finding,
  isSource,
  isTest,
  parse,
  projectFiles,
  ROOT,
  readText,
  type SourceFile,
} from './tidy/source-file.ts'
import { machinePaths, wideComments } from './tidy/text-rules.ts'

const files = projectFiles()
const sources = files.filter(isSource).map((path) => parse(path))
const pages = files.filter((path) => path.endsWith('.md'))

const ENTRY_POINTS = ['index.ts', 'core.ts', 'client/index.ts', 'local/index.ts'].map(
  (name) => `packages/engine/src/${name}`,
)
const ENGINE_FILE = 'packages/engine/src/core/example.ts'

/** Files with functions that run for each item or batch, where an options object would be an allocation. */
const HOT_LOOPS = [
  'aggregate/whole-sum.ts',
  'connectors/files/word-consumer.ts',
  'connectors/files/word-table.ts',

  'processors/aggregation/keyed-emission.ts',
  'processors/compiled-chain.ts',
  'processors/event-time-mapper.ts',
  'processors/interpreted-chain.ts',
  'processors/token-table.ts',
  'wire/column-encoder.ts',
  'wire/copy.ts',
  'wire/string-column.ts',
  'wire/transferable.ts',
].map((path) => `packages/engine/src/${path}`)

/** Files a rule is not asked about, by name. An entry needs a reason beside it. */
const EXCEPTIONS: ReadonlyMap<SourceRule, readonly string[]> = new Map()

describe('the source', () => {
  it('is seen by this test', () => {
    expect(sources.length).toBeGreaterThan(200)
    expect(pages.length).toBeGreaterThan(5)
  })

  it('has files of at most 500 lines', () => {
    expect(allFindings(fileSize)).toEqual([])
    expect(fileSize(engineFile('\n'.repeat(500)))).toEqual([])
    expect(fileSize(engineFile('\n'.repeat(501)))).toHaveLength(1)
  })

  it('mostly has files of at most 200 lines', () => {
    const long = sources.filter(({ path, text }) => path.includes('/src/') && text.split('\n').length > 200)
    expect(long.length / sources.length, long.map(({ path }) => path).join('\n')).toBeLessThan(0.15)
  })

  it('has functions of at most 70 lines', () => {
    expect(allFindings(functionSize)).toEqual([])
    const long = `{${'\n'.repeat(70)}}`
    expect(functionSize(engineFile(`function f() ${long.replace('\n', '')}`))).toEqual([])
    expect(functionSize(engineFile(`function f() ${long}`))).toHaveLength(1)
    expect(functionSize(engineFile(`const f = () => ${long}`))).toHaveLength(1)
    expect(functionSize(engineFile(`class A { f() ${long} }`))).toHaveLength(1)
    expect(
      functionSize(
        parse('a.test.ts', `describe('a', () => {it('b', () => {${'\n'.repeat(60)}})\n${'\n'.repeat(60)}})`),
      ),
    ).toEqual([])
    expect(functionSize(parse('a.test.ts', `describe('a', () => {it('b', () => ${long})})`))).toHaveLength(1)
  })

  it('has functions of at most four positional parameters', () => {
    const unknown = HOT_LOOPS.filter((path) => !sources.some((file) => file.path === path))
    expect(unknown).toEqual([])
    expect(sources.flatMap((file) => parameterCount(file, HOT_LOOPS.includes(file.path)))).toEqual([])
    const count = (text: string, isHot = false): number => parameterCount(engineFile(text), isHot).length
    expect(count('const f = (a, b, c, d) => 1; function g(a, b = 1, c, ...d) {}')).toBe(0)
    expect(count('const f = (a, b, c, d, e) => 1')).toBe(1)
    expect(count('class A { constructor(a, b, c, d, e) {} }')).toBe(1)
    expect(count('const f = (a, b, c, d, e) => 1', true)).toBe(0)
    expect(count('const f = (a, b, c, d, e, f, g) => 1', true)).toBe(1)
  })

  it('has comments as narrow as its code', () => {
    expect(sources.flatMap(({ path, text }) => wideComments(path, text))).toEqual([])
    expect(wideComments('a.ts', `// ${'a'.repeat(117)}`)).toEqual([])
    expect(wideComments('a.ts', `// ${'a'.repeat(118)}`)).toHaveLength(1)
    expect(wideComments('a.ts', `   * ${'a'.repeat(118)}`)).toHaveLength(1)
  })

  it('has names that say something', () => {
    expect(allFindings(declaredNames)).toEqual([])
    expect(declaredNames(engineFile('const commonPrefix = 1; x.utils = util()'))).toEqual([])
    expect(declaredNames(engineFile('class JobManager {}'))).toHaveLength(1)
    expect(declaredNames(engineFile('export const stringUtils = {}'))).toHaveLength(1)
    expect(declaredNames(engineFile('interface Helper {}; type HELPERS = 1'))).toHaveLength(2)
  })

  it('reads the clock and other globals through ports', () => {
    expect(allFindings(hiddenGlobals)).toEqual([])
    expect(hiddenGlobals(engineFile('new Date(0)'))).toEqual([])
    expect(hiddenGlobals(parse('packages/engine/src/platform/node/a.ts', 'new Date()'))).toEqual([])
    expect(hiddenGlobals(engineFile('new Date()'))).toHaveLength(1)
    expect(hiddenGlobals(engineFile('Date()'))).toHaveLength(1)
    expect(hiddenGlobals(engineFile('globalThis.setTimeout(f, 1)'))).toHaveLength(1)
  })

  it('has named exports only', () => {
    expect(allFindings(defaultExports)).toEqual([])
    expect(defaultExports(parse('examples/a.ts', 'export default 1'))).toEqual([])
    expect(defaultExports(parse('vitest.config.ts', 'export default 1'))).toEqual([])
    expect(defaultExports(engineFile('export default 1'))).toHaveLength(1)
  })

  it('exports no `any`', () => {
    expect(allFindings(exportedAny)).toEqual([])
    expect(exportedAny(engineFile('export function f(): void { const a: any = 1 }; function g(a: any) {}'))).toEqual([])
    expect(exportedAny(engineFile('export class A { #a: any; private b(c: any) {} }'))).toEqual([])
    expect(exportedAny(engineFile('export function f(a: any[]): void {}'))).toHaveLength(1)
    expect(exportedAny(engineFile('export class A { f(a: any): any {} }'))).toHaveLength(2)
    expect(exportedAny(engineFile('export type A = Map<string, any>'))).toHaveLength(1)
  })

  it('has no leftovers', () => {
    expect(allFindings(leftovers)).toEqual([])
    expect(leftovers(engineFile('// why\nit.skip(a, b)\nx.skip(1)\nit.skip(c, d) // why'))).toEqual([])
    expect(leftovers(engineFile(`// ${'TO'}DO: later`))).toHaveLength(1)
    expect(leftovers(engineFile('describe.only(a, b)'))).toHaveLength(1)
    expect(leftovers(engineFile('it.concurrent.only(a, b)'))).toHaveLength(1)
    expect(leftovers(engineFile('it.skip(a, b)'))).toHaveLength(1)
    expect(leftovers(engineFile('debugger'))).toHaveLength(1)
  })

  it('silences checkers by name and with a reason', () => {
    expect(allFindings(silencedCheckers)).toEqual([])
    expect(silencedCheckers(engineFile('// oxlint-disable-next-line no-var -- old engines\nvar a'))).toEqual([])
    expect(silencedCheckers(engineFile('// oxlint-disable-next-line no-var\nvar a'))).toHaveLength(1)
    expect(silencedCheckers(engineFile('// oxlint-disable\nvar a'))).toHaveLength(1)
    expect(silencedCheckers(engineFile('// @ts-ignore because\nvar a'))).toHaveLength(1)
    expect(silencedCheckers(engineFile('// biome-ignore format\nvar a'))).toHaveLength(1)
  })

  it('documents what users can name', () => {
    const entries = ENTRY_POINTS.filter((path) => existsSync(join(ROOT, path)))
    const load = (path: string): SourceFile => sources.find((file) => file.path === path) ?? parse(path)
    expect(entries.flatMap((path) => undocumentedExports(path, load))).toEqual([])

    const bad: Record<string, string> = {
      'index.ts': `export { a, type B } from './a.ts'; export * from './c.ts'`,
      'a.ts': `/** Documented. */ export function a(): void {}\nexport interface B {}\n/** For d. */`,
      'c.ts': `import { d } from './d.ts'\nexport { d }\n/** E. */ export class E {}\n export const f = 1`,
      'd.ts': `/** The only documented overload. */ export function d(a: 1): void\nexport function d(a: 2): void {}`,
    }
    expect(undocumentedExports('index.ts', (path) => parse(path, bad[path]))).toEqual([
      "a.ts:2 'B' is public and has no doc comment",
      "c.ts:4 'f' is public and has no doc comment",
    ])
  })
})

describe('the list of errors', () => {
  const PAGE = 'docs/errors.md'

  it('explains every code that the engine raises, and no other', () => {
    const engine = sources.filter(
      ({ path }) => path.startsWith('packages/engine/src/') && !isTest(path) && !path.includes('/testing/'),
    )
    expect(errorTableFindings(PAGE, readText(PAGE), engine)).toEqual([])
  })

  it('is compared both ways', () => {
    const file = engineFile(`new NacelleError(x ? 'ERR_A' : 'ERR_B', 'text'); if (code === 'ERR_OF_NODE') f()`)
    const rows = ['| `ERR_A` | what | do |', '| `ERR_B` | what | do |']
    const check = (...lines: string[]): string[] => errorTableFindings('e.md', lines.join('\n'), [file])
    expect(check(...rows)).toEqual([])
    expect(check(rows[0]!)).toEqual([`${ENGINE_FILE}:1 ERR_B is not in the list of errors`])
    expect(check(...rows, '| `ERR_C` | what | do |')).toEqual(['e.md:3 ERR_C is raised nowhere'])
    expect(check(rows[0]!, '| `ERR_B` | | do |')).toEqual(['e.md:2 ERR_B is not explained'])
    expect(check(rows[1]!, rows[0]!)).toEqual(['e.md:2 ERR_A is out of order'])
    expect(check(...rows, rows[1]!)).toEqual(['e.md:3 ERR_B is listed twice'])
  })
})

describe('the files', () => {
  it('have names in kebab-case that say something', () => {
    expect(files.flatMap(fileName)).toEqual([])
    for (const good of [
      'a/job-state.thread.test.ts',
      'a/user-function-types.ts',
      'a/types.md',
      'README.md',
      '.npmrc',
      'docs/adr/001-a-b.md',
      'LICENSE',
    ]) {
      expect(fileName(good)).toEqual([])
    }
    for (const bad of [
      'a/JobState.ts',
      'a/job_state.ts',
      'a/string-utils.ts',
      'common/a.ts',
      'helpers.ts',
      'a/types.ts',
    ]) {
      expect(fileName(bad), bad).toHaveLength(1)
    }
  })

  it('name no path of one machine', () => {
    expect(files.filter(isText).flatMap((path) => machinePaths(path, readText(path)))).toEqual([])
    const slash = '/'
    expect(machinePaths('a', `see ${slash}home/jane/nacelle`)).toHaveLength(1)
    expect(machinePaths('a', `'${slash}tmp/out.txt'`)).toHaveLength(1)
    expect(machinePaths('a', `file://${slash}Users/me`)).toEqual([])
    expect(machinePaths('a', `(${slash}Users/jane)`)).toHaveLength(1)
    expect(machinePaths('a', `C:\\${'Users'}\\me`)).toHaveLength(1)
    expect(machinePaths('a', `/data/in.txt, src/tmp/x, https://a.example/home/x, \${dir}/tmp/x`)).toEqual([])
  })

  it('have links that lead somewhere', () => {
    const read = (path: string): string | null => {
      const file = join(ROOT, path)
      if (!existsSync(file)) return null
      return statSync(file).isDirectory() ? '' : readText(path)
    }
    expect(pages.flatMap((path) => deadLinks(path, readText(path), read))).toEqual([])

    const page =
      '# A title: of `two` words\n[a](b.md) [c](#a-title-of-two-words) [d](https://e.example/x)\n```\n[f](g)\n```'
    expect(deadLinks('docs/x.md', page, (path) => (path === 'docs/b.md' ? '' : null))).toEqual([])
    expect(deadLinks('docs/x.md', page, () => null)).toEqual(['docs/x.md:2 leads to docs/b.md, which does not exist'])
    expect(deadLinks('x.md', '[a](#b)', () => null)).toHaveLength(1)
    expect(deadLinks('x.md', '[a](y.md#b)', () => '# c')).toHaveLength(1)
  })
})

function isText(path: string): boolean {
  return !/\.(png|jpe?g|gif|ico|gz|zst|tgz|jar|svg|csv)$/.test(path) && !path.endsWith('package-lock.json')
}

function allFindings(rule: SourceRule): Finding[] {
  return sources.filter(({ path }) => !EXCEPTIONS.get(rule)?.includes(path)).flatMap(rule)
}

function engineFile(text: string): SourceFile {
  return parse(ENGINE_FILE, text)
}
