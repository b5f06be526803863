import { NacelleError } from '../base/nacelle-error.ts'
import type { DAG } from '../core/dag.ts'
import { dagToDot } from '../core/dag-dot.ts'
import { previewOf } from '../core/user-error.ts'
import { BatchStage } from './batch-stage.ts'
import type { GeneralStage } from './general-stage.ts'
import { PipelineGraph } from './pipeline-graph.ts'
import { type PlanningOptions, planPipeline } from './planner/plan-pipeline.ts'
import type { Sink } from './sink.ts'
import type { BatchSource, StreamSource } from './source.ts'
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
    const kind: unknown = (source as Partial<BatchSource<T>> | null)?.kind
    if (source.kind === 'stream') return new StreamSourceStage<T>(this.#graph, source)
    if (kind !== 'batch')
      throw new NacelleError(
        'ERR_ARGUMENT',
        `readFrom takes a source, not ${previewOf(source)}: is a call missing, as in .build()?`,
      )
    return new BatchStage<T>(
      this.#graph,
      this.#graph.add({ kind: 'batchSource', name: source.name, source, timed: false, upstream: [] }),
    )
  }

  /** Writes the items of several stages to one sink. */
  writeTo<T>(sink: Sink<T>, stage: ItemStage<T>, ...more: readonly ItemStage<T>[]): SinkStage {
    const stages = [stage, ...more]
    for (const each of stages) this.#graph.requireOwn(each.graph, each.name())
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
   * True: items that a source processor emits one after the other pass stateless transforms in this order, also where the
   * number of processors changes; that may leave some of them idle. Default false.
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
  toDag(options: Partial<PlanningOptions> = {}): DAG {
    return planPipeline(this.#graph.nodes, { interpretedChains: false, ...options, preserveOrder: this.#preserveOrder })
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
