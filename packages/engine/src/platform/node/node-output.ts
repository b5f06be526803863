import type { Output } from '../output.ts'

/** The standard output of this process, for the main thread. */
export const STANDARD_OUTPUT: Output = {
  write: (text) => void process.stdout.write(text),
}
