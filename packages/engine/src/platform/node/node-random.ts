import { randomUUID } from 'node:crypto'
import type { Random } from '../random.ts'

/** The randomness of the process: fast for numbers, cryptographic for ids. */
export const NODE_RANDOM: Random = {
  next: () => Math.random(),
  uint32: () => Math.floor(Math.random() * 0x1_0000_0000),
  uuid: () => randomUUID(),
}
