/** Entries of a page. */
export const PAGE_ENTRIES = 16_384

const PAGE_BYTES = PAGE_ENTRIES * 8

/** How much a {@link ShadowPages} may have out, and keep. */
export interface ShadowBudget {
  /** Bytes of pages in use at most: a processor with more state stands still until some are encoded. */
  readonly usedBytesMax: number
  /** Bytes of pages kept for the next snapshot at most. */
  readonly keptBytesMax: number
}

/** Fresh memory costs many times what kept memory does: the system hands it out page by page, cleared. */
export const DEFAULT_SHADOW_BUDGET: ShadowBudget = { usedBytesMax: 512 << 20, keptBytesMax: 64 << 20 }

/** Memory for state as it was at the barrier, lent page by page and used again for the next snapshot. */
export class ShadowPages {
  readonly #usedMax: number
  readonly #keptMax: number
  readonly #numbers: Float64Array[] = []
  readonly #values: unknown[][] = []
  #used = 0

  constructor(budget: ShadowBudget = DEFAULT_SHADOW_BUDGET) {
    this.#usedMax = Math.max(1, Math.floor(budget.usedBytesMax / PAGE_BYTES))
    this.#keptMax = Math.floor(budget.keptBytesMax / PAGE_BYTES)
  }

  /** Whether so many pages may be taken. A single entry's pages always may when nothing is out. */
  hasRoom(pages: number): boolean {
    return this.#used === 0 || this.#used + pages <= this.#usedMax
  }

  /** A page of numbers, with contents left over. */
  takeNumbers(): Float64Array {
    this.#used++
    return this.#numbers.pop() ?? new Float64Array(PAGE_ENTRIES)
  }

  /** A page of values. */
  takeValues(): unknown[] {
    this.#used++
    return this.#values.pop() ?? new Array<unknown>(PAGE_ENTRIES).fill(undefined)
  }

  giveBackNumbers(page: Float64Array): void {
    this.#used--
    if (this.#kept < this.#keptMax) this.#numbers.push(page)
  }

  /** @param count entries that were written, to be forgotten */
  giveBackValues(page: unknown[], count: number): void {
    this.#used--
    if (this.#kept >= this.#keptMax) return
    page.fill(undefined, 0, count)
    this.#values.push(page)
  }

  get #kept(): number {
    return this.#numbers.length + this.#values.length
  }
}
