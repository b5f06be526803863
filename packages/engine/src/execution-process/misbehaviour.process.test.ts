import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MemberRig, until } from '../testing/member-rig.ts'

const MEMORY_BYTES = 128 * 1024 * 1024

const rig = new MemberRig()
beforeAll(async () => {
  await rig.start()
  await rig.submit({ file: 'misbehaves', args: [rig.path('neighbour.txt'), 'nothing'], name: 'neighbour' })
  await until(() => rig.lines('neighbour.txt').length > 0)
}, 60_000)
afterAll(() => rig.close())

/** Lets a job misbehave; answers the error that it fails with. The neighbour has to go on meanwhile and afterwards. */
async function failure(kind: string, settings = {}) {
  const id = await rig.submit({ file: 'misbehaves', args: [rig.path(`${kind}.txt`), kind], name: kind, settings })
  const { status, error } = await rig.result(id)
  expect(status).toBe('failed')
  const noted = rig.lines('neighbour.txt').length
  await until(() => rig.lines('neighbour.txt').length > noted)
  expect((await rig.member.jobs.get('neighbour')).status).toBe('running')
  const numbers = rig.lines('neighbour.txt').map(Number)
  expect(numbers).toEqual(numbers.map((_, i) => (i + 1) * 100))
  return error!
}

const limits = { memoryBytes: null, callDeadlineMs: null, threads: null }

describe('a job that misbehaves ends, and its neighbour goes on', { timeout: 60_000 }, () => {
  it('by an endless loop', async () => {
    const error = await failure('endlessLoop', { limits: { ...limits, callDeadlineMs: 1000 } })
    expect(error).toMatchObject({
      code: 'ERR_CALL_DEADLINE',
      details: { vertex: expect.stringContaining('misbehaviour') },
    })
  })

  it.each(['heap', 'buffers'])('by a memory bomb (%s)', async (kind) => {
    const error = await failure(kind, { limits: { ...limits, memoryBytes: MEMORY_BYTES } })
    expect(error.code).toBe('ERR_MEMORY_LIMIT')
  })

  it('by process.exit', async () => {
    const error = await failure('exit')
    expect(error.message).toContain('process.exit(3) was called')
  })

  it('by leaving without process.exit', async () => {
    const error = await failure('exitForReal')
    expect(error.message).toMatch(/ended unexpectedly|exit code 3/)
  })

  it('by a promise that is rejected and left alone', async () => {
    const error = await failure('rejection')
    expect(error).toMatchObject({ code: 'ERR_UNCAUGHT' })
    expect(error.message).toContain('left alone')
  })

  it('by patched globals, which the member does not share: it still ends the job when asked to', async () => {
    const id = await rig.submit({ file: 'misbehaves', args: [rig.path('globals.txt'), 'globals'], name: 'globals' })
    const ended = rig.result(id)
    await Promise.race([ended, until(() => rig.lines('globals.txt').length > 0)])
    await rig.member.jobs.cancel(id).catch(() => undefined)
    expect((await ended).status).toBe('failed')
    const noted = rig.lines('neighbour.txt').length
    await until(() => rig.lines('neighbour.txt').length > noted)
  })

  it.each(['garbage', 'hugeMessage', 'closedLink'])('by writing to the link with the member (%s)', async (kind) => {
    const error = await failure(kind)
    expect(error.code).toBe('ERR_EXECUTION_PROCESS_PROTOCOL')
  })
})
