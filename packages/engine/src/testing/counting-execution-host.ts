import type { EncodedError } from '../base/encoded-error.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import type { BlobStore } from '../grid/blob-store.ts'
import type { Grid } from '../grid/grid.ts'
import type { ExecutionHost, ExecutionOutcome, ExecutionRequest, SnapshotRequest } from '../jobs/execution-host.ts'
import { JOBS_PLACE } from '../jobs/job-store.ts'
import { readSnapshotManifest } from '../jobs/snapshot-manifest-blob.ts'
import type { SnapshotShard } from '../snapshot/snapshot-manifest.ts'

/** What a transactional sink has outside of the process: it stays when executions and coordinators die. */
export interface SinkLedger {
  /** Numbers that readers see, in the order in which they were released. */
  readonly released: number[]
  /** Numbers that wait for the commit of a snapshot, by execution and snapshot. */
  readonly prepared: Map<string, { readonly snapshotId: number; readonly numbers: readonly number[] }>
}

/** One job that counts: its source gives 1, 2, 3, …, its sink releases them with snapshots. */
interface CountingExecution {
  readonly request: ExecutionRequest
  readonly outcome: PromiseWithResolvers<ExecutionOutcome>
  next: number
  open: number[]
  taken: SnapshotRequest | null
  hasEnded: boolean
}

/**
 * A host whose jobs count, exactly once when the coordinator keeps its promises: numbers are prepared by phase 1 and
 * released by phase 2, and a restored snapshot releases what it had prepared.
 */
export class CountingExecutionHost implements ExecutionHost {
  readonly #blobs: BlobStore
  readonly #ledger: SinkLedger
  readonly #executions = new Map<string, CountingExecution>()
  /** Every execution that was ever made here, in order. */
  readonly requests: ExecutionRequest[] = []
  /** Makes the next snapshots fail. */
  failSnapshots = 0
  /** Makes the next inits fail with this. */
  initErrors: NacelleError[] = []
  /** Nothing works any more: the process is gone. */
  isDead = false

  constructor(grid: Grid, ledger: SinkLedger) {
    this.#blobs = grid.blobs(JOBS_PLACE)
    this.#ledger = ledger
  }

  /** Executions that run now. */
  get running(): readonly string[] {
    return [...this.#executions].filter(([, { hasEnded }]) => !hasEnded).map(([id]) => id)
  }

  async init(request: ExecutionRequest): Promise<void> {
    this.#alive()
    this.requests.push(request)
    const failure = this.initErrors.shift()
    if (failure !== undefined) throw failure
    const others = [...this.#executions.values()].filter(
      (other) => !other.hasEnded && other.request.jobId === request.jobId,
    )
    if (others.length > 0) throw new Error('a second execution of one job')
    let next = 1
    if (request.restore !== null) {
      const manifest = await readSnapshotManifest(this.#blobs, request.restore)
      next = Number(await this.#text(manifest.refs['source']![0]!))
      this.#recommit(request)
    } else if (request.settings.guarantee === 'exactlyOnce') this.#ledger.prepared.clear()
    this.#executions.set(request.executionId, {
      request,
      outcome: Promise.withResolvers(),
      next,
      open: [],
      taken: null,
      hasEnded: false,
    })
  }

  start(executionId: string): Promise<ExecutionOutcome> {
    return this.#get(executionId).outcome.promise
  }

  /** The source of every running execution gives some numbers. */
  work(count: number): void {
    for (const execution of this.#executions.values()) {
      if (execution.hasEnded || execution.taken?.terminal === true) continue
      for (let i = 0; i < count; i++) execution.open.push(execution.next++)
    }
  }

  end(executionId: string, outcome: ExecutionOutcome): void {
    const execution = this.#get(executionId)
    execution.hasEnded = true
    execution.outcome.resolve(outcome)
  }

  async takeSnapshot(executionId: string, request: SnapshotRequest): Promise<SnapshotShard> {
    this.#alive()
    const execution = this.#get(executionId)
    if (this.failSnapshots > 0) {
      this.failSnapshots--
      throw new NacelleError('ERR_SNAPSHOT_FAILED', 'the disk is full', { domain: 'external', retry: 'backoff' })
    }
    const { snapshotId } = request
    const { jobId, term } = execution.request
    execution.taken = request
    if (!request.exportOnly) {
      this.#ledger.prepared.set(`${executionId}/${snapshotId}`, { snapshotId, numbers: execution.open })
      execution.open = []
    }
    const ref = await this.#blobs.write(`snap/${jobId}/${term}/${snapshotId}/source/0`, once(String(execution.next)))
    return { refs: { source: [ref] }, bytes: ref.size, keys: 1, pauseMs: 0 }
  }

  async finishSnapshot(executionId: string, snapshotId: number, success: boolean): Promise<void> {
    this.#alive()
    const execution = this.#get(executionId)
    const { taken } = execution
    execution.taken = null
    if (success) this.#release(`${executionId}/${snapshotId}`)
    // What an aborted snapshot had prepared goes with the next one.
    else this.#takeBack(execution, snapshotId)
    if (taken?.terminal === true && success) this.end(executionId, { kind: 'endedWithSnapshot' })
  }

  async terminate(executionId: string): Promise<void> {
    this.#alive()
    if (this.#executions.has(executionId)) this.end(executionId, { kind: 'terminated' })
  }

  async complete(executionId: string, error: EncodedError | null): Promise<void> {
    this.#alive()
    void error
    const execution = this.#executions.get(executionId)
    if (execution !== undefined) execution.hasEnded = true
    this.#executions.delete(executionId)
  }

  metrics(): null {
    return null
  }

  /** On restore the prepared numbers of the restored snapshot are released, all others are thrown away. */
  #recommit({ snapshotId }: ExecutionRequest): void {
    for (const [key, prepared] of this.#ledger.prepared) {
      if (prepared.snapshotId === snapshotId) this.#release(key)
    }
    this.#ledger.prepared.clear()
  }

  #release(key: string): void {
    const prepared = this.#ledger.prepared.get(key)
    this.#ledger.prepared.delete(key)
    if (prepared !== undefined) this.#ledger.released.push(...prepared.numbers)
  }

  #takeBack(execution: CountingExecution, snapshotId: number): void {
    const key = `${execution.request.executionId}/${snapshotId}`
    const prepared = this.#ledger.prepared.get(key)
    this.#ledger.prepared.delete(key)
    if (prepared !== undefined) execution.open = [...prepared.numbers, ...execution.open]
  }

  #get(executionId: string): CountingExecution {
    const execution = this.#executions.get(executionId)
    if (execution === undefined) throw new Error(`no execution ${executionId}`)
    return execution
  }

  #alive(): void {
    if (this.isDead) throw new Error('the host is gone')
  }

  async #text(ref: Parameters<BlobStore['read']>[0]): Promise<string> {
    let text = ''
    for await (const piece of this.#blobs.read(ref)) text += new TextDecoder().decode(piece)
    return text
  }
}

async function* once(text: string): AsyncGenerator<Uint8Array, void> {
  yield new TextEncoder().encode(text)
}
