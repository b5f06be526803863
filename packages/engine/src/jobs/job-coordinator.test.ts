import { describe, expect, it } from 'vitest'
import { NacelleError } from '../base/nacelle-error.ts'
import type { GridCall, GridFault } from '../grid/grid-fault.ts'
import { createMemoryGrid } from '../grid/memory-grid.ts'
import { MemoryGridContent } from '../grid/memory-grid-content.ts'
import { FakeClock } from '../platform/fake/fake-clock.ts'
import { FakeTimers } from '../platform/fake/fake-timers.ts'
import { RecordingLogger } from '../platform/fake/recording-logger.ts'
import { SeededRandom } from '../platform/fake/seeded-random.ts'
import { CountingExecutionHost, type SinkLedger } from '../testing/counting-execution-host.ts'
import { HOOK_POINTS, type HookPoint } from './hook-point.ts'
import { JobCoordinator } from './job-coordinator.ts'
import type { JobSubmission } from './job-service.ts'
import { DEFAULT_JOB_SETTINGS, type JobSettings } from './job-settings.ts'
import { JOB_STATUS_TEXTS } from './job-status.ts'
import { JOBS_PLACE } from './job-store.ts'

const SUMMARY = { name: 'jet', state: 'active', version: '0', members: [] } as const
const dagJson = (kind = 'windowAggregate', operations = ['counting']): string =>
  JSON.stringify({ vertices: [{ name: 'source', localParallelism: 1, description: { kind, operations, sizeMs: 10 } }] })

const submission = (name: string | null, settings: Partial<JobSettings> = {}): JobSubmission => ({
  name,
  bundle: { sha256: 'b'.repeat(64) },
  args: [],
  settings: { ...DEFAULT_JOB_SETTINGS, guarantee: 'exactlyOnce', snapshotIntervalMs: 100, ...settings },
  dagJson: dagJson(),
  initialSnapshotName: null,
  ifAbsent: false,
})

/** A grid that outlives members, and the member that coordinates on it now. */
class Bench {
  readonly clock = new FakeClock()
  readonly timers = new FakeTimers(this.clock)
  readonly logger = new RecordingLogger()
  readonly random: SeededRandom
  readonly content: MemoryGridContent
  readonly ledger: SinkLedger = { released: [], prepared: new Map() }
  faults: (call: GridCall) => GridFault | null = () => null
  crashAt: HookPoint | null = null
  reached: HookPoint[] = []
  host!: CountingExecutionHost
  coordinator!: JobCoordinator

  constructor(seed = 1) {
    this.random = new SeededRandom(seed)
    this.content = new MemoryGridContent(this.random.uuid())
  }

  /** A new member: nothing of the one before runs any more. */
  async boot(): Promise<JobCoordinator> {
    const grid = createMemoryGrid({ ...this, faults: (call) => this.faults(call) })
    const host = new CountingExecutionHost(grid, this.ledger)
    const coordinator: JobCoordinator = new JobCoordinator({
      grid,
      host,
      platform: this,
      cluster: () => SUMMARY,
      reached: (hook) => {
        this.reached.push(hook)
        if (this.crashAt !== hook) return
        this.crashAt = null
        host.isDead = true
        coordinator.close()
      },
    })
    this.host = host
    this.coordinator = coordinator
    await coordinator.start()
    await this.settle()
    return coordinator
  }

  /** Promises that are ready run; no time passes. */
  async settle(): Promise<void> {
    for (let i = 0; i < 200; i++) await Promise.resolve()
  }

  async pass(ms: number, stepMs = 50): Promise<void> {
    for (let at = 0; at < ms; at += stepMs) {
      this.timers.advance(stepMs)
      await this.settle()
    }
  }

  async status(idOrName: string): Promise<string> {
    return JOB_STATUS_TEXTS[(await this.coordinator.get(idOrName)).status]
  }

  async keys(prefix: string): Promise<string[]> {
    const keys: string[] = []
    const grid = createMemoryGrid({ ...this, faults: () => null })
    for await (const { key } of grid.kv(JOBS_PLACE).list(prefix)) keys.push(key)
    return keys
  }

  async blobs(): Promise<string[]> {
    const ids: string[] = []
    const grid = createMemoryGrid({ ...this, faults: () => null })
    for await (const { id } of grid.blobs(JOBS_PLACE).list('snap/')) ids.push(id)
    return ids.sort()
  }
}

