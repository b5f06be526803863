/**
 * Where results for people go: the standard output of the program. Whatever shows progress on a terminal clears its
 * line first. In a worker thread the text travels to the main thread, which writes it.
 */
export interface Output {
  /** Writes `text` as it is: lines end with `\n`. Calls of one thread keep their order. */
  write(text: string): void
}
