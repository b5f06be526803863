import { randomUUID } from 'node:crypto'
import { getCompileCacheDir } from 'node:module'
import { totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { EncodedError } from '../base/encoded-error.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import type {
  ExecutionHost,
  ExecutionMetrics,
  ExecutionOutcome,
  ExecutionRequest,
  SnapshotRequest,
} from '../jobs/execution-host.ts'
import type { ExecutionProgress } from '../local/execution-progress.ts'
import { workerEntryUrl } from '../platform/node/node-threads.ts'
import type { Platform } from '../platform/platform.ts'
import type { SnapshotShard } from '../snapshot/snapshot-manifest.ts'
import type { InitMessage } from './control-messages.ts'
import { ExecutionProcess } from './execution-process.ts'
import type { ProcessRecords } from './process-records.ts'
import { SpareProcess } from './spare-process.ts'

/** What a {@link ProcessExecutionHost} works with. */
export interface ProcessExecutionHostOptions {
  readonly platform: Pick<Platform, 'clock' | 'timers' | 'logger'>
  readonly records: ProcessRecords
  /** The data folder of the grid. */
  readonly gridFolder: string
  /** Where the logs of a job go. */
  logFolderOf(jobId: string): string
  /** The file of a bundle. @throws NacelleError when there is no such bundle */
  bundlePath(sha256: string): Promise<string>
  /** Cooperative threads of a job that does not say. */
  readonly threads: number
  /** The member's environment, of which jobs get what they declare as secrets. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly crashAt: string | null
}

/** What is known of an execution while its process runs. */
export interface RunningExecution {
  readonly jobId: string
  readonly jobName: string | null
  readonly executionId: string
  readonly progress: ExecutionProgress | null
  readonly residentBytes: number | null
}

interface Hosted {
  readonly request: ExecutionRequest
  readonly process: ExecutionProcess
}

/** How long one call of a user's function may take when the job does not say. */
const CALL_DEADLINE_MS = 5000

/** The part of the machine's memory that a job gets which does not say how much. */
const MEMORY_SHARE = 0.75

/** How long a spare process waits, and how long after a start the next one is made: the start goes first. */
const SPARE_IDLE_MS = 60_000
const SPARE_DELAY_MS = 1000

const ENTRY = fileURLToPath(workerEntryUrl(import.meta.url, './execution-process-entry'))

/** Runs executions, each in a process of its own. */
export class ProcessExecutionHost implements ExecutionHost {
  readonly #options: ProcessExecutionHostOptions
  readonly #hosted = new Map<string, Hosted>()
  readonly #spare: SpareProcess
  readonly #memoryBytes = Math.floor(machineMemoryBytes() * MEMORY_SHARE)
  #isClosed = false

  constructor(options: ProcessExecutionHostOptions) {
    this.#options = options
    const { timers } = options.platform
    this.#spare = new SpareProcess({ timers, idleMs: SPARE_IDLE_MS, start: () => this.#startProcess() })
  }

  /** A job is about to come: starts a process for it. */
  expectJob(): void {
    this.#spare.warm()
  }

  async init(request: ExecutionRequest): Promise<void> {
    if (this.#isClosed) throw closedError()
    const environment = this.#secretsOf(request)
    const bundlePath = await this.#options.bundlePath(request.bundle.sha256)
    await this.#hosted.get(request.executionId)?.process.end()
    const hosted: Hosted = { request, process: this.#spare.take() }
    this.#hosted.set(request.executionId, hosted)
    this.#options.platform.timers.after(SPARE_DELAY_MS, () => {
      if (this.#hosted.size > 0) this.#spare.warm()
    })
    await hosted.process.init(request.jobName ?? request.jobId, this.#initMessage(request, bundlePath, environment))
  }

  async start(executionId: string): Promise<ExecutionOutcome> {
    return this.#processOf(executionId).start()
  }

  async takeSnapshot(executionId: string, request: SnapshotRequest): Promise<SnapshotShard> {
    return checkedShard(
      this.#hosted.get(executionId)!.request,
      request,
      await this.#processOf(executionId).takeSnapshot(request),
    )
  }

  async finishSnapshot(executionId: string, snapshotId: number, success: boolean): Promise<void> {
    await this.#processOf(executionId).finishSnapshot(snapshotId, success)
  }

  async terminate(executionId: string): Promise<void> {
    this.#processOf(executionId).terminate()
  }

  async complete(executionId: string, error: EncodedError | null): Promise<void> {
    const hosted = this.#hosted.get(executionId)
    if (hosted === undefined) return
    if (error !== null) {
      const { jobId, jobName } = hosted.request
      this.#options.platform.logger.log(
        'debug',
        `job '${jobName ?? jobId}': execution ${executionId} failed: ${error.message}`,
      )
    }
    await hosted.process.end()
    this.#hosted.delete(executionId)
  }

  metrics(executionId: string): ExecutionMetrics | null {
    const progress = this.#hosted.get(executionId)?.process.progress
    return progress === undefined || progress === null
      ? null
      : { itemsIn: progress.itemsIn, itemsOut: progress.itemsOut }
  }

  /** All executions that have a process. */
  running(): readonly RunningExecution[] {
    return [...this.#hosted.values()].map(({ request, process: { progress, residentBytes } }) => ({
      jobId: request.jobId,
      jobName: request.jobName,
      executionId: request.executionId,
      progress,
      residentBytes,
    }))
  }

