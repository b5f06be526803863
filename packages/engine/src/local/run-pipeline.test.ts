import { describe, expect, it } from 'vitest'
import { AggregateOperations } from '../aggregate/aggregate-operations.ts'
import type { Entry } from '../aggregate/results.ts'
import { SinkBuilder } from '../connectors/sink-builder.ts'
import { Sinks } from '../connectors/sinks.ts'
import { SourceBuilder } from '../connectors/source-builder.ts'
import { TestSources } from '../connectors/test-sources.ts'
import { Pipeline } from '../pipeline/pipeline.ts'
import { runPipeline } from './run-pipeline.ts'

describe('runPipeline', () => {
  it('shares variables with the code around it', async () => {
    const results: Entry<string, number>[] = []
    const pipeline = Pipeline.create()
    pipeline
      .readFrom(TestSources.items('a', 'b', 'a'))
      .groupingKey((word) => word)
      .aggregate(AggregateOperations.counting())
      .writeTo(Sinks.collector(results))
    await runPipeline(pipeline, { parallelism: 3 })
    expect(results.toSorted((a, b) => (a.key < b.key ? -1 : 1))).toEqual([
      { key: 'a', value: 2 },
      { key: 'b', value: 1 },
    ])
  })

  it('rejects with the first failure', async () => {
    const pipeline = Pipeline.create()
    const fail = (number: number): number => {
      throw new Error(`not ${number}`)
    }
    pipeline.readFrom(TestSources.items(1, 2)).map(fail).writeTo(Sinks.noop())
    await expect(runPipeline(pipeline)).rejects.toThrow("stage 'map' of vertex 'map' threw Error: not 1, at item 1")
  })

  it('ends a stream by a signal, and closes its ends', async () => {
    const controller = new AbortController()
    const closed: string[] = []
    const numbers = SourceBuilder.stream('numbers', () => ({ next: 0 }))
      .fillBuffer<number>((state, buffer) => buffer.add(state.next++))
      .destroy(() => void closed.push('source'))
      .build()
    const sink = SinkBuilder.sink('sink', () => null)
      .receive<number>((_sink, number) => {
        if (number === 100) controller.abort()
      })
      .destroy(() => void closed.push('sink'))
      .build()
    const pipeline = Pipeline.create()
    pipeline.readFrom(numbers).withoutTimestamps().writeTo(sink)
    await runPipeline(pipeline, { signal: controller.signal })
    expect(closed.toSorted()).toEqual(['sink', 'source'])
  })
})
