import type { BatchLayout } from '../core/batch.ts'
import type { DAG } from '../core/dag.ts'
import type { Edge } from '../core/edge.ts'
import type { Vertex } from '../core/vertex.ts'
import { assignThreads } from './thread-assignment.ts'

/** Sizes that a job may set; tests make them tiny. */
export interface ExecutionSizes {
  /** Entries of a batch at most. */
  readonly batchCapacity: number
  /** Items that a queue holds at most, unless its edge wants fewer. */
  readonly queueSize: number
  /** Bytes of a ring in shared memory, for each pair of processors on different threads. */
  readonly ringBytes: number
  /** Keys that a producer's dictionaries hold before they start anew. */
  readonly dictionaryKeysMax: number
  /** Bytes of one encoded item at most. */
  readonly itemBytesMax: number
}

/** Defaults: measured best for throughput without delaying small streams. */
export const DEFAULT_SIZES: ExecutionSizes = {
  batchCapacity: 512,
  queueSize: 1024,
  ringBytes: 128 * 1024,
  dictionaryKeysMax: 1 << 17,
  itemBytesMax: 16 * 1024 * 1024,
}

/** A vertex with its processors placed on threads. */
export interface PlannedVertex {
  readonly vertex: Vertex
  readonly localParallelism: number
  /** local processor index → thread. */
  readonly threadOf: readonly number[]
  readonly inbound: readonly PlannedEdge[]
  readonly outbound: readonly PlannedEdge[]
}

/** An edge with its queues. */
export interface PlannedEdge {
  readonly edge: Edge
  readonly layout: BatchLayout
  readonly queues: readonly PlannedQueue[]
}

/** One queue: from a producing to a consuming processor. */
export interface PlannedQueue {
  readonly producer: number
  readonly consumer: number
  readonly producerThread: number
  readonly consumerThread: number
  /** Where its ring lies in the shared buffer; -1 for queues within a thread. */
  readonly ringOffset: number
}

/** What every thread derives alike from the DAG: who runs where and what connects them. */
export interface ExecutionPlan {
  /** Cooperative threads first, then one for each processor that may block. */
  readonly threads: number
  readonly cooperativeThreads: number
  /** In topological order. */
  readonly vertices: readonly PlannedVertex[]
  /** Bytes of the shared buffer that holds all rings. */
  readonly sharedBytes: number
  readonly sizes: ExecutionSizes
}

/** What {@link planExecution} needs to know beside the DAG. */
export interface PlanOptions {
  readonly cooperativeThreads: number
  readonly sizes: ExecutionSizes
  /** `oneThread` puts all processors on thread 0, whatever their number. */
  readonly placement: 'threads' | 'oneThread'
  /** Bytes of a ring with `ringBytes` of data, control words included; a multiple of 64. */
  readonly ringFootprint: (dataBytes: number) => number
}

/** Places processors on threads and lays out queues. Pure and deterministic. */
export function planExecution(dag: DAG, options: PlanOptions): ExecutionPlan {
  const order = dag.validate()
  const assignment = assignThreads(dag, order, options.cooperativeThreads, options.placement)
  let sharedBytes = 0
  const plannedEdges = new Map<Edge, PlannedEdge>()
  for (const vertex of order) {
    for (const edge of dag.outboundEdges(vertex)) {
      const producers = assignment.threadOf.get(edge.source)!
      const consumers = assignment.threadOf.get(edge.destination)!
      const queues = queuePairs(edge, producers.length, consumers.length).map(([producer, consumer]) => {
        const crosses = producers[producer] !== consumers[consumer]
        const ringOffset = crosses ? sharedBytes : -1
        if (crosses) sharedBytes += options.ringFootprint(options.sizes.ringBytes)
        return {
          producer,
          consumer,
          producerThread: producers[producer]!,
          consumerThread: consumers[consumer]!,
          ringOffset,
        }
      })
      plannedEdges.set(edge, { edge, layout: layoutOf(edge), queues })
    }
  }
  const vertices = order.map((vertex) => ({
    vertex,
    localParallelism: assignment.threadOf.get(vertex)!.length,
    threadOf: assignment.threadOf.get(vertex)!,
    inbound: dag.inboundEdges(vertex).map((edge) => plannedEdges.get(edge)!),
    outbound: dag.outboundEdges(vertex).map((edge) => plannedEdges.get(edge)!),
  }))
  return {
    threads: assignment.threads,
    cooperativeThreads: options.cooperativeThreads,
    vertices,
    sharedBytes,
    sizes: options.sizes,
  }
}

/**
 * Which producers feed which consumers. An isolated edge keeps order: each producer feeds a single consumer, so that
 * some are idle when there are more of them.
 */
function queuePairs(edge: Edge, producers: number, consumers: number): readonly (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = []
  for (let producer = 0; producer < producers; producer++) {
    if (edge.routing === 'allToOne') {
      pairs.push([producer, 0])
      continue
    }
    for (let consumer = 0; consumer < consumers; consumer++) {
      const connected = edge.routing !== 'isolated' || producer % consumers === consumer
      if (connected) pairs.push([producer, consumer])
    }
  }
  return pairs
}

function layoutOf(edge: Edge): BatchLayout {
  const timed = edge.source.timed
  if (edge.projection !== null)
    return { kind: 'keyed', timed, columns: edge.projection.columns.map((column) => column.type) }
  if (edge.keyedByProducer !== null) return { kind: 'keyed', timed, columns: edge.keyedByProducer }
  return { kind: 'items', timed }
}
