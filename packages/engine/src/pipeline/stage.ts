import { NacelleError } from '../base/nacelle-error.ts'
import type { NewTransform, PipelineGraph } from './pipeline-graph.ts'

/** A handle on one node of a pipeline. */
export abstract class Stage {
  /** The graph that the stage is a part of; for the engine. */
  readonly graph: PipelineGraph
  /** The number of the stage's node in the graph; for the engine. */
  readonly nodeId: number

  constructor(graph: PipelineGraph, nodeId: number) {
    this.graph = graph
    this.nodeId = nodeId
  }

  /** The stage's name: what the maker of the stage chose, or {@link setName}. */
  name(): string {
    return this.graph.node(this.nodeId).name
  }

  /**
   * Names the stage, for logs, diagrams and metrics. Stages of equal names are told apart by `-2`, `-3`, …
   *
   * @throws NacelleError ERR_STAGE_NAME when the name is empty
   */
  setName(name: string): this {
    if (typeof name !== 'string' || name.trim() === '') {
      throw new NacelleError(
        'ERR_STAGE_NAME',
        `the name of stage '${this.name()}' cannot be changed to ${JSON.stringify(name)}: a name is a text that is not empty`,
      )
    }
    this.graph.change(this.nodeId, { name })
    return this
  }

  /**
   * How many processors of this stage run on each member. -1 leaves it to the stage: as many as there are threads, or
   * fewer where the source or sink prefers so. Neighbours of map, filter, flatMap and peek share processors only when
   * they want equally many. What has to be one in the whole cluster stays one: aggregations without key, some sources
   * and sinks.
   *
   * @throws NacelleError ERR_LOCAL_PARALLELISM
   */
  setLocalParallelism(localParallelism: number): this {
    if (localParallelism !== -1 && !(Number.isInteger(localParallelism) && localParallelism > 0)) {
      throw new NacelleError(
        'ERR_LOCAL_PARALLELISM',
        `stage '${this.name()}': local parallelism must be a positive whole number or -1 (undecided), not ${localParallelism}`,
        { details: { stage: this.name() } },
      )
    }
    this.graph.change(this.nodeId, { localParallelism })
    return this
  }

  /** Adds a node that reads this one. */
  protected append(node: DistributiveOmit<NewTransform, 'upstream'>): number {
    return this.graph.add({ ...node, upstream: [this.nodeId] } as NewTransform)
  }
}

/** `Omit` that keeps the members of a union apart. */
export type DistributiveOmit<U, K extends PropertyKey> = U extends unknown ? Omit<U, K> : never

/** The end of a branch of the pipeline. */
export class SinkStage extends Stage {
  declare protected readonly isSink: true
}
