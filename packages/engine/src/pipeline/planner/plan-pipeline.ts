import type { DAG } from '../../core/dag.ts'
import type { EventTimePolicy } from '../../core/event-time-policy.ts'
import type { Vertex } from '../../core/vertex.ts'
import { chainSupplier } from '../../processors/chain-supplier.ts'
import { InsertWatermarksProcessor } from '../../processors/insert-watermarks-processor.ts'
import { DEFAULT_PARTITION_IDLE_TIMEOUT_MS } from '../source.ts'
import type { TimestampSpec, Transform } from '../transform.ts'
import { planAggregate, planRollingAggregate } from './aggregate-vertices.ts'
import { chainFrom, chainName, chainStages, type StatelessTransform, separatorOf } from './chain-fusion.ts'
import { DagWriter } from './dag-writer.ts'
import { PipelineShape } from './pipeline-shape.ts'
import { isSamePlacement, placementOf, placementWithin, widePlacement } from './placement.ts'
import { watermarkStrideMs } from './watermark-stride.ts'

/** Settings of planning. */
export interface PlanningOptions {
  /** See `Pipeline.setPreserveOrder`. */
  readonly preserveOrder: boolean
  /** Runs chains in their plain form instead of generated code; for tests and debugging. */
  readonly interpretedChains: boolean
}

/** Makes the physical plan of a pipeline: pure, and the same for the same pipeline. */
export function planPipeline(nodes: readonly Transform[], options: PlanningOptions): DAG {
  return new PipelinePlanner(new PipelineShape(nodes), options).plan()
}

type SinkTransform = Extract<Transform, { readonly kind: 'sink' }>
type BatchSourceTransform = Extract<Transform, { readonly kind: 'batchSource' }>
type SourceTransform = Extract<Transform, { readonly kind: 'batchSource' | 'streamSource' }>
type TimestampsTransform = Extract<Transform, { readonly kind: 'addTimestamps' }>

/** Goes through the nodes in order; each finds the vertices of those that it reads. */
class PipelinePlanner {
  readonly #shape: PipelineShape
  readonly #options: PlanningOptions
  readonly #writer: DagWriter
  readonly #strideMs: number
  /** For each node: the vertices that its items come from. */
  readonly #outputs = new Map<number, readonly Vertex[]>()

  constructor(shape: PipelineShape, options: PlanningOptions) {
    this.#shape = shape
    this.#options = options
    this.#writer = new DagWriter(options.preserveOrder)
    this.#strideMs = watermarkStrideMs(shape.nodes)
  }

