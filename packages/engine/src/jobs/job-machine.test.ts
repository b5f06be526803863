import { describe, expect, it } from 'vitest'
import { encodeError } from '../base/encoded-error.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import type { CommittedSnapshot } from './documents/committed-snapshot.ts'
import { firstHead, type JobHead } from './documents/job-head.ts'
import type { JobRecord } from './documents/job-record.ts'
import type { ExecutionOutcome } from './execution-host.ts'
import { step, unclaimed } from './job-machine.ts'
import { DEFAULT_JOB_SETTINGS, type JobSettings } from './job-settings.ts'
import type { JobEffect } from './machine/job-effect.ts'
import type { JobEvent, JobEventBody } from './machine/job-event.ts'
import type { JobState, StateKind } from './machine/job-state.ts'
import { reasonOf, statusOf } from './machine/job-view.ts'

const USER_ERROR = encodeError(new TypeError('broken function'))
const LOST = encodeError(new NacelleError('ERR_LOST', 'the process was lost', { retry: 'restart' }))
const DAMAGED = encodeError(new NacelleError('ERR_SNAPSHOT_DAMAGED', 'a blob is damaged'))
const SHARD = { refs: {}, bytes: 5, keys: 1, pauseMs: 0 }

const recordWith = (settings: Partial<JobSettings> = {}): JobRecord => ({
  id: '0123456789abcdef',
  name: 'trades',
  submissionTimeMs: 0,
  bundle: { sha256: 'b' },
  args: [],
  settings: { ...DEFAULT_JOB_SETTINGS, guarantee: 'exactlyOnce', ...settings },
  dagJson: '{}',
  initialSnapshotName: null,
  initialSnapshot: null,
})

const manifest = (id: number) => ({ id: `m${id}`, size: 1, chunks: 1, sha256: 'x' })
const snapshot = (id: number): CommittedSnapshot => ({
  jobId: '0123456789abcdef',
  term: 1,
  snapshotId: id,
  manifest: manifest(id),
  timeMs: 0,
  bytes: 5,
})

/** A machine that is told what happens, and keeps what it wanted. */
class Driven {
  state: JobState
  effects: JobEffect[] = []
  revision = 1n

  constructor(settings: Partial<JobSettings> = {}) {
    this.state = unclaimed(recordWith(settings))
  }

  send(body: JobEventBody, monotonicMs = 0): JobEffect[] {
    const taken = step(this.state, { ...body, at: { monotonicMs, wallMs: 0 } })
    this.state = taken.state
    this.effects = [...taken.effects]
    return this.effects
  }

  types(): string[] {
    return this.effects.map(({ type }) => type).filter((type) => type !== 'log')
  }

  adopt(head: Partial<JobHead> = {}, isTakenOver = false): this {
    const whole = { ...firstHead(recordWith(), 1), ...head }
    this.send({ type: 'adopted', head: whole, revision: this.revision, intent: null, isTakenOver })
    return this
  }

  headWritten(): JobEffect[] {
    return this.send({ type: 'headWritten', revision: ++this.revision })
  }

  run(executionId = 'e1', monotonicMs = 0): this {
    this.send({ type: 'startPermitted', executionId }, monotonicMs)
    this.send({ type: 'headWritten', revision: ++this.revision }, monotonicMs)
    this.send({ type: 'initialized', executionId }, monotonicMs)
    return this
  }

  end(outcome: ExecutionOutcome, executionId = 'e1', monotonicMs = 0): this {
    this.send({ type: 'executionEnded', executionId, outcome }, monotonicMs)
    this.send({ type: 'executionCompleted', executionId }, monotonicMs)
    return this
  }

  /** The snapshot timer fires, and all goes well up to the write that commits. */
  save(snapshotId: number): this {
    this.send({ type: 'timerFired', timer: 'snapshot' })
    return this.saved(snapshotId)
  }

  saved(snapshotId: number, executionId = 'e1'): this {
    this.send({ type: 'snapshotSaved', executionId, snapshotId, shard: SHARD })
    this.send({ type: 'manifestWritten', executionId, snapshotId, manifest: manifest(snapshotId) })
    return this
  }

