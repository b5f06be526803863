// What users import from `nacelle`: pipelines, their ends and aggregate operations, jobs.

export type { ColumnarForm, Names, StateColumn, ValueGetter } from './aggregate/aggregate-operation.ts'
export { AggregateOperations } from './aggregate/aggregate-operations.ts'
export type { AggregateOperation2, AggregateOperation3 } from './aggregate/co-grouping.ts'
export type { Addable } from './aggregate/collecting.ts'
export type { Comparator } from './aggregate/extremes.ts'
export type { MultiAggregateOperation, MultiInputs } from './aggregate/multi-aggregate-operation.ts'
export type { NumberGetter } from './aggregate/numeric-getter.ts'
export type { OpaqueOperation } from './aggregate/opaque-operation.ts'
export { AggregateOperation } from './aggregate/operation-builder.ts'
export type { Entry, KeyedWindowResult, WindowResult } from './aggregate/results.ts'
export { type ErrorDomain, NacelleError, type NacelleErrorOptions, type Retry } from './base/nacelle-error.ts'
export type { FileSinkOptions } from './connectors/file-sink.ts'
export type { CsvColumn, CsvColumns, CsvRow } from './connectors/files/csv-columns.ts'
export type { MalformedPolicy } from './connectors/files/malformed-lines.ts'
export {
  type BuiltSinkBuilder,
  type CreateSink,
  type ReceiveItem,
  SinkBuilder,
  type SinkWithoutReceive,
} from './connectors/sink-builder.ts'
export { Sinks } from './connectors/sinks.ts'
export type { BatchSourceBuffer, SourceBuffer, TimestampedSourceBuffer } from './connectors/source-buffer.ts'
export {
  type BatchSourceBuilder,
  type CreateSource,
  type FillBuffer,
  SourceBuilder,
  type SourceWithoutFill,
  type StreamSourceBuilder,
} from './connectors/source-builder.ts'
export {
  type CsvOptions,
  type FilePatterns,
  type FilesOptions,
  type ParsedFilesOptions,
  Sources,
} from './connectors/sources.ts'
export type { TableOptions } from './connectors/table-sink.ts'
export { type TestEvent, TestSources } from './connectors/test-sources.ts'
export type { JobContext, ProcessingGuarantee, ProcessorContext, SupplierContext } from './core/processor-context.ts'
export { defineJob, type JobConfig, type JobDefinition } from './deployment/job-definition.ts'
export type { AggregateBuilder } from './pipeline/aggregate-builder.ts'
export {
  type BatchKind,
  BatchStage,
  BatchStageWithKey,
  type EntryKind,
  type KeyedBatchKind,
  type ResultKind,
} from './pipeline/batch-stage.ts'
export type { CustomProcessors } from './pipeline/custom-processors.ts'
export { GeneralStage } from './pipeline/general-stage.ts'
export { type ItemStage, Pipeline } from './pipeline/pipeline.ts'
export type { Sink } from './pipeline/sink.ts'
export type { BatchSource, StreamSource } from './pipeline/source.ts'
export { SinkStage, Stage } from './pipeline/stage.ts'
export type { StageKind, StageOf } from './pipeline/stage-kind.ts'
export { StageWithKey } from './pipeline/stage-with-key.ts'
export {
  type KeyedStreamKind,
  type KeyedWindowResultKind,
  StageWithKeyAndWindow,
  StageWithWindow,
  type WindowResultKind,
} from './pipeline/stage-with-window.ts'
export { type StreamKind, StreamStage, StreamStageWithKey } from './pipeline/stream-stage.ts'
export { splitBy, type Tokenizer, words } from './pipeline/tokenizers.ts'
export {
  StreamSourceStage,
  type UntimedStreamKind,
  UntimedStreamStage,
  UntimedStreamStageWithKey,
} from './pipeline/untimed-stream-stage.ts'
export type { KeyGetter, KeyValue, Refused, Synchronous } from './pipeline/user-function-types.ts'
export { sliding, tumbling, type WindowDefinition } from './pipeline/window-definition.ts'
