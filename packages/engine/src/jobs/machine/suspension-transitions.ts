import { errorLine } from './job-error.ts'
import type { EventOf } from './job-event.ts'
import type { ExportingSuspendedState, ExportWish, JobFacts, SuspendedState } from './job-state.ts'
import { refusalIn } from './refusal.ts'
import { exportFailure } from './snapshot-transitions.ts'
import { endByCancel, resume } from './state-entries.ts'
import { accept, jobText, log, refuse, type Step } from './step.ts'

/** The head says so: the job keeps its snapshot and waits for its user. */
export function afterSuspension(facts: JobFacts): Step {
  const { snapshot, suspensionCause } = facts.head
  const kept = snapshot === null ? 'without a snapshot' : `with snapshot ${snapshot.snapshotId}`
  const why = suspensionCause === null ? '' : `, as it failed: ${errorLine(suspensionCause)}`
  return {
    state: { kind: 'suspended', facts },
    effects: [log('info', `${jobText(facts.record)} is suspended ${kept}${why}`), { type: 'collectGarbage' }],
  }
}

export function onResume(state: SuspendedState, event: EventOf<'resumeRequested'>): Step {
  const step = resume({ ...state.facts, intentSeen: event.intent ?? state.facts.intentSeen })
  return { ...step, effects: [accept(event.commandId), ...step.effects] }
}

/** Nothing runs, so that only a cancel makes sense; a graceful one first gives the snapshot a name. */
export function onTerminationWhileSuspended(state: SuspendedState, event: EventOf<'terminationRequested'>): Step {
  const { action, exportName, commandId, isGraceful } = event
  if (action !== 'cancel') return { state, effects: [refuse(commandId, refusalIn(state, event))] }
  if (isGraceful && exportName !== null) return exportSuspended(state.facts, { exportName, commandId }, true)
  const step = endByCancel({ ...state.facts, intentSeen: event.intent ?? state.facts.intentSeen }, event.at)
  return { ...step, effects: [accept(commandId), ...step.effects] }
}

export function onExportWhileSuspended(state: SuspendedState, event: EventOf<'exportRequested'>): Step {
  return exportSuspended(state.facts, { exportName: event.exportName, commandId: event.commandId }, false)
}

export function onSuspendedExportWritten(state: ExportingSuspendedState, event: EventOf<'exportWritten'>): Step {
  const { facts, wish, thenCancel } = state
  if (event.commandId !== wish.commandId) return { state, effects: [] }
  if (!thenCancel) return { state: { kind: 'suspended', facts }, effects: [accept(wish.commandId)] }
  const step = endByCancel(facts, event.at)
  return { ...step, effects: [accept(wish.commandId), ...step.effects] }
}

export function onSuspendedExportFailed(state: ExportingSuspendedState, event: EventOf<'exportFailed'>): Step {
  const { facts, wish } = state
  if (event.commandId !== wish.commandId) return { state, effects: [] }
  const failure = exportFailure(facts, errorLine(event.error))
  return { state: { kind: 'suspended', facts }, effects: [refuse(wish.commandId, failure)] }
}

/** The snapshot is there already: it only gets a name. */
function exportSuspended(facts: JobFacts, wish: ExportWish, thenCancel: boolean): Step {
  const { snapshot } = facts.head
  if (snapshot === null) {
    const failure = exportFailure(facts, 'it was suspended without one')
    return { state: { kind: 'suspended', facts }, effects: [refuse(wish.commandId, failure)] }
  }
  return {
    state: { kind: 'exportingSuspended', facts, wish, thenCancel },
    effects: [{ type: 'writeExport', ...wish, snapshot }],
  }
}
