import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { NacelleError } from '../base/nacelle-error.ts'
import { openEmbeddedGrid } from '../embedded-grid/embedded-grid.ts'
import { type FolderLock, lockFolder } from '../embedded-grid/folder-lock.ts'
import { crashHook, crashSetting } from '../execution-process/crash-hook.ts'
import { readJobLog } from '../execution-process/job-log-reader.ts'
import { ProcessExecutionHost } from '../execution-process/process-execution-host.ts'
import { ProcessRecords } from '../execution-process/process-records.ts'
import type { Grid } from '../grid/grid.ts'
import { JobCoordinator } from '../jobs/job-coordinator.ts'
import type { ClusterSummary, JobService } from '../jobs/job-service.ts'
import { JOBS_PLACE } from '../jobs/job-store.ts'
import type { NetworkAddress } from '../platform/network.ts'
import type { Platform } from '../platform/platform.ts'
import { JobBundles } from './job-bundles.ts'
import type { LogOptions, Member, MemberHealth, MemberMetrics } from './member.ts'
import { logMembers, logShutdown, logShuttingDown, logStart } from './member-log.ts'

/** What {@link startMember} takes. */
export interface MemberOptions {
  /** The data folder, or one that is locked already. No other process may have it. */
  readonly folder: string | FolderLock
  /** Where clients reach this member. */
  readonly address: NetworkAddress
  /** Of Nacelle, for logs and listings. */
  readonly version: string
  readonly platform: Platform
  /** Default `jet`. */
  readonly clusterName?: string
  /** Cooperative threads of a job that does not say. Default: one for each core. */
  readonly threads: number
  /** Of which jobs get what they declare as secrets. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Bytes of a bundle at most. */
  readonly bundleBytesMax?: number
  /** How long jobs may take for their last snapshot when the member stops. Default 10 000. */
  readonly drainMs?: number
}

const DRAIN_MS = 10_000

/** Jobs whose logs are kept; those that have written nothing for the longest time go when a member starts. */
const LOGS_MAX = 200

/** How long the start waits until the grid lets it claim the jobs, and how often it tries. */
const CLAIM_TRIES = 20
const CLAIM_PAUSE_MS = 250

/**
 * Starts a member: opens its data folder, ends what a former member has left running, takes over the jobs that are
 * there. Resolves when it is ready.
 *
 * @throws NacelleError what opening the data folder throws, ERR_CRASH_POINT
 */
export async function startMember(options: MemberOptions): Promise<Member> {
  const crashAt = crashSetting(options.environment)
  const { platform } = options
  logStart(options)
  const lock = typeof options.folder === 'string' ? lockFolder(options.folder) : options.folder
  const records = new ProcessRecords(join(lock.folder, 'processes'))
  await records.endLeftovers(platform.logger, platform.timers)
  const grid = await openEmbeddedGrid({ folder: lock, platform })
  const member = new RunningMember({ ...options, crashAt }, lock.folder, grid, records)
  try {
    await member.start()
  } catch (error) {
    await member.stop()
    throw error
  }
  return member
}

/** The parts of a member, put together. */
class RunningMember implements Member {
  readonly uuid: string
  readonly clusterName: string
  readonly address: NetworkAddress
  readonly bundles: JobBundles
  readonly grid: Grid
  readonly stopped: Promise<void>
  readonly #options: MemberOptions
  readonly #host: ProcessExecutionHost
  readonly #coordinator: JobCoordinator
  readonly #logFolder: string
  readonly #startedAtMs: number
  readonly #end = Promise.withResolvers<void>()
  #state: 'starting' | 'running' | 'stopping' | 'stopped' = 'starting'

