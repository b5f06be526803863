import { type ChildProcess, spawn } from 'node:child_process'
import type { Duplex, Readable } from 'node:stream'
import { decodeError, encodeError } from '../base/encoded-error.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import type { ExecutionOutcome, SnapshotRequest } from '../jobs/execution-host.ts'
import type { ExecutionProgress } from '../local/execution-progress.ts'
import type { Clock } from '../platform/clock.ts'
import type { TimerHandle, Timers } from '../platform/timers.ts'
import type { SnapshotShard } from '../snapshot/snapshot-manifest.ts'
import { boundedError } from './bounded-error.ts'
import { ControlLink } from './control-link.ts'
import { checkFromExecution, FROM_EXECUTION_BYTES_MAX } from './control-message-checks.ts'
import type { FromExecution, InitMessage, ToExecution } from './control-messages.ts'
import { processBrokenError, processEndedError, processSilentError } from './process-ended-error.ts'

/** What {@link ExecutionProcess} is started with. */
export interface ExecutionProcessOptions {
  /** Program and arguments. */
  readonly command: readonly [string, ...string[]]
  readonly clock: Clock
  readonly timers: Timers
  /** Called once, when the process has ended and nothing more comes from it. */
  onExit?(pid: number): void
}

/** Messages that an execution process may send in a second: signs of life and answers. */
const MESSAGES_PER_SECOND_MAX = 100

/** How often signs of life are looked for, and how many looks may find none. */
const LOOK_MS = 1000
const SILENT_LOOKS_MAX = 15

/** What is kept of the standard error output, and how much of it is read at all. */
const LAST_WORDS_LENGTH_MAX = 8 * 1024
const PRINTED_BYTES_MAX = 16 * 1024 * 1024

/** How long what an ended process has written may take to arrive. */
const RECEIVE_MAX_MS = 200

/** How long an execution may take to close its processors when it is terminated: a bit more than its own bounds. */
const TERMINATE_MAX_MS = 13_000

/**
 * The member's side of one execution process: it runs one execution, is watched, and is ended at the end.
 *
 * Invariants:
 * - P1: nothing that the process sends or does throws here, blocks, or takes memory without bounds.
 * - P2: every promise settles at the latest when the process has ended.
 * - P3: `start` resolves once, with the outcome that came first.
 */
export class ExecutionProcess {
  readonly #options: ExecutionProcessOptions
  readonly #child: ChildProcess
  readonly #link: ControlLink<ToExecution, FromExecution>
  readonly #look: TimerHandle
  readonly #calls = new Map<number, PromiseWithResolvers<unknown>>()
  readonly #hello = Promise.withResolvers<void>()
  readonly #init = Promise.withResolvers<void>()
  readonly #outcome = Promise.withResolvers<ExecutionOutcome>()
  readonly #exit = Promise.withResolvers<void>()
  #job = ''
  #isInitialised = false
  #hasEnded = false
  #isKilled = false
  #isConcluded = false
  #isTerminating = false
  #terminateLimit: TimerHandle | null = null
  #endedFor: NacelleError | null = null
  #lastWords = ''
  #calledLast = 0
  #silentLooks = 0
  #progress: ExecutionProgress | null = null
  #residentBytes: number | null = null

