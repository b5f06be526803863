import type { Thread } from '../platform/threads.ts'
import type { FromThread, ToThread } from './thread-messages.ts'

/**
 * Worker threads that wait for their next job: they keep compiled code, so that jobs which run again and again in one
 * process need not warm up each time. Threads that have seen a failure never come back.
 */
export class ThreadPool {
  readonly #idle: Thread<ToThread, FromThread>[] = []
  #isClosed = false

  /** How many threads wait. */
  get size(): number {
    return this.#idle.length
  }

  /** For the engine: the thread that has been idle longest, or undefined. */
  take(): Thread<ToThread, FromThread> | undefined {
    return this.#idle.shift()
  }

  /** For the engine: a thread whose part in a job is done. */
  give(thread: Thread<ToThread, FromThread>): void {
    if (this.#isClosed) {
      void thread.terminate()
      return
    }
    this.#idle.push(thread)
    thread.onExit(() => this.#drop(thread))
  }

  /** Ends the threads that wait; those at work end with their jobs. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#idle.splice(0).map((thread) => thread.terminate()))
  }

  /** A thread has ended while it was idle: something that a job left behind did it. */
  #drop(thread: Thread<ToThread, FromThread>): void {
    const index = this.#idle.indexOf(thread)
    if (index >= 0) this.#idle.splice(index, 1)
  }
}
