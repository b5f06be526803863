import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type JetResult, runJet } from '../jet-process.ts'

const JOBS = fileURLToPath(new URL('../jobs/', import.meta.url))

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nacelle-failures-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs a job from its own folder, so that paths in reports are short. */
const run = (job: string, ...args: readonly string[]): Promise<JetResult> =>
  runJet(['run', '-t', '2', `${job}.ts`, ...args], { cwd: JOBS })

/** Expects exactly one report, with exit code 1. */
function expectReport({ code, stdout, stderr }: JetResult, text: string | RegExp): void {
  expect(stderr).toMatch(text)
  expect(stderr.match(/^jet: /gm)).toHaveLength(1)
  expect(stdout).toBe('')
  expect(code).toBe(1)
}

describe('a function that throws', () => {
  it("is reported once, with stage, item, and the user's own stack in TypeScript", async () => {
    const result = await run('throws', 'error')
    expectReport(result, "jet: job 'throws' failed: ")
    expect(result.stderr).toBe(
      [
        "jet: job 'throws' failed: stage 'map' of vertex 'map' threw TypeError: Cannot read properties of undefined (reading 'name'), at item 2 [ERR_USER_FUNCTION]",
        '',
        '    7 │ const nameOf = (order: Order): string => order.customer!.name',
        `      ╵ ${' '.repeat(57)}^`,
        '',
        '    at nameOf (throws.ts:7:58)',
        '    at error (throws.ts:11:16)',
        '    at throws.ts:28:38',
        '',
      ].join('\n'),
    )
  })

  it("has the engine's frames too when asked", async () => {
    const { stderr } = await runJet(['run', '-v', 'throws.ts', 'error'], { cwd: JOBS })
    expect(stderr).toMatch(/at CompiledChain\.run/)
    expect(stderr).toMatch(/processor-tasklet\.js:\d+:\d+/)
  })

  it('shows causes', async () => {
    const { stderr } = await run('throws', 'cause')
    expect(stderr).toMatch(/threw Error: no orders today, at item 2[^]*\ncaused by: RangeError: the year is over\n/)
  })

  it('is told to throw an Error when it threw something else', async () => {
    const result = await run('throws', 'value')
    expectReport(
      result,
      /threw a value that is not an Error: "a plain text", at item 2 \[ERR_USER_FUNCTION\]\n.*throw an Error/,
    )
  })

  it('is refused when it returns a promise', async () => {
    expectReport(
      await run('throws', 'promise'),
      /stage 'map' of vertex 'map' returned a promise, at item 2.*\[ERR_PROMISE_RETURNED\]/,
    )
  })

  it('does not end the process by process.exit', async () => {
    expectReport(
      await run('throws', 'exit'),
      /process\.exit\(0\) was called.*at item 2[^]*at exit \(throws\.ts:20:23\)/,
    )
  })
})

describe('a job that cannot be built', () => {
  it('is reported with the place where its builder threw', async () => {
    const result = await run('build-fails', 'throw')
    expectReport(result, /building the pipeline of job 'build-fails' failed: Error: no such table \[ERR_JOB_BUILD\]/)
    expect(result.stderr).toContain('    at build (build-fails.ts:7:31)\n')
  })

  it('is reported with the place where it gave a wrong argument', async () => {
    const result = await run('build-fails', 'argument')
    expectReport(result, /map takes a function/)
    expect(result.stderr).toContain('build-fails.ts:9:36')
  })

  it.each([
    ['nothing', /answered undefined for job 'build-fails'.*is a 'return' missing\?.*\[ERR_NOT_A_PIPELINE\]/],
    ['dangling', /\[ERR_DANGLING_STAGE\]/],
    ['uncaught', /an error that nobody caught in the job's module: .*JSON[^]*build-fails\.ts:11:50/],
    ['exit', /process\.exit\(0\)[^]*at build \(build-fails\.ts:8:32\)/],
  ])('is reported when its builder does this: %s', async (kind, message) => {
    expectReport(await run('build-fails', kind), message)
  })

  it('is reported when its module throws', async () => {
    const result = await run('import-fails')
    expectReport(result, /failed while it was imported: SyntaxError: .*JSON.*\[ERR_JOB_IMPORT\]/)
    expect(result.stderr).toContain('import-fails.ts:3:23')
  })

  it('is refused when it builds another DAG in each thread, with the difference', async () => {
    expectReport(
      await run('clock-dependent'),
      /another DAG in thread \d: vertex 'at-[\d.]+' is only in the main thread; .*vertex 'at-[\d.]+' is only in the other.*\[ERR_DAG_DIFFERS\]/,
    )
  })
})

describe('bad input', () => {
  it.each([
    ['null-key', /Null key from key extractor .*at item .*"id":2.*\[ERR_NULL_KEY\]/],
    ['nan-timestamp', /NaN.*"id":2[^]*\[ERR_TIMESTAMP\]/],
    ['large', /vertex '.*' emitted an item .* more than 16777216 bytes.*\[ERR_ITEM_TOO_LARGE\]/],
  ])('is refused with the item: %s', async (kind, message) => {
    expectReport(await run('bad-items', kind), message)
  })

  it('is refused when no file matches', async () => {
    expectReport(await run('lines', join(folder, '*.none')), /no file matches '.*\*\.none'.*\[ERR_NO_FILES\]/)
  })

  it('is refused when a directory cannot be read', async () => {
    // A link to itself, because to root no permission is missing.
    symlinkSync('loop', join(folder, 'loop'))
    expectReport(await run('lines', join(folder, 'loop/*.txt')), /cannot read '.*loop.*': ELOOP: .*\[ERR_FILE\]/)
  })

  it('is refused with file and line when it is no JSON', async () => {
    const path = join(folder, 'data.jsonl')
    writeFileSync(path, '{"a":1}\n{"a":2}\n{"a":\n{"a":4}\n')
    expectReport(await run('json-lines', path), /data\.jsonl:3: .*the line: .*\[ERR_MALFORMED_LINE\]/)
  })
})