  constructor(options: ExecutionProcessOptions) {
    this.#options = options
    const [program, ...args] = options.command
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: {},
      // A process group of its own: what a terminal tells the member's group is the member's to handle.
      detached: true,
    })
    this.#child = child
    // Each promise is also rejected when nobody waits for it.
    for (const promise of [this.#hello.promise, this.#init.promise]) promise.catch(() => undefined)
    child.once('error', (error) => {
      this.#endedFor ??= new NacelleError(
        'ERR_EXECUTION_PROCESS_START',
        `no execution process can be started: ${error.message}`,
        { domain: 'external', retry: 'backoff', cause: error },
      )
      this.#onExit(null, null)
    })
    child.once('exit', (code, signal) => this.#onExit(code, signal))
    this.#readPrinted(child.stdout!, false)
    this.#readPrinted(child.stderr!, true)
    this.#link = new ControlLink({
      stream: child.stdio[3] as Duplex,
      messageBytesMax: FROM_EXECUTION_BYTES_MAX,
      messagesPerSecondMax: MESSAGES_PER_SECOND_MAX,
      monotonicMs: () => options.clock.monotonicMs(),
      check: checkFromExecution,
      onMessage: (message) => this.#receive(message),
      onClose: (error) => this.#onLinkClosed(error),
    })
    this.#look = options.timers.every(LOOK_MS, () => this.#lookForLife())
  }

  /** Undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Null until the process has told something. */
  get progress(): ExecutionProgress | null {
    return this.#progress
  }

  /** Memory of the process, null when it is not known. */
  get residentBytes(): number | null {
    return this.#residentBytes
  }

  /** Resolves when the process is there and waits. */
  get hello(): Promise<void> {
    return this.#hello.promise
  }

  /** Gives the process its one execution. Rejects when it cannot be started, or the process has ended. */
  init(job: string, message: InitMessage): Promise<void> {
    this.#job = job
    this.#isInitialised = true
    this.#link.send(message)
    return this.#init.promise
  }

  /** Starts the execution. Never rejects: a process that ends is an outcome too. */
  start(): Promise<ExecutionOutcome> {
    this.#link.send({ type: 'start' })
    return this.#outcome.promise
  }

  takeSnapshot(request: SnapshotRequest): Promise<SnapshotShard> {
    return this.#call((call) => ({ type: 'takeSnapshot', call, request })) as Promise<SnapshotShard>
  }

  async finishSnapshot(snapshotId: number, success: boolean): Promise<void> {
    await this.#call((call) => ({ type: 'finishSnapshot', call, snapshotId, success }))
  }

  /** Asks the execution to end as it stands; ends the process when that takes too long. */
  terminate(): void {
    if (this.#isTerminating || this.#hasEnded) return
    this.#isTerminating = true
    this.#link.send({ type: 'terminate' })
    this.#terminateLimit = this.#options.timers.after(TERMINATE_MAX_MS, () => this.#kill())
  }

  /** Ends the process, whatever it does, and waits until it has gone. */
  async end(): Promise<void> {
    this.#kill()
    await this.#exit.promise
  }

  #call(messageOf: (call: number) => ToExecution): Promise<unknown> {
    if (this.#hasEnded) return Promise.reject(this.#endError(null, null))
    const call = ++this.#calledLast
    const pending = Promise.withResolvers<unknown>()
    this.#calls.set(call, pending)
    this.#link.send(messageOf(call))
    return pending.promise
  }

  #receive(message: FromExecution): void {
    this.#silentLooks = 0
    switch (message.type) {
      case 'hello':
        this.#hello.resolve()
        break
      case 'ready':
        this.#init.resolve()
        break
      case 'refused':
        this.#init.reject(decodeError(boundedError(message.error)))
        break
      case 'ended':
        this.#outcome.resolve(boundedOutcome(message.outcome))
        break
      case 'snapshotTaken':
        this.#settle(message.call)?.resolve(message.shard)
        break
      case 'snapshotFinished':
        this.#settle(message.call)?.resolve(undefined)
        break
      case 'callFailed':
        this.#settle(message.call)?.reject(decodeError(boundedError(message.error)))
        break
      case 'progress':
        this.#progress = message.progress
        this.#residentBytes = message.residentBytes
        break
    }
  }

  #settle(call: number): PromiseWithResolvers<unknown> | undefined {
    const pending = this.#calls.get(call)
    this.#calls.delete(call)
    return pending
  }

  #onLinkClosed(error: Error | null): void {
    if (error === null) {
      // Mostly the process has just ended, and that is told next.
      this.#options.timers.after(RECEIVE_MAX_MS, () => this.#breakOff(new Error('it was closed')))
    } else this.#breakOff(error)
  }

  #breakOff(cause: Error): void {
    if (this.#hasEnded || this.#isKilled) return
    this.#endedFor ??= processBrokenError(this.#job, cause)
    this.#kill()
  }

  /** A machine that stood still is not held against the process: looks are counted, not time. */
  #lookForLife(): void {
    if (!this.#isInitialised || this.#hasEnded || ++this.#silentLooks < SILENT_LOOKS_MAX) return
    this.#endedFor ??= processSilentError(this.#job, SILENT_LOOKS_MAX * LOOK_MS)
    this.#kill()
  }

  #kill(): void {
    this.#isKilled = true
    if (!this.#hasEnded) this.#child.kill('SIGKILL')
  }

  /** P1: after so much nobody reads any more, and whoever writes has to wait. */
  #readPrinted(stream: Readable, isKept: boolean): void {
    let count = 0
    stream.on('data', (bytes: Buffer) => {
      count += bytes.length
      if (isKept) this.#lastWords = (this.#lastWords + bytes.toString('latin1')).slice(-LAST_WORDS_LENGTH_MAX)
      if (count > PRINTED_BYTES_MAX) stream.pause()
    })
    stream.on('error', () => undefined)
  }

  /**
   * What the process has written last may still be on its way; what it has started itself may keep its streams open.
   */
  #onExit(code: number | null, signal: string | null): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#look.cancel()
    this.#terminateLimit?.cancel()
    const limit = this.#options.timers.after(RECEIVE_MAX_MS, () => this.#conclude(code, signal))
    this.#child.once('close', () => {
      limit.cancel()
      this.#conclude(code, signal)
    })
  }

  /** P2 */
  #conclude(code: number | null, signal: string | null): void {
    if (this.#isConcluded) return
    this.#isConcluded = true
    const error = this.#endError(code, signal)
    this.#link.close()
    for (const pending of this.#calls.values()) pending.reject(error)
    this.#calls.clear()
    this.#hello.reject(error)
    this.#init.reject(error)
    this.#outcome.resolve(this.#isTerminating ? { kind: 'terminated' } : failedOutcome(error))
    this.#exit.resolve()
    const { pid } = this
    if (pid !== undefined) this.#options.onExit?.(pid)
  }

  #endError(code: number | null, signal: string | null): NacelleError {
    return processEndedError(this.#job, { code, signal, lastWords: this.#lastWords, endedFor: this.#endedFor })
  }
}

function failedOutcome(error: NacelleError): ExecutionOutcome {
  return { kind: 'failed', error: encodeError(error), restartable: error.retry !== 'never' }
}

function boundedOutcome(outcome: ExecutionOutcome): ExecutionOutcome {
  return outcome.kind === 'failed' ? { ...outcome, error: boundedError(outcome.error) } : outcome
}
