import { assert } from '../base/assert.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import type { BlobRef, BlobStore } from '../grid/blob-store.ts'
import { ChunkChannel } from './chunk-channel.ts'
import { encodeEnd } from './chunk-encoder.ts'
import type { RequestedSnapshot, SnapshotControl } from './snapshot-control.ts'
import type { SnapshotShard } from './snapshot-manifest.ts'

/** Where the state of an execution goes. */
export interface SnapshotSink {
  readonly blobs: Pick<BlobStore, 'write'>
  /** What the ids of a snapshot's blobs begin with, no slash at the end: `snap/<job>/<term>/<snapshotId>`. */
  folderOf(snapshotId: number): string
  /** Number of this member's blobs in that folder: 0 when there is one member. */
  readonly shard: number
}

/** What an {@link ExecutionSnapshots} is made of. */
export interface ExecutionSnapshotsOptions {
  readonly control: SnapshotControl
  readonly threads: number
  readonly sink: SnapshotSink
  /** Wakes the threads that sleep. */
  wake(): void
}

interface Taking {
  readonly request: RequestedSnapshot
  readonly channels: Map<string, { readonly channel: ChunkChannel; readonly written: Promise<BlobRef> }>
  readonly resolve: () => void
  readonly reject: (error: Error) => void
  readonly reported: Set<number>
  pauseMs: number
}

interface Finishing {
  readonly snapshotId: number
  readonly resolve: () => void
  readonly reported: Set<number>
}

/**
 * The member's side of snapshots of one execution: asks its threads, brings their chunks into blobs, a blob for each
 * vertex with state, and hears from them when both phases are done.
 *
 * Invariants:
 * - X1: one snapshot at a time; the second phase begins when the first has ended, however it has.
 * - X2: the first phase ends when every processor is behind the barrier, also when storage has failed meanwhile. So
 *   barriers of two snapshots are never under way together.
 * - X3: a blob without its end chunk, or that the shard does not name, is not part of any snapshot.
 */
export class ExecutionSnapshots {
  readonly #options: ExecutionSnapshotsOptions
  #taking: Taking | null = null
  #finishing: Finishing | null = null
  #exportId = 0
  #over: Error | null = null

  constructor(options: ExecutionSnapshotsOptions) {
    this.#options = options
  }

  /**
   * Phase 1. Resolves when the state of all processors is in durable blobs.
   *
   * @throws NacelleError ERR_SNAPSHOT_FAILED when it could not be stored: the execution goes on;
   *   ERR_EXECUTION_ENDED when the execution ends first
   */
  async take(request: RequestedSnapshot): Promise<SnapshotShard> {
    assert(this.#taking === null && this.#finishing === null, 'snapshots are taken one at a time')
    if (this.#over !== null) throw this.#over
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const taking: Taking = { request, channels: new Map(), resolve, reject, reported: new Set(), pauseMs: 0 }
    this.#taking = taking
    this.#options.control.ask(request)
    this.#options.wake()
    try {
      await promise
      if (request.exportOnly && !request.terminal) this.#exportId = request.snapshotId
      return await this.#shardOf(taking)
    } finally {
      this.#taking = null
    }
  }

  /** Phase 2. Resolves when all processors have dealt with it, or have ended. */
  async finish(snapshotId: number, success: boolean): Promise<void> {
    assert(this.#taking === null && this.#finishing === null, 'the second phase follows the first')
    // Nothing was prepared for an export.
    if (this.#over !== null || snapshotId === this.#exportId) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#finishing = { snapshotId, resolve, reported: new Set() }
    this.#options.control.tell(snapshotId, success)
    this.#options.wake()
    await promise
    this.#finishing = null
  }

  /** A thread has made a chunk. */
  chunk(thread: number, vertexName: string, chunk: ArrayBuffer, entries: number): void {
    const taken = () => this.#options.control.takeChunk(thread)
    const taking = this.#taking
    if (taking === null) return taken()
    let target = taking.channels.get(vertexName)
    if (target === undefined) {
      target = this.#open(taking.request.snapshotId, vertexName)
      taking.channels.set(vertexName, target)
    }
    target.channel.push(chunk, entries, taken)
  }

  /** All processors of a thread have saved. */
  saved(thread: number, snapshotId: number, pauseMs: number): void {
    const taking = this.#taking
    if (taking === null || taking.request.snapshotId !== snapshotId) return
    taking.pauseMs = Math.max(taking.pauseMs, pauseMs)
    taking.reported.add(thread)
    if (taking.reported.size === this.#options.threads) taking.resolve()
  }

  /** All processors of a thread have dealt with the second phase. */
  finished(thread: number, snapshotId: number): void {
    const finishing = this.#finishing
    if (finishing === null || finishing.snapshotId !== snapshotId) return
    finishing.reported.add(thread)
    if (finishing.reported.size === this.#options.threads) finishing.resolve()
  }

  /** The execution has ended: nobody answers any more. */
  end(failure: Error | null): void {
    this.#over = new NacelleError('ERR_EXECUTION_ENDED', 'the execution has ended before the snapshot was complete', {
      domain: 'internal',
      cause: failure ?? undefined,
    })
    for (const { channel } of this.#taking?.channels.values() ?? []) channel.fail(this.#over)
    this.#taking?.reject(this.#over)
    this.#finishing?.resolve()
  }

  #open(snapshotId: number, vertexName: string) {
    const { blobs, folderOf, shard } = this.#options.sink
    const channel = new ChunkChannel()
    const written = blobs.write(`${folderOf(snapshotId)}/${encodeURIComponent(vertexName)}/${shard}`, channel)
    // The failure is told by whoever waits for all; the threads must not wait for a store that has given up.
    written.catch(() => channel.abandon())
    return { channel, written }
  }

  async #shardOf({ request, channels, pauseMs }: Taking): Promise<SnapshotShard> {
    const { snapshotId } = request
    for (const [vertexName, { channel }] of channels) {
      const { chunks, entries } = channel
      channel.push(encodeEnd(vertexName, snapshotId, { chunks, entries }), 0, () => {})
      channel.end()
    }
    const results = await Promise.allSettled(
      Array.from(channels, async ([vertexName, { written }]) => [vertexName, [await written]] as const),
    )
    const refs: [string, readonly BlobRef[]][] = []
    for (const result of results) {
      if (result.status === 'rejected') throw failedSnapshot(snapshotId, result.reason)
      refs.push([result.value[0], result.value[1]])
    }
    const all = [...channels.values()].map(({ channel }) => channel)
    return {
      refs: Object.fromEntries(refs),
      bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
      keys: all.reduce((sum, { entries }) => sum + entries, 0),
      pauseMs,
    }
  }
}

function failedSnapshot(snapshotId: number, cause: unknown): NacelleError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new NacelleError('ERR_SNAPSHOT_FAILED', `snapshot ${snapshotId} could not be stored: ${why}`, {
    domain: 'external',
    retry: 'backoff',
    cause,
    details: { snapshotId },
  })
}

/** The snapshots of an execution that takes some. @throws NacelleError ERR_NO_SNAPSHOT_SINK */
export function snapshotsOf(snapshots: ExecutionSnapshots | null): ExecutionSnapshots {
  if (snapshots !== null) return snapshots
  throw new NacelleError('ERR_NO_SNAPSHOT_SINK', 'the execution was started without a place for snapshots', {
    domain: 'internal',
  })
}
