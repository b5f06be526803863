// The package as npm would publish it, used in a folder of its own beside nothing but its declared dependencies.
import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ENGINE = fileURLToPath(new URL('..', import.meta.url))
const requireOfEngine = createRequire(join(ENGINE, 'package.json'))

let folder = ''
let published: readonly string[] = []

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'nacelle-package-')))
  const staging = join(folder, 'staging')
  for (const part of ['package.json', 'README.md', 'LICENSE', 'bin']) {
    cpSync(join(ENGINE, part), join(staging, part), { recursive: true })
  }
  node('typescript/bin/tsc', '--project', join(ENGINE, 'tsconfig.build.json'), '--outDir', join(staging, 'dist'))
  const packing = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
  const answer = execFileSync('npm', packing, { cwd: staging, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  const [packed] = JSON.parse(answer) as [
    { readonly filename: string; readonly files: readonly { readonly path: string }[] },
  ]
  published = packed.files.map(({ path }) => path)
  const target = join(folder, 'node_modules/nacelle')
  mkdirSync(target, { recursive: true })
  execFileSync('tar', ['-xzf', join(folder, packed.filename), '--strip-components=1', '-C', target])
  linkDependencies(join(target, 'package.json'))
  write('package.json', '{ "type": "module" }')
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function linkDependencies(manifest: string): void {
  const { dependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly dependencies: object }
  for (const name of Object.keys(dependencies)) {
    symlinkSync(folderOf(name), join(folder, 'node_modules', name), 'dir')
  }
}

function folderOf(dependency: string): string {
  const candidates = requireOfEngine.resolve.paths(dependency)!.map((modules) => join(modules, dependency))
  const found = candidates.find((path) => existsSync(join(path, 'package.json')))
  if (found === undefined) throw new Error(`${dependency} is not installed`)
  return realpathSync(found)
}

/** Runs a script of an installed package, in the folder of the test; fails with what it wrote when it fails. */
function node(script: string, ...args: readonly string[]): string {
  const [name = '', ...rest] = script.split('/')
  const path = name === 'nacelle' ? join(folder, 'node_modules/nacelle', ...rest) : join(folderOf(name), ...rest)
  const { stdout, stderr, status } = spawnSync(process.execPath, [path, ...args], { cwd: folder, encoding: 'utf8' })
  expect({ script, status, stderr, stdout: status === 0 ? '' : stdout }).toEqual({
    script,
    status: 0,
    stderr: '',
    stdout: '',
  })
  return stdout
}

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text)
}

describe('the published package', () => {
  it('has licence, description, command and built code, and nothing that only tests need', () => {
    expect(published).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'package.json',
        'bin/jet.mjs',
        'dist/index.js',
        'dist/index.d.ts',
      ]),
    )
    expect(
      published.filter((path) => /\.(test|test-d|bench|conformance)\.|^dist\/testing\/|^src\//.test(path)),
    ).toEqual([])
  })

  it('has what its manifest promises', () => {
    const { exports } = requireOfEngine('./package.json') as { readonly exports: object }
    const targets = Object.values(exports).flatMap((target: string | object) =>
      typeof target === 'string' ? [target] : (Object.values(target) as string[]),
    )
    expect(targets.map((target) => target.replace('./', '')).filter((path) => !published.includes(path))).toEqual([])
  })

  it("compiles and runs a user's job", () => {
    const job = /```ts\n(.*?)```/s.exec(readFileSync(join(ENGINE, 'README.md'), 'utf8'))![1]!
    write('frequent-words.ts', job)
    write('words.txt', 'one two two\nthree three three\n')
    const options = { module: 'nodenext', target: 'es2024', strict: true, noEmit: true, types: [] }
    write('tsconfig.json', JSON.stringify({ compilerOptions: options, files: ['frequent-words.ts'] }))
    node('typescript/bin/tsc', '--project', folder)
    const output = node('nacelle/bin/jet.mjs', 'run', '--quiet', 'frequent-words.ts', 'words.txt')
    expect(output).toMatch(/three +3\ntwo +2\none +1\n/)
  }, 60_000)
})
