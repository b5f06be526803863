import type { EncodedError } from '../../base/encoded-error.ts'
import type { CommittedSnapshot } from '../documents/committed-snapshot.ts'
import { writeHead } from './head-write.ts'
import type { CommandFailure, JobEffect } from './job-effect.ts'
import { errorLine } from './job-error.ts'
import type { EventOf, JobEvent, Moment } from './job-event.ts'
import type { HeadPurpose, JobFacts, RunningState, SnapshotPlan } from './job-state.ts'
import { closeRunning } from './running-end.ts'
import { accept, jobText, log, refuse, type Step } from './step.ts'
import type { Termination } from './termination.ts'

type CommitPurpose = Extract<HeadPurpose, { readonly for: 'commit' }>

/** A running execution that takes no snapshot: begins the next one that is wanted, or sets the timer for it. */
export function goOnWithSnapshots(running: RunningState, at: Moment): Step {
  const { facts, wishes, termination } = running
  const idle: RunningState = { ...running, snapshot: { phase: 'idle' } }
  if (running.isEnding) return { state: idle, effects: [] }
  const [wish, ...others] = wishes
  if (wish !== undefined) {
    return begin({ ...idle, wishes: others }, { isTerminal: false, isExportOnly: true, export: wish }, at)
  }
  if (termination !== null) return beginTerminal(idle, termination, at)
  if (facts.record.settings.guarantee === 'none') return { state: idle, effects: [] }
  const delayMs = facts.record.settings.snapshotIntervalMs
  return { state: idle, effects: [{ type: 'setTimer', timer: 'snapshot', delayMs, spreadMs: 0 }] }
}

function beginTerminal(running: RunningState, termination: NonNullable<RunningState['termination']>, at: Moment): Step {
  const { exportName, commandId } = termination
  const wish = exportName === null || commandId === null ? null : { exportName, commandId }
  return begin(
    { ...running, isEnding: true, termination: { ...termination, commandId: null } },
    { isTerminal: true, isExportOnly: false, export: wish },
    at,
  )
}

function begin(running: RunningState, wanted: Omit<SnapshotPlan, 'snapshotId' | 'begunAtMs'>, at: Moment): Step {
  const snapshotId = running.facts.snapshotIdMax + 1
  const plan: SnapshotPlan = { ...wanted, snapshotId, begunAtMs: at.monotonicMs }
  return {
    state: {
      ...running,
      facts: { ...running.facts, snapshotIdMax: snapshotId },
      snapshot: { phase: 'saving', plan },
    },
    effects: [
      { type: 'cancelTimer', timer: 'snapshot' },
      {
        type: 'takeSnapshot',
        executionId: running.execution.executionId,
        request: { snapshotId, terminal: plan.isTerminal, exportOnly: plan.isExportOnly },
      },
    ],
  }
}

export function onSnapshotTimer(state: RunningState, event: EventOf<'timerFired'>): Step {
  const { snapshot, outcome, isEnding, termination } = state
  const isDue = event.timer === 'snapshot' && snapshot.phase === 'idle' && !isEnding && termination === null
  if (!isDue || outcome !== null) return { state, effects: [] }
  return begin(state, { isTerminal: false, isExportOnly: false, export: null }, event.at)
}

export function onSnapshotSaved(state: RunningState, event: EventOf<'snapshotSaved'>): Step {
  const { snapshot } = state
  if (snapshot.phase !== 'saving' || snapshot.plan.snapshotId !== event.snapshotId) return { state, effects: [] }
  const { shard } = event
  const timeMs = event.at.wallMs
  return {
    state: { ...state, snapshot: { phase: 'writingManifest', plan: snapshot.plan, shard, timeMs } },
    effects: [
      {
        type: 'writeManifest',
        executionId: event.executionId,
        snapshotId: event.snapshotId,
        timeMs,
        shard,
      },
    ],
  }
}

export function onSnapshotFailed(state: RunningState, event: EventOf<'snapshotFailed' | 'manifestFailed'>): Step {
  const { snapshot } = state
  const expected = event.type === 'snapshotFailed' ? 'saving' : 'writingManifest'
  if (snapshot.phase !== 'saving' && snapshot.phase !== 'writingManifest') return { state, effects: [] }
  if (snapshot.phase !== expected || snapshot.plan.snapshotId !== event.snapshotId) {
    return { state, effects: [] }
  }
  return fail(state, snapshot.plan, event.error)
}

/** All blobs are durable: a name for an export, for any other snapshot the one write that commits it. */
export function onManifestWritten(state: RunningState, event: EventOf<'manifestWritten'>): Step {
  const { snapshot, facts } = state
  if (snapshot.phase !== 'writingManifest' || snapshot.plan.snapshotId !== event.snapshotId) {
    return { state, effects: [] }
  }
  const { plan, shard, timeMs } = snapshot
  const committed: CommittedSnapshot = {
    jobId: facts.record.id,
    term: facts.head.term,
    snapshotId: plan.snapshotId,
    manifest: event.manifest,
    timeMs,
    bytes: shard.bytes,
  }
  if (plan.isExportOnly) return giveName(state, plan, committed)
  const change = { snapshot: committed, previous: facts.head.snapshot }
  return writeHead(facts, change, { for: 'commit', running: state, plan })
}

