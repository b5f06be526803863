/** Where a job stands, as users see it. */
export type JobStatus =
  | 'notRunning'
  | 'starting'
  | 'running'
  | 'suspended'
  | 'suspendedExportingSnapshot'
  | 'completing'
  | 'failed'
  | 'completed'

/** The spelling that the outside sees: HTTP, command line, logs. */
export const JOB_STATUS_TEXTS: Readonly<Record<JobStatus, string>> = {
  notRunning: 'NOT_RUNNING',
  starting: 'STARTING',
  running: 'RUNNING',
  suspended: 'SUSPENDED',
  suspendedExportingSnapshot: 'SUSPENDED_EXPORTING_SNAPSHOT',
  completing: 'COMPLETING',
  failed: 'FAILED',
  completed: 'COMPLETED',
}
