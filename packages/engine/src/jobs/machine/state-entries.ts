import type { EncodedError } from '../../base/encoded-error.ts'
import type { JobEnd } from '../documents/job-head.ts'
import { writeHead } from './head-write.ts'
import type { JobEffect } from './job-effect.ts'
import type { Moment } from './job-event.ts'
import type { ClosingState, JobFacts } from './job-state.ts'
import { NO_FAILURES } from './restart-backoff.ts'
import { jobText, log, type Step } from './step.ts'
import { cancelledEnd } from './verdict.ts'

/** Writes that the job is suspended. */
export function suspend(facts: JobFacts, suspensionCause: EncodedError | null): Step {
  return writeHead(facts, { state: 'suspended', suspensionCause, intentDone: facts.intentSeen }, { for: 'suspend' })
}

/** Writes that the job is not suspended any more. */
export function resume(facts: JobFacts): Step {
  const change = { state: 'active', suspensionCause: null, intentDone: facts.intentSeen } as const
  return writeHead({ ...facts, failures: NO_FAILURES }, change, { for: 'resume' })
}

export function askToStart(facts: JobFacts, reason: string, effects: readonly JobEffect[]): Step {
  return {
    state: { kind: 'waiting', facts, reason, isAsking: true },
    effects: [...effects, { type: 'askToStart' }],
  }
}

/** The head names the execution: now the host may make it. */
export function initialize(facts: JobFacts, executionId: string, at: Moment): Step {
  const restore = facts.head.snapshot
  const { name, guarantee } = { name: jobText(facts.record), guarantee: facts.record.settings.guarantee }
  const from =
    restore !== null
      ? `About to restore the state of ${name} from snapshot ${restore.snapshotId}`
      : guarantee === 'none'
        ? null
        : `Didn't find any snapshot to restore for ${name}, execution ${executionId}`
  return {
    state: {
      kind: 'starting',
      facts,
      termination: null,
      execution: {
        executionId,
        restoredId: restore?.snapshotId ?? 0,
        initAtMs: at.monotonicMs,
        initWallMs: at.wallMs,
      },
    },
    effects: [
      log('info', `Start executing ${name}, execution ${executionId}`),
      ...(from === null ? [] : [log('info', from)]),
      { type: 'init', executionId, restore },
    ],
  }
}

/** Has the host drop what is left of an execution; the verdict is carried out when it has. */
export function closeExecution({ facts, execution, verdict }: Omit<ClosingState, 'kind'>): Step {
  const error = verdict.kind === 'end' ? verdict.end.error : verdict.cause
  return {
    state: { kind: 'closing', facts, execution, verdict },
    effects: [
      { type: 'cancelTimer', timer: 'snapshot' },
      { type: 'complete', executionId: execution.executionId, error },
    ],
  }
}

/** Writes how the job has ended; nothing of it runs any more. */
export function endJob(facts: JobFacts, end: JobEnd): Step {
  return writeHead(facts, { state: 'ended', end, intentDone: facts.intentSeen }, { for: 'end', end })
}

export function endByCancel(facts: JobFacts, at: Moment): Step {
  return endJob(facts, cancelledEnd(facts.record, at))
}

/** The end is decided; whoever coordinates the job from here on only has to store the result and to clean up. */
export function recordResult(facts: JobFacts, end: JobEnd): Step {
  return { state: { kind: 'recordingResult', facts, end }, effects: [{ type: 'writeResult', end }] }
}
