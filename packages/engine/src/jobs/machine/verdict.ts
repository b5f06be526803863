import type { EncodedError } from '../../base/encoded-error.ts'
import type { JobEnd } from '../documents/job-head.ts'
import type { JobRecord } from '../documents/job-record.ts'
import type { ExecutionOutcome } from '../execution-host.ts'
import { cancelledError, endedUnaskedError, errorLine } from './job-error.ts'
import type { Moment } from './job-event.ts'
import type { JobFacts, OpenExecution, Verdict } from './job-state.ts'
import { failuresBefore, NO_WAIT, restartWait } from './restart-backoff.ts'
import type { Termination } from './termination.ts'

/** The end of an execution, and all that decides what follows. */
export interface EndedExecution {
  readonly facts: JobFacts
  readonly execution: OpenExecution
  readonly termination: Termination | null
  readonly outcome: ExecutionOutcome
  readonly at: Moment
}

/** What becomes of the job, and how often it has failed by then. */
export interface Judgement {
  readonly verdict: Verdict
  readonly facts: JobFacts
}

/**
 * Decides what becomes of a job whose execution has ended. A user's cancel goes before everything else; then an end
 * that the job reached by itself; then what a user asked for; then failures, those of the user's code first.
 */
export function judge(ended: EndedExecution): Judgement {
  const { facts, termination, outcome, at } = ended
  if (termination?.action === 'cancel' && !termination.isGraceful)
    return { facts, verdict: cancelled(facts.record, at) }
  switch (outcome.kind) {
    case 'completed':
      return { facts, verdict: { kind: 'end', end: { status: 'completed', error: null, completionTimeMs: at.wallMs } } }
    case 'endedWithSnapshot':
      return termination === null ? judgeEndedUnasked(ended) : { facts, verdict: asRequested(ended, termination) }
    case 'terminated':
      // A cancel that waits for a snapshot ends nothing as it stands.
      return termination === null || termination.action === 'cancel'
        ? judgeEndedUnasked(ended)
        : { facts, verdict: asRequested(ended, termination) }
    case 'failed':
      return judgeFailure(ended, outcome.error, outcome.restartable)
  }
}

/** The end of a job that was cancelled. */
export function cancelled(record: JobRecord, at: Moment): Verdict {
  return { kind: 'end', end: cancelledEnd(record, at) }
}

export function cancelledEnd(record: JobRecord, at: Moment): JobEnd {
  return { status: 'failed', error: cancelledError(record), completionTimeMs: at.wallMs }
}

function asRequested({ facts, at }: EndedExecution, termination: Termination): Verdict {
  switch (termination.action) {
    case 'restart':
      return restart('it is being restarted on request')
    case 'suspend':
      return { kind: 'suspend', cause: null }
    case 'cancel':
      return cancelled(facts.record, at)
  }
}

function judgeEndedUnasked(ended: EndedExecution): Judgement {
  return judgeFailure(ended, endedUnaskedError(ended.facts.record), true)
}

function judgeFailure(ended: EndedExecution, error: EncodedError, restartable: boolean): Judgement {
  const { execution, termination, at } = ended
  const { head, record, failures: failuresSoFar } = ended.facts
  const { settings } = record
  const isDamaged = error.code === 'ERR_SNAPSHOT_DAMAGED' && head.snapshot?.snapshotId === execution.restoredId
  if (isDamaged && head.previous !== null) return { facts: ended.facts, verdict: { kind: 'fallBack', cause: error } }

  const ranForMs = at.monotonicMs - execution.initAtMs
  const before = failuresBefore(failuresSoFar, settings.restart, ranForMs)
  const failures = { inARow: before.inARow + 1, attempts: before.attempts + (restartable ? 0 : 1) }
  const facts = { ...ended.facts, failures }
  if (restartable && termination?.action === 'suspend') return { facts, verdict: { kind: 'suspend', cause: null } }
  const mayRestart = restartable ? settings.autoScaling : failures.attempts <= settings.restart.attempts
  if (mayRestart || (restartable && termination?.action === 'restart')) {
    return {
      facts: { ...facts, restarts: facts.restarts + 1 },
      verdict: restartAfter(facts, error),
    }
  }
  if (settings.suspendOnFailure || (restartable && settings.guarantee !== 'none')) {
    return { facts, verdict: { kind: 'suspend', cause: error } }
  }
  return { facts, verdict: { kind: 'end', end: { status: 'failed', error, completionTimeMs: at.wallMs } } }
}

function restartAfter(facts: JobFacts, cause: EncodedError): Verdict {
  const wait = restartWait(facts.record.settings.restart, facts.failures.inARow)
  const when =
    wait === NO_WAIT ? 'is started again' : `is started again within ${seconds(wait.delayMs + wait.spreadMs)}`
  return { kind: 'restart', wait, cause, reason: `it failed and ${when}: ${errorLine(cause)}` }
}

function restart(reason: string): Verdict {
  return { kind: 'restart', wait: NO_WAIT, reason, cause: null }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
