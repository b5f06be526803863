import type { Clock } from '../platform/clock.ts'
import type { JobResultDocument } from './documents/job-result-document.ts'
import type { JobStore } from './job-store.ts'

/** How long results are kept. */
const KEPT_MS = 7 * 24 * 3_600_000

/** How many results are kept; a few more may be there until they are collected. */
const KEPT_MAX = 1000
const SLACK = 50

/** The results of jobs that have ended, the newest ones. */
export class JobResults {
  readonly #store: JobStore
  readonly #clock: Clock
  readonly #results = new Map<string, JobResultDocument>()

  constructor(store: JobStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** Takes what the grid has already. */
  adopt(result: JobResultDocument): void {
    this.#results.set(result.id, result)
  }

  /** Resolves when the result is durable. */
  async store(result: JobResultDocument): Promise<void> {
    await this.#store.writeResult(result)
    this.#results.set(result.id, result)
  }

  get(id: string): JobResultDocument | null {
    return this.#results.get(id) ?? null
  }

  /** The job of this name that was submitted last. */
  latest(name: string): JobResultDocument | null {
    let latest: JobResultDocument | null = null
    for (const result of this.#results.values()) {
      if (result.name === name && (latest === null || result.submissionTimeMs >= latest.submissionTimeMs))
        latest = result
    }
    return latest
  }

  all(): readonly JobResultDocument[] {
    return [...this.#results.values()]
  }

  /** Removes those that are too old, and with them the oldest of those that are too many. */
  async collect(isNeeded: (id: string) => boolean): Promise<void> {
    const newestFirst = this.all().toSorted((a, b) => b.completionTimeMs - a.completionTimeMs)
    const oldestMs = this.#clock.wallMs() - KEPT_MS
    const isTooMany = newestFirst.length > KEPT_MAX + SLACK
    for (const [i, { id, completionTimeMs }] of newestFirst.entries()) {
      const isDue = completionTimeMs < oldestMs || (isTooMany && i >= KEPT_MAX)
      if (!isDue || isNeeded(id)) continue
      await this.#store.deleteResult(id)
      this.#results.delete(id)
    }
  }
}
