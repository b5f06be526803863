import type { OpaqueOperation } from '../../aggregate/opaque-operation.ts'
import { AbstractProcessor } from '../../core/abstract-processor.ts'
import type { BatchStage } from '../../pipeline/batch-stage.ts'
import { Pipeline } from '../../pipeline/pipeline.ts'
import type { Sink } from '../../pipeline/sink.ts'
import type { StreamStage } from '../../pipeline/stream-stage.ts'
import { splitBy, words } from '../../pipeline/tokenizers.ts'
import { sliding, tumbling } from '../../pipeline/window-definition.ts'
import {
  contentTime,
  filterFunction,
  flatMapFunction,
  keyFunction,
  mapFunction,
  weightOf,
} from './generated-functions.ts'
import { generatedCoOperation, generatedOperation } from './generated-operations.ts'
import { batchSource, streamSource, wrappedTime } from './generated-source.ts'
import type {
  AggregateDescription,
  PipelineDescription,
  SourceDescription,
  StageBody,
  StageDescription,
} from './pipeline-description.ts'
import { sentenceOf, settleResult } from './result-settling.ts'

/** Makes the sink at a place of a description. */
export type MakeSink = (place: number, stage: Extract<StageBody, { kind: 'sink' }>) => Sink<unknown>

/** The real pipeline of a description, or of several that have nothing to do with each other. */
export function generatedPipeline(
  descriptions: readonly PipelineDescription[],
  makeSinks: readonly MakeSink[],
): Pipeline {
  const pipeline = Pipeline.create().setPreserveOrder(descriptions.some(({ preserveOrder }) => preserveOrder))
  descriptions.forEach((description, i) => new PipelineBuilding(pipeline, makeSinks[i]!).add(description))
  return pipeline
}

/** Stages of all kinds look alike here: what fits was decided when the description was made. */
type AnyStage = BatchStage<unknown>
type Keyed = ReturnType<AnyStage['groupingKey']>
type Operation = OpaqueOperation<unknown, unknown>

class PipelineBuilding {
  readonly #pipeline: Pipeline
  readonly #makeSink: MakeSink
  readonly #stages: AnyStage[] = []

  constructor(pipeline: Pipeline, makeSink: MakeSink) {
    this.#pipeline = pipeline
    this.#makeSink = makeSink
  }

  add(description: PipelineDescription): void {
    for (const stage of description.stages) {
      const { parallelism = -1 } = stage
      const made = this.#make(stage, this.#stages.length)
      if (parallelism !== -1) made.setLocalParallelism(parallelism)
      this.#stages.push(made)
    }
  }