  plan(): DAG {
    // A node that is already there was planned as a part of one before it.
    for (const node of this.#shape.nodes)
      if (!this.#outputs.has(node.id)) this.#outputs.set(node.id, this.#planNode(node))
    return this.#writer.dag
  }

  #inputsOf(node: Transform): readonly (readonly Vertex[])[] {
    return node.upstream.map((id) => this.#outputs.get(id)!)
  }

  #planNode(node: Transform): readonly Vertex[] {
    switch (node.kind) {
      case 'batchSource':
      case 'streamSource':
        return this.#planSource(node)
      case 'map':
      case 'filter':
      case 'flatMap':
      case 'peek':
        return this.#planChain(chainFrom(node, this.#shape), this.#inputsOf(node).flat())
      case 'merge':
        return this.#inputsOf(node).flat()
      case 'addTimestamps':
        return [this.#planTimestamps(node)]
      case 'aggregate':
      case 'windowAggregate':
        return [planAggregate(node, this.#inputsOf(node), this.#writer)]
      case 'rollingAggregate':
        return [planRollingAggregate(node, this.#inputsOf(node).flat(), this.#writer)]
      case 'custom':
        return [this.#planCustom(node)]
      case 'sink':
        return [this.#planSink(node, this.#inputsOf(node).flat())]
    }
  }

  #planSource(node: SourceTransform): readonly Vertex[] {
    if (node.kind === 'streamSource') return [this.#planStreamSource(node)]
    const { name, localParallelism, timed, source } = node
    const description = { kind: node.kind, ...source.description }
    const timestamps = this.#timestampsBehind(node)
    if (timestamps !== null) return this.#planTimestampedBatch(node, timestamps)
    const tokenizer = this.#tokenizerBehind(node)
    if (tokenizer === null)
      return [this.#writer.add({ name, localParallelism, timed, metaSupplier: source.metaSupplier, description })]
    const { separator, chain } = tokenizer
    const [first, ...rest] = chain
    const vertex = this.#writer.add({
      name: chainName([name, first!.name]),
      localParallelism,
      timed,
      metaSupplier: source.tokenized!(separator),
      description: { ...description, separator },
    })
    this.#outputs.set(first!.id, [vertex])
    if (rest.length > 0) this.#planChain(rest, [vertex])
    return [vertex]
  }

  #planStreamSource(node: Extract<Transform, { readonly kind: 'streamSource' }>): Vertex {
    const { name, localParallelism, timed, source, timestamps } = node
    const policy = timestamps === null ? null : this.#policyOf(timestamps, source.partitionIdleTimeoutMs)
    return this.#writer.add({
      name,
      localParallelism,
      timed,
      metaSupplier: source.metaSupplier(policy),
      description: { kind: node.kind, ...source.description, timestamps: this.#describeTimestamps(timestamps) },
    })
  }

  /** A source that ends and can give timestamps itself: its items then need not pass another processor for that. */
  #planTimestampedBatch(node: BatchSourceTransform, timestamps: TimestampsTransform): readonly Vertex[] {
    const { timestampOf, allowedLagMs } = timestamps
    const spec: TimestampSpec = { kind: 'function', timestampOf, allowedLagMs }
    const vertex = this.#writer.add({
      name: node.name,
      localParallelism: node.localParallelism,
      timed: true,
      metaSupplier: node.source.timestamped!(this.#policyOf(spec, DEFAULT_PARTITION_IDLE_TIMEOUT_MS)),
      description: { kind: node.kind, ...node.source.description, timestamps: this.#describeTimestamps(spec) },
    })
    this.#outputs.set(timestamps.id, [vertex])
    return [vertex]
  }

  #timestampsBehind(node: BatchSourceTransform): TimestampsTransform | null {
    const consumer = this.#shape.soleConsumerOf(node)
    if (node.source.timestamped === undefined || consumer?.kind !== 'addTimestamps') return null
    return consumer.localParallelism === -1 || consumer.localParallelism === node.localParallelism ? consumer : null
  }

  /** The stock tokenizer that alone reads a source which can cut its bytes itself. */
  #tokenizerBehind(node: BatchSourceTransform) {
    const consumer = this.#shape.soleConsumerOf(node)
    if (node.source.tokenized === undefined || consumer?.kind !== 'flatMap') return null
    const separator = separatorOf(consumer.fn)
    const isAlike = consumer.localParallelism === -1 || consumer.localParallelism === node.localParallelism
    return separator === null || !isAlike ? null : { separator, chain: chainFrom(consumer, this.#shape) }
  }

  /** Plans a chain and notes its outputs for all its nodes. A sink behind it may take it in. */
  #planChain(chain: readonly StatelessTransform[], from: readonly Vertex[]): readonly Vertex[] {
    const outputs = this.#planFusedSink(chain, from) ?? [this.#planChainVertex(chain, from)]
    for (const node of chain) this.#outputs.set(node.id, outputs)
    return outputs
  }

  #planChainVertex(chain: readonly StatelessTransform[], from: readonly Vertex[]): Vertex {
    const { localParallelism, timed } = chain[0]!
    return this.#writer.addStateless(from, {
      name: chainName(chain.map(({ name }) => name)),
      metaSupplier: chainSupplier(chainStages(chain), { timed, interpreted: this.#options.interpretedChains }),
      localParallelism,
      timed,
      description: { kind: 'chain', stages: describeChain(chain) },
    })
  }

  #planFusedSink(chain: readonly StatelessTransform[], from: readonly Vertex[]): readonly Vertex[] | null {
    const node = this.#shape.soleConsumerOf(chain.at(-1)!)
    if (
      node?.kind !== 'sink' ||
      node.sink.fusedWith === undefined ||
      node.sink.input.kind !== 'unicast' ||
      this.#options.interpretedChains
    )
      return null
    const stages = chainStages(chain)
    if (stages.some((stage) => stage.kind === 'flatMap' || stage.kind === 'tokenize')) return null
    const metaSupplier = node.sink.fusedWith(stages)
    const { localParallelism } = node
    const placement = placementOf({ localParallelism, metaSupplier })
    if (!isSamePlacement(placement, widePlacement(chain[0]!.localParallelism))) return null
    const vertex = this.#writer.addStateless(from, {
      name: chainName([...chain.map(({ name }) => name), node.name]),
      metaSupplier,
      localParallelism,
      timed: node.timed,
      description: { ...describeSink(node), stages: describeChain(chain) },
    })
    this.#outputs.set(node.id, [vertex])
    return [vertex]
  }

  #planTimestamps(node: TimestampsTransform): Vertex {
    const { name, timestampOf, allowedLagMs } = node
    const from = this.#inputsOf(node).flat()
    const policy = this.#policyOf({ kind: 'function', timestampOf, allowedLagMs }, DEFAULT_PARTITION_IDLE_TIMEOUT_MS)
    // Always along its input: items of one producer that took different ways would be late against each other.
    const placement = placementWithin(widePlacement(node.localParallelism), from.map(placementOf))
    const vertex = this.#writer.addProcessors(() => new InsertWatermarksProcessor({ policy }), placement, {
      name,
      timed: true,
      description: { kind: 'addTimestamps', allowedLagMs, strideMs: this.#strideMs },
    })
    this.#writer.connectStateless(from, vertex, true)
    return vertex
  }

  #planCustom(node: Extract<Transform, { readonly kind: 'custom' }>): Vertex {
    const { name, metaSupplier, localParallelism, timed, keyFunction } = node
    const description = { kind: 'custom', keyed: keyFunction !== null }
    const vertex = { name, metaSupplier, localParallelism, timed, description }
    const from = this.#inputsOf(node).flat()
    if (keyFunction === null) return this.#writer.addStateless(from, vertex)
    return this.#writer.addPartitioned(from, vertex, keyFunction)
  }

  #planSink(node: SinkTransform, from: readonly Vertex[]): Vertex {
    const { name, sink, localParallelism, timed } = node
    const { metaSupplier, input } = sink
    const vertex = { name, metaSupplier, localParallelism, timed, description: describeSink(node) }
    if (input.kind === 'unicast') return this.#writer.addStateless(from, vertex)
    if (input.kind === 'partitioned') return this.#writer.addPartitioned(from, vertex, input.keyFunction)
    const added = this.#writer.add(vertex)
    for (const each of from) this.#writer.connect(this.#writer.edge(each, added).allToOne().distributed())
    return added
  }

  #describeTimestamps(timestamps: TimestampSpec | null): Readonly<Record<string, unknown>> | null {
    if (timestamps === null) return null
    return {
      kind: timestamps.kind,
      allowedLagMs: timestamps.kind === 'ingestion' ? 0 : timestamps.allowedLagMs,
      strideMs: this.#strideMs,
    }
  }

  #policyOf(timestamps: TimestampSpec, idleTimeoutMs: number): EventTimePolicy {
    return {
      timestampOf:
        timestamps.kind === 'function' ? (timestamps.timestampOf as (item: unknown) => number) : timestamps.kind,
      allowedLagMs: timestamps.kind === 'ingestion' ? 0 : timestamps.allowedLagMs,
      idleTimeoutMs,
      watermarkStrideMs: this.#strideMs,
      watermarkOffsetMs: 0,
    }
  }
}

function describeChain(chain: readonly StatelessTransform[]): readonly unknown[] {
  return chainStages(chain).map((stage) =>
    stage.kind === 'tokenize' ? { kind: stage.kind, separator: stage.separator } : { kind: stage.kind },
  )
}

function describeSink({ sink }: SinkTransform): Readonly<Record<string, unknown>> {
  return { kind: 'sink', ...sink.description }
}