  terminate(action: 'cancel' | 'suspend' | 'restart', exportName: string | null = null): JobEffect[] {
    const isGraceful = action !== 'cancel' || exportName !== null
    return this.send({ type: 'terminationRequested', commandId: 7, action, isGraceful, exportName, intent: 1 })
  }

  answer(): { code: string; message: string } | null | undefined {
    for (const effect of this.effects) if (effect.type === 'answer') return effect.failure
    return undefined
  }
}

const at = <K extends StateKind>(driven: Driven, kind: K): Driven => {
  expect(driven.state.kind).toBe(kind)
  return driven
}

const STATES: { readonly [K in StateKind]: () => Driven } = {
  unclaimed: () => new Driven(),
  waiting: () => new Driven().adopt(),
  starting: () => {
    const driven = new Driven().adopt()
    driven.send({ type: 'startPermitted', executionId: 'e1' })
    driven.headWritten()
    return driven
  },
  running: () => new Driven().adopt().run(),
  closing: () => {
    const driven = new Driven().adopt().run()
    driven.send({ type: 'executionEnded', executionId: 'e1', outcome: { kind: 'completed' } })
    return driven
  },
  suspended: () => new Driven().adopt({ state: 'suspended', snapshot: snapshot(3), snapshotIdMax: 3 }),
  exportingSuspended: () => {
    const driven = new Driven().adopt({ state: 'suspended', snapshot: snapshot(3), snapshotIdMax: 3 })
    driven.send({ type: 'exportRequested', commandId: 1, exportName: 'x' })
    return driven
  },
  writingHead: () => new Driven().adopt().run().save(1),
  recordingResult: () => {
    const driven = new Driven().adopt().run().end({ kind: 'completed' })
    driven.headWritten()
    return driven
  },
  removing: () => {
    const driven = STATES.recordingResult()
    driven.send({ type: 'resultWritten' })
    return driven
  },
  ended: () => {
    const driven = STATES.removing()
    driven.send({ type: 'jobRemoved' })
    return driven
  },
  deposed: () => {
    const driven = STATES.writingHead()
    driven.send({ type: 'headUnknown', error: LOST })
    driven.send({ type: 'headRead', head: { ...firstHead(recordWith(), 2) }, revision: 99n })
    return driven
  },
}

const EVENTS: { readonly [T in JobEvent['type']]: JobEventBody } = {
  terminationRequested: {
    type: 'terminationRequested',
    commandId: 5,
    action: 'cancel',
    isGraceful: false,
    exportName: null,
    intent: null,
  },
  resumeRequested: { type: 'resumeRequested', commandId: 5, intent: null },
  exportRequested: { type: 'exportRequested', commandId: 5, exportName: 'x' },
  adopted: {
    type: 'adopted',
    head: firstHead(recordWith(), 1),
    revision: 1n,
    intent: null,
    isTakenOver: true,
  },
  startPermitted: { type: 'startPermitted', executionId: 'e2' },
  startRefused: { type: 'startRefused', reason: 'it waits' },
  timerFired: { type: 'timerFired', timer: 'retry' },
  headWritten: { type: 'headWritten', revision: 5n },
  headUnavailable: { type: 'headUnavailable', error: LOST },
  headUnknown: { type: 'headUnknown', error: LOST },
  headRead: { type: 'headRead', head: null, revision: null },
  headUnreadable: { type: 'headUnreadable', error: LOST },
  initialized: { type: 'initialized', executionId: 'e1' },
  initFailed: { type: 'initFailed', executionId: 'e1', error: LOST },
  executionEnded: { type: 'executionEnded', executionId: 'e1', outcome: { kind: 'completed' } },
  executionCompleted: { type: 'executionCompleted', executionId: 'e1' },
  snapshotSaved: { type: 'snapshotSaved', executionId: 'e1', snapshotId: 1, shard: SHARD },
  snapshotFailed: { type: 'snapshotFailed', executionId: 'e1', snapshotId: 1, error: LOST },
  manifestWritten: { type: 'manifestWritten', executionId: 'e1', snapshotId: 1, manifest: manifest(1) },
  manifestFailed: { type: 'manifestFailed', executionId: 'e1', snapshotId: 1, error: LOST },
  snapshotFinished: { type: 'snapshotFinished', executionId: 'e1', snapshotId: 1 },
  exportWritten: { type: 'exportWritten', exportName: 'x', commandId: 1 },
  exportFailed: { type: 'exportFailed', exportName: 'x', commandId: 1, error: LOST },
  resultWritten: { type: 'resultWritten' },
  resultFailed: { type: 'resultFailed', error: LOST },
  jobRemoved: { type: 'jobRemoved' },
  removalFailed: { type: 'removalFailed', error: LOST },
}

