import type { CommittedSnapshot } from '../documents/committed-snapshot.ts'
import type { JobRecord } from '../documents/job-record.ts'
import type { JobStatus } from '../job-status.ts'
import { errorLine } from './job-error.ts'
import type { HeadPurpose, JobFacts, JobState, OpenExecution, WritingHeadState } from './job-state.ts'

export function recordOf(state: JobState): JobRecord {
  return 'record' in state ? state.record : state.facts.record
}

/** Null in states without a claim. */
export function factsOf(state: JobState): JobFacts | null {
  return 'facts' in state ? state.facts : null
}

/** The execution that the host may know of; null = there is none. */
export function executionOf(state: JobState): OpenExecution | null {
  switch (state.kind) {
    case 'starting':
    case 'running':
    case 'closing':
      return state.execution
    case 'writingHead':
      return state.purpose.for === 'commit' ? state.purpose.running.execution : null
    case 'unclaimed':
    case 'waiting':
    case 'suspended':
    case 'exportingSuspended':
    case 'recordingResult':
    case 'removing':
    case 'ended':
    case 'deposed':
      return null
  }
}

export function snapshotOf(state: JobState): CommittedSnapshot | null {
  return factsOf(state)?.head.snapshot ?? null
}

/** Where the job stands for its users. */
export function statusOf(state: JobState): JobStatus {
  switch (state.kind) {
    case 'unclaimed':
    case 'waiting':
    case 'deposed':
      return 'notRunning'
    case 'starting':
      return 'starting'
    case 'running':
      return state.termination === null && state.outcome === null ? 'running' : 'completing'
    case 'closing':
    case 'recordingResult':
      return 'completing'
    case 'suspended':
      return 'suspended'
    case 'exportingSuspended':
      return 'suspendedExportingSnapshot'
    case 'writingHead':
      return statusWhileWriting(state.purpose)
    case 'removing':
    case 'ended':
      return state.end.status
  }
}

/** Why the job does not run; null when it does. */
export function reasonOf(state: JobState): string | null {
  switch (state.kind) {
    case 'unclaimed':
      return 'its coordinator has not taken it over yet'
    case 'deposed':
      return 'another coordinator has taken it over'
    case 'waiting':
      return state.reason
    case 'starting':
      return state.facts.head.snapshot === null
        ? 'it is being started'
        : `it is being started from snapshot ${state.facts.head.snapshot.snapshotId}`
    case 'running':
      return null
    case 'closing':
      return 'its execution is being closed'
    case 'suspended':
    case 'exportingSuspended':
      return suspensionReason(state.facts)
    case 'writingHead':
      return reasonWhileWriting(state)
    case 'recordingResult':
      return 'its result is being stored'
    case 'removing':
    case 'ended':
      return state.end.error === null ? 'it has completed' : errorLine(state.end.error)
  }
}

function suspensionReason(facts: JobFacts): string {
  const cause = facts.head.suspensionCause
  return cause === null ? 'it was suspended by its user' : `it was suspended after a failure: ${errorLine(cause)}`
}

function statusWhileWriting(purpose: HeadPurpose): JobStatus {
  switch (purpose.for) {
    case 'start':
      return 'starting'
    case 'commit':
      return statusOf(purpose.running)
    case 'suspend':
    case 'end':
      return 'completing'
    case 'resume':
    case 'fallBack':
      return 'notRunning'
  }
}

function reasonWhileWriting({ purpose, phase }: WritingHeadState): string | null {
  if (purpose.for === 'commit') return null
  const what = {
    start: 'it is being started',
    suspend: 'it is being suspended',
    resume: 'it is being resumed',
    fallBack: 'its last snapshot is damaged, and the one before is being chosen',
    end: 'its end is being stored',
  }[purpose.for]
  return phase === 'sent' || phase === 'reading' ? what : `${what}, but the grid does not answer`
}
