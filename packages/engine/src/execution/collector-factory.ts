import { assert } from '../base/assert.ts'
import { DEFAULT_PARTITION_COUNT } from '../base/key-hash.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import { BroadcastCollector } from './broadcast-collector.ts'
import type { Collector } from './collector.ts'
import type { QueueProducer } from './edge-queue.ts'
import type { ExecutionSizes, PlannedEdge } from './execution-plan.ts'
import { KeyedCollector } from './keyed-collector.ts'
import { ownerOfPartition } from './partition-owner.ts'
import { PartitionedCollector, type PartitionRouting } from './partitioned-collector.ts'
import { compileProjectedFill } from './projected-fill.ts'
import { SpreadingCollector } from './spreading-collector.ts'

/** Makes the collector that an edge's routing and layout ask for. */
export function createCollector(
  planned: PlannedEdge,
  queues: readonly QueueProducer[],
  sizes: ExecutionSizes,
): Collector {
  const { edge, layout } = planned
  const capacity = sizes.batchCapacity
  const vertexName = edge.source.name
  if (edge.comparator !== null) {
    throw new NacelleError(
      'ERR_ORDERED_EDGE',
      `the edge from '${edge.source.name}' to '${edge.destination.name}' is ordered: ordered edges are not supported by this version`,
    )
  }
  if (layout.kind === 'keyed') {
    const fill =
      edge.projection === null
        ? null
        : compileProjectedFill(edge.keyFunction ?? constantKey, edge.projection, layout.timed, vertexName)
    return new KeyedCollector({
      queues,
      layout,
      capacity,
      routing: routingOf(queues.length),
      vertexName,
      fill,
      dictionaryKeysMax: sizes.dictionaryKeysMax,
    })
  }
  switch (edge.routing) {
    case 'unicast':
    case 'isolated':
    case 'allToOne':
    case 'fanout':
      return new SpreadingCollector(queues, layout, capacity)
    case 'broadcast':
      return new BroadcastCollector(queues, layout, capacity)
    case 'partitioned':
      assert(edge.keyFunction !== null, 'a partitioned edge has a key function')
      return new PartitionedCollector({
        queues,
        layout,
        capacity,
        keyOf: edge.keyFunction,
        routing: routingOf(queues.length),
        vertexName,
      })
  }
}

/** The key of everything on an all-to-one edge. */
function constantKey(): number {
  return 0
}

function routingOf(queues: number): PartitionRouting {
  return {
    queueOfPartition: Int32Array.from({ length: DEFAULT_PARTITION_COUNT }, (_, partition) =>
      ownerOfPartition(partition, queues),
    ),
  }
}
