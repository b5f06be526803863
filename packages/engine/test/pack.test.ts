import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ENGINE = fileURLToPath(new URL('..', import.meta.url))
const WORKSPACE = fileURLToPath(new URL('../../..', import.meta.url))

const JOB = `import { AggregateOperations, defineJob, Pipeline, Sinks, Sources, words } from 'nacelle'
import { DAG } from 'nacelle/core'
import { separator } from './separator.ts'

const emptyDag: DAG = new DAG()

export default defineJob({ name: 'count' }, (args: readonly string[]) => {
  const pipeline = Pipeline.create()
  pipeline
    .readFrom(Sources.files(args))
    .flatMap(words())
    .groupingKey((word) => word)
    .aggregate(AggregateOperations.counting())
    .map(({ key, value }) => \`\${key}\${separator}\${value + emptyDag.vertices.length}\`)
    .writeTo(Sinks.table<string>({ sort: (a, b) => (a < b ? -1 : 1) }))
  return pipeline
})
`

const IN_PLACE = `import { Pipeline, Sinks, TestSources } from 'nacelle'
import { runPipeline } from 'nacelle/local'

const factor = 2
const results: number[] = []
const pipeline = Pipeline.create()
pipeline
  .readFrom(TestSources.items(1, 2, 3))
  .map((number) => number * factor)
  .writeTo(Sinks.collector(results))
await runPipeline(pipeline)
console.log(results)
`

const TYPE_SETTINGS = {
  compilerOptions: {
    target: 'es2024',
    lib: ['es2024', 'dom'],
    module: 'nodenext',
    strict: true,
    noEmit: true,
    types: [],
    allowImportingTsExtensions: true,
  },
  files: ['job.ts', 'in-place.ts'],
}

let folder = ''
const run = (command: string, args: readonly string[], cwd = folder): string =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** The paths in the archive. */
let packed: readonly string[] = []

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nacelle-pack-'))
  // Without scripts: the engine is built already, and other tests are using it.
  const [archive] = JSON.parse(
    run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], ENGINE),
  ) as readonly { readonly filename: string; readonly files: readonly { readonly path: string }[] }[]
  packed = archive!.files.map(({ path }) => path)
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  // The cache first, as the packages are those that the workspace has installed.
  const settings = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
  run('npm', ['install', ...settings, join(folder, archive!.filename)])
  writeFileSync(join(folder, 'job.ts'), JOB)
  writeFileSync(join(folder, 'in-place.ts'), IN_PLACE)
  writeFileSync(join(folder, 'separator.ts'), `export const separator = ' = '\n`)
  writeFileSync(join(folder, 'text.txt'), 'b a\nb')
}, 180_000)

afterAll(() => rmSync(folder, { recursive: true }))

describe('the package', () => {
  it('holds the built engine with its types, and nothing else', () => {
    const manifest = JSON.parse(readFileSync(join(ENGINE, 'package.json'), 'utf8')) as {
      readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
    }
    const entryPoints = Object.values(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    )
    for (const path of entryPoints) expect(packed).toContain(path.replace('./', ''))
    expect(packed).toEqual(
      expect.arrayContaining(['bin/jet.mjs', 'LICENSE', 'README.md', 'dist/local/worker-entry.js']),
    )
    expect(packed.filter((path) => !/^(bin|dist)\/|^(package\.json|LICENSE|README\.md)$/.test(path))).toEqual([])
    expect(packed.filter((path) => /\.test\.|(?<!\.d)\.ts$/.test(path))).toEqual([])
  })

  it("runs a user's job, installed in a folder of its own", () => {
    const jet = join(folder, 'node_modules/.bin/jet')
    expect(existsSync(jet)).toBe(true)
    expect(run(process.execPath, [jet, 'run', '-q', 'job.ts', 'text.txt'])).toBe('value\n─────\na = 1\nb = 2\n')
  })

  it('runs a pipeline in place, as in unit tests', () => {
    expect(run(process.execPath, ['in-place.ts'])).toBe('[ 2, 4, 6 ]\n')
  })

  it("types a user's job, right and wrong", () => {
    const tsc = join(WORKSPACE, 'node_modules/.bin/tsc')
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TYPE_SETTINGS))
    expect(run(process.execPath, [tsc])).toBe('')
    copyFileSync(join(folder, 'job.ts'), join(folder, 'right.ts'))
    writeFileSync(join(folder, 'job.ts'), JOB.replace('value + emptyDag', 'value.length + emptyDag'))
    expect(() => run(process.execPath, [tsc])).toThrow()
    copyFileSync(join(folder, 'right.ts'), join(folder, 'job.ts'))
  })
})
