import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MemberRig, until } from '../testing/member-rig.ts'

const MEMBER = fileURLToPath(new URL('../testing/member-process-entry.ts', import.meta.url))
const JOB = fileURLToPath(new URL('../../test/jobs/misbehaves.ts', import.meta.url))

let rig: MemberRig
beforeEach(() => {
  rig = new MemberRig()
})
afterEach(() => rig.close())

/** The execution processes that a data folder has notes of. */
function notedPids(): readonly number[] {
  const folder = rig.path('data/processes')
  return existsSync(folder) ? readdirSync(folder).map((name) => Number.parseInt(name, 10)) : []
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** A member in a process of its own that runs a job which notes numbers. */
async function memberProcess(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [MEMBER, rig.path('data'), JOB, rig.path('numbers.txt'), 'nothing'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stderr.resume()
  child.stdout.resume()
  await until(() => rig.lines('numbers.txt').length > 0)
  return child
}

describe('a member', { timeout: 60_000 }, () => {
  it('gives jobs the secrets they declare and nothing else of its environment', async () => {
    await rig.start({ PASSWORD: 'secret of the job', OTHER: 'of the member' })
    const journal = rig.path('environment.txt')
    const id = await rig.submit({ file: 'shows-environment', args: [journal], settings: { secrets: ['PASSWORD'] } })
    expect((await rig.result(id)).status).toBe('completed')
    expect(JSON.parse(rig.lines('environment.txt')[0]!)).toEqual({ PASSWORD: 'secret of the job' })
  })

  it('refuses a job whose secret it does not have', async () => {
    await rig.start({})
    const settings = { secrets: ['PASSWORD'] }
    const id = await rig.submit({ file: 'shows-environment', args: [rig.path('environment.txt')], settings })
    expect((await rig.result(id)).error).toMatchObject({ code: 'ERR_SECRET_MISSING', details: { secret: 'PASSWORD' } })
  })

  it('keeps the log of a job apart and bounded, for whoever reads or follows it', async () => {
    await rig.start()
    const args = [rig.path('environment.txt'), '300000']
    const id = await rig.submit({ file: 'shows-environment', args })
    let followed = ''
    for await (const bytes of rig.member.logs(id, { follow: true })) followed += Buffer.from(bytes).toString()
    expect((await rig.result(id)).status).toBe('completed')
    expect(followed).toContain('line 299999 ')
    const files = readdirSync(rig.path(`data/logs/${id}`))
    expect(files.length).toBe(5)
    let read = ''
    for await (const bytes of rig.member.logs(id, { follow: false })) read += Buffer.from(bytes).toString()
    expect(read.length).toBeLessThan(21 * 1024 * 1024)
    const numbers = [...read.matchAll(/^line (\d+) /gm)].map((match) => Number(match[1]))
    expect(numbers).toEqual(numbers.map((_, i) => numbers[0]! + i))
    expect(numbers.at(-1)).toBe(299_999)
  })

  it('starts a job again whose process was killed', async () => {
    await rig.start()
    const id = await rig.submit({ file: 'misbehaves', args: [rig.path('numbers.txt'), 'nothing'] })
    await until(() => rig.lines('numbers.txt').length > 0)
    const { executionId } = await rig.member.jobs.get(id)
    for (const pid of notedPids()) process.kill(pid, 'SIGKILL')
    await until(async () => {
      const job = await rig.member.jobs.get(id)
      return job.status === 'running' && job.executionId !== executionId
    })
    const noted = rig.lines('numbers.txt').length
    await until(() => rig.lines('numbers.txt').length > noted)
  })

  it('leaves no execution process behind when it is killed', async () => {
    const child = await memberProcess()
    const pids = notedPids()
    expect(pids.filter(isAlive).length).toBeGreaterThan(0)
    child.kill('SIGKILL')
    await until(() => !pids.some(isAlive))
  })

  it('ends, when it starts, what a former member has left running, and goes on with its jobs', async () => {
    const child = await memberProcess()
    const pids = notedPids().filter(isAlive)
    // A stopped process does not notice that its member has gone.
    for (const pid of pids) process.kill(pid, 'SIGSTOP')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(pids.some(isAlive)).toBe(true)
    const noted = rig.lines('numbers.txt').length
    await rig.start()
    expect(pids.some(isAlive)).toBe(false)
    await until(() => rig.lines('numbers.txt').length > noted)
  })

  it('leaves a process alone that only has the number of a leftover', async () => {
    const bystander = spawn('sleep', ['60'])
    const record = JSON.stringify({ pid: bystander.pid, startTicks: '1', token: 'x' })
    await rig.start()
    await rig.member.stop()
    writeFileSync(rig.path(`data/processes/${bystander.pid}.json`), record)
    writeFileSync(rig.path('data/processes/cut-off.json'), record.slice(0, 9))
    await rig.start()
    expect(isAlive(bystander.pid!)).toBe(true)
    expect(notedPids()).toEqual([])
    bystander.kill()
  })

  it('ends within bounds by SIGTERM, with all its processes', async () => {
    const child = await memberProcess()
    const pids = notedPids()
    child.kill('SIGTERM')
    const [code] = (await once(child, 'exit')) as [number | null]
    expect(code).toBe(0)
    expect(pids.some(isAlive)).toBe(false)
  })
})