  /** Ends all processes. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([this.#spare.close(), ...[...this.#hosted.values()].map((hosted) => hosted.process.end())])
    this.#hosted.clear()
  }

  #processOf(executionId: string): ExecutionProcess {
    const hosted = this.#hosted.get(executionId)
    if (hosted !== undefined) return hosted.process
    throw new NacelleError('ERR_EXECUTION_UNKNOWN', `execution ${executionId} is not known to this member`, {
      domain: 'internal',
      retry: 'restart',
      details: { executionId },
    })
  }

  #startProcess(): ExecutionProcess {
    const { platform, records, threads } = this.#options
    const token = randomUUID()
    const cache = getCompileCacheDir()
    const started = new ExecutionProcess({
      command: [
        process.execPath,
        ENTRY,
        `--token=${token}`,
        `--threads=${threads}`,
        ...(cache === undefined ? [] : [`--compile-cache=${cache}`]),
      ],
      clock: platform.clock,
      timers: platform.timers,
      onExit: (pid) => records.remove(pid),
    })
    if (started.pid !== undefined) records.add(started.pid, token)
    return started
  }

  #initMessage(
    request: ExecutionRequest,
    bundlePath: string,
    environment: Readonly<Record<string, string>>,
  ): InitMessage {
    const { limits } = request.settings
    return {
      type: 'init',
      request,
      bundlePath,
      environment,
      logFolder: this.#options.logFolderOf(request.jobId),
      gridFolder: this.#options.gridFolder,
      threads: limits.threads ?? this.#options.threads,
      memoryBytesMax: limits.memoryBytes ?? this.#memoryBytes,
      callDeadlineMs: limits.callDeadlineMs ?? CALL_DEADLINE_MS,
      crashAt: this.#options.crashAt,
    }
  }

  #secretsOf(request: ExecutionRequest): Readonly<Record<string, string>> {
    const secrets: Record<string, string> = {}
    for (const name of request.settings.secrets) {
      const value = this.#options.environment[name]
      if (value === undefined) {
        throw new NacelleError(
          'ERR_SECRET_MISSING',
          `job '${request.jobName ?? request.jobId}' declares the secret '${name}', which is not in the environment of this member`,
          { domain: 'external', details: { secret: name } },
        )
      }
      secrets[name] = value
    }
    return secrets
  }
}

/** A process speaks for its own snapshot only: what it names lies in the folder of that. */
function checkedShard(request: ExecutionRequest, { snapshotId }: SnapshotRequest, shard: SnapshotShard): SnapshotShard {
  const folder = `snap/${request.jobId}/${request.term}/${snapshotId}/`
  const foreign = Object.values(shard.refs)
    .flat()
    .find((ref) => !ref.id.startsWith(folder))
  if (foreign === undefined) return shard
  throw new NacelleError(
    'ERR_EXECUTION_PROCESS_PROTOCOL',
    `an execution process names the blob '${foreign.id.slice(0, 200)}' as part of snapshot ${snapshotId}, which lies in ${folder}`,
    { domain: 'internal', details: { snapshotId } },
  )
}

function machineMemoryBytes(): number {
  const constrained = process.constrainedMemory()
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()
}

function closedError(): NacelleError {
  return new NacelleError('ERR_MEMBER_STOPPING', 'this member is shutting down and takes no executions', {
    domain: 'external',
    retry: 'restart',
  })
}
