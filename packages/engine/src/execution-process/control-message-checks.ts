import type { BlobRef } from '../grid/blob-store.ts'
import {
  count,
  finite,
  flag,
  list,
  nullable,
  object,
  oneOf,
  record,
  type Shape,
  text,
} from '../jobs/documents/document-shape.ts'
import { encodedErrorShape } from '../jobs/documents/encoded-error-shape.ts'
import type { ExecutionOutcome, ExecutionRequest } from '../jobs/execution-host.ts'
import { jobSettingsShape } from '../jobs/job-settings.ts'
import type { ExecutionProgress } from '../local/execution-progress.ts'
import type { SnapshotShard } from '../snapshot/snapshot-manifest.ts'
import type { FromExecution, ToExecution } from './control-messages.ts'

/** Bytes of a message to an execution process: DAG and arguments of a job may be large. */
export const TO_EXECUTION_BYTES_MAX = 64 * 1024 * 1024

/** Bytes of a message from an execution process: the references of a snapshot, errors, the counts of many vertices. */
export const FROM_EXECUTION_BYTES_MAX = 4 * 1024 * 1024

const blobRef: Shape<BlobRef> = object({ id: text, size: count, chunks: count, sha256: text })

const shard: Shape<SnapshotShard> = object({
  refs: record(list(blobRef)),
  bytes: count,
  keys: count,
  pauseMs: finite,
})

const outcome: Shape<ExecutionOutcome> = variant('kind', {
  completed: object({ kind: oneOf('completed') }),
  failed: object({ kind: oneOf('failed'), error: encodedErrorShape, restartable: flag }),
  terminated: object({ kind: oneOf('terminated') }),
  endedWithSnapshot: object({ kind: oneOf('endedWithSnapshot') }),
})

const progress: Shape<ExecutionProgress> = object({
  itemsIn: finite,
  itemsOut: finite,
  sources: list(object({ vertex: text, items: finite, bytesRead: nullable(finite), bytesTotal: nullable(finite) })),
  vertices: list(object({ name: text, itemsIn: finite, itemsOut: finite, watermark: nullable(finite) })),
  watermarkLagMs: nullable(finite),
  lateEventsDropped: finite,
})

const request: Shape<ExecutionRequest> = object({
  jobId: text,
  executionId: text,
  term: count,
  jobName: nullable(text),
  settings: jobSettingsShape,
  bundle: object({ sha256: text }),
  args: list(text),
  dagJson: text,
  restore: nullable(blobRef),
  snapshotId: count,
})

const toExecution: Shape<ToExecution> = variant('type', {
  init: object({
    type: oneOf('init'),
    request,
    bundlePath: text,
    environment: record(text),
    logFolder: text,
    gridFolder: text,
    threads: count,
    memoryBytesMax: count,
    callDeadlineMs: nullable(finite),
    crashAt: nullable(text),
  }),
  start: object({ type: oneOf('start') }),
  takeSnapshot: object({
    type: oneOf('takeSnapshot'),
    call: count,
    request: object({ snapshotId: count, terminal: flag, exportOnly: flag }),
  }),
  finishSnapshot: object({ type: oneOf('finishSnapshot'), call: count, snapshotId: count, success: flag }),
  terminate: object({ type: oneOf('terminate') }),
})

const fromExecution: Shape<FromExecution> = variant('type', {
  hello: object({ type: oneOf('hello') }),
  ready: object({ type: oneOf('ready') }),
  refused: object({ type: oneOf('refused'), error: encodedErrorShape }),
  ended: object({ type: oneOf('ended'), outcome }),
  snapshotTaken: object({ type: oneOf('snapshotTaken'), call: count, shard }),
  snapshotFinished: object({ type: oneOf('snapshotFinished'), call: count }),
  callFailed: object({ type: oneOf('callFailed'), call: count, error: encodedErrorShape }),
  progress: object({ type: oneOf('progress'), progress: nullable(progress), residentBytes: count }),
})

/** What an execution process accepts of its member. @throws Error that says what does not fit */
export function checkToExecution(message: unknown): ToExecution {
  return toExecution(message, '')
}

/** What a member accepts of an execution process. @throws Error that says what does not fit */
export function checkFromExecution(message: unknown): FromExecution {
  return fromExecution(message, '')
}

/** One of several objects, told apart by the text in one of their properties. */
function variant<V extends Readonly<Record<string, Shape<unknown>>>>(
  by: string,
  variants: V,
): Shape<ReturnType<V[keyof V]>> {
  return (value, path) => {
    const name: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, by) : undefined
    if (typeof name !== 'string' || !Object.hasOwn(variants, name)) {
      throw new TypeError(`has at '${path}.${by}' nothing that is known: ${`${JSON.stringify(name)}`.slice(0, 60)}`)
    }
    return variants[name]!(value, path) as ReturnType<V[keyof V]>
  }
}
