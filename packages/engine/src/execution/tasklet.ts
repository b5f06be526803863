/** Nothing was done: the worker may sleep if all its tasklets say so. */
export const NO_PROGRESS = 0
/** Something was done: call again soon. */
export const MADE_PROGRESS = 1
/** The tasklet has ended and is not called again. */
export const DONE = 2

/** The answer of one call of a {@link Tasklet}. */
export type Progress = typeof NO_PROGRESS | typeof MADE_PROGRESS | typeof DONE

/** A schedulable unit: a step function that a worker calls again and again, and that never blocks. */
export interface Tasklet {
  readonly name: string
  call(): Progress
  /**
   * True while the tasklet waits for something that rings no bell (time, a user's source): it must be called now and
   * then.
   */
  readonly needsPolling: boolean
}
