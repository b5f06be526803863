import type { Revision } from '../../grid/key-value.ts'
import type { JobEffect } from './job-effect.ts'
import { errorLine } from './job-error.ts'
import type { EventOf, JobEvent } from './job-event.ts'
import type { HeadPurpose, JobFacts, WritingHeadState } from './job-state.ts'
import { afterCommit, afterRefusedCommit } from './snapshot-transitions.ts'
import { askToStart, initialize, recordResult } from './state-entries.ts'
import { jobText, log, type Step } from './step.ts'
import { stepDown } from './step-down.ts'
import { afterSuspension } from './suspension-transitions.ts'

const RETRY_DELAY_MS = 500
const RETRY_SPREAD_MS = 500

/** The write is acknowledged, or was found to be there: what it was for goes on, then what had to wait for it. */
export function onHeadWritten(state: WritingHeadState, event: EventOf<'headWritten'>): Step {
  return written(state, event.revision, event)
}

/**
 * Not applied. The commit of a snapshot is given up by it, unless an earlier try of it may have been applied or the
 * processors stand still behind a terminal barrier; everything else must be written some time.
 */
export function onHeadUnavailable(state: WritingHeadState, event: EventOf<'headUnavailable'>): Step {
  const { purpose } = state
  if (purpose.for === 'commit' && !state.mayBeApplied && !purpose.plan.isTerminal) {
    const step = afterRefusedCommit(purpose, event.error)
    return { ...step, replay: state.deferred }
  }
  return wait(state, 'waitingToWrite', [
    log('warn', `${jobText(state.facts.record)}: the grid does not take its state: ${errorLine(event.error)}`),
  ])
}

/** Applied or not, by this coordinator or another one: only a look tells. */
export function onHeadUnknown(state: WritingHeadState): Step {
  const looking: WritingHeadState = { ...state, mayBeApplied: true }
  return state.tries === 0
    ? { state: { ...looking, phase: 'reading', tries: 1 }, effects: [{ type: 'readHead' }] }
    : wait(looking, 'waitingToRead', [])
}

export function onHeadRead(state: WritingHeadState, event: EventOf<'headRead'>): Step {
  if (state.phase !== 'reading') return { state, effects: [] }
  const { head, revision } = event
  if (head === null || revision === null) return stepDown(state, 'its state was removed from the grid')
  if (head.term > state.head.term) return stepDown(state, `the coordinator of term ${head.term} has taken it over`)
  if (head.term === state.head.term && head.write === state.head.write) return written(state, revision, event)
  // Its revision is the one expected: sent again, the write is applied once or not at all.
  if (revision === state.facts.revision) return send(state)
  // Reads may be stale: this is a value from before the one that was expected.
  return wait(state, 'waitingToRead', [])
}

export function onHeadUnreadable(state: WritingHeadState, event: EventOf<'headUnreadable'>): Step {
  if (state.phase !== 'reading') return { state, effects: [] }
  return wait(state, 'waitingToRead', [
    log('warn', `${jobText(state.facts.record)}: the grid does not show its state: ${errorLine(event.error)}`),
  ])
}

export function onRetryTimer(state: WritingHeadState, event: EventOf<'timerFired'>): Step {
  if (event.timer !== 'retry') return { state, effects: [] }
  if (state.phase === 'waitingToWrite') return send(state)
  if (state.phase !== 'waitingToRead') return { state, effects: [] }
  return { state: { ...state, phase: 'reading' }, effects: [{ type: 'readHead' }] }
}

/** Puts an event off until the write is decided. */
export function defer(state: WritingHeadState, event: JobEvent): Step {
  return { state: { ...state, deferred: [...state.deferred, event] }, effects: [] }
}

function send(state: WritingHeadState): Step {
  return {
    state: { ...state, phase: 'sent' },
    effects: [{ type: 'writeHead', head: state.head, expected: state.facts.revision }],
  }
}

function wait(state: WritingHeadState, phase: 'waitingToWrite' | 'waitingToRead', effects: readonly JobEffect[]): Step {
  return {
    state: { ...state, phase, tries: state.tries + 1 },
    effects: [...effects, { type: 'setTimer', timer: 'retry', delayMs: RETRY_DELAY_MS, spreadMs: RETRY_SPREAD_MS }],
  }
}

function written(state: WritingHeadState, revision: Revision, event: JobEvent): Step {
  const facts: JobFacts = { ...state.facts, head: state.head, revision }
  return { ...goOn(facts, state.purpose, event), replay: state.deferred }
}

function goOn(facts: JobFacts, purpose: HeadPurpose, event: JobEvent): Step {
  switch (purpose.for) {
    case 'start':
      return initialize(facts, purpose.executionId, event.at)
    case 'commit':
      return afterCommit(facts, purpose, event)
    case 'suspend':
      return afterSuspension(facts)
    case 'resume':
      return askToStart(facts, 'it is being resumed', [])
    case 'fallBack':
      return askToStart(facts, 'it is being started from the snapshot before the last one', [])
    case 'end':
      return recordResult(facts, purpose.end)
  }
}
