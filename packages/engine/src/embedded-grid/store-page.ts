/** Rows that one call reads, writes or removes at most: another call waits no longer than they take. */
export const PAGE_ROWS = 500

/** Bytes of values after which a page ends. */
export const PAGE_BYTES = 4 * 1024 * 1024
