import { writeHead } from './head-write.ts'
import { coordinatorLostError } from './job-error.ts'
import type { EventOf, Moment } from './job-event.ts'
import type { JobFacts, JobState, RunningState, StartingState, StateOf, WaitingState } from './job-state.ts'
import { refusalIn } from './refusal.ts'
import { NO_FAILURES } from './restart-backoff.ts'
import { goOnWithSnapshots } from './snapshot-transitions.ts'
import { askToStart, closeExecution, endByCancel, endJob, recordResult, resume, suspend } from './state-entries.ts'
import { accept, refuse, type Step } from './step.ts'
import { cancelled, judge } from './verdict.ts'

/** How long a job waits before it asks again whether it may start. */
const START_RETRY_MS = 500

/** A job that was just submitted, or that another coordinator had before. */
export function onAdopted(state: StateOf<'unclaimed'>, event: EventOf<'adopted'>): Step {
  const { head, revision, intent, isTakenOver } = event
  const pending = intent !== null && intent.number > head.intentDone ? intent.wish : null
  const facts: JobFacts = {
    record: state.record,
    head,
    revision,
    snapshotIdMax: head.snapshotIdMax,
    intentSeen: Math.max(head.intentDone, intent?.number ?? 0),
    failures: NO_FAILURES,
    restarts: 0,
    snapshotFailures: 0,
  }
  if (head.end !== null) return recordResult(facts, head.end)
  if (pending === 'cancel') return endByCancel(facts, event.at)
  if (head.state === 'suspended') {
    return pending === 'resume' ? resume(facts) : { state: { kind: 'suspended', facts }, effects: [] }
  }
  if (pending === 'suspend') return suspend(facts, null)
  if (isTakenOver && head.executionId !== null && !state.record.settings.autoScaling) {
    return judgeLostExecution(facts, event.at)
  }
  return askToStart(facts, isTakenOver ? 'its coordinator has just taken it over' : 'it was just submitted', [])
}

/** As after the loss of a member; nothing is left that could be closed. */
function judgeLostExecution(facts: JobFacts, at: Moment): Step {
  const error = coordinatorLostError(facts.record)
  if (facts.record.settings.guarantee !== 'none' || facts.record.settings.suspendOnFailure) return suspend(facts, error)
  const end = { status: 'failed', error, completionTimeMs: at.wallMs } as const
  return endJob(facts, end)
}

/** From here on no other coordinator starts the job without a higher term: the head says so before anything runs. */
export function onStartPermitted(state: WaitingState, event: EventOf<'startPermitted'>): Step {
  if (!state.isAsking) return { state, effects: [] }
  const { facts } = state
  const { executionId } = event
  return writeHead(facts, { executionId, intentDone: facts.intentSeen }, { for: 'start', executionId })
}

export function onStartRefused(state: WaitingState, event: EventOf<'startRefused'>): Step {
  if (!state.isAsking) return { state, effects: [] }
  return {
    state: { ...state, reason: event.reason, isAsking: false },
    effects: [{ type: 'setTimer', timer: 'start', delayMs: START_RETRY_MS, spreadMs: 0 }],
  }
}

export function onStartTimer(state: WaitingState, event: EventOf<'timerFired'>): Step {
  if (event.timer !== 'start' || state.isAsking) return { state, effects: [] }
  return { state: { ...state, isAsking: true }, effects: [{ type: 'askToStart' }] }
}

export function onTerminationWhileWaiting(state: WaitingState, event: EventOf<'terminationRequested'>): Step {
  if (event.action !== 'cancel' || event.isGraceful) return refused(state, event)
  const step = endByCancel({ ...state.facts, intentSeen: event.intent ?? state.facts.intentSeen }, event.at)
  return {
    ...step,
    effects: [{ type: 'cancelTimer', timer: 'start' }, accept(event.commandId), ...step.effects],
  }
}

/** The job is not suspended: what was asked for is so already. */
export function onNeedlessResume(state: JobState, event: EventOf<'resumeRequested'>): Step {
  return { state, effects: [accept(event.commandId)] }
}

export function onInitialized(state: StartingState, event: EventOf<'initialized'>): Step {
  const { facts, execution } = state
  if (state.termination !== null) return closeExecution({ ...state, verdict: cancelled(facts.record, event.at) })
  const running: RunningState = {
    kind: 'running',
    facts,
    execution,
    snapshot: { phase: 'idle' },
    termination: null,
    isEnding: false,
    wishes: [],
    outcome: null,
  }
  const step = goOnWithSnapshots(running, event.at)
  return { ...step, effects: [{ type: 'start', executionId: execution.executionId }, ...step.effects] }
}

export function onInitFailed(state: StartingState, event: EventOf<'initFailed'>): Step {
  const { facts, execution, termination } = state
  const { error, at } = event
  const outcome = { kind: 'failed', error, restartable: error.retry !== 'never' } as const
  const judgement = judge({ facts, execution, termination, outcome, at })
  return closeExecution({ ...judgement, execution })
}

/** A cancel is carried out when the host has answered; nothing else can be asked of a job that starts. */
export function onTerminationWhileStarting(state: StartingState, event: EventOf<'terminationRequested'>): Step {
  if (event.action !== 'cancel' || event.isGraceful) return refused(state, event)
  const facts = { ...state.facts, intentSeen: event.intent ?? state.facts.intentSeen }
  return {
    state: {
      ...state,
      facts,
      termination: { action: 'cancel', isGraceful: false, exportName: null, commandId: null },
    },
    effects: [accept(event.commandId)],
  }
}

function refused(state: JobState, event: EventOf<'terminationRequested'>): Step {
  return { state, effects: [refuse(event.commandId, refusalIn(state, event))] }
}
