import type { Clock } from '../clock.ts'

/** Moves this thread's `performance.now()`, which starts with the thread, to the clock that all threads share. */
const OFFSET_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now()

/** The clocks of the operating system. The monotonic one is the same in all threads. */
export const NODE_CLOCK: Clock = {
  monotonicMs: () => performance.now() + OFFSET_MS,
  wallMs: () => Date.now(),
}
