/** Bids that the paced workload makes in a millisecond. */
export const PACED_BIDS_PER_MS = 200

/** Its windows. */
export const PACED_WINDOW = { sizeMs: 1000, slideByMs: 20 } as const

/** Windows that end so soon after the beginning are not counted. */
export const PACED_WARMUP_MS = 15_000
