import { workerData } from 'node:worker_threads'
import { SharedRing } from '../wire/shared-ring.ts'
import { tortureSizes } from './torture-sizes.ts'

/** Start data of the producing thread of the ring's torture test. */
export interface RingTortureData {
  readonly buffer: SharedArrayBuffer
  readonly dataBytes: number
  readonly messages: number
  readonly seed: number
}

const { buffer, dataBytes, messages, seed } = workerData as RingTortureData
const ring = new SharedRing(buffer, 0, dataBytes)
const nextSize = tortureSizes(seed, ring.messageBytesMax)
for (let i = 0; i < messages; i++) {
  const bytes = nextSize()
  let at = ring.tryReserve(bytes)
  while (at === -1) at = ring.tryReserve(bytes)
  ring.region.u8.fill(i & 255, at, at + bytes)
  ring.commit(bytes)
}
