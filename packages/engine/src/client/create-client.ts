import type {
  ClusterSummary,
  ExportedSnapshot,
  JobResult,
  JobSubmission,
  JobSummary,
  SubmittedJob,
} from '../jobs/job-service.ts'
import type { ExecutionMetricsOfJob, MemberMetrics } from '../member/member.ts'
import { NODE_CLOCK } from '../platform/node/node-clock.ts'
import { NODE_RANDOM } from '../platform/node/node-random.ts'
import { NODE_TIMERS } from '../platform/node/node-timers.ts'
import {
  type ClusterJson,
  clusterFromJson,
  type JobJson,
  type JobResultJson,
  jobFromJson,
  resultFromJson,
  submissionToJson,
} from './api/job-json.ts'
import type { Client, ClientOptions, JobLogOptions, JobModuleOptions } from './client.ts'
import { memberAddresses } from './member-address.ts'
import { MemberConnection } from './member-connection.ts'

/** How long a member is looked for when nothing else is said. */
const TIMEOUT_MS = 20_000

/**
 * Makes a client. Nothing is sent before it is used.
 *
 * @throws NacelleError ERR_ADDRESS
 */
export function createClient(options: ClientOptions = {}): Client {
  const { address = '127.0.0.1', clusterName = null, timeoutMs = TIMEOUT_MS } = options
  return new HttpClient(
    new MemberConnection({
      addresses: memberAddresses(address),
      clusterName,
      timeoutMs,
      clock: NODE_CLOCK,
      timers: NODE_TIMERS,
      random: NODE_RANDOM,
    }),
  )
}

class HttpClient implements Client {
  readonly #connection: MemberConnection

  constructor(connection: MemberConnection) {
    this.#connection = connection
  }

  async submitJob(
    jobFile: string,
    args: readonly string[] = [],
    options: JobModuleOptions = {},
  ): Promise<SubmittedJob> {
    // It brings the pipelines along, which no other call needs.
    const { submitJobModule } = await import('./submit-job-module.ts')
    return submitJobModule(this, { ...options, jobFile, args })
  }

  submit(submission: JobSubmission): Promise<SubmittedJob> {
    // By its id the coordinator knows a submission that it has seen.
    const isRepeatable = submission.id !== undefined
    const body = submissionToJson(submission)
    return this.#connection.json({ method: 'POST', path: '/api/v1/jobs', body, isRepeatable })
  }

  async uploadBundle(sha256: string, text: Uint8Array): Promise<void> {
    const path = `/api/v1/bundles/${sha256}`
    if ((await this.#get<{ readonly stored: boolean }>(path)).stored) return
    await this.#connection.json({ method: 'PUT', path, bytes: text, isRepeatable: true })
  }

  async listJobs({ all = false }: { readonly all?: boolean } = {}): Promise<readonly JobSummary[]> {
    const { jobs } = await this.#get<{ readonly jobs: readonly JobJson[] }>(`/api/v1/jobs?all=${all}`)
    return jobs.map(jobFromJson)
  }

  async getJob(idOrName: string): Promise<JobSummary> {
    return jobFromJson(await this.#get<JobJson>(jobPath(idOrName)))
  }

  cancelJob(idOrName: string): Promise<void> {
    return this.#command(idOrName, 'cancel')
  }

  suspendJob(idOrName: string): Promise<void> {
    return this.#command(idOrName, 'suspend')
  }

  resumeJob(idOrName: string): Promise<void> {
    return this.#command(idOrName, 'resume')
  }

  restartJob(idOrName: string): Promise<void> {
    return this.#command(idOrName, 'restart')
  }

  exportSnapshot(
    idOrName: string,
    name: string,
    { cancel = false }: { readonly cancel?: boolean } = {},
  ): Promise<ExportedSnapshot> {
    return this.#connection.json({
      method: 'POST',
      path: `${jobPath(idOrName)}/snapshots`,
      body: { name, cancel },
      // Once more under the same name gives the same, but a job that was cancelled with it is gone.
      isRepeatable: !cancel,
      silenceMaxMs: null,
    })
  }

  async listSnapshots(): Promise<readonly ExportedSnapshot[]> {
    const { snapshots } = await this.#get<{ readonly snapshots: readonly ExportedSnapshot[] }>('/api/v1/snapshots')
    return snapshots
  }

  async deleteSnapshot(name: string): Promise<boolean> {
    const path = `/api/v1/snapshots/${encodeURIComponent(name)}`
    const { deleted } = await this.#connection.json<{ readonly deleted: boolean }>({
      method: 'DELETE',
      path,
      // A second try could not tell whether the first one did it.
      isRepeatable: false,
    })
    return deleted
  }

  async getResult(idOrName: string): Promise<JobResult | null> {
    const { result } = await this.#get<{ readonly result: JobResultJson | null }>(`${jobPath(idOrName)}/result`)
    return result && resultFromJson(result)
  }

  async awaitResult(idOrName: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<JobResult> {
    // A name may be another job's by the time this one has ended.
    const { id } = await this.getJob(idOrName)
    for (;;) {
      const { result } = await this.#connection.json<{ readonly result: JobResultJson | null }>({
        method: 'GET',
        path: `${jobPath(id)}/result?wait=true`,
        isRepeatable: true,
        ...(signal && { signal }),
      })
      if (result !== null) return resultFromJson(result)
    }
  }

  async *logs(idOrName: string, { follow = false, signal }: JobLogOptions = {}): AsyncGenerator<string, void, void> {
    const bytes = await this.#connection.bytes({
      method: 'GET',
      path: `${jobPath(idOrName)}/logs?follow=${follow}`,
      isRepeatable: true,
      silenceMaxMs: null,
      ...(signal && { signal }),
    })
    const decoder = new TextDecoder()
    for await (const chunk of bytes) {
      const text = decoder.decode(chunk, { stream: true })
      if (text !== '') yield text
    }
    const rest = decoder.decode()
    if (rest !== '') yield rest
  }

  async jobMetrics(idOrName: string): Promise<readonly ExecutionMetricsOfJob[]> {
    const path = `${jobPath(idOrName)}/metrics`
    return (await this.#get<{ readonly executions: readonly ExecutionMetricsOfJob[] }>(path)).executions
  }

  memberMetrics(): Promise<MemberMetrics> {
    return this.#get('/api/v1/metrics')
  }

  async cluster(): Promise<ClusterSummary> {
    return clusterFromJson(await this.#get<ClusterJson>('/api/v1/cluster'))
  }

  close(): void {
    this.#connection.close()
  }

  #get<T>(path: string): Promise<T> {
    return this.#connection.json<T>({ method: 'GET', path, isRepeatable: true })
  }

  async #command(idOrName: string, name: string): Promise<void> {
    await this.#connection.json({ method: 'POST', path: `${jobPath(idOrName)}/${name}`, isRepeatable: false })
  }
}

function jobPath(idOrName: string): string {
  return `/api/v1/jobs/${encodeURIComponent(idOrName)}`
}
