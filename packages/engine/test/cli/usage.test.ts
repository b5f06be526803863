import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runJet } from '../jet-process.ts'

const JOBS = fileURLToPath(new URL('../jobs/', import.meta.url))

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nacelle-usage-'))
  copyFileSync(join(JOBS, 'syntax-error.txt'), join(folder, 'syntax-error.ts'))
  writeFileSync(join(folder, 'notes.md'), '# notes')
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('jet', () => {
  it('explains itself on the standard output', async () => {
    const { code, stdout, stderr } = await runJet(['run', '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('Usage: jet run [options] <job file> [args...]')
    expect(stdout).toContain('Exit codes: 0 done, 1 the job failed, 2 wrong usage, 130 interrupted')
    expect(stderr).toBe('')
  })

  it.each([
    ['no job file', ['run'], "missing required argument 'job file'"],
    ['an unknown option', ['run', '--fast', 'job.ts'], "unknown option '--fast'"],
    ['an unknown command', ['fly'], "unknown command 'fly'"],
    ['a job file that is not there', ['run', 'none.ts'], "jet: job file 'none.ts' could not be found"],
    ['a job file that is no code', ['run', 'notes.md'], "job file 'notes.md' is neither TypeScript nor JavaScript"],
    ['a module that is no job', ['run', join(JOBS, 'no-job.ts')], "no default export (it exports only 'answer')"],
  ])('answers 2 for %s', async (_name, args, message) => {
    const { code, stdout, stderr } = await runJet(args, { cwd: folder })
    expect(stderr).toContain(message)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  it('shows where a syntax error is', async () => {
    const { code, stderr } = await runJet(['run', 'syntax-error.ts'], { cwd: folder })
    expect(stderr).toBe(
      [
        'jet: syntax-error.ts cannot be bundled: [ERR_BUNDLE]',
        '',
        'syntax-error.ts:4:22: Expected ";" but found "first"',
        '    4 │ const second = first first',
        '      ╵                      ^~~~~',
        '',
      ].join('\n'),
    )
    expect(code).toBe(1)
  })
})

describe('jet run', () => {
  it('gives arguments to the job as they stand', async () => {
    const args = ['--threads', '-q', '--', 'a b', '', '*', '-']
    const { code, stdout } = await runJet(['run', '-t', '1', join(JOBS, 'echo.ts'), ...args])
    expect(stdout.split('\n').slice(2, -1)).toEqual(args.map((arg, i) => `       ${i}  ${JSON.stringify(arg)}`))
    expect(code).toBe(0)
  })

  it('sums up on the error output, by the name that it was given', async () => {
    const { code, stderr } = await runJet(['run', '--name', 'hello', join(JOBS, 'echo.ts'), 'a', 'b'])
    expect(stderr).toMatch(/^hello: 2 items in \d+(\.\d)? m?s, [\d.]+( k)? items\/s\n$/)
    expect(code).toBe(0)
  })

  it('writes nothing but results when quiet', async () => {
    const { code, stdout, stderr } = await runJet(['run', '-q', join(JOBS, 'echo.ts'), 'a'])
    expect(stdout).toBe('position  argument\n────────  ────────\n       0  "a"\n')
    expect(stderr).toBe('')
    expect(code).toBe(0)
  })
})
