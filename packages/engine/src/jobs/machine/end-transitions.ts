import type { EncodedError } from '../../base/encoded-error.ts'
import { writeHead } from './head-write.ts'
import type { JobEffect } from './job-effect.ts'
import { errorLine } from './job-error.ts'
import type { EventOf } from './job-event.ts'
import type { ClosingState, RecordingResultState, RemovingState } from './job-state.ts'
import { refusalIn, stateRefusal } from './refusal.ts'
import { askToStart, endJob, suspend } from './state-entries.ts'
import { accept, jobText, log, refuse, type Step } from './step.ts'
import { cancelled } from './verdict.ts'

/** How long until a write of the end is tried again; it is tried for ever. */
const RETRY_DELAY_MS = 500
const RETRY_SPREAD_MS = 500

/** Nothing of the execution is left: now the verdict is carried out. */
export function onExecutionCompleted(state: ClosingState, event: EventOf<'executionCompleted'>): Step {
  const { verdict, facts } = state
  const report = closingReport(state, event)
  switch (verdict.kind) {
    case 'restart': {
      if (verdict.wait.delayMs + verdict.wait.spreadMs === 0) return askToStart(facts, verdict.reason, [report])
      return {
        state: { kind: 'waiting', facts, reason: verdict.reason, isAsking: false },
        effects: [report, { type: 'setTimer', timer: 'start', ...verdict.wait }],
      }
    }
    case 'suspend':
      return withReport(report, suspend(facts, verdict.cause))
    case 'end':
      return withReport(report, endJob(facts, verdict.end))
    case 'fallBack':
      return withReport(report, fallBack(state, verdict.cause))
  }
}

/** What was to be started again, or to be suspended, can still be cancelled. */
export function onTerminationWhileClosing(state: ClosingState, event: EventOf<'terminationRequested'>): Step {
  const { facts, verdict } = state
  if (event.action !== 'cancel' || event.isGraceful) {
    return { state, effects: [refuse(event.commandId, refusalIn(state, event))] }
  }
  if (verdict.kind === 'end') {
    if (verdict.end.error?.code === 'ERR_CANCELLED') return { state, effects: [accept(event.commandId)] }
    const message = `Cannot cancel ${jobText(facts.record)}: it has ended`
    return { state, effects: [refuse(event.commandId, stateRefusal(message))] }
  }
  return {
    state: {
      ...state,
      facts: { ...facts, intentSeen: event.intent ?? facts.intentSeen },
      verdict: cancelled(facts.record, event.at),
    },
    effects: [accept(event.commandId)],
  }
}

export function onResultWritten(state: RecordingResultState): Step {
  const { facts, end } = state
  return { state: { kind: 'removing', facts, end }, effects: [{ type: 'removeJob' }] }
}

export function onResultFailed(state: RecordingResultState, event: EventOf<'resultFailed'>): Step {
  return tryAgain(state, `its result could not be stored: ${errorLine(event.error)}`)
}

export function onResultTimer(state: RecordingResultState, event: EventOf<'timerFired'>): Step {
  return { state, effects: event.timer === 'retry' ? [{ type: 'writeResult', end: state.end }] : [] }
}

export function onJobRemoved({ facts, end }: RemovingState): Step {
  return { state: { kind: 'ended', record: facts.record, end }, effects: [] }
}

export function onRemovalFailed(state: RemovingState, event: EventOf<'removalFailed'>): Step {
  return tryAgain(state, `what is left of it could not be removed: ${errorLine(event.error)}`)
}

export function onRemovalTimer(state: RemovingState, event: EventOf<'timerFired'>): Step {
  return { state, effects: event.timer === 'retry' ? [{ type: 'removeJob' }] : [] }
}

function tryAgain(state: RecordingResultState | RemovingState, why: string): Step {
  return {
    state,
    effects: [
      log('warn', `${jobText(state.facts.record)}: ${why}`),
      { type: 'setTimer', timer: 'retry', delayMs: RETRY_DELAY_MS, spreadMs: RETRY_SPREAD_MS },
    ],
  }
}

/** No id up to that of the damaged snapshot is used again, so that what it made sinks prepare is not taken for new. */
function fallBack({ facts }: ClosingState, cause: EncodedError): Step {
  const { snapshot, previous } = facts.head
  const message = `${jobText(facts.record)}: SNAPSHOT ${snapshot!.snapshotId} IS DAMAGED (${errorLine(cause)}); the job goes back to snapshot ${previous!.snapshotId}, and what it has done since is done again`
  return withReport(
    log('error', message),
    writeHead(facts, { snapshot: previous, previous: null, intentDone: facts.intentSeen }, { for: 'fallBack', cause }),
  )
}

function withReport(report: JobEffect, step: Step): Step {
  return { ...step, effects: [report, ...step.effects] }
}

function closingReport({ facts, execution, verdict }: ClosingState, event: EventOf<'executionCompleted'>): JobEffect {
  const what = `Execution of ${jobText(facts.record)}, execution ${execution.executionId}`
  const startTime = new Date(execution.initWallMs).toISOString()
  const tookMs = Math.round(event.at.monotonicMs - execution.initAtMs)
  const tail = `\n\tStart time: ${startTime}\n\tDuration: ${(tookMs / 1000).toFixed(3)} s`
  const error = verdict.kind === 'end' ? verdict.end.error : verdict.cause
  if (verdict.kind === 'end' && error === null) return log('info', `${what} completed successfully${tail}`)
  if (error === null) {
    const why = verdict.kind === 'restart' ? verdict.reason : 'it is being suspended on request'
    return log('info', `${what} got terminated, reason=${why}${tail}`)
  }
  if (error.code === 'ERR_CANCELLED') return log('info', `${what} got terminated, reason=${error.message}${tail}`)
  return log('error', `${what} failed: ${error.stack ?? errorLine(error)}${tail}`)
}
