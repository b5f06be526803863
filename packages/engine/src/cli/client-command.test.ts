import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HttpServer, openHttpServer } from '../http/http-server.ts'
import { DEFAULT_JOB_SETTINGS } from '../jobs/job-settings.ts'
import { createNodeLogger } from '../platform/node/node-logger.ts'
import { NODE_TIMERS } from '../platform/node/node-timers.ts'
import { FakeMember } from '../testing/fake-member.ts'
import { runClientCommand } from './client-command.ts'
import { parseCommandLine } from './command-line.ts'
import { localTimeText } from './local-time.ts'

const ID = '0123-4567-89ab-cdef'
const HINT = '\nTo see the full stack trace, re-run with the -v/--verbosity option\n'

let member: FakeMember
let server: HttpServer
let time: string
beforeEach(async () => {
  member = new FakeMember()
  server = await openHttpServer({
    address: { host: '127.0.0.1', port: 0 },
    logger: createNodeLogger({ level: 'error' }),
    timers: NODE_TIMERS,
  })
  server.serve(member)
  await submit('0123456789abcdef', 'trades')
  time = localTimeText(member.jobs.all[0]!.submissionTimeMs)
})
afterEach(() => server.close())

async function submit(id: string, name: string | null): Promise<void> {
  await member.jobs.submit({
    id,
    name,
    bundle: { sha256: 'a'.repeat(64) },
    args: [],
    settings: DEFAULT_JOB_SETTINGS,
    dagJson: '{}',
    initialSnapshotName: null,
    ifAbsent: false,
  })
}

async function jet(...argv: readonly string[]) {
  let out = ''
  let err = ''
  const streams = {
    writeOut: (text: string) => void (out += text),
    writeErr: (text: string) => void (err += text),
  }
  const parsed = parseCommandLine(['-t', `127.0.0.1:${server.address.port}`, ...argv], streams)
  if (parsed.kind !== 'client') throw new Error(`not understood: ${err}`)
  return { code: await runClientCommand(parsed.options, streams), out, err }
}

const done = (out: string) => ({ code: 0, out, err: '' })
const failed = (message: string, out = '') => ({ code: 1, out, err: `ERROR: ${message}\n${HINT}` })

describe('jet list-jobs', () => {
  const HEAD = 'ID                  STATUS             SUBMISSION TIME         NAME\n'

  it('shows active jobs in columns, and with -a all', async () => {
    await submit('fedcba9876543210', null)
    const trades = `${ID} RUNNING            ${time} trades\n`
    expect(await jet('list-jobs')).toEqual(done(`${HEAD}fedc-ba98-7654-3210 RUNNING            ${time} N/A\n${trades}`))
    member.jobs.end('fedcba9876543210', 'completed')
    expect(await jet('list-jobs')).toEqual(done(HEAD + trades))
    expect((await jet('list-jobs', '-a')).out).toContain('fedc-ba98-7654-3210 COMPLETED ')
  })

  it('says why a job does not run', async () => {
    Object.assign(member.jobs.all[0]!, { status: 'notRunning', reason: 'waits for members' })
    expect((await jet('list-jobs')).out).toContain('trades  (waits for members)\n')
  })
})

describe('commands to a job', () => {
  const named = () => `id=${ID}, name=trades, submissionTime=${time}`

  it('suspend and resume it, and say when that is done', async () => {
    expect(await jet('suspend', 'trades')).toEqual(done(`Suspending job ${named()}...\nJob suspended.\n`))
    expect(await jet('suspend', ID)).toEqual(
      failed(`Job '${ID}' is not running. Current state: SUSPENDED [ERR_JOB_STATE]`),
    )
    expect(await jet('restart', 'trades')).toEqual(
      failed("Job 'trades' is not running. Current state: SUSPENDED [ERR_JOB_STATE]"),
    )
    expect(await jet('resume', ID)).toEqual(done(`Resuming job ${named()}...\nJob resumed.\n`))
    expect(await jet('resume', 'trades')).toEqual(
      failed("Job 'trades' is not suspended. Current state: RUNNING [ERR_JOB_STATE]"),
    )
  })

  it('restart it, and wait for the new execution while the old one still runs', async () => {
    let looks = 0
    const get = member.jobs.get.bind(member.jobs)
    member.jobs.onCommand = () => {
      member.jobs.get = (job) => {
        if (++looks === 3) member.jobs.all[0]!.executionId = 'another'
        return get(job)
      }
    }
    expect(await jet('restart', 'trades')).toEqual(done(`Restarting job ${named()}...\nJob restarted.\n`))
    expect(looks).toBe(3)
  })

  it('cancel it, and do not hang when it completes first', async () => {
    member.jobs.endOnCancel = 'completed'
    expect(await jet('cancel', 'trades')).toEqual(
      done(`Cancelling job ${named()}\nJob completed before it was cancelled.\n`),
    )
    expect(await jet('cancel', 'trades')).toEqual(
      failed("Job 'trades' is not active. Current state: COMPLETED [ERR_JOB_STATE]"),
    )
    member.jobs.endOnCancel = 'failed'
    await submit('fedcba9876543210', 'other')
    expect((await jet('cancel', 'other')).out).toContain('Job cancelled.\n')
  })

  it('say that it failed instead of waiting for ever', async () => {
    member.jobs.onCommand = (job) => member.jobs.end(job.id, 'failed', 'ERR_X')
    const { code, err } = await jet('suspend', 'trades')
    expect(code).toBe(1)
    expect(err).toContain("Job 'trades' could not be suspended. Current state: FAILED")
  })

  it.each(['suspend', 'resume', 'restart', 'cancel', 'logs', 'metrics'])(
    '%s names a job that is not there',
    async (command) => {
      expect(await jet(command, 'none')).toEqual(failed("No job with name or id 'none' was found [ERR_JOB_NOT_FOUND]"))
    },
  )
})