  #make(stage: StageDescription, place: number): AnyStage {
    switch (stage.kind) {
      case 'source':
        return this.#source(stage.source)
      case 'map':
        return this.#at(stage.from).map(mapFunction(stage.fn))
      case 'filter':
        return this.#at(stage.from).filter(filterFunction(stage.fn))
      case 'flatMap':
        return this.#at(stage.from).flatMap(flatMapFunction(stage.fn))
      case 'tokens': {
        const sentences = this.#at(stage.from).map((item) => sentenceOf(item, stage.separator)) as BatchStage<string>
        if (stage.parallelism !== undefined) sentences.setLocalParallelism(stage.parallelism)
        return sentences.flatMap(stage.separator === null ? words() : splitBy(stage.separator)) as AnyStage
      }
      case 'peek':
        return this.#at(stage.from).peek(
          (item) => weightOf(item) % stage.divisor === 0,
          (item) => `seen ${weightOf(item)}`,
        )
      case 'merge':
        return this.#at(stage.from).merge(this.#at(stage.other))
      case 'addTimestamps': {
        const timed = this.#at(stage.from).addTimestamps(
          stage.by === 'field' ? wrappedTime : contentTime,
          stage.allowedLagMs,
        )
        return timed as unknown as AnyStage
      }
      case 'rolling':
        return this.#rolling(stage)
      case 'aggregate':
        return this.#aggregate(stage)
      case 'window':
        return this.#window(stage)
      case 'distinct':
        return this.#distinct(stage)
      case 'custom': {
        const from = this.#at(stage.from)
        if (stage.key === null) return from.customTransform('pass through', () => new PassThroughProcessor())
        return from
          .groupingKey(keyFunction(stage.key) as never)
          .customTransform('pass through', () => new PassThroughProcessor())
      }
      case 'sink': {
        const [first, ...others] = stage.from.map((from) => this.#at(from))
        const sink = this.#makeSink(place, stage)
        const written = others.length === 0 ? first!.writeTo(sink) : this.#pipeline.writeTo(sink, first!, ...others)
        return written as unknown as AnyStage
      }
    }
  }

  #source(source: SourceDescription): AnyStage {
    if (source.kind !== 'stream') return this.#pipeline.readFrom(batchSource(source))
    const stage = this.#pipeline.readFrom(streamSource(source))
    if (source.timestamps === 'none') return stage.withoutTimestamps() as unknown as AnyStage
    if (source.timestamps === 'ingestion') return stage.withIngestionTimestamps() as unknown as AnyStage
    const timed =
      source.timestamps === 'native'
        ? stage.withNativeTimestamps(source.allowedLagMs)
        : stage.withTimestamps(wrappedTime, source.allowedLagMs)
    return timed as unknown as AnyStage
  }

  #rolling(stage: Extract<StageBody, { kind: 'rolling' }>): AnyStage {
    const keyOf = stage.key === null ? () => 'all' : keyFunction(stage.key)
    const { operation, settled } = generatedOperation(stage.operation, stage.of === 'key' ? keyOf : undefined)
    const from = this.#at(stage.from)
    const rolled =
      stage.key === null
        ? from.rollingAggregate(operation as Operation)
        : from.groupingKey(keyOf as never).rollingAggregate(operation as Operation)
    return this.#settle(rolled as AnyStage, settled, stage)
  }

  #aggregate(stage: AggregateDescription & StageDescription): AnyStage {
    const others = stage.others.map((from) => this.#at(from))
    const from = this.#at(stage.from)
    const keyOf = stage.key === null ? null : (keyFunction(stage.key) as never)
    const [input, more] =
      keyOf === null ? [from, others] : [from.groupingKey(keyOf), others.map((other) => other.groupingKey(keyOf))]
    return this.#together(stage, input as never, more)
  }

  #window(stage: Extract<StageDescription, { kind: 'window' }>): AnyStage {
    const stream = this.#at(stage.from) as unknown as StreamStage<unknown>
    const others = stage.others.map((from) => this.#at(from) as unknown as StreamStage<unknown>)
    const window =
      stage.slides === 1 ? tumbling(stage.slideByMs) : sliding(stage.slideByMs * stage.slides, stage.slideByMs)
    if (stage.key === null) return this.#together(stage, stream.window(window) as never, others)
    const keyOf = keyFunction(stage.key) as never
    return this.#together(
      stage,
      stream.groupingKey(keyOf).window(window) as never,
      others.map((other) => other.groupingKey(keyOf)),
    )
  }

  /** @param input anything that has `aggregate`, `aggregate2` and `aggregate3` */
  #together(stage: AggregateDescription & StageDescription, input: AnyStage, others: readonly unknown[]): AnyStage {
    if (others.length === 0) {
      const { operation, settled } = generatedOperation(stage.operations[0]!)
      return this.#settle(input.aggregate(operation as Operation), settled, stage)
    }
    const { operation, settled } = generatedCoOperation(stage.operations, stage.together)
    const [second, third] = others as AnyStage[]
    const aggregated =
      third === undefined
        ? input.aggregate2(second!, operation as never)
        : input.aggregate3(second!, third, operation as never)
    return this.#settle(aggregated as AnyStage, settled, stage)
  }

  #distinct(stage: Extract<StageDescription, { kind: 'distinct' }>): AnyStage {
    const from = this.#at(stage.from)
    if (stage.key === null) return from.distinct()
    // Any item of a key may be the one: what they have in common is the key.
    return (from.groupingKey(keyFunction(stage.key) as never) as Keyed).distinct().map(keyFunction(stage.key))
  }

  /** Takes from results what chance may change. The parallelism asked for is that of the aggregation. */
  #settle(aggregated: AnyStage, settled: (result: unknown) => unknown, stage: StageDescription): AnyStage {
    if (stage.parallelism !== undefined) aggregated.setLocalParallelism(stage.parallelism)
    return aggregated.map(settleResult(stage, settled))
  }

  #at(place: number): AnyStage {
    return this.#stages[place]!
  }
}

/** Passes items and watermarks on. */
class PassThroughProcessor extends AbstractProcessor {
  protected override tryProcessItem(_ordinal: number, item: unknown, timestamp: number): boolean {
    return this.outbox.offer(item, timestamp)
  }
}