describe('the table of transitions', () => {
  for (const [kind, make] of Object.entries(STATES) as [StateKind, () => Driven][]) {
    it(`has an answer to everything in state ${kind}`, () => {
      for (const body of Object.values(EVENTS)) {
        const driven = at(make(), kind)
        const before = driven.state
        const effects = driven.send(body)
        const isCommand = 'commandId' in body && body.type.endsWith('Requested')
        const answers = effects.filter((effect) => effect.type === 'answer' && effect.commandId === 5)
        const isPutOff = kind === 'writingHead' || (kind === 'running' && body.type === 'exportRequested')
        const isBegun = kind === 'suspended' && body.type === 'exportRequested'
        if (isCommand && !isPutOff && !isBegun) expect(answers, `${kind} × ${body.type}`).toHaveLength(1)
        if (kind === 'ended' || kind === 'deposed') expect(driven.state).toBe(before)
        expect(statusOf(driven.state)).toBeTypeOf('string')
        if (statusOf(driven.state) !== 'running' && statusOf(driven.state) !== 'completing')
          expect(reasonOf(driven.state)).toBeTypeOf('string')
      }
    })
  }
})

describe('a start', () => {
  it('writes the head before it makes an execution', () => {
    const driven = new Driven().adopt()
    expect(driven.types()).toEqual(['askToStart'])
    driven.send({ type: 'startPermitted', executionId: 'e1' })
    expect(driven.types()).toEqual(['writeHead'])
    driven.headWritten()
    expect(driven.types()).toEqual(['init'])
    driven.send({ type: 'initialized', executionId: 'e1' })
    expect(driven.types()).toEqual(['start', 'setTimer'])
    expect(statusOf(driven.state)).toBe('running')
  })

  it('waits with a reason while jobs may not start', () => {
    const driven = new Driven().adopt()
    driven.send({ type: 'startRefused', reason: 'it waits, as the cluster is passive' })
    expect([reasonOf(driven.state), driven.types()]).toEqual(['it waits, as the cluster is passive', ['setTimer']])
    driven.send({ type: 'timerFired', timer: 'start' })
    expect(driven.types()).toEqual(['askToStart'])
  })

  it('that was cancelled meanwhile runs nothing', () => {
    const driven = STATES.starting()
    driven.terminate('cancel')
    expect(driven.answer()).toBeNull()
    driven.send({ type: 'initialized', executionId: 'e1' })
    expect(driven.types()).toEqual(['cancelTimer', 'complete'])
  })

  it('drops answers about another execution', () => {
    const driven = STATES.starting()
    expect(driven.send({ type: 'initialized', executionId: 'other' })).toEqual([])
    at(driven, 'starting')
  })
})