async function running(settings: Partial<JobSettings> = {}): Promise<{ bench: Bench; id: string }> {
  const bench = new Bench()
  const coordinator = await bench.boot()
  const { id } = await coordinator.submit(submission('trades', settings))
  await bench.settle()
  return { bench, id }
}

const oneTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1)

describe('a job', () => {
  it('runs once submitted, is snapshotted and completes, and leaves its result only', async () => {
    const { bench, id } = await running()
    expect(await bench.status('trades')).toBe('RUNNING')
    const result = bench.coordinator.awaitResult(id)
    for (let i = 0; i < 5; i++) {
      bench.host.work(3)
      await bench.pass(100)
    }
    const { snapshot } = await bench.coordinator.get(id)
    expect(snapshot!.id).toBe(5)
    expect(bench.ledger.released).toEqual(oneTo(15))
    const folders = new Set((await bench.blobs()).map((blob) => blob.split('/')[3]))
    expect([...folders].sort()).toEqual(['4', '5'])
    bench.host.end(bench.host.running[0]!, { kind: 'completed' })
    await bench.settle()
    expect(await result).toMatchObject({ id, status: 'completed', error: null })
    expect(await bench.keys('')).toEqual(['coordinator', `jobs/${id}/result`])
    expect(await bench.blobs()).toEqual([])
    expect(await bench.coordinator.list({ all: false })).toEqual([])
    expect(await bench.coordinator.get('trades')).toMatchObject({ id, status: 'completed' })
  })

  it('is suspended, resumed, restarted and cancelled', async () => {
    const { bench, id } = await running()
    bench.host.work(4)
    await bench.coordinator.suspend('trades')
    await bench.settle()
    expect(await bench.coordinator.get(id)).toMatchObject({
      status: 'suspended',
      reason: 'it was suspended by its user',
      snapshot: { id: 1 },
    })
    expect(bench.ledger.released).toEqual(oneTo(4))
    await bench.coordinator.resume('trades')
    await bench.settle()
    bench.host.work(2)
    await bench.coordinator.restart('trades')
    await bench.settle()
    expect([await bench.status(id), bench.ledger.released]).toEqual(['RUNNING', oneTo(6)])
    expect(bench.host.requests.map(({ snapshotId }) => snapshotId)).toEqual([0, 1, 2])
    await bench.coordinator.cancel(id)
    await bench.settle()
    expect(await bench.coordinator.result(id)).toMatchObject({ status: 'failed', error: { code: 'ERR_CANCELLED' } })
    await expect(bench.coordinator.cancel(id)).rejects.toMatchObject({ code: 'ERR_JOB_STATE' })
  })

  it('that fails says why, and how it is started again', async () => {
    const { bench, id } = await running({ restart: { ...DEFAULT_JOB_SETTINGS.restart, attempts: 1 } })
    const error = { ...(await import('../base/encoded-error.ts')).encodeError(new TypeError('broken')) }
    bench.host.end(bench.host.running[0]!, { kind: 'failed', error, restartable: false })
    await bench.settle()
    expect(await bench.coordinator.get(id)).toMatchObject({ status: 'running', restarts: 1 })
    bench.host.end(bench.host.running[0]!, { kind: 'failed', error, restartable: false })
    await bench.settle()
    expect(await bench.coordinator.get(id)).toMatchObject({ status: 'failed', reason: 'TypeError: broken' })
  })

  it('goes on when snapshots fail', async () => {
    const { bench } = await running()
    bench.host.failSnapshots = 2
    for (let i = 0; i < 4; i++) {
      bench.host.work(2)
      await bench.pass(100)
    }
    expect(bench.ledger.released).toEqual(oneTo(8))
    expect(bench.logger.entries.filter(({ level }) => level === 'warn')).toHaveLength(2)
  })

  it('restores the snapshot before a damaged one', async () => {
    const { bench, id } = await running()
    bench.host.work(2)
    await bench.pass(100)
    await bench.pass(100)
    const damaged = new NacelleError('ERR_SNAPSHOT_DAMAGED', 'a chunk is damaged')
    await bench.boot()
    bench.coordinator.close()
    bench.host.isDead = true
    const grid = createMemoryGrid({ ...bench, faults: () => null })
    bench.host = new CountingExecutionHost(grid, bench.ledger)
    bench.host.initErrors = [damaged]
    bench.coordinator = new JobCoordinator({ grid, host: bench.host, platform: bench, cluster: () => SUMMARY })
    await bench.coordinator.start()
    await bench.settle()
    expect(bench.host.requests.map(({ snapshotId }) => snapshotId)).toEqual([2, 1])
    expect(bench.logger.entries.some(({ level, message }) => level === 'error' && /DAMAGED/.test(message))).toBe(true)
    await bench.pass(100)
    expect((await bench.coordinator.get(id)).snapshot!.id).toBe(3)
  })
})

