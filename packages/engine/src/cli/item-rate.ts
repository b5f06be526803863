/** How long the past is that a rate looks at. */
const WINDOW_MS = 3000

/** Items per second over the last few seconds. */
export class ItemRate {
  readonly #samples: { readonly atMs: number; readonly items: number }[]

  constructor(startMs: number) {
    this.#samples = [{ atMs: startMs, items: 0 }]
  }

  /** Takes notice of a total and answers the rate at that moment; 0 as long as no time has passed. */
  perSecond(atMs: number, items: number): number {
    this.#samples.push({ atMs, items })
    // The oldest sample kept is the last one at or before the beginning of the window.
    while (this.#samples.length > 2 && this.#samples[1]!.atMs <= atMs - WINDOW_MS) this.#samples.shift()
    const oldest = this.#samples[0]!
    const elapsedMs = atMs - oldest.atMs
    return elapsedMs <= 0 ? 0 : ((items - oldest.items) / elapsedMs) * 1000
  }
}