describe('a snapshot', () => {
  it('whose head is gone ends with its execution', () => {
    const driven = STATES.writingHead()
    driven.send({ type: 'headUnknown', error: LOST })
    driven.send({ type: 'headRead', head: null, revision: null })
    expect(driven.types()).toEqual(expect.arrayContaining(['terminate', 'complete', 'stepDown']))
  })

  it('is released when the write that names it is acknowledged, not before', () => {
    const driven = new Driven().adopt().run().save(1)
    expect(driven.types()).toEqual(['writeHead'])
    driven.headWritten()
    expect(driven.types()).toEqual(['finishSnapshot', 'collectGarbage'])
    expect(driven.effects).toContainEqual(expect.objectContaining({ type: 'finishSnapshot', success: true }))
    driven.send({ type: 'snapshotFinished', executionId: 'e1', snapshotId: 1 })
    expect(driven.types()).toEqual(['setTimer'])
  })

  it('whose commit is unknown is looked up, found and released', () => {
    const driven = new Driven().adopt().run().save(1)
    const write = driven.effects.find((effect) => effect.type === 'writeHead')!
    driven.send({ type: 'headUnknown', error: LOST })
    expect(driven.types()).toEqual(['readHead'])
    driven.send({ type: 'headRead', head: write.head, revision: 9n })
    expect(driven.types()).toEqual(['finishSnapshot', 'collectGarbage'])
  })

  it('whose commit was not applied is committed by the same write', () => {
    const driven = new Driven().adopt().run().save(1)
    const write = driven.effects.find((effect) => effect.type === 'writeHead')!
    const { facts } = driven.state as Extract<JobState, { kind: 'writingHead' }>
    driven.send({ type: 'headUnknown', error: LOST })
    driven.send({ type: 'headRead', head: facts.head, revision: facts.revision })
    expect(driven.effects).toEqual([write])
  })

  it('whose commit the grid refuses fails, and the job goes on', () => {
    const driven = new Driven().adopt().run().save(1)
    driven.send({ type: 'headUnavailable', error: LOST })
    expect(driven.effects).toContainEqual(expect.objectContaining({ type: 'finishSnapshot', success: false }))
    driven.send({ type: 'snapshotFinished', executionId: 'e1', snapshotId: 1 })
    at(driven, 'running').save(2)
    at(driven, 'writingHead')
  })

  it('is not given up when a try of its commit may have been applied', () => {
    const driven = new Driven().adopt().run().save(1)
    const { facts } = driven.state as Extract<JobState, { kind: 'writingHead' }>
    driven.send({ type: 'headUnknown', error: LOST })
    driven.send({ type: 'headRead', head: facts.head, revision: facts.revision })
    driven.send({ type: 'headUnavailable', error: LOST })
    expect(driven.types()).toEqual(['setTimer'])
    at(driven, 'writingHead')
  })

  it('does not move the restore point when it only gets a name', () => {
    const driven = new Driven().adopt().run()
    driven.send({ type: 'exportRequested', commandId: 3, exportName: 'x' })
    driven.saved(1)
    expect(driven.types()).toEqual(['writeExport'])
    driven.send({ type: 'exportWritten', exportName: 'x', commandId: 3 })
    expect(driven.types()).toEqual(['answer', 'finishSnapshot'])
    expect((driven.state as Extract<JobState, { kind: 'running' }>).facts.head.snapshot).toBeNull()
  })

  it('waits with the next export until the one at hand is done', () => {
    const driven = new Driven().adopt().run()
    driven.send({ type: 'exportRequested', commandId: 3, exportName: 'x' })
    expect(driven.send({ type: 'exportRequested', commandId: 4, exportName: 'y' })).toEqual([])
    driven.saved(1)
    driven.send({ type: 'exportWritten', exportName: 'x', commandId: 3 })
    driven.send({ type: 'snapshotFinished', executionId: 'e1', snapshotId: 1 })
    expect(driven.types()).toEqual(['cancelTimer', 'takeSnapshot'])
  })
})

