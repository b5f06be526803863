import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleJob, stopBundler } from './bundle-job.ts'
import type { JobBundle } from './job-bundle.ts'
import { pathForPeople, StackMapper } from './source-map.ts'

const JOB = `import { parse } from './parse.ts'
import { check } from 'checker'

interface Line { readonly text: string }

export function first(line: Line): number {
  return parse(line.text)
}
export function second(line: Line): void {
  check(() => first(line))
}
`
const PARSE = `type Text = string

export function parse(text: Text): number {
  if (text.length > 0) throw new TypeError('ünexpected ' + text)
  return 0
}
`

let folder: string
let bundle: JobBundle

/** The stack of calling an export of the bundle, from a process without a test runner that would rewrite it. */
function stackOf(name: string): string {
  const script = `import(${JSON.stringify(pathToFileURL(bundle.path).href)}).then((job) => { try { job.${name}({ text: 'x' }) } catch (error) { process.stdout.write(error.stack) } })`
  return execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'source-map-test-'))
  mkdirSync(join(folder, 'node_modules/checker'), { recursive: true })
  writeFileSync(
    join(folder, 'node_modules/checker/package.json'),
    '{ "name": "checker", "type": "module", "exports": "./index.js" }',
  )
  writeFileSync(
    join(folder, 'node_modules/checker/index.js'),
    '\n\nexport function check(call) {\n  return call()\n}\n',
  )
  writeFileSync(join(folder, 'job.ts'), JOB)
  writeFileSync(join(folder, 'parse.ts'), PARSE)
  bundle = await bundleJob('job.ts', { directory: folder, workingDirectory: folder })
})
afterAll(async () => {
  await stopBundler()
  rmSync(folder, { recursive: true })
})

describe('StackMapper', () => {
  it('leads frames back to file, line and column of the sources', () => {
    const frames = new StackMapper(bundle).frames(stackOf('first'))
    expect(
      frames.filter((frame) => frame.owner === 'job').map(({ functionName, place }) => [functionName, place]),
    ).toEqual([
      ['parse', { file: join(folder, 'parse.ts'), line: 4, column: 30 }],
      ['first', { file: join(folder, 'job.ts'), line: 7, column: 10 }],
    ])
  })

  it('tells code of packages from that of the job', () => {
    const frames = new StackMapper(bundle).frames(stackOf('second'))
    expect(
      frames
        .filter((frame) => frame.owner !== 'node')
        .slice(0, 5)
        .map((frame) => [frame.owner, frame.functionName]),
    ).toEqual([
      ['job', 'parse'],
      ['job', 'first'],
      ['job', null],
      ['package', 'check'],
      ['job', 'second'],
    ])
  })

  it('has the text of source lines', () => {
    const mapper = new StackMapper(bundle)
    expect(mapper.sourceLine({ file: join(folder, 'parse.ts'), line: 4, column: 1 })).toBe(PARSE.split('\n')[3])
    expect(mapper.sourceLine({ file: join(folder, 'elsewhere.ts'), line: 1, column: 1 })).toBeNull()
    expect(mapper.sourceLine({ file: join(folder, 'parse.ts'), line: 99, column: 1 })).toBeNull()
  })

  it('knows frames of the engine, generated ones too, and of Node', () => {
    const engine = new URL('../execution/worker.ts', import.meta.url).href
    const stack = [
      'Error: head line (not a frame)',
      `    at run (${engine}:1:2)`,
      `    at eval (eval at compile (${engine}:3:4), <anonymous>:5:6)`,
      '    at async Promise.all (index 0)',
      '    at process.processTicks (node:internal/process/task_queues:103:5)',
      '    at Array.map (<anonymous>)',
    ].join('\n')
    expect(new StackMapper(bundle).frames(stack).map((frame) => frame.owner)).toEqual([
      'engine',
      'engine',
      'node',
      'node',
      'node',
    ])
  })
})

describe('pathForPeople', () => {
  it.each([
    ['/a/b/c.ts', '/a', 'b/c.ts'],
    ['/x/c.ts', '/a', '/x/c.ts'],
  ])('shows %s from %s as %s', (path, workingDirectory, expected) => {
    expect(pathForPeople(path, workingDirectory)).toBe(expected)
  })
})
