import type { JobConfig } from '../deployment/job-definition.ts'
import { DEFAULT_JOB_SETTINGS, type JobSettings } from '../jobs/job-settings.ts'

/** The settings of a job, with the defaults of what its configuration leaves out. */
export function settingsOf(config: JobConfig): JobSettings {
  const { name: _, restart = {}, limits = {}, ...given } = config
  return {
    ...DEFAULT_JOB_SETTINGS,
    ...present(given),
    restart: { ...DEFAULT_JOB_SETTINGS.restart, ...present(restart) },
    limits: { ...DEFAULT_JOB_SETTINGS.limits, ...present(limits) },
  }
}

/** JavaScript has no qualms about members that are undefined, which would take a default's place. */
function present<T extends object>(members: T): Partial<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<T>
}
