import { describe, expect, it } from 'vitest'
import { Sinks } from '../connectors/sinks.ts'
import { TestSources } from '../connectors/test-sources.ts'
import { runInPlace } from '../local/in-place-execution.ts'
import { RecordingLogger } from '../platform/fake/recording-logger.ts'
import { RecordingOutput } from '../platform/fake/recording-output.ts'
import { createNodePlatform } from '../platform/node/node-platform.ts'
import { Pipeline } from './pipeline.ts'

const numbers = Array.from({ length: 5_000 }, (_, i) => i)

async function arrived(preserveOrder: boolean): Promise<readonly number[]> {
  const received: number[] = []
  const p = Pipeline.create().setPreserveOrder(preserveOrder)
  p.readFrom(TestSources.itemsFrom(numbers))
    .map((n) => n)
    .setLocalParallelism(4)
    .flatMap((n) => (n % 3 === 0 ? [n] : [n, n]))
    .setLocalParallelism(2)
    .filter(() => true)
    .writeTo(Sinks.collector(received))
  await runInPlace(p.toDag(), {
    platform: createNodePlatform({ logger: new RecordingLogger(), output: new RecordingOutput() }),
    parallelism: 3,
    sizes: { batchCapacity: 7, queueSize: 11 },
  })
  return received
}

describe('items of one source processor', () => {
  it('arrive in order when order is preserved, whatever parallelism is asked for', async () => {
    expect(await arrived(true)).toEqual(numbers.flatMap((n) => (n % 3 === 0 ? [n] : [n, n])))
  })

  it('all arrive when it is not', async () => {
    const received = await arrived(false)
    expect(received.toSorted((a, b) => a - b)).toEqual(numbers.flatMap((n) => (n % 3 === 0 ? [n] : [n, n])))
    // Otherwise the test above shows nothing.
    expect(received).not.toEqual(received.toSorted((a, b) => a - b))
  })
})

describe('a sink of several stages', () => {
  it('takes items with and without timestamps', async () => {
    const received: number[] = []
    const p = Pipeline.create()
    const timed = p.readFrom(TestSources.itemsFrom(numbers)).addTimestamps((n) => n, 0)
    const untimed = p.readFrom(TestSources.itemsFrom(numbers))
    p.writeTo(Sinks.collector(received), timed, untimed)
    await runInPlace(p.toDag(), {
      platform: createNodePlatform({ logger: new RecordingLogger(), output: new RecordingOutput() }),
      parallelism: 2,
    })
    expect(received.toSorted((a, b) => a - b)).toEqual(numbers.flatMap((n) => [n, n]))
  })
})
