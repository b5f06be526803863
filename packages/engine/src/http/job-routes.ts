import { jobToJson, resultToJson, submissionFromJson } from '../client/api/job-json.ts'
import {
  COMMAND_ANSWER_SCHEMA,
  JOB_LIST_SCHEMA,
  JOB_RESULT_ANSWER_SCHEMA,
  JOB_SCHEMA,
  SUBMISSION_SCHEMA,
  SUBMITTED_SCHEMA,
} from '../client/api/job-schemas.ts'
import { JOB_METRICS_SCHEMA } from '../client/api/metrics-schemas.ts'
import { DEFAULT_JOB_SETTINGS } from '../jobs/job-settings.ts'
import type { Timers } from '../platform/timers.ts'
import { type ApiRoute, defineRoute } from './api-route.ts'
import { logStream } from './log-stream.ts'
import { FLAG, isSet, TEXT } from './route-schemas.ts'

/** A DAG of thousands of vertices, and thousands of arguments. */
const SUBMISSION_BYTES_MAX = 16 * 1024 * 1024

/** How long a request may wait for a job to end. */
const RESULT_WAIT_MAX_MS = 30_000

const submit = defineRoute({
  method: 'POST',
  path: '/api/v1/jobs',
  operationId: 'submitJob',
  summary: 'Has a job run whose bundle was uploaded before',
  tag: 'jobs',
  body: SUBMISSION_SCHEMA,
  bodyBytesMax: SUBMISSION_BYTES_MAX,
  answers: {
    201: { description: 'The job is durable and will run.', schema: SUBMITTED_SCHEMA },
    200: { description: 'The job was there already.', schema: SUBMITTED_SCHEMA },
  },
  async handle({ body, member }) {
    const submitted = await member.jobs.submit(submissionFromJson(body, DEFAULT_JOB_SETTINGS))
    return { status: submitted.isNew ? 201 : 200, body: submitted }
  },
})

const list = defineRoute({
  method: 'GET',
  path: '/api/v1/jobs',
  operationId: 'listJobs',
  summary: 'Jobs, newest first',
  tag: 'jobs',
  query: { type: 'object', properties: { all: FLAG }, additionalProperties: false },
  answers: { 200: { description: 'Active jobs; with `all` those that have ended too.', schema: JOB_LIST_SCHEMA } },
  async handle({ query, member }) {
    const jobs = await member.jobs.list({ all: isSet(query.all) })
    return { body: { jobs: jobs.map(jobToJson) } }
  },
})

const get = defineRoute({
  method: 'GET',
  path: '/api/v1/jobs/:job',
  operationId: 'getJob',
  summary: 'One job, by its name (the active one, else the latest) or its id',
  tag: 'jobs',
  answers: { 200: { description: 'The job.', schema: JOB_SCHEMA } },
  async handle({ params, member }) {
    return { body: jobToJson(await member.jobs.get(params['job']!)) }
  },
})

/** A command is accepted when it is durable; whether it was carried out shows in the status. */
function command(name: 'cancel' | 'suspend' | 'resume' | 'restart', summary: string): ApiRoute {
  return defineRoute({
    method: 'POST',
    path: `/api/v1/jobs/:job/${name}`,
    operationId: `${name}Job`,
    summary,
    tag: 'jobs',
    answers: { 202: { description: 'The command is durable; the status shows it.', schema: COMMAND_ANSWER_SCHEMA } },
    async handle({ params, member }) {
      await member.jobs[name](params['job']!)
      return { body: {} }
    },
  })
}

const result = defineRoute({
  method: 'GET',
  path: '/api/v1/jobs/:job/result',
  operationId: 'getJobResult',
  summary: 'How a job has ended',
  tag: 'jobs',
  query: { type: 'object', properties: { wait: FLAG }, additionalProperties: false },
  answers: {
    200: {
      description: 'Null when the job has not ended; with `wait` only after half a minute.',
      schema: JOB_RESULT_ANSWER_SCHEMA,
    },
  },
  async handle({ params, query, member, timers, signal }) {
    const ended = await member.jobs.result(params['job']!)
    if (ended !== null || !isSet(query.wait)) return { body: { result: ended && resultToJson(ended) } }
    // The name may be another job's once this one has ended.
    const { id } = await member.jobs.get(params['job']!)
    const awaited = await within(RESULT_WAIT_MAX_MS, member.jobs.awaitResult(id), { timers, signal })
    return { body: { result: awaited && resultToJson(awaited) } }
  },
})

const metrics = defineRoute({
  method: 'GET',
  path: '/api/v1/jobs/:job/metrics',
  operationId: 'getJobMetrics',
  summary: 'What the executions of a job have measured',
  tag: 'jobs',
  answers: { 200: { description: 'Empty when the job does not run.', schema: JOB_METRICS_SCHEMA } },
  async handle({ params, member }) {
    const { id } = await member.jobs.get(params['job']!)
    return { body: { executions: member.metrics().executions.filter(({ jobId }) => jobId === id) } }
  },
})

const logs = defineRoute({
  method: 'GET',
  path: '/api/v1/jobs/:job/logs',
  operationId: 'getJobLogs',
  summary: 'What a job has logged and printed, oldest first',
  tag: 'jobs',
  query: { type: 'object', properties: { follow: FLAG }, additionalProperties: false },
  answers: {
    200: {
      description: 'Whole lines; with `follow` as they come, until the job has ended.',
      schema: TEXT,
      contentType: 'text/plain; charset=utf-8',
    },
  },
  async handle({ params, query, member, signal }) {
    const { id } = await member.jobs.get(params['job']!)
    return { body: await logStream(member.logs(id, { follow: isSet(query.follow), signal })) }
  },
})

/** Null when the promise takes longer, or nobody waits any more. */
function within<T>(
  waitMs: number,
  promise: Promise<T>,
  { timers, signal }: { readonly timers: Timers; readonly signal: AbortSignal },
): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      timer.cancel()
      resolve(null)
    }
    const timer = timers.after(waitMs, giveUp)
    signal.addEventListener('abort', giveUp, { once: true })
    promise.then(resolve, reject).finally(() => timer.cancel())
  })
}

/** Everything about jobs but their snapshots. */
export const JOB_ROUTES: readonly ApiRoute[] = [
  submit,
  list,
  get,
  command('cancel', 'Ends a job for good; its state is dropped'),
  command('suspend', 'Stops a running job behind a last snapshot'),
  command('resume', 'Has a suspended job go on from its last snapshot'),
  command('restart', 'Stops a running job behind a last snapshot and starts it again'),
  result,
  metrics,
  logs,
]
