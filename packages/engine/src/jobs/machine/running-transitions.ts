import type { JobEffect } from './job-effect.ts'
import type { EventOf } from './job-event.ts'
import type { RunningState } from './job-state.ts'
import { stateRefusal, terminatingRefusal } from './refusal.ts'
import { closeRunning } from './running-end.ts'
import { exportFailure, goOnWithSnapshots } from './snapshot-transitions.ts'
import { accept, jobText, refuse, type Step } from './step.ts'
import { type Termination, terminationText } from './termination.ts'

/**
 * The execution has ended. A snapshot in phase 1 is abandoned by it; a name or a phase 2 that is under way is waited
 * for, as what they do counts.
 */
export function onExecutionEnded(state: RunningState, event: EventOf<'executionEnded'>): Step {
  const { phase } = state.snapshot
  if (phase === 'naming' || phase === 'finishing') return { state: { ...state, outcome: event.outcome }, effects: [] }
  return closeRunning(state, event.outcome, event.at)
}

export function onTerminationWhileRunning(state: RunningState, event: EventOf<'terminationRequested'>): Step {
  if (state.termination !== null) return onSecondTermination(state, state.termination, event)
  const { facts } = state
  const { action, exportName, commandId } = event
  // Without a guarantee there is no state to keep, unless the user wants it under a name.
  const isGraceful = event.isGraceful && (facts.record.settings.guarantee !== 'none' || exportName !== null)
  const termination: Termination = {
    action,
    isGraceful,
    exportName,
    commandId: exportName === null ? null : commandId,
  }
  const next: RunningState = {
    ...state,
    facts: { ...facts, intentSeen: event.intent ?? facts.intentSeen },
    termination,
  }
  // A command that wants an export is answered when that has its name.
  const answers = exportName === null ? [accept(commandId)] : []
  if (state.outcome !== null) {
    return { state: next, effects: answers }
  }
  if (!isGraceful) return terminate(next, answers)
  if (state.snapshot.phase !== 'idle') return { state: next, effects: answers }
  const step = goOnWithSnapshots(next, event.at)
  return { ...step, effects: [...answers, ...step.effects] }
}

/** Only a cancel may follow a cancel; after a graceful one it no longer waits for the snapshot. */
function onSecondTermination(state: RunningState, first: Termination, event: EventOf<'terminationRequested'>): Step {
  const { commandId } = event
  if (first.action !== 'cancel' || event.action !== 'cancel' || event.isGraceful) {
    return { state, effects: [refuse(commandId, terminatingRefusal(first))] }
  }
  const answers: JobEffect[] = [accept(commandId)]
  if (!first.isGraceful || state.outcome !== null) return { state, effects: answers }
  if (first.commandId !== null) {
    answers.push(refuse(first.commandId, exportFailure(state.facts, 'the job was cancelled without waiting for it')))
  }
  const facts = { ...state.facts, intentSeen: event.intent ?? state.facts.intentSeen }
  return terminate({ ...state, facts, termination: { ...first, isGraceful: false, commandId: null } }, answers)
}

export function onExportWhileRunning(state: RunningState, event: EventOf<'exportRequested'>): Step {
  const { commandId, exportName } = event
  const { termination, facts } = state
  if (termination !== null || state.outcome !== null) {
    const how = termination === null ? 'has ended' : `is terminating in mode: ${terminationText(termination)}`
    const message = `Cannot export a snapshot of ${jobText(facts.record)}: its execution ${how}`
    return { state, effects: [refuse(commandId, stateRefusal(message))] }
  }
  const next = { ...state, wishes: [...state.wishes, { exportName, commandId }] }
  return state.snapshot.phase === 'idle' ? goOnWithSnapshots(next, event.at) : { state: next, effects: [] }
}

function terminate(state: RunningState, answers: readonly JobEffect[]): Step {
  return {
    state: { ...state, isEnding: true },
    effects: [
      ...answers,
      { type: 'cancelTimer', timer: 'snapshot' },
      { type: 'terminate', executionId: state.execution.executionId },
    ],
  }
}
