// What programs import from `nacelle/client`: jobs of a cluster.
export type {
  ClusterSummary,
  ExportedSnapshot,
  JobResult,
  JobSubmission,
  JobSummary,
  SubmittedJob,
} from '../jobs/job-service.ts'
export type { JobLimits, JobSettings, RestartPolicy } from '../jobs/job-settings.ts'
export type { JobStatus } from '../jobs/job-status.ts'
export type { ExecutionMetricsOfJob, MemberMetrics } from '../member/member.ts'
export type { Client, ClientOptions, JobLogOptions, JobModuleOptions } from './client.ts'
export { createClient } from './create-client.ts'
