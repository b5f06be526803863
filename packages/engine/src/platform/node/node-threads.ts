import { availableParallelism } from 'node:os'
import type { Readable } from 'node:stream'
import { parentPort, SHARE_ENV, Worker, workerData } from 'node:worker_threads'
import type { Thread, ThreadHost } from '../threads.ts'
import { cgroupCpuLimit } from './cgroup-limit.ts'

/** What sets worker threads apart from those of {@link NODE_THREADS}. */
export interface NodeThreadOptions {
  /** JavaScript heap of each thread; what needs more ends the thread. Default: what V8 finds fit for the machine. */
  readonly heapBytesMax?: number
  /** True: threads see the environment of the process as it changes; else each gets a copy when it starts. */
  readonly sharesEnvironment?: boolean
  /** Takes what threads print. Default: the process's own streams do. */
  onPrinted?(thread: string, text: string): void
}

/**
 * Memory that a thread reserves for machine code; V8 would reserve half a gigabyte of addresses, which limits count.
 */
const CODE_RANGE_MB = 64

/** Worker threads of this process. */
export function createNodeThreads(options: NodeThreadOptions = {}): ThreadHost {
  const { heapBytesMax, onPrinted } = options
  const resourceLimits = heapBytesMax !== undefined && {
    resourceLimits: { maxOldGenerationSizeMb: Math.ceil(heapBytesMax / 2 ** 20), codeRangeSizeMb: CODE_RANGE_MB },
  }
  const takesPrinted = onPrinted !== undefined
  return {
    get availableParallelism() {
      return usableCores(availableParallelism(), cgroupCpuLimit())
    },
    start<In, Out>(entry: URL, data: unknown, { name }: { readonly name: string }): Thread<In, Out> {
      const worker = new Worker(entry, {
        workerData: data,
        name,
        // Options that the process was started with (a debugger's port, a test runner's loader) are not for workers.
        execArgv: [],
        stderr: takesPrinted,
        stdout: takesPrinted,
        ...resourceLimits,
        ...(options.sharesEnvironment === true && { env: SHARE_ENV }),
      })
      if (takesPrinted) {
        for (const stream of [worker.stdout, worker.stderr]) {
          stream.setEncoding('utf8').on('data', (text: string) => onPrinted(name, text))
        }
      }
      return new WorkerThread<In, Out>(worker)
    },
  }
}

/** Worker threads of this process with the settings of the process. */
export const NODE_THREADS: ThreadHost = createNodeThreads()

/**
 * Whole cores out of what the system shows and what the control groups allow: at least one, and a started one not
 * counted.
 */
export function usableCores(shown: number, limit: number | null): number {
  return limit === null ? shown : Math.max(1, Math.min(shown, Math.floor(limit)))
}

/**
 * The URL of a worker's entry module that lies beside another module: its TypeScript when that one runs from source,
 * else what was built of it.
 *
 * @param from `import.meta.url` of the caller
 * @param path without extension, relative to the caller: `./worker-entry`
 */
export function workerEntryUrl(from: string, path: string): URL {
  return new URL(`${path}${from.endsWith('.ts') ? '.ts' : '.js'}`, from)
}

/** The other end of {@link Thread}, inside the thread. */
export interface ParentThread<In, Out> {
  /** What the starter gave as start data. */
  readonly data: unknown
  post(message: Out, transfer?: readonly ArrayBuffer[]): void
  onMessage(listener: (message: In) => void): void
  /** Stops listening, so that the thread ends when nothing else keeps it. */
  close(): void
}

/** Who started this thread. @throws Error outside worker threads */
export function parentThread<In, Out>(): ParentThread<In, Out> {
  const port = parentPort
  if (port === null) throw new Error('this module runs only as the entry of a worker thread')
  return {
    data: workerData as unknown,
    post: (message, transfer = []) => port.postMessage(message, [...transfer]),
    onMessage: (listener) => void port.on('message', listener),
    close: () => port.close(),
  }
}

/** How long what a thread has printed may wait to be taken: whoever reads the process's output may have stopped. */
const RECEIVE_MAX_MS = 500

/** Settles when all that an ended thread has printed is written to the process's own stream. */
function received(printed: Readable): Promise<void> {
  if (printed.readableEnded) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, RECEIVE_MAX_MS)
    printed.once('end', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

class WorkerThread<In, Out> implements Thread<In, Out> {
  readonly threadId: number
  readonly #worker: Worker
  #error: Error | null = null
  #terminated = false
  #exited = false
  #exitListener: ((error: Error | null) => void) | null = null
  #messageListener: ((message: Out) => void) | null = null

  constructor(worker: Worker) {
    this.#worker = worker
    this.threadId = worker.threadId
    worker.on('error', (error) => {
      this.#error = error instanceof Error ? error : new Error(String(error))
    })
    worker.on('exit', (code) => {
      if (code !== 0 && this.#error === null && !this.#terminated)
        this.#error = new Error(`the thread ended with code ${code}`)
      this.#exited = true
      this.#exitListener?.(this.#error)
    })
  }

  post(message: In): void {
    this.#worker.postMessage(message)
  }

  onMessage(listener: (message: Out) => void): void {
    // Messages wait until somebody listens, so the worker's own event is not asked for before.
    if (this.#messageListener === null) this.#worker.on('message', (message: Out) => this.#messageListener!(message))
    this.#messageListener = listener
  }

  onExit(listener: (error: Error | null) => void): void {
    this.#exitListener = listener
    if (this.#exited) listener(this.#error)
  }

  async terminate(): Promise<void> {
    this.#terminated = true
    await this.#worker.terminate()
    await Promise.all([received(this.#worker.stdout), received(this.#worker.stderr)])
  }
}
