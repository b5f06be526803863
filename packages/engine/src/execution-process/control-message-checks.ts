import type { EncodedError } from '../base/encoded-error.ts'
import type { BlobRef } from '../grid/blob-store.ts'
import type { ExecutionOutcome, ExecutionRequest } from '../jobs/execution-host.ts'
import type { JobSettings } from '../jobs/job-settings.ts'
import type { ExecutionProgress } from '../local/execution-progress.ts'
import type { SnapshotShard } from '../snapshot/snapshot-manifest.ts'
import type { FromExecution, InitMessage, ToExecution } from './control-messages.ts'
import {
  type Check,
  flag,
  list,
  nullable,
  number,
  object,
  oneOf,
  only,
  record,
  text,
  variant,
  whole,
} from './message-schema.ts'

/** Bytes of a message to an execution process: DAG and arguments of a job may be large. */
export const TO_EXECUTION_BYTES_MAX = 64 * 1024 * 1024

/** Bytes of a message from an execution process: the references of a snapshot, and errors with their causes. */
export const FROM_EXECUTION_BYTES_MAX = 4 * 1024 * 1024

const ERROR_DEPTH_MAX = 16
const VERTICES_MAX = 10_000
const BLOBS_MAX = 20_000

const name = text(1000)
const count = whole(0)
const id = text(200)
const path = text(4096)

const details: Check<EncodedError['details']> = record(
  (value, at) =>
    value === null || typeof value === 'boolean'
      ? value
      : typeof value === 'number'
        ? number()(value, at)
        : text(100_000)(value, at),
  100,
)

/** An error and what is behind it; its depth is bounded because each level is read by a call of its own. */
function encodedErrorWithin(depth: number): Check<EncodedError> {
  return (value, at) => {
    const inner = depth === 0 ? nothing : encodedErrorWithin(depth - 1)
    return object({
      kind: oneOf('nacelle', 'assertion', 'error', 'value'),
      name,
      message: text(1_000_000),
      stack: nullable(text(1_000_000)),
      code: nullable(name),
      domain: oneOf('user', 'external', 'internal'),
      retry: oneOf('never', 'restart', 'backoff'),
      details,
      cause: nullable(inner),
      members: list(inner, 100),
    })(value, at)
  }
}

/** Nothing lies so deep. */
const nothing: Check<EncodedError> = (_value, at) => {
  throw new RangeError(`${at} is nested too deeply`)
}

const encodedError = encodedErrorWithin(ERROR_DEPTH_MAX)

const blobRef: Check<BlobRef> = object({
  id: text(2000),
  size: count,
  chunks: count,
  sha256: text(64),
})

const shard: Check<SnapshotShard> = object({
  refs: record(list(blobRef, BLOBS_MAX), VERTICES_MAX),
  bytes: count,
  keys: count,
  pauseMs: number(0),
})

const outcome: Check<ExecutionOutcome> = variant('kind', {
  completed: object({ kind: only('completed') }),
  failed: object({ kind: only('failed'), error: encodedError, restartable: flag }),
  terminated: object({ kind: only('terminated') }),
  endedWithSnapshot: object({ kind: only('endedWithSnapshot') }),
})

const progress: Check<ExecutionProgress> = object({
  itemsIn: number(),
  itemsOut: number(),
  sources: list(
    object({ vertex: name, items: number(), bytesRead: nullable(number()), bytesTotal: nullable(number()) }),
    VERTICES_MAX,
  ),
  vertices: list(object({ name, itemsIn: number(), itemsOut: number(), watermark: nullable(number()) }), VERTICES_MAX),
  watermarkLagMs: nullable(number()),
  lateEventsDropped: number(),
})

const settings: Check<JobSettings> = object({
  guarantee: oneOf('none', 'atLeastOnce', 'exactlyOnce'),
  snapshotIntervalMs: number(0),
  autoScaling: flag,
  suspendOnFailure: flag,
  metricsEnabled: flag,
  storeMetricsAfterJobCompletion: flag,
  restart: object({ attempts: number(0), delayMs: number(0), delayMaxMs: number(0), resetAfterMs: number(0) }),
  limits: object({
    memoryBytes: nullable(number(0)),
    callDeadlineMs: nullable(number(0)),
    threads: nullable(whole(1)),
  }),
  secrets: list(name, 1000),
})

const request: Check<ExecutionRequest> = object({
  jobId: id,
  executionId: id,
  term: count,
  jobName: nullable(name),
  settings,
  bundle: object({ sha256: text(64) }),
  args: list(text(TO_EXECUTION_BYTES_MAX), 100_000),
  dagJson: text(TO_EXECUTION_BYTES_MAX),
  restore: nullable(blobRef),
  snapshotId: count,
})

const init: Check<InitMessage> = object({
  type: only('init'),
  request,
  bundlePath: path,
  environment: record(text(1_000_000), 1000),
  logFolder: path,
  blobFolder: path,
  threads: whole(1, 10_000),
  crashAt: nullable(name),
})

/** What an execution process accepts of its member. */
export const checkToExecution: Check<ToExecution> = variant('type', {
  init,
  start: object({ type: only('start') }),
  takeSnapshot: object({
    type: only('takeSnapshot'),
    call: count,
    request: object({ snapshotId: count, terminal: flag, exportOnly: flag }),
  }),
  finishSnapshot: object({ type: only('finishSnapshot'), call: count, snapshotId: count, success: flag }),
  terminate: object({ type: only('terminate') }),
})

/** What a member accepts of an execution process. */
export const checkFromExecution: Check<FromExecution> = variant('type', {
  hello: object({ type: only('hello') }),
  ready: object({ type: only('ready') }),
  refused: object({ type: only('refused'), error: encodedError }),
  ended: object({ type: only('ended'), outcome }),
  snapshotTaken: object({ type: only('snapshotTaken'), call: count, shard }),
  snapshotFinished: object({ type: only('snapshotFinished'), call: count }),
  callFailed: object({ type: only('callFailed'), call: count, error: encodedError }),
  progress: object({ type: only('progress'), progress: nullable(progress), residentBytes: count }),
})
