import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { JetProcess, runJet } from '../jet-process.ts'

const PRINTS = fileURLToPath(new URL('../jobs/prints.ts', import.meta.url))

describe('output of jobs', () => {
  it("keeps what users' functions print, all of it, apart from logs and progress", async () => {
    const { code, stdout, stderr } = await runJet(['run', PRINTS, '20000'])
    const printed = stdout.split('\n').slice(0, -1).map(Number)
    expect(printed.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20_000 }, (_, i) => i))
    const [log, summary, end] = stderr.split('\n')
    expect(log).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \[ INFO\] \[nacelle-worker-\d\]: number 0$/)
    expect(summary).toMatch(/^prints: 1 item in /)
    expect(end).toBe('')
    expect(code).toBe(0)
  })

  it('drops log lines below the level', async () => {
    const { stderr } = await runJet(['run', '--log-level', 'warn', PRINTS, '1'])
    expect(stderr).not.toContain('number 0')
  })

  it('writes neither colours nor control characters where there is no terminal', async () => {
    const { stdout, stderr } = await runJet(['run', PRINTS, '10'], { env: { NO_COLOR: '' } })
    expect(stdout + stderr).not.toMatch(/[\r\u001B]/)
  })

  it('uses colours where they are forced, and NO_COLOR beats that', async () => {
    const colored = await runJet(['run', PRINTS, '1'], { env: { NO_COLOR: '', FORCE_COLOR: '1' } })
    expect(colored.stderr).toContain('\u001B[1mprints\u001B[22m: 1 item in ')
    const plain = await runJet(['run', PRINTS, '1'], { env: { NO_COLOR: '1', FORCE_COLOR: '1' } })
    expect(plain.stderr).toContain('prints: 1 item in ')
  })

  it('goes on when nobody reads what is said about the job', async () => {
    const jet = new JetProcess(['run', PRINTS, '1000'])
    jet.child.stderr!.destroy()
    const { code, stdout } = await jet.result
    expect(stdout.split('\n')).toHaveLength(1001)
    expect(code).toBe(0)
  })

  it('stops when nobody reads the results any more', async () => {
    const jet = new JetProcess(['run', PRINTS, '500000'])
    await jet.wrote('stdout', '0\n')
    jet.child.stdout!.destroy()
    const { code, stderr } = await jet.result
    expect(code).toBe(141)
    expect(stderr).not.toContain('EPIPE')
    expect(stderr).not.toContain('failed')
  })
})
