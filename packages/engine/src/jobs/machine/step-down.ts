import { JOB_STATUS_TEXTS } from '../job-status.ts'
import type { CommandFailure, JobEffect } from './job-effect.ts'
import type { JobState, RunningState } from './job-state.ts'
import { executionOf, recordOf, statusOf } from './job-view.ts'
import { jobText, log, refuse, type Step } from './step.ts'

/** Ends everything here for a job that another coordinator has, or that is gone. */
export function stepDown(state: JobState, why: string): Step {
  const record = recordOf(state)
  const execution = executionOf(state)
  const failure: CommandFailure = {
    code: 'ERR_NOT_COORDINATING',
    message: `${jobText(record)} is not coordinated here any more: ${why}`,
  }
  const effects: JobEffect[] = [
    log('warn', `${jobText(record)} (${JOB_STATUS_TEXTS[statusOf(state)]}) is given up here: ${why}`),
    { type: 'cancelTimer', timer: 'start' },
    { type: 'cancelTimer', timer: 'snapshot' },
    { type: 'cancelTimer', timer: 'retry' },
    ...openCommands(state).map((commandId) => refuse(commandId, failure)),
  ]
  if (execution !== null) {
    const { executionId } = execution
    effects.push({ type: 'terminate', executionId }, { type: 'complete', executionId, error: null })
  }
  effects.push({ type: 'stepDown' })
  // The events put off are refused by the state that follows.
  const deferred = state.kind === 'writingHead' ? state.deferred : []
  return { state: { kind: 'deposed', record }, effects, replay: deferred }
}

/** Commands that were accepted and not answered yet, but those among events that were put off. */
export function openCommands(state: JobState): readonly number[] {
  switch (state.kind) {
    case 'running':
      return openCommandsOfRunning(state)
    case 'writingHead':
      return state.purpose.for === 'commit' ? openCommandsOfRunning(state.purpose.running) : []
    case 'exportingSuspended':
      return [state.wish.commandId]
    case 'unclaimed':
    case 'waiting':
    case 'starting':
    case 'closing':
    case 'suspended':
    case 'recordingResult':
    case 'removing':
    case 'ended':
    case 'deposed':
      return []
  }
}

function openCommandsOfRunning({ wishes, termination, snapshot }: RunningState): readonly number[] {
  const ids = wishes.map(({ commandId }) => commandId)
  if (termination !== null && termination.commandId !== null) ids.push(termination.commandId)
  // When it is being finished, the command that wanted the snapshot has its answer.
  if (snapshot.phase !== 'idle' && snapshot.phase !== 'finishing') ids.push(...planned(snapshot.plan))
  return ids
}

function planned({ export: wish }: { readonly export: { readonly commandId: number } | null }): readonly number[] {
  return wish === null ? [] : [wish.commandId]
}