describe('snapshots', () => {
  it('are saved, listed and deleted', async () => {
    expect(await jet('save-snapshot', 'trades', 's1')).toEqual(
      done("Saving snapshot with name 's1' from job 'trades'...\nExported snapshot 's1'.\n"),
    )
    expect(await jet('list-snapshots')).toEqual(
      done(
        'TIME                    SIZE (bytes)    JOB NAME                 SNAPSHOT NAME\n' +
          `${time} 1,234,567       trades                   s1\n`,
      ),
    )
    expect(await jet('delete-snapshot', 's1')).toEqual(done("Deleted snapshot 's1'.\n"))
    expect(await jet('delete-snapshot', 's1')).toEqual(
      failed("Didn't find a snapshot named 's1' [ERR_SNAPSHOT_NOT_FOUND]"),
    )
  })

  it('may cancel their job', async () => {
    expect(await jet('save-snapshot', '-C', 'trades', 's1')).toEqual(
      done("Saving snapshot with name 's1' from job 'trades' and cancelling the job...\nExported snapshot 's1'.\n"),
    )
    expect(member.jobs.all[0]!.status).toBe('failed')
  })

  it('have names of jobs shortened unless all is asked for', async () => {
    const name = 'a-name-of-more-than-24-characters'
    await submit('fedcba9876543210', name)
    await jet('save-snapshot', name, 's1')
    expect((await jet('list-snapshots')).out).toContain(' a-name-of-more-than-24-* s1\n')
    expect((await jet('list-snapshots', '-F')).out).toContain(` ${name} s1\n`)
  })
})

describe('jet cluster, logs and metrics', () => {
  it('show the members', async () => {
    expect(await jet('cluster')).toEqual(
      done(
        'State: ACTIVE\nVersion: 0.1.0\nSize: 1\n\n' +
          'ADDRESS                  UUID\n[127.0.0.1]:5701         11111111-2222-3333-4444-555555555555\n',
      ),
    )
  })

  it('show what a job has printed and measured', async () => {
    member.logLines.push('first ü', 'second')
    expect(await jet('logs', 'trades')).toEqual(done('first ü\nsecond\n'))
    expect((await jet('metrics', 'trades')).out).toContain('12 items in, 7 items out, watermark 5 ms behind')
    expect((await jet('metrics')).out).toContain('Uptime: 1.5 s\n')
  })
})

describe('errors', () => {
  it('are whole stacks when wanted', async () => {
    const { err, out } = await jet('cancel', 'none', '-v')
    expect(out).toContain('Verbose mode is on')
    expect(err).toMatch(/^ERROR: No job .*\n\s+at /)
    expect(err).not.toContain(HINT)
  })

  it('say that another cluster answers', async () => {
    const { port } = server.address
    expect((await jet('cluster', '-t', `dev@127.0.0.1:${port}`)).err).toContain(
      "this is a member of cluster 'jet', not of 'dev'",
    )
  })

  it('say that nobody answers', async () => {
    const { port } = server.address
    await server.close()
    const { code, err } = await jet('list-jobs')
    expect(code).toBe(1)
    expect(err).toContain(`ERROR: no member answers at 127.0.0.1:${port}: start one with 'jet start'`)
  })
})
