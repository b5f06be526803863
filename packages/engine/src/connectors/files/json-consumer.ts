import type { Batch } from '../../core/batch.ts'
import type { MalformedLines } from './malformed-lines.ts'
import { type Decode, type SplitConsumer, takeLine } from './split-consumer.ts'
import type { SplitReader } from './split-reader.ts'

/** Bytes parsed in one call at most, so that long lines do not hold the thread. */
const BYTES_PER_CALL_MAX = 128 * 1024

/** Emits the JSON value of each line; blank lines are left out. */
export class JsonConsumer implements SplitConsumer {
  readonly #decode: Decode
  readonly #malformed: MalformedLines

  constructor(decode: Decode, malformed: MalformedLines) {
    this.#decode = decode
    this.#malformed = malformed
  }

  begin(): void {}

  consume(reader: SplitReader, staging: Batch, capacity: number): void {
    const stop = Math.min(reader.limit, reader.start + BYTES_PER_CALL_MAX)
    while (staging.count < capacity && reader.start < stop) {
      const line = takeLine(reader, this.#decode)
      if (line === '' || line.trim() === '') continue
      let value: unknown
      try {
        value = JSON.parse(line)
      } catch (thrown) {
        this.#malformed.report(() => reader.place(), (thrown as Error).message, line)
        continue
      }
      if (value === null) this.#malformed.report(() => reader.place(), 'null is not an item', line)
      else staging.items[staging.count++] = value
    }
  }

  end(): void {}

  close(): void {
    this.#malformed.close()
  }
}
