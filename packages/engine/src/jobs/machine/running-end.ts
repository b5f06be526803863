import type { ExecutionOutcome } from '../execution-host.ts'
import type { JobEffect } from './job-effect.ts'
import type { Moment } from './job-event.ts'
import type { RunningState } from './job-state.ts'
import { closeExecution } from './state-entries.ts'
import { jobText, refuse, type Step } from './step.ts'
import { openCommands } from './step-down.ts'
import { judge } from './verdict.ts'

/** The execution has ended, and nothing that it began has to be waited for. */
export function closeRunning(running: RunningState, outcome: ExecutionOutcome, at: Moment): Step {
  const { facts, execution, termination } = running
  const judgement = judge({ facts, execution, termination, outcome, at })
  const step = closeExecution({ ...judgement, execution })
  const message = `no snapshot of ${jobText(facts.record)} was exported: its execution has ended before`
  const answers: JobEffect[] = openCommands(running).map((commandId) =>
    refuse(commandId, { code: 'ERR_SNAPSHOT_EXPORT', message }),
  )
  return { ...step, effects: [...answers, ...step.effects] }
}
