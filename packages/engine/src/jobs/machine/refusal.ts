import { JOB_STATUS_TEXTS } from '../job-status.ts'
import type { CommandFailure } from './job-effect.ts'
import type { JobCommand } from './job-event.ts'
import type { JobState } from './job-state.ts'
import { recordOf, statusOf } from './job-view.ts'
import { jobText } from './step.ts'
import { type Termination, terminationText } from './termination.ts'

/** The job's state does not allow a command. */
export function stateRefusal(message: string): CommandFailure {
  return { code: 'ERR_JOB_STATE', message }
}

/** Why a command is refused in a state that has no transition for it. */
export function refusalIn(state: JobState, command: JobCommand): CommandFailure {
  const job = jobText(recordOf(state))
  if (state.kind === 'deposed' || state.kind === 'unclaimed') {
    return { code: 'ERR_NOT_COORDINATING', message: `${job} is not coordinated here: try again` }
  }
  const status = JOB_STATUS_TEXTS[statusOf(state)]
  switch (command.type) {
    case 'terminationRequested':
      return stateRefusal(
        `Cannot ${terminationText({ ...command, commandId: null })} ${job}: its status is ${status}, it should be ${command.action === 'cancel' ? 'active' : 'RUNNING'}`,
      )
    case 'resumeRequested':
      return stateRefusal(`Cannot resume ${job}: its status is ${status}, it should be SUSPENDED`)
    case 'exportRequested':
      return stateRefusal(
        `Cannot export a snapshot of ${job}: its status is ${status}, it should be RUNNING or SUSPENDED`,
      )
  }
}

/** Why nothing else can be asked of a job that is being terminated. */
export function terminatingRefusal(termination: Termination): CommandFailure {
  return stateRefusal(`Job is already terminating in mode: ${terminationText(termination)}`)
}
