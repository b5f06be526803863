import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NacelleError } from '../base/nacelle-error.ts'
import { bundleJob, prewarmBundler, stopBundler } from './bundle-job.ts'

let folder: string
const write = (path: string, text: string): string => {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
  return path
}
const bundle = (path: string) => bundleJob(path, { directory: join(folder, 'bundles'), workingDirectory: folder })
const failure = async (path: string): Promise<NacelleError> => {
  const error = await bundle(path).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(NacelleError)
  return error as NacelleError
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-test-'))
  mkdirSync(join(folder, 'bundles'))
  prewarmBundler()
})

afterAll(async () => {
  await stopBundler()
  rmSync(folder, { recursive: true })
})

describe('bundleJob', () => {
  it('makes one file of the job and its imports, named by its content, and leaves the engine outside', async () => {
    write('node_modules/shout/package.json', '{ "name": "shout", "main": "index.js" }')
    write(
      'node_modules/shout/index.js',
      `const os = require('os'); module.exports = (text) => text.toUpperCase() + os.EOL.length`,
    )
    write('part.ts', `import shout from 'shout'\nexport const word: string = shout('word')`)
    const made = await bundle(
      write(
        'job.ts',
        `import { defineJob } from 'nacelle'\nimport { word } from './part.ts'\nexport default defineJob({ name: word }, () => null as never)`,
      ),
    )
    const text = readFileSync(made.path, 'utf8')
    expect(made.sha256).toBe(createHash('sha256').update(text).digest('hex'))
    expect(made.path).toBe(join(folder, 'bundles', `${made.sha256}.mjs`))
    expect(made.sourceCount).toBe(3)
    expect(text).toContain('from "nacelle"')
    expect(text).toContain('toUpperCase')
    expect(text).not.toContain('sourceMappingURL')
    expect(JSON.parse(readFileSync(made.sourceMapPath, 'utf8')).sources).toContain('job.ts')
  })

  it('gives equal modules the same name', async () => {
    write('a.ts', 'export default 1')
    expect((await bundle('a.ts')).sha256).toBe((await bundle('a.ts')).sha256)
    write('a.ts', 'export default 2')
    const other = await bundle('a.ts')
    write('a.ts', 'export default 1')
    expect((await bundle('a.ts')).sha256).not.toBe(other.sha256)
  })

  it('keeps import.meta pointing at the job file, and CommonJS packages working', async () => {
    write('node_modules/common/index.js', `module.exports = require('node:path').basename('/a/b.txt')`)
    write('node_modules/common/data.json', '{}')
    const made = await bundle(
      write(
        'meta/job.ts',
        `import name from 'common'\nexport const facts = [import.meta.url, import.meta.dirname, import.meta.filename, import.meta.resolve('./x.csv'), import.meta.resolve('common/data.json'), name]`,
      ),
    )
    const { facts } = await import(made.path)
    const url = `file://${join(folder, 'meta')}`
    expect(facts).toEqual([
      `${url}/job.ts`,
      join(folder, 'meta'),
      join(folder, 'meta/job.ts'),
      `${url}/x.csv`,
      `file://${join(folder, 'node_modules/common/data.json')}`,
      'b.txt',
    ])
  })

  it('shows a syntax error with file, line, column and the line', async () => {
    const error = await failure(write('syntax.ts', 'const a = 1\n\tconst b = a a\n'))
    expect(error.code).toBe('ERR_BUNDLE')
    expect(error.message).toContain('syntax.ts:2:14: Expected ";" but found "a"')
    expect(error.message).toContain('    2 │ \tconst b = a a\n      ╵ \t            ^')
    expect(error.details).toMatchObject({ file: join(folder, 'syntax.ts'), line: 2, column: 14 })
  })

  it('says where a module is imported that does not exist', async () => {
    expect((await failure(write('missing-file.ts', `import './nowhere.ts'`))).message).toContain(
      `missing-file.ts:1:8: Could not resolve "./nowhere.ts": there is no such file`,
    )
    const scoped = (await failure(write('missing-package.ts', `import x from '@scope/name/sub'\nexport default x`)))
      .message
    expect(scoped).toContain('missing-package.ts:1:15: Could not resolve "@scope/name/sub"')
    expect(scoped).toContain('npm install @scope/name)')
    expect(scoped).not.toContain('external')
  })

  it('shows the first of many mistakes and counts the rest', async () => {
    const error = await failure(
      write('many.ts', Array.from({ length: 9 }, (_, i) => `import './none-${i}.ts'`).join('\n')),
    )
    expect(error.message.match(/there is no such file/g)).toHaveLength(5)
    expect(error.message).toContain('… and 4 more')
  })

  it('refuses native add-ons and names them', async () => {
    write('node_modules/fast/index.js', `module.exports = require('./build/fast.node')`)
    write('node_modules/fast/build/fast.node', 'ELF')
    const error = await failure(write('native.ts', `import fast from 'fast'\nexport default fast`))
    expect(error.code).toBe('ERR_NATIVE_ADDON')
    expect(error.message).toContain(`'./build/fast.node'`)
    expect(error.message).toContain(join('node_modules', 'fast', 'index.js'))
  })

  it.each([
    ['absent.ts', 'ERR_JOB_FILE_MISSING', `job file 'absent.ts' could not be found`],
    ['bundles', 'ERR_JOB_FILE_MISSING', 'is a directory'],
    ['notes.md', 'ERR_JOB_FILE', 'neither TypeScript nor JavaScript'],
  ])('refuses %s as a job file', async (path, code, message) => {
    write('notes.md', '# notes')
    const error = await failure(path)
    expect(error.code).toBe(code)
    expect(error.message).toContain(message)
  })
})
