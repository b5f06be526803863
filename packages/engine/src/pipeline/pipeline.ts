import type { DAG } from '../core/dag.ts'
import { dagToDot } from '../core/dag-dot.ts'
import { BatchStage } from './batch-stage.ts'
import type { GeneralStage } from './general-stage.ts'
import { PipelineGraph } from './pipeline-graph.ts'
import { type PlanningOptions, planPipeline } from './planner/plan-pipeline.ts'
import { requireStage } from './require-stage.ts'
import { requireSink, type Sink } from './sink.ts'
import { type BatchSource, requireSource, type StreamSource } from './source.ts'
import { SinkStage } from './stage.ts'
import type { StageKind } from './stage-kind.ts'
import type { Transform } from './transform.ts'
import { StreamSourceStage } from './untimed-stream-stage.ts'

/**
 * A description of data processing: sources, transforms, sinks. Building one runs nothing.
 *
 * ```ts
 * const pipeline = Pipeline.create()
 * pipeline
 *   .readFrom(Sources.files('books/*.txt'))
 *   .flatMap(words())
 *   .groupingKey((word) => word)
 *   .aggregate(AggregateOperations.counting())
 *   .writeTo(Sinks.table())
 * ```
 */
export class Pipeline {
  readonly #graph = new PipelineGraph()
  #preserveOrder = false

  private constructor() {}

  /** An empty pipeline. */
  static create(): Pipeline {
    return new Pipeline()
  }

  /** Begins at a source that ends. */
  readFrom<T>(source: BatchSource<T>): BatchStage<T>
  /** Begins at a source that goes on; the answer wants to know where timestamps come from. */
  readFrom<T>(source: StreamSource<T>): StreamSourceStage<T>
  readFrom<T>(source: BatchSource<T> | StreamSource<T>): BatchStage<T> | StreamSourceStage<T> {
    requireSource(source)
    if (source.kind === 'stream') return new StreamSourceStage<T>(this.#graph, source)
    return new BatchStage<T>(
      this.#graph,
      this.#graph.add({ kind: 'batchSource', name: source.name, source, timed: false, upstream: [] }),
    )
  }

  /** Writes the items of several stages to one sink. */
  writeTo<T>(sink: Sink<T>, stage: ItemStage<T>, ...more: readonly ItemStage<T>[]): SinkStage {
    requireSink(sink as Sink<never>)
    const stages = [stage, ...more].map((each) => requireStage('writeTo', each, this.#graph))
    const upstream = stages.map((each) => each.nodeId)
    const timed = stages.every((each) => this.#graph.node(each.nodeId).timed)
    return new SinkStage(
      this.#graph,
      this.#graph.add({ kind: 'sink', name: sink.name, timed, sink: sink as Sink<never>, upstream }),
    )
  }

  /** Whether nothing has been added yet. */
  isEmpty(): boolean {
    return this.#graph.nodes.length === 0
  }

  /** Whether stateless transforms keep the order in which a source emits; see {@link setPreserveOrder}. */
  isPreserveOrder(): boolean {
    return this.#preserveOrder
  }

  /**
   * True: items that a source processor emits one after the other pass stateless transforms, and reach sinks, in this
   * order. A stage then has no more processors than the one before it, also where the user asks for more: behind a
   * source of one processor there is one of each. Default false: such items may take different ways and overtake each
   * other.
   */
  setPreserveOrder(preserveOrder: boolean): this {
    this.#preserveOrder = preserveOrder
    return this
  }

  /**
   * The physical plan.
   *
   * @throws NacelleError ERR_DANGLING_STAGE when a stage leads nowhere, ERR_EMPTY_PIPELINE
   */
  toDag(options: Partial<Pick<PlanningOptions, 'interpretedChains'>> = {}): DAG {
    const { interpretedChains = false } = options
    return planPipeline(this.#graph.nodes, { interpretedChains, preserveOrder: this.#preserveOrder })
  }

  /** The physical plan as a Graphviz diagram. */
  toDotString(): string {
    return dagToDot(this.toDag())
  }

  /** The logical nodes, each behind those that it reads; for the planner and the reference interpreter. */
  get transforms(): readonly Transform[] {
    return this.#graph.nodes
  }
}

/** A stage of any kind whose items fit into `T`. */
export type ItemStage<T> = GeneralStage<T, StageKind>