  constructor(
    options: MemberOptions & { readonly crashAt: string | null },
    folder: string,
    grid: Grid,
    records: ProcessRecords,
  ) {
    const { platform, clusterName = 'jet', crashAt } = options
    this.#options = options
    this.uuid = platform.random.uuid()
    this.clusterName = clusterName
    this.address = options.address
    this.grid = grid
    this.stopped = this.#end.promise
    this.#startedAtMs = platform.clock.monotonicMs()
    this.#logFolder = join(folder, 'logs')
    removeOldLogs(this.#logFolder)
    this.bundles = new JobBundles({
      folder: join(folder, 'bundles'),
      blobs: grid.blobs(JOBS_PLACE),
      chunkBytesMax: grid.info.chunkBytesMax,
      ...(options.bundleBytesMax !== undefined && { bundleBytesMax: options.bundleBytesMax }),
      onInterest: () => this.#host.expectJob(),
    })
    this.#host = new ProcessExecutionHost({
      platform,
      records,
      gridFolder: folder,
      logFolderOf: (jobId) => this.#logFolderOf(jobId),
      bundlePath: (sha256) => this.bundles.path(sha256),
      threads: options.threads,
      environment: options.environment,
      crashAt,
    })
    this.#coordinator = new JobCoordinator({
      grid,
      host: this.#host,
      platform,
      cluster: () => this.cluster(),
      ...(crashAt !== null && { reached: crashHook(crashAt) }),
      onDeposed: () => void this.stop(),
    })
  }

  get jobs(): JobService {
    return this.#coordinator
  }

  async start(): Promise<void> {
    const { timers } = this.#options.platform
    for (let tries = 1; ; tries++) {
      try {
        await this.#coordinator.start()
        break
      } catch (error) {
        const isTemporary = error instanceof NacelleError && error.code === 'ERR_GRID_UNAVAILABLE'
        if (!isTemporary || tries === CLAIM_TRIES) throw error
        await new Promise<void>((resolve) => void timers.after(CLAIM_PAUSE_MS, resolve))
      }
    }
    this.#state = 'running'
    logMembers(this.#options.platform.logger, this.address, this.uuid)
  }

  async *logs(jobId: string, { follow, signal }: LogOptions): AsyncGenerator<Uint8Array, void, undefined> {
    const job = await this.jobs.get(jobId)
    let isLive = follow && job.status !== 'completed' && job.status !== 'failed'
    const subscription = this.jobs.onChange((changed) => {
      if (changed.id === job.id && (changed.status === 'completed' || changed.status === 'failed')) isLive = false
    })
    try {
      yield* readJobLog(this.#logFolderOf(job.id), {
        timers: this.#options.platform.timers,
        isLive: () => isLive && this.#state === 'running',
        ...(signal && { signal }),
      })
    } finally {
      subscription.cancel()
    }
  }

  metrics(): MemberMetrics {
    const { user, system } = process.cpuUsage()
    return {
      uptimeMs: this.#options.platform.clock.monotonicMs() - this.#startedAtMs,
      residentBytes: process.memoryUsage.rss(),
      cpuSeconds: (user + system) / 1e6,
      executions: this.#host.running(),
    }
  }

  health(): MemberHealth {
    const isActive = this.#state === 'running'
    const state = isActive ? 'ACTIVE' : 'PASSIVE'
    return {
      nodeState: this.#state === 'stopped' ? 'SHUT_DOWN' : state,
      clusterState: state,
      clusterSafe: isActive && this.grid.state() === 'up',
      migrationQueueSize: 0,
      clusterSize: 1,
      isReady: isActive && this.grid.state() === 'up',
    }
  }

  cluster(): ClusterSummary {
    const { host, port } = this.address
    return {
      name: this.clusterName,
      state: this.#state === 'running' ? 'active' : 'passive',
      version: this.#options.version,
      members: [{ address: `[${host}]:${port}`, uuid: this.uuid }],
    }
  }

  stop(): Promise<void> {
    if (this.#state !== 'stopping' && this.#state !== 'stopped') {
      const wasRunning = this.#state === 'running'
      this.#state = 'stopping'
      this.#stop(wasRunning).then(this.#end.resolve, this.#end.reject)
    }
    return this.stopped
  }

  async #stop(wasRunning: boolean): Promise<void> {
    const { logger } = this.#options.platform
    logShuttingDown(logger, this.address)
    if (wasRunning) await this.#coordinator.drain(this.#options.drainMs ?? DRAIN_MS)
    this.#coordinator.close()
    await this.#host.close()
    await this.grid.close()
    this.#state = 'stopped'
    logShutdown(logger, this.address)
  }

  #logFolderOf(jobId: string): string {
    return join(this.#logFolder, jobId)
  }
}

/** Keeps the logs that were written to last. */
function removeOldLogs(folder: string): void {
  if (!existsSync(folder)) return
  const logs = readdirSync(folder).map((name) => {
    const path = join(folder, name)
    return { path, modifiedMs: statSync(path).mtimeMs }
  })
  logs.sort((a, b) => b.modifiedMs - a.modifiedMs)
  for (const { path } of logs.slice(LOGS_MAX)) rmSync(path, { recursive: true, force: true })
}
