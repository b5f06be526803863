import type { Timers } from '../timers.ts'

/** Timers of the event loop. */
export const NODE_TIMERS: Timers = {
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
  every(periodMs, callback) {
    const timer = setInterval(callback, periodMs)
    timer.unref()
    return { cancel: () => clearInterval(timer) }
  },
  nextTurn: () => new Promise((resolve) => setImmediate(resolve)),
}
