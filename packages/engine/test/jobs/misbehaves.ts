import { appendFileSync, closeSync, writeSync } from 'node:fs'
import { defineJob, Pipeline, SinkBuilder, SourceBuilder } from 'nacelle'

/** Where the control link of an execution process is. */
const CONTROL_DESCRIPTOR = 3

const MISBEHAVIOURS: Readonly<Record<string, () => void>> = {
  nothing: () => {},
  endlessLoop: () => {
    for (;;);
  },
  heap: () => {
    const kept: unknown[] = []
    for (;;) kept.push(Array.from({ length: 1000 }, (_, i) => ({ i })))
  },
  buffers: () => {
    const kept: unknown[] = []
    for (;;) kept.push(new Uint8Array(4_000_000).fill(1))
  },
  exit: () => process.exit(3),
  exitForReal: () => (process as unknown as { reallyExit(code: number): void }).reallyExit(3),
  kill: () => process.kill(process.pid, 'SIGKILL'),
  rejection: () => void Promise.reject(new Error('left alone')),
  globals: () => {
    const push = (): never => {
      throw new Error('push is patched')
    }
    Object.assign(Array.prototype, { push })
    Object.assign(Map.prototype, { get: () => undefined })
    Object.assign(JSON, { stringify: () => '"patched"' })
  },
  garbage: () => void writeSync(CONTROL_DESCRIPTOR, 'not a message at all'),
  closedLink: () => closeSync(CONTROL_DESCRIPTOR),
  hugeMessage: () => void writeSync(CONTROL_DESCRIPTOR, new Uint8Array([255, 255, 255, 255, 1])),
}

/**
 * Counts for ever, and notes each hundredth number in a file; at the hundredth number it does what its second argument
 * says.
 */
export default defineJob({ name: 'misbehaves' }, ([journal, kind]) => {
  const numbers = SourceBuilder.stream('numbers', () => ({ next: 1, atMs: 0 }))
    .fillBuffer<number>((state, buffer) => {
      if (Date.now() === state.atMs) return
      state.atMs = Date.now()
      buffer.add(state.next++)
    })
    .build()
  const sink = SinkBuilder.sink('journal', () => null)
    .receive<number>((_state, number) => {
      if (number % 100 === 0) appendFileSync(journal!, `${number}\n`)
    })
    .build()
  const pipeline = Pipeline.create()
  pipeline
    .readFrom(numbers)
    .withoutTimestamps()
    .map((number) => {
      if (number === 100) MISBEHAVIOURS[kind!]!()
      return number
    })
    .setName('misbehaviour')
    .setLocalParallelism(1)
    .writeTo(sink)
  return pipeline
})