/** The commit is acknowledged: sinks may release what they prepared, unless the snapshot is to get a name first. */
export function afterCommit(facts: JobFacts, { running, plan }: CommitPurpose, event: JobEvent): Step {
  const committed = facts.head.snapshot!
  const now: RunningState = { ...running, facts: { ...facts, snapshotFailures: 0 } }
  const step = plan.export === null ? finish(now, plan, true) : giveName(now, plan, committed)
  const tookMs = Math.round(event.at.monotonicMs - plan.begunAtMs)
  return {
    ...step,
    effects: [
      log('debug', `${jobText(facts.record)}: snapshot ${plan.snapshotId} took ${tookMs} ms, ${committed.bytes} bytes`),
      ...step.effects,
      { type: 'collectGarbage' },
    ],
  }
}

/** The grid has refused the commit for good: the job goes on from the snapshot before. */
export function afterRefusedCommit({ running, plan }: CommitPurpose, error: EncodedError): Step {
  return fail(running, plan, error)
}

export function onExportWritten(state: RunningState, event: EventOf<'exportWritten'>): Step {
  const plan = planNamed(state, event.commandId)
  if (plan === null) return { state, effects: [] }
  return withEffects([accept(event.commandId)], finish(state, plan, true))
}

export function onExportFailed(state: RunningState, event: EventOf<'exportFailed'>): Step {
  const plan = planNamed(state, event.commandId)
  if (plan === null) return { state, effects: [] }
  const next: RunningState = { ...state, termination: withoutCancel(state.termination) }
  const answer = refuse(event.commandId, exportFailure(state.facts, errorLine(event.error)))
  return withEffects([answer], finish(next, plan, plan.isTerminal))
}

export function onSnapshotFinished(state: RunningState, event: EventOf<'snapshotFinished'>): Step {
  const { snapshot, outcome } = state
  if (snapshot.phase !== 'finishing' || snapshot.plan.snapshotId !== event.snapshotId) return { state, effects: [] }
  if (outcome !== null) return closeRunning(state, outcome, event.at)
  const step = goOnWithSnapshots(state, event.at)
  if (!snapshot.plan.isTerminal || snapshot.success) return step
  // Processors stand behind a barrier that leads nowhere.
  return { ...step, effects: [...step.effects, { type: 'terminate', executionId: event.executionId }] }
}

/** Why an export that was promised does not come. */
export function exportFailure(facts: JobFacts, why: string): CommandFailure {
  return { code: 'ERR_SNAPSHOT_EXPORT', message: `no snapshot of ${jobText(facts.record)} was exported: ${why}` }
}

/** A job that was to be cancelled with a snapshot goes on when its user does not get that. */
function withoutCancel(termination: Termination | null): Termination | null {
  if (termination === null || termination.action !== 'cancel' || !termination.isGraceful) return termination
  return { ...termination, action: 'restart' }
}

function giveName(running: RunningState, plan: SnapshotPlan, snapshot: CommittedSnapshot): Step {
  return {
    state: { ...running, snapshot: { phase: 'naming', plan } },
    effects: [{ type: 'writeExport', ...plan.export!, snapshot }],
  }
}

function planNamed({ snapshot }: RunningState, commandId: number): SnapshotPlan | null {
  return snapshot.phase === 'naming' && snapshot.plan.export?.commandId === commandId ? snapshot.plan : null
}

/** A failed snapshot never fails the job: it goes on, and tries again at the next interval. */
function fail(running: RunningState, plan: SnapshotPlan, error: EncodedError): Step {
  const { facts } = running
  const effects: JobEffect[] = [
    log('warn', `${jobText(facts.record)}: snapshot ${plan.snapshotId} failed: ${errorLine(error)}`),
  ]
  if (plan.export !== null) effects.push(refuse(plan.export.commandId, exportFailure(facts, errorLine(error))))
  const failed: RunningState = {
    ...running,
    facts: { ...facts, snapshotFailures: facts.snapshotFailures + 1 },
    termination: plan.isTerminal ? withoutCancel(running.termination) : running.termination,
  }
  return withEffects(effects, finish(failed, plan, false))
}

function finish(running: RunningState, plan: SnapshotPlan, success: boolean): Step {
  return {
    state: { ...running, snapshot: { phase: 'finishing', plan, success } },
    effects: [
      {
        type: 'finishSnapshot',
        executionId: running.execution.executionId,
        snapshotId: plan.snapshotId,
        success,
      },
    ],
  }
}

function withEffects(effects: readonly JobEffect[], step: Step): Step {
  return { ...step, effects: [...effects, ...step.effects] }
}
