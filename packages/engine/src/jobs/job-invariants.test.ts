import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeError } from '../base/encoded-error.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import { SeededRandom } from '../platform/fake/seeded-random.ts'
import { firstHead, type JobHead } from './documents/job-head.ts'
import type { JobRecord } from './documents/job-record.ts'
import type { ExecutionOutcome } from './execution-host.ts'
import { step, unclaimed } from './job-machine.ts'
import { DEFAULT_JOB_SETTINGS, type JobSettings } from './job-settings.ts'
import type { JobEffect } from './machine/job-effect.ts'
import type { JobEventBody } from './machine/job-event.ts'
import type { JobState } from './machine/job-state.ts'

const AT = { monotonicMs: 0, wallMs: 0 }
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
/** The outside of a machine: does what it wants in any order, well or badly, and checks that it may want it. */
class World {
  state: JobState
  readonly #pending: JobEventBody[] = []
  readonly #answered = new Map<number, number>()
  readonly #asked = new Set<number>()
  #stored: { head: JobHead; revision: bigint }
  #open: string | null = null
  #begun: { id: number; isExportOnly: boolean } | null = null
  #snapshotIdMax = 0
  #isOver = false
  #commands = 0
  #executions = 0
  #inFlightHead = false
  readonly #choose: () => number

  constructor(settings: Partial<JobSettings>, choose: () => number) {
    this.state = unclaimed(recordWith(settings))
    this.#choose = choose
    this.#stored = { head: firstHead(recordWith(settings), 1), revision: 1n }
    const { head, revision } = this.#stored
    this.#send({ type: 'adopted', head, revision, intent: null, isTakenOver: false })
  }