describe('submission', () => {
  it('joins the same job, also when repeated with its id, and refuses another one of the name', async () => {
    const { bench, id } = await running()
    const { coordinator } = bench
    expect(await coordinator.submit(submission('trades'))).toEqual({ id, isNew: false })
    expect(await coordinator.submit({ ...submission('trades'), args: ['x'], ifAbsent: true })).toEqual({
      id,
      isNew: false,
    })
    await expect(coordinator.submit({ ...submission('trades'), args: ['x'] })).rejects.toMatchObject({
      code: 'ERR_JOB_NAME_TAKEN',
    })
    const named = { ...submission(null), id: 'fedcba9876543210' }
    const both = await Promise.all([coordinator.submit(named), coordinator.submit(named)])
    expect(both.map(({ isNew }) => isNew)).toEqual([true, false])
    expect(await coordinator.list({ all: false })).toHaveLength(2)
  })

  it('of one name many times at once makes one job', async () => {
    const bench = new Bench()
    const coordinator = await bench.boot()
    const all = await Promise.all(Array.from({ length: 20 }, () => coordinator.submit(submission('one'))))
    expect(new Set(all.map(({ id }) => id)).size).toBe(1)
    await bench.settle()
    expect(bench.host.running).toHaveLength(1)
  })

  it('frees the name when the job has ended', async () => {
    const { bench, id } = await running()
    await bench.coordinator.cancel(id)
    await bench.settle()
    const again = await bench.coordinator.submit({ ...submission('trades'), args: ['x'] })
    expect(again.isNew).toBe(true)
    expect((await bench.coordinator.get('trades')).id).toBe(again.id)
  })

  it('finds a job whose record was written and not acknowledged', async () => {
    const bench = new Bench()
    const coordinator = await bench.boot()
    bench.faults = ({ operation, name }) =>
      name.endsWith('/record') && (operation === 'create' || operation === 'get')
        ? { outcome: operation === 'create' ? 'replyLost' : 'unavailable' }
        : null
    await expect(coordinator.submit(submission('trades'))).rejects.toBeInstanceOf(NacelleError)
    bench.faults = () => null
    await bench.pass(2000)
    expect(await bench.status('trades')).toBe('RUNNING')
  })

  it('knows unknown jobs and bad names', async () => {
    const { bench } = await running()
    await expect(bench.coordinator.get('nobody')).rejects.toMatchObject({ code: 'ERR_JOB_NOT_FOUND' })
    await expect(bench.coordinator.submit(submission(''))).rejects.toMatchObject({ code: 'ERR_JOB_CONFIG' })
    await expect(bench.coordinator.exportSnapshot('trades', ' ', { cancel: false })).rejects.toMatchObject({
      code: 'ERR_SNAPSHOT_NAME_INVALID',
    })
  })
})

