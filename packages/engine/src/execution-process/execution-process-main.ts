import { Socket } from 'node:net'
import { dagOutline } from '../core/dag-outline.ts'
import { FileBlobStore } from '../embedded-grid/file-blob-store.ts'
import { CallsUnderWay } from '../grid/calls-under-way.ts'
import { JOBS_PLACE } from '../jobs/job-store.ts'
import { prewarmThread } from '../local/local-execution.ts'
import type { FromThread, ToThread } from '../local/thread-messages.ts'
import { NODE_CLOCK } from '../platform/node/node-clock.ts'
import { createNodeLogger } from '../platform/node/node-logger.ts'
import { createNodePlatform } from '../platform/node/node-platform.ts'
import { createNodeThreads, workerEntryUrl } from '../platform/node/node-threads.ts'
import type { Thread, ThreadHost } from '../platform/threads.ts'
import { ControlLink } from './control-link.ts'
import { checkToExecution, TO_EXECUTION_BYTES_MAX } from './control-message-checks.ts'
import type { FromExecution, InitMessage, ToExecution } from './control-messages.ts'
import { crashHook } from './crash-hook.ts'
import { ExecutionRunner, type PreparedProcess } from './execution-runner.ts'
import { JobLog } from './job-log.ts'
import { limitMemory, stepBack } from './process-weight.ts'

/** The member is at the other end of this file descriptor. */
const CONTROL_DESCRIPTOR = 3

/** Address space that a worker thread takes before it does anything, for {@link limitMemory}. */
const THREAD_BYTES = 128 * 1024 * 1024

const WORKER_ENTRY = workerEntryUrl(import.meta.url, '../local/worker-entry')

/**
 * Runs this process as an execution process: connects an {@link ExecutionRunner} with the member, and starts worker
 * threads ahead of the job that they will run.
 *
 * @param compileCache folder of the compile cache, null without one
 */
export function runExecutionProcess(compileCache: string | null): void {
  stepBack()
  const threads = Number(argument('threads') ?? 0)
  const main = new ExecutionProcessMain(compileCache, threads)
  main.start()
}

class ExecutionProcessMain {
  readonly #prewarmed: readonly Thread<ToThread, FromThread>[]
  readonly #link: ControlLink<FromExecution, ToExecution>
  #log: JobLog | null = null

  constructor(compileCache: string | null, threads: number) {
    // Worker threads learn about the cache from the environment only, which they share; jobs do not see it any more.
    if (compileCache !== null) process.env['NODE_COMPILE_CACHE'] = compileCache
    const threadHost = this.#threadHost(null)
    this.#prewarmed = Array.from({ length: threads }, (_, index) => prewarmThread(threadHost, WORKER_ENTRY, index))
    const runner = new ExecutionRunner({
      send: (message) => this.#link.send(message),
      prepare: (init) => this.#prepare(init),
      workerEntry: WORKER_ENTRY,
      residentBytes: () => process.memoryUsage.rss(),
    })
    this.#link = new ControlLink({
      stream: new Socket({ fd: CONTROL_DESCRIPTOR }),
      messageBytesMax: TO_EXECUTION_BYTES_MAX,
      monotonicMs: () => NODE_CLOCK.monotonicMs(),
      check: checkToExecution,
      onMessage: (message) => void runner.receive(message),
      onClose: () => this.#leave(),
    })
    process.on('uncaughtException', (error) => {
      this.#log?.write(`The execution process has failed: ${error.stack ?? error.message}\n`)
      runner.fail(error)
    })
  }

  start(): void {
    this.#link.send({ type: 'hello' })
  }

  async #prepare(init: InitMessage): Promise<PreparedProcess> {
    const log = new JobLog(init.logFolder)
    this.#log = log
    const platform = createNodePlatform({
      logger: createNodeLogger({ level: 'info', write: (line) => log.write(line) }),
      output: { write: (text) => log.writePiece('output', text) },
    })
    delete process.env['NODE_COMPILE_CACHE']
    for (const [name, value] of Object.entries(init.environment)) process.env[name] = value
    const { limits } = init.request.settings
    // Threads that were started ahead have the heap that V8 finds fit; a limit of the job's own needs others.
    const canUseWarm = limits.memoryBytes === null
    const prewarmed = canUseWarm ? this.#prewarmed : []
    if (!canUseWarm) await Promise.all(this.#prewarmed.map((thread) => thread.terminate()))
    const missing = Math.max(0, threadsOf(init) - prewarmed.length)
    const isLimited = await limitMemory(init.memoryBytesMax + missing * THREAD_BYTES)
    const how = isLimited
      ? 'heaps and buffers'
      : 'only the heap of each thread, as there is no prlimit (util-linux) on this machine'
    const megabytes = Math.round(init.memoryBytesMax / 2 ** 20)
    platform.logger.log('info', `Execution process ${process.pid}: memory limit ${megabytes} MB (${how})`)
    const blobs = new FileBlobStore({
      folder: init.gridFolder,
      space: JOBS_PLACE,
      calls: new CallsUnderWay(),
      random: platform.random,
    })
    const reached = init.crashAt === null ? () => undefined : crashHook(init.crashAt)
    return { platform, threadHost: this.#threadHost(limits.memoryBytes), prewarmed, blobs, reached }
  }

  #threadHost(heapBytesMax: number | null): ThreadHost {
    return createNodeThreads({
      ...(heapBytesMax !== null && { heapBytesMax }),
      sharesEnvironment: true,
      onPrinted: (thread, text) => this.#log?.writePiece(thread, text),
    })
  }

  /** The member has gone, or wants this process to end. Nothing may hold it up: no thread, no handler of a user's. */
  #leave(): void {
    try {
      this.#log?.close()
    } finally {
      process.kill(process.pid, 'SIGKILL')
    }
  }
}

/** Worker threads that an execution takes: the cooperative ones, and one for each processor that may block. */
function threadsOf(init: InitMessage): number {
  let threads = init.threads
  for (const vertex of dagOutline(init.request.dagJson).vertices) {
    if (!vertex.metaSupplier.isCooperative) threads += vertex.effectiveLocalParallelism(init.threads)
  }
  return threads
}

function argument(name: string): string | null {
  const prefix = `--${name}=`
  return process.argv.find((candidate) => candidate.startsWith(prefix))?.slice(prefix.length) ?? null
}
