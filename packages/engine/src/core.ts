// The Core API: what custom vertices are written with.
export { AbstractProcessor } from './core/abstract-processor.ts'
export { Batch, type BatchLayout, type Column, type ColumnType, KeyDictionary } from './core/batch.ts'
export { DAG, type VertexOptions } from './core/dag.ts'
export { dagToDot } from './core/dag-dot.ts'
export { dagToJson } from './core/dag-json.ts'
export {
  DEFAULT_QUEUE_SIZE,
  Edge,
  type KeyFunction,
  type Locality,
  type ProjectedColumn,
  type Projection,
  type RoutingPolicy,
} from './core/edge.ts'
export type { EventTimePolicy } from './core/event-time-policy.ts'
export { Inbox } from './core/inbox.ts'
export { BroadcastKey, type KeyedOutput, type Outbox } from './core/outbox.ts'
export type { Processor } from './core/processor.ts'
export type { JobContext, ProcessingGuarantee, ProcessorContext, SupplierContext } from './core/processor-context.ts'
export {
  type MetaSupplierOptions,
  metaSupplierOf,
  type ProcessorMetaSupplier,
  type ProcessorSupplier,
  processorMetaSupplier,
} from './core/processor-supplier.ts'
export { DEFAULT_LOCAL_PARALLELISM, Vertex } from './core/vertex.ts'
export { NO_TIMESTAMP, WATERMARK_DONE, WATERMARK_IDLE, WATERMARK_NONE, type Watermark } from './core/watermark.ts'