describe('the end of an execution', () => {
  const after = (settings: Partial<JobSettings>, outcome: ExecutionOutcome): JobState =>
    new Driven(settings).adopt().run().end(outcome).state

  it('completes the job: head, result, removal', () => {
    const driven = new Driven().adopt().run().end({ kind: 'completed' })
    expect(driven.types()).toEqual(['writeHead'])
    driven.headWritten()
    expect(driven.types()).toEqual(['writeResult'])
    driven.send({ type: 'resultFailed', error: LOST })
    expect(driven.types()).toEqual(['setTimer'])
    driven.send({ type: 'timerFired', timer: 'retry' })
    driven.send({ type: 'resultWritten' })
    expect([driven.types(), statusOf(driven.state)]).toEqual([['removeJob'], 'completed'])
    driven.send({ type: 'jobRemoved' })
    at(driven, 'ended')
  })

  it('fails the job when its code failed', () => {
    expect(after({}, { kind: 'failed', error: USER_ERROR, restartable: false })).toMatchObject({
      purpose: { for: 'end', end: { status: 'failed', error: USER_ERROR } },
    })
  })

  it('suspends it with the cause when it wants that', () => {
    const outcome = { kind: 'failed', error: USER_ERROR, restartable: false } as const
    const state = after({ suspendOnFailure: true }, outcome)
    expect(state).toMatchObject({ purpose: { for: 'suspend' }, head: { suspensionCause: USER_ERROR } })
  })

  it.each([
    ['exactlyOnce', 'suspend'],
    ['none', 'end'],
  ] as const)('of a job with guarantee %s that does not scale itself leads to %s', (guarantee, purpose) => {
    const outcome = { kind: 'failed', error: LOST, restartable: true } as const
    expect(after({ autoScaling: false, guarantee }, outcome)).toMatchObject({ purpose: { for: purpose } })
  })

  it('restarts at once, then after waits that double, and counts from the beginning after a long run', () => {
    const driven = new Driven().adopt()
    const lost = { kind: 'failed', error: LOST, restartable: true } as const
    driven.run('e1').end(lost, 'e1')
    expect(driven.types()).toEqual(['askToStart'])
    const waits = ['e2', 'e3', 'e4'].map((id) => {
      driven.run(id).end(lost, id)
      const timer = driven.effects.find((effect) => effect.type === 'setTimer')!
      driven.send({ type: 'timerFired', timer: 'start' })
      return [timer.delayMs, timer.spreadMs]
    })
    expect(waits).toEqual([
      [750, 500],
      [1500, 1000],
      [3000, 2000],
    ])
    expect(reasonOf(driven.state)).toBe('it failed and is started again within 5.0 s: the process was lost')
    driven.run('e5').end(lost, 'e5', 600_000)
    expect(driven.types()).toEqual(['askToStart'])
  })

  it('uses up the attempts of its policy', () => {
    const restart = { ...DEFAULT_JOB_SETTINGS.restart, attempts: 1 }
    const driven = new Driven({ restart }).adopt()
    const failed = { kind: 'failed', error: USER_ERROR, restartable: false } as const
    at(driven.run('e1').end(failed, 'e1'), 'waiting')
    expect(driven.run('e2').end(failed, 'e2').state).toMatchObject({ purpose: { for: 'end' } })
  })

  it('goes back to the snapshot before when the last one is damaged, and says so aloud', () => {
    const head = { snapshot: snapshot(6), previous: snapshot(5), snapshotIdMax: 6, executionId: 'e0' }
    const driven = new Driven().adopt(head, true)
    driven.send({ type: 'startPermitted', executionId: 'e1' })
    driven.headWritten()
    expect(driven.effects).toContainEqual({ type: 'init', executionId: 'e1', restore: snapshot(6) })
    driven.send({ type: 'initFailed', executionId: 'e1', error: DAMAGED })
    driven.send({ type: 'executionCompleted', executionId: 'e1' })
    expect(driven.effects.some((effect) => effect.type === 'log' && effect.level === 'error')).toBe(true)
    driven.headWritten()
    driven.send({ type: 'startPermitted', executionId: 'e2' })
    driven.headWritten()
    expect(driven.effects).toContainEqual({ type: 'init', executionId: 'e2', restore: snapshot(5) })
    driven.send({ type: 'initialized', executionId: 'e2' })
    driven.send({ type: 'timerFired', timer: 'snapshot' })
    expect(driven.effects).toContainEqual(
      expect.objectContaining({ request: { snapshotId: 7, terminal: false, exportOnly: false } }),
    )
  })
})

