import { Sinks } from '../../connectors/sinks.ts'
import type { ExecutionSizes } from '../../execution/execution-plan.ts'
import { runInPlace } from '../../local/in-place-execution.ts'
import { RecordingLogger } from '../../platform/fake/recording-logger.ts'
import { RecordingOutput } from '../../platform/fake/recording-output.ts'
import { createNodePlatform } from '../../platform/node/node-platform.ts'
import { generatedPipeline } from './generated-pipeline.ts'
import { differenceOf, type ExpectedResult } from './pipeline-check.ts'
import type { PipelineDescription } from './pipeline-description.ts'
import { linesByName, linesSink, resultLine } from './result-lines.ts'

/** One way to run a pipeline in the calling thread. */
export interface InPlaceVariant {
  readonly parallelism: number
  readonly interpretedChains: boolean
  readonly sizes: Partial<ExecutionSizes>
}

const ONE_BY_ONE: Partial<ExecutionSizes> = { batchCapacity: 1, queueSize: 1, dictionaryKeysMax: 1 }
const ODD: Partial<ExecutionSizes> = { batchCapacity: 3, queueSize: 4, dictionaryKeysMax: 3 }

/** All ways in which every pipeline must give the same results. */
export const IN_PLACE_VARIANTS: readonly InPlaceVariant[] = [
  { parallelism: 1, interpretedChains: false, sizes: {} },
  { parallelism: 2, interpretedChains: false, sizes: ONE_BY_ONE },
  { parallelism: 3, interpretedChains: true, sizes: ODD },
  { parallelism: 1, interpretedChains: true, sizes: ONE_BY_ONE },
  { parallelism: 2, interpretedChains: true, sizes: {} },
  { parallelism: 3, interpretedChains: false, sizes: ODD },
]

/** A pipeline that takes longer hangs. */
const TIMEOUT_MS = 20_000

/** Runs a pipeline in the calling thread; answers what differs from what is expected, null = nothing. */
export async function checkInPlace(
  description: PipelineDescription,
  expected: readonly ExpectedResult[],
  variant: InPlaceVariant,
): Promise<string | null> {
  const output = new RecordingOutput()
  const collected = new Map<number, unknown[]>()
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  try {
    const pipeline = generatedPipeline(
      [description],
      [
        (place, stage) => {
          if (stage.sink !== 'collector' || stage.timed) return linesSink(String(place), stage)
          const target: unknown[] = []
          collected.set(place, target)
          return Sinks.collector(target)
        },
      ],
    )
    await runInPlace(pipeline.toDag({ interpretedChains: variant.interpretedChains }), {
      platform: createNodePlatform({ logger: new RecordingLogger(), output }),
      parallelism: variant.parallelism,
      sizes: variant.sizes,
      signal,
    })
  } catch (error) {
    return `the engine failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
  }
  if (signal.aborted) return `the engine had not ended after ${TIMEOUT_MS} ms`
  const received = new Map([...linesByName(output.text)].map(([name, lines]) => [Number(name), lines]))
  for (const [place, items] of collected) {
    const stage = description.stages[place]!
    if (stage.kind === 'sink')
      received.set(
        place,
        items.map((item) => resultLine(stage, item, Number.NaN)),
      )
  }
  return differenceOf(expected, received)
}
