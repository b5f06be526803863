import { assert } from '../base/assert.ts'
import type { Clock } from '../platform/clock.ts'
import type { Timers } from '../platform/timers.ts'
import { CallsUnderWay } from './calls-under-way.ts'
import type { GridState } from './grid.ts'
import { gridIndeterminate, gridUnavailable } from './grid-error.ts'
import type { GridCall, GridFault, GridFaultSource, GridOperation } from './grid-fault.ts'
import type { MemoryGridContent } from './memory-grid-content.ts'

const READS: ReadonlySet<GridOperation> = new Set(['get', 'list', 'readBlob', 'listBlobs', 'readJournal', 'bounds'])

const NO_FAULT: GridFault = {}

/** One connection to a {@link MemoryGridContent}: where calls meet their faults. */
export class MemoryConnection {
  readonly content: MemoryGridContent
  readonly clock: Clock
  readonly calls = new CallsUnderWay()
  state: GridState = 'up'
  readonly #timers: Timers | null
  readonly #faults: GridFaultSource | null

  constructor(
    content: MemoryGridContent,
    ports: { readonly clock: Clock; readonly timers: Timers | null; readonly faults: GridFaultSource | null },
  ) {
    this.content = content
    this.clock = ports.clock
    this.#timers = ports.timers
    this.#faults = ports.faults
  }

  /** Does what a call asks, `apply`, or what the fault that it meets makes of it. */
  call<T>(call: GridCall, apply: () => T): Promise<T> {
    return this.calls.run(() => this.answer(call, apply))
  }

  /** {@link call} as a part of one that is under way already. */
  async answer<T>(call: GridCall, apply: () => T): Promise<T> {
    const fault = this.#faults?.(call) ?? NO_FAULT
    const { outcome } = fault
    const what = `${call.operation} of '${call.name}' in '${call.place}'`
    if (fault.delayMs !== undefined) await this.#delay(fault.delayMs)
    if (this.state === 'down') throw gridUnavailable(`${what}: the grid is down`)
    if (outcome === 'unavailable' || (outcome !== undefined && READS.has(call.operation)))
      throw gridUnavailable(`${what}: the grid does not answer`)
    if (outcome === 'requestLost') throw gridIndeterminate(`${what}: no answer came`)
    try {
      return apply()
    } finally {
      if (fault.replyDelayMs !== undefined) await this.#delay(fault.replyDelayMs)
      if (outcome === 'replyLost') {
        // oxlint-disable-next-line no-unsafe-finally -- whatever the answer was, it is lost
        throw gridIndeterminate(`${what}: no answer came`)
      }
    }
  }

  #delay(byMs: number): Promise<void> {
    const timers = this.#timers
    assert(timers !== null, 'a grid in memory whose faults take time needs timers')
    return new Promise((resolve) => void timers.after(byMs, resolve))
  }
}