describe('termination', () => {
  it('takes a last snapshot before a suspension', () => {
    const driven = new Driven().adopt().run()
    driven.terminate('suspend')
    expect([driven.answer(), statusOf(driven.state)]).toEqual([null, 'completing'])
    expect(driven.effects).toContainEqual(
      expect.objectContaining({ request: { snapshotId: 1, terminal: true, exportOnly: false } }),
    )
    driven.saved(1)
    driven.headWritten()
    driven.send({ type: 'snapshotFinished', executionId: 'e1', snapshotId: 1 })
    driven.end({ kind: 'endedWithSnapshot' })
    expect(driven.state).toMatchObject({ purpose: { for: 'suspend' }, head: { intentDone: 1 } })
    driven.headWritten()
    expect([statusOf(driven.state), reasonOf(driven.state)]).toEqual(['suspended', 'it was suspended by its user'])
  })

  it('takes no snapshot of a job without a guarantee', () => {
    const driven = new Driven({ guarantee: 'none' }).adopt().run()
    driven.terminate('restart')
    expect(driven.types()).toEqual(['answer', 'cancelTimer', 'terminate'])
    at(driven.end({ kind: 'terminated' }), 'waiting')
  })

  it('ends the execution when the last snapshot fails', () => {
    const driven = new Driven().adopt().run()
    driven.terminate('suspend')
    driven.send({ type: 'snapshotFailed', executionId: 'e1', snapshotId: 1, error: LOST })
    driven.send({ type: 'snapshotFinished', executionId: 'e1', snapshotId: 1 })
    expect(driven.types()).toEqual(['terminate'])
  })

  it('does not cancel a job whose last snapshot was to be exported and was not', () => {
    const driven = new Driven().adopt().run()
    driven.terminate('cancel', 'x')
    expect(driven.answer()).toBeUndefined()
    driven.send({ type: 'snapshotFailed', executionId: 'e1', snapshotId: 1, error: LOST })
    expect(driven.answer()).toMatchObject({ code: 'ERR_SNAPSHOT_EXPORT' })
    driven.send({ type: 'snapshotFinished', executionId: 'e1', snapshotId: 1 })
    at(driven.end({ kind: 'terminated' }), 'waiting')
  })

  it('is refused while another is pending, but cancel after cancel', () => {
    const driven = new Driven().adopt().run()
    driven.terminate('suspend')
    driven.terminate('cancel')
    expect(driven.answer()?.message).toBe('Job is already terminating in mode: SUSPEND_GRACEFUL')
    const other = new Driven().adopt().run()
    other.terminate('cancel')
    other.terminate('cancel')
    expect(other.answer()).toBeNull()
    other.terminate('suspend')
    expect(other.answer()?.message).toBe('Job is already terminating in mode: CANCEL_FORCEFUL')
  })

  it('by a cancel goes before every other end', () => {
    const driven = new Driven().adopt().run()
    driven.terminate('cancel')
    driven.end({ kind: 'completed' })
    expect(driven.state).toMatchObject({ purpose: { for: 'end', end: { error: { code: 'ERR_CANCELLED' } } } })
  })

  it('that nobody has carried out is found by the next coordinator', () => {
    const adopted = (wish: 'cancel' | 'suspend' | 'resume' | 'none', head: Partial<JobHead> = {}): JobState => {
      const driven = new Driven()
      const intent = { number: 2, wish }
      const whole = { ...firstHead(recordWith(), 1), intentDone: 1, ...head }
      driven.send({ type: 'adopted', head: whole, revision: 1n, intent, isTakenOver: true })
      return driven.state
    }
    expect(adopted('cancel')).toMatchObject({ purpose: { for: 'end' }, head: { intentDone: 2 } })
    expect(adopted('suspend')).toMatchObject({ purpose: { for: 'suspend' } })
    expect(adopted('resume', { state: 'suspended' })).toMatchObject({ purpose: { for: 'resume' } })
    expect(adopted('suspend', { intentDone: 2 })).toMatchObject({ kind: 'waiting' })
    expect(adopted('none')).toMatchObject({ kind: 'waiting' })
  })
})
