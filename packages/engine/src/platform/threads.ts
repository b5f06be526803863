/** A thread of this process that exchanges messages with its parent. */
export interface Thread<In, Out> {
  readonly threadId: number
  post(message: In): void
  /** Replaces the listener that was there. */
  onMessage(listener: (message: Out) => void): void
  /** Called once, the last listener given; `error` is what ended the thread, or null. */
  onExit(listener: (error: Error | null) => void): void
  /** Ends the thread at once, even in an endless loop. */
  terminate(): Promise<void>
}

/** Starts threads. */
export interface ThreadHost {
  /** How many cores this process may use, cgroup limits counted. */
  readonly availableParallelism: number
  /** @param entry URL of the module that the thread runs; @param data structured-cloneable start data */
  start<In, Out>(entry: URL, data: unknown, options: { readonly name: string }): Thread<In, Out>
}
