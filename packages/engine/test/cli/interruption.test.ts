import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { JetProcess } from '../jet-process.ts'

const ENDLESS = fileURLToPath(new URL('../jobs/endless.ts', import.meta.url))

let folder = ''
let journal = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nacelle-interruption-'))
  journal = join(folder, 'journal.txt')
})
afterEach(() => rmSync(folder, { recursive: true }))

const closed = (): readonly string[] => readFileSync(journal, 'utf8').split('\n').slice(0, -1).toSorted()

async function startEndless(...args: readonly string[]): Promise<JetProcess> {
  const jet = new JetProcess(['run', '-t', '2', ENDLESS, journal, ...args])
  await jet.wrote('stdout', 'running')
  return jet
}

describe('an endless job', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('ends by %s when it has closed what it opened', async (signal, exitCode) => {
    const jet = await startEndless()
    jet.child.kill(signal)
    const { code, stderr } = await jet.result
    expect(closed()).toEqual(['sink closed', 'sink is being closed', 'source closed'])
    expect(stderr).toMatch(
      new RegExp(
        `^jet: cancelling job 'endless' \\(once more ends it at once\\)\njet: job 'endless' was cancelled by ${signal} \\([\\d,]+ items in .*\\)\n$`,
      ),
    )
    expect(code).toBe(exitCode)
  })

  it('ends when a function does not come back', async () => {
    const jet = await startEndless('stuck')
    jet.child.kill('SIGINT')
    const { code, stderr } = await jet.result
    expect(stderr).toContain("jet: job 'endless' was cancelled by SIGINT")
    expect(code).toBe(130)
  })

  it('ends at once by the second signal', async () => {
    const jet = await startEndless('slow')
    jet.child.kill('SIGINT')
    await jet.wrote('stderr', 'cancelling')
    jet.child.kill('SIGINT')
    const { code, stderr } = await jet.result
    expect(stderr).not.toContain('was cancelled')
    expect(code).toBe(130)
  })
})