  turn(): void {
    const which = this.#choose()
    if (which < 0.25) return this.#command()
    if (which < 0.3) {
      const timers = ['start', 'snapshot', 'retry'] as const
      return this.#send({ type: 'timerFired', timer: timers[Math.floor(this.#choose() * 3)]! })
    }
    if (which < 0.35 && this.#open !== null) return this.#end()
    const next = this.#pending.splice(Math.floor(this.#choose() * this.#pending.length), 1)[0]
    if (next !== undefined) this.#send(next)
  }

  /** M8, once nothing is pending. */
  settle(): void {
    for (let i = 0; i < 500 && this.state.kind !== 'ended' && this.state.kind !== 'deposed'; i++) {
      const next = this.#pending.shift()
      if (next !== undefined) this.#send(next)
      else if (this.state.kind === 'running' || this.state.kind === 'suspended') this.#cancel()
      else {
        this.#send({ type: 'timerFired', timer: 'start' })
        this.#send({ type: 'timerFired', timer: 'retry' })
      }
      if (this.#open !== null && this.state.kind === 'running' && this.#pending.length === 0) this.#end()
    }
    expect(['ended', 'deposed']).toContain(this.state.kind)
    for (const id of this.#asked) expect(this.#answered.get(id), `M8: command ${id}`).toBe(1)
  }

  #cancel(): void {
    const commandId = ++this.#commands
    this.#asked.add(commandId)
    const type = 'terminationRequested'
    this.#send({ type, commandId, action: 'cancel', isGraceful: false, exportName: null, intent: null })
  }

  #command(): void {
    const commandId = ++this.#commands
    this.#asked.add(commandId)
    const what = Math.floor(this.#choose() * 6)
    const actions = ['restart', 'suspend', 'cancel'] as const
    const exportName = what === 3 ? `x${commandId}` : null
    if (what === 4) return this.#send({ type: 'resumeRequested', commandId, intent: null })
    if (what === 5) return this.#send({ type: 'exportRequested', commandId, exportName: `x${commandId}` })
    // A cancel ends the story: it comes rarely.
    const action = exportName !== null ? 'cancel' : what === 2 && this.#choose() < 0.9 ? 'restart' : actions[what]!
    const isGraceful = action !== 'cancel' || exportName !== null
    this.#send({ type: 'terminationRequested', commandId, action, isGraceful, exportName, intent: null })
  }

  #end(): void {
    const executionId = this.#open!
    const outcomes: ExecutionOutcome[] = [
      { kind: 'completed' },
      { kind: 'terminated' },
      { kind: 'endedWithSnapshot' },
      { kind: 'failed', error: USER_ERROR, restartable: false },
      { kind: 'failed', error: LOST, restartable: true },
      { kind: 'failed', error: DAMAGED, restartable: false },
    ]
    const outcome = outcomes[Math.floor(this.#choose() * outcomes.length)]!
    this.#send({ type: 'executionEnded', executionId, outcome })
  }

  #send(body: JobEventBody): void {
    if (body.type.startsWith('head')) this.#inFlightHead = false
    const isTerminal = this.state.kind === 'ended' || this.state.kind === 'deposed'
    const before = this.state
    const { state, effects } = step(this.state, { ...body, at: AT })
    this.state = state
    if (isTerminal) {
      expect(state, 'M5').toBe(before)
      expect(effects.filter(({ type }) => type !== 'answer')).toEqual([])
    }
    for (const effect of effects) this.#do(effect)
  }

  #do(effect: JobEffect): void {
    const later = (...events: JobEventBody[]): void => {
      this.#pending.push(events[Math.floor(this.#choose() * events.length)]!)
    }
    switch (effect.type) {
      case 'askToStart':
        return later(
          { type: 'startPermitted', executionId: `e${++this.#executions}` },
          { type: 'startRefused', reason: 'no' },
        )
      case 'writeHead':
        return this.#writeHead(effect)
      case 'readHead':
        this.#inFlightHead = true
        return later({ type: 'headRead', ...this.#stored }, { type: 'headUnreadable', error: LOST })
      case 'init':
        expect(this.#open, 'M1').toBeNull()
        expect(this.#inFlightHead, 'M6').toBe(false)
        expect(effect.restore, 'M4').toEqual(this.#stored.head.snapshot)
        expect(this.#stored.head.executionId).toBe(effect.executionId)
        this.#open = effect.executionId
        return later(
          { type: 'initialized', executionId: effect.executionId },
          { type: 'initialized', executionId: effect.executionId },
          { type: 'initFailed', executionId: effect.executionId, error: LOST },
        )
      case 'complete':
        expect(this.#open, 'M9').toBe(effect.executionId)
        this.#open = null
        this.#begun = null
        return later({ type: 'executionCompleted', executionId: effect.executionId })
      case 'start':
      case 'terminate':
        return expect(this.#open, 'M9').toBe(effect.executionId)
      case 'takeSnapshot':
      case 'writeManifest':
      case 'finishSnapshot':
        return this.#snapshot(effect, later)
      case 'writeExport':
        return later(
          { type: 'exportWritten', exportName: effect.exportName, commandId: effect.commandId },
          { type: 'exportFailed', exportName: effect.exportName, commandId: effect.commandId, error: LOST },
        )
      case 'writeResult':
        expect([this.#open, this.#isOver], 'M1').toEqual([null, false])
        return later({ type: 'resultWritten' }, { type: 'resultFailed', error: LOST })
      case 'removeJob':
        return later({ type: 'jobRemoved' }, { type: 'removalFailed', error: LOST })
      case 'answer':
        this.#answered.set(effect.commandId, (this.#answered.get(effect.commandId) ?? 0) + 1)
        return
      case 'stepDown':
        this.#isOver = true
        return
      case 'collectGarbage':
      case 'setTimer':
      case 'cancelTimer':
      case 'log':
        return
    }
  }

  #snapshot(
    effect: Extract<JobEffect, { type: 'takeSnapshot' | 'writeManifest' | 'finishSnapshot' }>,
    later: (...events: JobEventBody[]) => void,
  ): void {
    const { executionId } = effect
    expect(this.#open, 'M9').toBe(executionId)
    expect(this.#inFlightHead, 'M6').toBe(false)
    if (effect.type === 'takeSnapshot') {
      const { snapshotId, exportOnly } = effect.request
      expect(this.#begun, 'M7: one at a time').toBeNull()
      expect(snapshotId, 'M2').toBeGreaterThan(this.#snapshotIdMax)
      this.#snapshotIdMax = snapshotId
      this.#begun = { id: snapshotId, isExportOnly: exportOnly }
      later(
        { type: 'snapshotSaved', executionId, snapshotId, shard: SHARD },
        { type: 'snapshotSaved', executionId, snapshotId, shard: SHARD },
        { type: 'snapshotFailed', executionId, snapshotId, error: LOST },
      )
    } else if (effect.type === 'writeManifest') {
      const { snapshotId } = effect
      later(
        { type: 'manifestWritten', executionId, snapshotId, manifest: manifest(snapshotId) },
        { type: 'manifestFailed', executionId, snapshotId, error: LOST },
      )
    } else {
      expect(this.#begun?.id, 'M7').toBe(effect.snapshotId)
      if (effect.success && !this.#begun!.isExportOnly) {
        expect(this.#stored.head.snapshot?.snapshotId, 'M3').toBe(effect.snapshotId)
      }
      if (!effect.success) expect(this.#stored.head.snapshot?.snapshotId).not.toBe(effect.snapshotId)
      this.#begun = null
      later({ type: 'snapshotFinished', executionId, snapshotId: effect.snapshotId })
    }
  }

  /** Compare-and-set whose answer may be lost, applied or not, or that finds another coordinator. */
  #writeHead({ head, expected }: Extract<JobEffect, { type: 'writeHead' }>): void {
    this.#inFlightHead = true
    const luck = this.#choose()
    const fits = expected === this.#stored.revision
    if (luck < 0.02) this.#stored = { head: firstHead(recordWith(), 9), revision: this.#stored.revision + 1n }
    if (luck < 0.1) return void this.#pending.push({ type: 'headUnavailable', error: LOST })
    if (luck >= 0.2 && fits) this.#stored = { head, revision: expected + 1n }
    const isLost = luck < 0.4 || !fits
    this.#pending.push(
      isLost ? { type: 'headUnknown', error: LOST } : { type: 'headWritten', revision: this.#stored.revision },
    )
  }
}

describe('any order of events', () => {
  it.each(['exactlyOnce', 'none'] as const)('keeps M1 to M9 with guarantee %s', (guarantee) => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(400), (seed, turns) => {
        const random = new SeededRandom(seed)
        const restart = { ...DEFAULT_JOB_SETTINGS.restart, attempts: 2 }
        const world = new World({ guarantee, restart }, () => random.next())
        for (let i = 0; i < turns; i++) world.turn()
        world.settle()
      }),
      { numRuns: 2000 },
    )
  })
})
