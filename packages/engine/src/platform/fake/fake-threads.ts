import type { Thread, ThreadHost } from '../threads.ts'
import type { Timers } from '../timers.ts'

/** The inside of a fake thread: what a real one finds as its start data and its port. */
export interface FakeThreadInside {
  readonly threadId: number
  readonly data: unknown
  post(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  /** Ends the thread from inside. */
  exit(error: Error | null): void
}

/**
 * Threads that run in this one: instead of loading a module, a start calls the function that was given for its URL.
 * Messages are structured clones and arrive in later timer calls, as they do between real threads.
 */
export class FakeThreadHost implements ThreadHost {
  readonly availableParallelism: number
  readonly #timers: Timers
  readonly #entries: ReadonlyMap<string, (inside: FakeThreadInside) => void>
  #nextId = 1

  constructor(
    timers: Timers,
    entries: ReadonlyMap<string, (inside: FakeThreadInside) => void>,
    availableParallelism = 2,
  ) {
    this.#timers = timers
    this.#entries = entries
    this.availableParallelism = availableParallelism
  }

  start<In, Out>(entry: URL, data: unknown, options: { readonly name: string }): Thread<In, Out> {
    const main = this.#entries.get(entry.href)
    if (main === undefined) throw new Error(`thread '${options.name}': no function was given for ${entry.href}`)
    const thread = new FakeThread<In, Out>(this.#nextId++, this.#timers)
    const inside = thread.inside(structuredClone(data))
    this.#timers.after(0, () => {
      try {
        main(inside)
      } catch (thrown) {
        inside.exit(thrown instanceof Error ? thrown : new Error(String(thrown)))
      }
    })
    return thread
  }
}

class FakeThread<In, Out> implements Thread<In, Out> {
  readonly threadId: number
  readonly #timers: Timers
  #outerListener: ((message: Out) => void) | null = null
  #innerListener: ((message: unknown) => void) | null = null
  #exitListener: ((error: Error | null) => void) | null = null
  #hasEnded = false

  constructor(threadId: number, timers: Timers) {
    this.threadId = threadId
    this.#timers = timers
  }

  inside(data: unknown): FakeThreadInside {
    return {
      threadId: this.threadId,
      data,
      post: (message) => this.#deliver(message, (clone) => this.#outerListener?.(clone as Out)),
      onMessage: (listener) => {
        this.#innerListener = listener
      },
      exit: (error) => this.#end(error),
    }
  }

  post(message: In): void {
    this.#deliver(message, (clone) => this.#innerListener?.(clone))
  }

  onMessage(listener: (message: Out) => void): void {
    this.#outerListener = listener
  }

  onExit(listener: (error: Error | null) => void): void {
    this.#exitListener = listener
  }

  terminate(): Promise<void> {
    this.#end(null)
    return Promise.resolve()
  }

  #deliver(message: unknown, receive: (clone: unknown) => void): void {
    if (this.#hasEnded) return
    const clone = structuredClone(message)
    this.#timers.after(0, () => {
      if (!this.#hasEnded) receive(clone)
    })
  }

  #end(error: Error | null): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#exitListener?.(error)
  }
}
