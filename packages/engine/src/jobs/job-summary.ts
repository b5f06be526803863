import type { JobResultDocument } from './documents/job-result-document.ts'
import { jobIdText } from './job-id.ts'
import type { JobSummary } from './job-service.ts'
import { errorLine } from './machine/job-error.ts'
import type { JobState } from './machine/job-state.ts'
import { executionOf, factsOf, reasonOf, recordOf, snapshotOf, statusOf } from './machine/job-view.ts'

/** A job that has not ended, as listings show it. */
export function summaryOf(state: JobState): JobSummary {
  const record = recordOf(state)
  const snapshot = snapshotOf(state)
  return {
    id: record.id,
    idText: jobIdText(record.id),
    name: record.name,
    status: statusOf(state),
    submissionTimeMs: record.submissionTimeMs,
    reason: reasonOf(state),
    snapshot: snapshot === null ? null : { id: snapshot.snapshotId, timeMs: snapshot.timeMs, bytes: snapshot.bytes },
    settings: record.settings,
    bundle: record.bundle,
    args: record.args,
    executionId: executionOf(state)?.executionId ?? null,
    restarts: factsOf(state)?.restarts ?? 0,
  }
}

/** A job that has ended, as listings show it. */
export function summaryOfResult(result: JobResultDocument): JobSummary {
  const { id, name, status, submissionTimeMs, settings, bundle, args, error } = result
  return {
    id,
    idText: jobIdText(id),
    name,
    status,
    submissionTimeMs,
    reason: error === null ? 'it has completed' : errorLine(error),
    snapshot: null,
    settings,
    bundle,
    args,
    executionId: null,
    restarts: 0,
  }
}
