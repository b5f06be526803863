import type { LogLevel } from '../../platform/logger.ts'
import type { JobRecord } from '../documents/job-record.ts'
import { jobIdText } from '../job-id.ts'
import type { CommandFailure, JobEffect } from './job-effect.ts'
import type { JobEvent } from './job-event.ts'
import type { JobState } from './job-state.ts'

/** What an event makes of a state. */
export interface Step {
  readonly state: JobState
  /** In the order in which they are to be begun. */
  readonly effects: readonly JobEffect[]
  /** Events that were put off and are to be taken now, before any other. */
  readonly replay?: readonly JobEvent[]
}

export function log(level: LogLevel, message: string): JobEffect {
  return { type: 'log', level, message }
}

export function accept(commandId: number): JobEffect {
  return { type: 'answer', commandId, failure: null }
}

export function refuse(commandId: number, failure: CommandFailure): JobEffect {
  return { type: 'answer', commandId, failure }
}

/** The job as messages name it. */
export function jobText(record: Pick<JobRecord, 'id' | 'name'>): string {
  return record.name === null ? `job ${jobIdText(record.id)}` : `job '${record.name}'`
}
