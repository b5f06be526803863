import { NacelleError } from '../base/nacelle-error.ts'
import type { ExecutionPlan } from '../execution/execution-plan.ts'
import type { TimerHandle, Timers } from '../platform/timers.ts'
import { BEAT_MS, ThreadActivity } from './thread-activity.ts'

/** What a {@link CallWatchdog} watches, and for how long. */
export interface CallWatchdogOptions {
  readonly jobName: string
  readonly plan: ExecutionPlan
  readonly deadlineMs: number
  readonly timers: Timers
  onStuck(error: NacelleError): void
}

/** Looks in the time of one deadline. */
const LOOKS = 10

/**
 * Notices when a cooperative thread does not come back from a user's function. Threads of processors that may block are
 * left alone: waiting is what they are for.
 *
 * Looks are counted and not time: a process that stood still as a whole (a suspended machine) has missed looks, too.
 */
export class CallWatchdog {
  readonly #options: CallWatchdogOptions
  readonly #memories: readonly SharedArrayBuffer[]
  readonly #activities: readonly ThreadActivity[]
  readonly #seen: number[]
  readonly #missed: number[]
  readonly #timer: TimerHandle

  constructor(options: CallWatchdogOptions) {
    this.#options = options
    const { plan, deadlineMs, timers } = options
    this.#memories = Array.from({ length: plan.threads }, () => new SharedArrayBuffer(ThreadActivity.BYTES))
    this.#activities = this.#memories.map((memory) => new ThreadActivity(memory))
    this.#seen = this.#activities.map(() => 0)
    this.#missed = this.#activities.map(() => 0)
    this.#timer = timers.every(Math.max(2 * BEAT_MS, deadlineMs / LOOKS), () => this.#look())
  }

  /** Where a thread shows what it does. */
  memoryFor(thread: number): SharedArrayBuffer {
    return this.#memories[thread]!
  }

  stop(): void {
    this.#timer.cancel()
  }

  #look(): void {
    for (let thread = 0; thread < this.#options.plan.cooperativeThreads; thread++) {
      const { beats } = this.#activities[thread]!
      // A thread that has never beaten has not begun, or is not watched any more.
      const isAlive = beats === 0 || beats !== this.#seen[thread]
      this.#seen[thread] = beats
      this.#missed[thread] = isAlive ? 0 : this.#missed[thread]! + 1
      if (this.#missed[thread]! < LOOKS) continue
      this.stop()
      this.#options.onStuck(this.#stuckError(thread))
      return
    }
  }

  #stuckError(thread: number): NacelleError {
    const { jobName, deadlineMs } = this.#options
    const vertex = this.#calledVertex(thread)
    const where = vertex === null ? 'while the job was loaded, opened or closed' : `in vertex '${vertex}'`
    return new NacelleError(
      'ERR_CALL_DEADLINE',
      `job '${jobName}': a function has not come back for ${deadlineMs} ms, ${where}; is there an endless loop? What really takes so long goes into a promise, or gets more time by limits.callDeadlineMs`,
      { details: { job: jobName, vertex, thread, deadlineMs } },
    )
  }

  /** The tasklets of a thread lie in the order of the plan. */
  #calledVertex(thread: number): string | null {
    const called = this.#activities[thread]!.calledTasklet
    if (called === null) return null
    const names = this.#options.plan.vertices.flatMap(({ vertex, threadOf }) =>
      threadOf.filter((owner) => owner === thread).map(() => vertex.name),
    )
    return names[called] ?? null
  }
}
