import { expect } from 'vitest'
import { NacelleError } from '../base/nacelle-error.ts'
import { Sinks } from '../connectors/sinks.ts'
import { TestSources } from '../connectors/test-sources.ts'
import { AbstractProcessor } from '../core/abstract-processor.ts'
import { runInPlace } from '../local/in-place-execution.ts'
import type { BatchStage } from '../pipeline/batch-stage.ts'
import { Pipeline } from '../pipeline/pipeline.ts'
import type { BatchSource } from '../pipeline/source.ts'
import { RecordingLogger } from '../platform/fake/recording-logger.ts'
import { RecordingOutput } from '../platform/fake/recording-output.ts'
import { createNodePlatform } from '../platform/node/node-platform.ts'

/** An item of the pipelines that fail. */
export interface Trade {
  readonly id: number
  readonly price: number
}

/** The two trades, as messages show them. */
export const FIRST = '{"id":1,"price":5}'
export const SECOND = '{"id":2,"price":7}'

/** Adds what is bad behind a source of two trades named `trades`. An answer that is a stage is written to a sink. */
export type Build = (trades: BatchStage<Trade>, pipeline: Pipeline) => unknown

/**
 * The error with which a pipeline ends: the same on one processor and on several, with compiled chains and plain
 * ones.
 */
export async function errorOf(build: Build): Promise<NacelleError> {
  const first = await errorOfRun(build, 1, false)
  for (const [parallelism, interpretedChains] of [
    [3, false],
    [2, true],
  ] as const) {
    const other = await errorOfRun(build, parallelism, interpretedChains)
    expect([other.code, other.message]).toEqual([first.code, first.message])
  }
  return first
}

async function errorOfRun(build: Build, parallelism: number, interpretedChains: boolean): Promise<NacelleError> {
  const pipeline = Pipeline.create()
  const platform = createNodePlatform({ logger: new RecordingLogger(), output: new RecordingOutput() })
  try {
    const trades = pipeline.readFrom(TestSources.items<Trade>({ id: 1, price: 5 }, { id: 2, price: 7 }))
    const built = build(trades.setName('trades'), pipeline) as { writeTo?: (sink: unknown) => void } | undefined
    built?.writeTo?.(Sinks.noop())
    await runInPlace(pipeline.toDag({ interpretedChains }), { platform, parallelism })
  } catch (error) {
    expect(error).toBeInstanceOf(NacelleError)
    return error as NacelleError
  }
  throw new Error('the pipeline ran to its end')
}

/** A pipeline beside the trades that begins at a source of its own. */
export function readingFrom(makeSource: () => BatchSource<Trade>): Build {
  return (trades, pipeline) => {
    trades.writeTo(Sinks.noop())
    return pipeline.readFrom(makeSource())
  }
}

/** A processor that takes items and does nothing. */
export class IgnoringProcessor extends AbstractProcessor {
  protected override tryProcessItem(): boolean {
    return true
  }
}