describe('an exported snapshot', () => {
  it('outlives its job, starts another one, and is deleted when nobody needs it', async () => {
    const { bench, id } = await running()
    bench.host.work(3)
    const exported = await bench.coordinator.exportSnapshot('trades', 'v1', { cancel: true })
    expect(exported).toMatchObject({ name: 'v1', jobId: id, jobName: 'trades' })
    await bench.settle()
    expect(await bench.coordinator.result(id)).toMatchObject({ error: { code: 'ERR_CANCELLED' } })
    expect(bench.ledger.released).toEqual(oneTo(3))
    expect((await bench.blobs()).length).toBe(2)

    const changed = { ...submission('trades2'), initialSnapshotName: 'v1', dagJson: dagJson('windowAggregate') }
    await bench.coordinator.submit(changed)
    await bench.settle()
    expect(await bench.coordinator.deleteSnapshot('v1')).toBe(true)
    expect(await bench.coordinator.deleteSnapshot('v1')).toBe(false)
    await bench.settle()
    expect((await bench.blobs()).some((blob) => blob.startsWith(`snap/${id}/`))).toBe(true)
    bench.host.work(2)
    await bench.pass(200)
    expect(bench.ledger.released).toEqual(oneTo(5))
    expect((await bench.blobs()).some((blob) => blob.startsWith(`snap/${id}/`))).toBe(false)
  })

  it('of a running job moves nothing', async () => {
    const { bench, id } = await running()
    bench.host.work(3)
    await bench.coordinator.exportSnapshot(id, 'v1', { cancel: false })
    await bench.settle()
    expect(bench.ledger.released).toEqual([])
    expect((await bench.coordinator.get(id)).snapshot).toBeNull()
    await bench.pass(100)
    expect(bench.ledger.released).toEqual(oneTo(3))
    await bench.coordinator.suspend(id)
    await bench.settle()
    await bench.coordinator.exportSnapshot(id, 'v1', { cancel: false })
    expect(await bench.coordinator.listSnapshots()).toMatchObject([{ name: 'v1', snapshotId: 3 }])
  })

  it('is refused for a job whose state it does not fit, with what differs', async () => {
    const { bench } = await running()
    await bench.coordinator.exportSnapshot('trades', 'v1', { cancel: true })
    await bench.settle()
    const start = (json: string) =>
      bench.coordinator.submit({ ...submission('next'), initialSnapshotName: 'v1', dagJson: json })
    await expect(start(dagJson('rollingAggregate'))).rejects.toMatchObject({
      code: 'ERR_JOB_UPDATE',
      message: expect.stringContaining(`'source' has kind "rollingAggregate", and had "windowAggregate"`),
    })
    await expect(start(dagJson('windowAggregate', ['summing']))).rejects.toMatchObject({ code: 'ERR_JOB_UPDATE' })
    await expect(bench.coordinator.submit({ ...submission('next'), initialSnapshotName: 'v2' })).rejects.toMatchObject({
      code: 'ERR_SNAPSHOT_NOT_FOUND',
    })
  })
})

describe('a coordinator', () => {
  it('that is overtaken by another one ends its executions and decides nothing more', async () => {
    const { bench } = await running()
    const [first, firstHost] = [bench.coordinator, bench.host]
    bench.host.work(2)
    await bench.boot()
    expect(bench.host.running).toHaveLength(1)
    await bench.pass(100)
    expect(firstHost.running).toEqual([])
    await expect(first.list({ all: true })).rejects.toMatchObject({ code: 'ERR_NOT_COORDINATING' })
    expect(await bench.status('trades')).toBe('RUNNING')
  })

  it('drains: every job keeps what it has done', async () => {
    const { bench } = await running()
    bench.host.work(7)
    await bench.coordinator.drain(1000)
    expect([bench.host.running, bench.ledger.released]).toEqual([[], oneTo(7)])
    expect(await bench.coordinator.get('trades')).toMatchObject({
      status: 'notRunning',
      reason: 'it waits, as the member is being shut down',
    })
    bench.coordinator.close()
    await bench.boot()
    bench.host.work(1)
    await bench.pass(100)
    expect(bench.ledger.released).toEqual(oneTo(8))
  })

  it('leaves documents alone that it cannot read, and runs the others', async () => {
    const { bench, id } = await running()
    const grid = createMemoryGrid({ ...bench, faults: () => null })
    await grid.kv(JOBS_PLACE).put('jobs/0000000000000000/record', new TextEncoder().encode('{"formatVersion":2}'))
    bench.coordinator.close()
    await bench.boot()
    expect((await bench.coordinator.list({ all: true })).map((job) => job.id)).toEqual([id])
    expect(bench.logger.entries.some(({ level }) => level === 'error')).toBe(true)
  })

  it('removes results after seven days', async () => {
    const { bench, id } = await running()
    await bench.coordinator.cancel(id)
    await bench.settle()
    bench.clock.jumpWall(7 * 24 * 3_600_000)
    await bench.pass(60_000, 10_000)
    expect(await bench.keys('jobs/')).toEqual([])
    await expect(bench.coordinator.get(id)).rejects.toMatchObject({ code: 'ERR_JOB_NOT_FOUND' })
  })
})

