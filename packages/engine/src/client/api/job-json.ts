import type { EncodedError } from '../../base/encoded-error.ts'
import type { ProcessingGuarantee } from '../../core/processor-context.ts'
import type { ClusterSummary, JobResult, JobSubmission, JobSummary } from '../../jobs/job-service.ts'
import type { JobSettings } from '../../jobs/job-settings.ts'
import { JOB_STATUS_TEXTS, type JobStatus } from '../../jobs/job-status.ts'
import type { CLUSTER_SCHEMA } from './cluster-schemas.ts'
import type { JOB_RESULT_SCHEMA, JOB_SCHEMA, SUBMISSION_SCHEMA } from './job-schemas.ts'
import type { JsonOf } from './json-schema.ts'

/** A job as it travels. */
export type JobJson = JsonOf<typeof JOB_SCHEMA>
/** A submission as it travels: what has a default may be missing. */
export type SubmissionJson = JsonOf<typeof SUBMISSION_SCHEMA>
/** A result as it travels. */
export type JobResultJson = JsonOf<typeof JOB_RESULT_SCHEMA>
/** A cluster as it travels. */
export type ClusterJson = JsonOf<typeof CLUSTER_SCHEMA>

const GUARANTEE_TEXTS = {
  none: 'NONE',
  atLeastOnce: 'AT_LEAST_ONCE',
  exactlyOnce: 'EXACTLY_ONCE',
} as const satisfies Readonly<Record<ProcessingGuarantee, string>>

const STATUSES = inverse(JOB_STATUS_TEXTS)
const GUARANTEES = inverse(GUARANTEE_TEXTS)

/** A job in the spelling of the outside. */
export function jobToJson(job: JobSummary): JobJson {
  return { ...job, status: JOB_STATUS_TEXTS[job.status] as JobJson['status'], settings: settingsToJson(job.settings) }
}

/** A job as a member has told it. */
export function jobFromJson(json: JobJson): JobSummary {
  return { ...json, status: STATUSES[json.status] as JobStatus, settings: settingsFromJson(json.settings) }
}

/** A submission in the spelling of the outside, whole. */
export function submissionToJson(submission: JobSubmission): SubmissionJson {
  return { ...submission, settings: settingsToJson(submission.settings) }
}

/**
 * A submission as a client has sent it.
 *
 * @param defaults the settings that it may leave out
 */
export function submissionFromJson(json: SubmissionJson, defaults: JobSettings): JobSubmission {
  const { id, name = null, args = [], settings = {}, initialSnapshotName = null, ifAbsent = false } = json
  const { guarantee, restart, limits, ...others } = settings
  return {
    ...(id !== undefined && { id }),
    name,
    bundle: json.bundle,
    args,
    dagJson: json.dagJson,
    initialSnapshotName,
    ifAbsent,
    settings: {
      ...defaults,
      ...others,
      ...(guarantee !== undefined && { guarantee: GUARANTEES[guarantee] as ProcessingGuarantee }),
      restart: { ...defaults.restart, ...restart },
      limits: { ...defaults.limits, ...limits },
    },
  }
}

/** A result in the spelling of the outside. */
export function resultToJson(result: JobResult): JobResultJson {
  const status = result.status === 'completed' ? 'COMPLETED' : 'FAILED'
  return { ...result, status, error: result.error as Readonly<Record<string, unknown>> | null }
}

/** A result as a member has told it. */
export function resultFromJson(json: JobResultJson): JobResult {
  const status = json.status === 'COMPLETED' ? 'completed' : 'failed'
  return { ...json, status, error: json.error as EncodedError | null }
}

/** A cluster in the spelling of the outside. */
export function clusterToJson(cluster: ClusterSummary): ClusterJson {
  return { ...cluster, state: cluster.state === 'active' ? 'ACTIVE' : 'PASSIVE' }
}

/** A cluster as a member has told it. */
export function clusterFromJson(json: ClusterJson): ClusterSummary {
  return { ...json, state: json.state === 'ACTIVE' ? 'active' : 'passive' }
}

function settingsToJson(settings: JobSettings): JobJson['settings'] {
  return { ...settings, guarantee: GUARANTEE_TEXTS[settings.guarantee] }
}

function settingsFromJson(json: JobJson['settings']): JobSettings {
  return { ...json, guarantee: GUARANTEES[json.guarantee] as ProcessingGuarantee }
}

function inverse(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(texts).map(([value, text]) => [text, value]))
}
