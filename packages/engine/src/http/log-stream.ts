import { Readable } from 'node:stream'

/**
 * Lines of a log as a stream that an answer may carry.
 *
 * @throws what the log throws before its first line, so that it can still become the answer
 */
export async function logStream(lines: AsyncIterable<Uint8Array>): Promise<Readable> {
  const iterator = lines[Symbol.asyncIterator]()
  const first = await iterator.next()
  return Readable.from(withFirst(first, iterator), { objectMode: false })
}

async function* withFirst(
  first: IteratorResult<Uint8Array>,
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    for (let result = first; result.done !== true; result = await iterator.next()) yield result.value
  } finally {
    await iterator.return?.()
  }
}
