import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'

const LENGTH = 12

/**
 * A file that says up to which write the store has acknowledged. It is written after each commit and not synced: it is
 * never ahead of the store, and behind it only when the machine failed. So a store that opens behind it has lost
 * acknowledged writes, which SQLite, taking them for an unfinished end of its log, would not notice.
 */
export class AcknowledgedMark {
  /** What the file says, 0 when it says nothing. */
  readonly sequenceAtOpen: bigint
  readonly #descriptor: number
  readonly #bytes = new Uint8Array(LENGTH)
  readonly #view = new DataView(this.#bytes.buffer)

  constructor(path: string) {
    this.#descriptor = openSync(path, 'a+')
    closeSync(this.#descriptor)
    this.#descriptor = openSync(path, 'r+')
    this.sequenceAtOpen = this.#read()
  }

  write(sequence: bigint): void {
    this.#view.setBigUint64(0, sequence)
    this.#view.setUint32(8, crc32(this.#bytes.subarray(0, 8)))
    writeSync(this.#descriptor, this.#bytes, 0, LENGTH, 0)
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  #read(): bigint {
    const length = readSync(this.#descriptor, this.#bytes, 0, LENGTH, 0)
    // A file without a valid sum was being written when the machine failed.
    if (length < LENGTH || this.#view.getUint32(8) !== crc32(this.#bytes.subarray(0, 8))) return 0n
    return this.#view.getBigUint64(0)
  }
}