/** A life of a job that passes every hook but those of a damaged snapshot. */
async function live(bench: Bench): Promise<void> {
  const tried = async (act: () => Promise<unknown>): Promise<void> => {
    const done = act().catch((error: unknown) => expect(error).toBeInstanceOf(NacelleError))
    await bench.settle()
    // A command whose answer depends on time, or was lost with the coordinator, is not waited for.
    await Promise.race([done, bench.settle()])
  }
  const survive = async (): Promise<void> => {
    if (bench.host.isDead) await bench.boot()
  }
  const phase = async (act: () => Promise<unknown>): Promise<void> => {
    await tried(act)
    await survive()
    for (let i = 0; i < 3; i++) {
      bench.host.work(3)
      await bench.pass(1000)
      await survive()
    }
  }
  await phase(() => bench.coordinator.submit({ ...submission('trades'), id: '00000000000000aa' }))
  await phase(() => bench.coordinator.submit({ ...submission('trades'), id: '00000000000000aa' }))
  await phase(() => bench.coordinator.suspend('trades'))
  await phase(() => bench.coordinator.resume('trades'))
  await phase(() => bench.coordinator.exportSnapshot('trades', 'x', { cancel: false }))
  await phase(() => bench.coordinator.restart('trades'))
}

/** Whatever happened before: the job is there, runs, and every number came once and in order. */
async function expectWhole(bench: Bench): Promise<void> {
  for (let i = 0; i < 5 && (await bench.status('trades')) !== 'RUNNING'; i++) {
    await bench.coordinator.resume('trades')
    await bench.pass(2000)
  }
  bench.host.work(3)
  await bench.pass(3000)
  expect(await bench.status('trades')).toBe('RUNNING')
  expect(bench.ledger.released.length).toBeGreaterThan(0)
  expect(bench.ledger.released).toEqual(oneTo(bench.ledger.released.length))
  await bench.coordinator.cancel('trades')
  await bench.pass(3000)
  if (bench.host.isDead) {
    await bench.boot()
    await bench.pass(3000)
  }
  expect(await bench.coordinator.get('trades')).toMatchObject({ status: 'failed' })
  const id = '00000000000000aa'
  expect(await bench.keys(`jobs/`)).toEqual([`jobs/${id}/result`])
  expect(await bench.keys('names/')).toEqual([])
}

describe('a crash', () => {
  const ofEnds: readonly HookPoint[] = ['end.deciding', 'end.decided', 'result.written', 'removal.recordDeleted']
  const hooks = HOOK_POINTS.filter((hook) => !hook.startsWith('fallBack') && !ofEnds.includes(hook))

  it.each(hooks)('at %s loses nothing and repeats nothing', async (hook) => {
    const bench = new Bench()
    bench.crashAt = hook
    await bench.boot()
    await live(bench)
    expect(bench.reached, 'the hook was reached').toContain(hook)
    expect(bench.crashAt).toBeNull()
    await expectWhole(bench)
  })

  it.each(ofEnds)('at %s ends the job all the same', async (hook) => {
    const bench = new Bench()
    await bench.boot()
    await live(bench)
    bench.crashAt = hook
    await expectWhole(bench)
    expect(bench.crashAt).toBeNull()
  })

  it.each(['fallBack.deciding', 'fallBack.decided'] as const)('at %s goes back all the same', async (hook) => {
    const { bench } = await running()
    await bench.pass(200)
    bench.crashAt = hook
    bench.host.initErrors = [new NacelleError('ERR_SNAPSHOT_DAMAGED', 'a chunk is damaged')]
    bench.host.end(bench.host.running[0]!, { kind: 'terminated' })
    await bench.settle()
    expect(bench.crashAt).toBeNull()
    await bench.boot()
    expect(await bench.status('trades')).toBe('RUNNING')
    expect(bench.host.requests[0]!.snapshotId).toBe(hook === 'fallBack.decided' ? 1 : 2)
  })
})

describe('a grid that fails', () => {
  it.each(Array.from({ length: 25 }, (_, seed) => seed))('at random (seed %i) costs time only', async (seed) => {
    const bench = new Bench(seed + 1)
    const luck = new SeededRandom(seed + 1000)
    const outcomes = ['unavailable', 'requestLost', 'replyLost'] as const
    await bench.boot()
    bench.faults = ({ operation }) => {
      if (operation === 'list' || operation === 'listBlobs' || luck.next() > 0.15) return null
      return { outcome: outcomes[Math.floor(luck.next() * 3)]! }
    }
    await live(bench)
    bench.faults = () => null
    await bench.pass(3000)
    await bench.coordinator.submit({ ...submission('trades'), id: '00000000000000aa' })
    await bench.pass(3000)
    await expectWhole(bench)
  })
})
