import type { ExecutionPlan } from '../execution/execution-plan.ts'
import type { Logger } from '../platform/logger.ts'
import { ExecutionSnapshots, type SnapshotSink, snapshotsOf } from '../snapshot/execution-snapshots.ts'
import { deliverSnapshot } from '../snapshot/restore-snapshot.ts'
import { newSnapshotMemory, type RequestedSnapshot, SnapshotControl } from '../snapshot/snapshot-control.ts'
import type { SnapshotShard } from '../snapshot/snapshot-manifest.ts'
import type { ReadChunk, RestoredSnapshot } from '../snapshot/snapshot-reader.ts'
import type { RestoreMessage, SnapshotMessage } from './thread-messages.ts'

/** Chunks of a snapshot that may be on their way to one thread: it decodes one while the next is read. */
const CHUNKS_UNDER_WAY_MAX = 4

/** What a {@link ThreadedSnapshots} is made of. */
export interface ThreadedSnapshotsOptions {
  readonly plan: ExecutionPlan
  /** Where snapshots go; null when none are taken. */
  readonly sink: SnapshotSink | null
  /** The snapshot to go on from; null at the beginning. */
  readonly restore: RestoredSnapshot | null
  readonly logger: Logger
  post(thread: number, message: RestoreMessage): void
  /** Wakes all threads. */
  wake(): void
}

interface Room {
  resolve(): void
  reject(error: Error): void
}

/**
 * The main thread's side of the state of an execution: gives the threads what a snapshot has saved before they run, and
 * brings to storage what they save.
 */
export class ThreadedSnapshots {
  /** For the load message of each thread; null when no snapshots are taken. */
  readonly memory: SharedArrayBuffer | null
  readonly #options: ThreadedSnapshotsOptions
  readonly #snapshots: ExecutionSnapshots | null
  /** For each thread the chunks that it has been sent and has not restored yet. */
  readonly #underWay: number[]
  readonly #waiting: (Room | null)[]
  #over: Error | null = null

  constructor(options: ThreadedSnapshotsOptions) {
    const { plan, sink, wake } = options
    this.#options = options
    this.#underWay = new Array<number>(plan.threads).fill(0)
    this.#waiting = new Array<Room | null>(plan.threads).fill(null)
    this.memory = sink === null ? null : newSnapshotMemory(plan)
    this.#snapshots =
      sink === null || this.memory === null
        ? null
        : new ExecutionSnapshots({ control: new SnapshotControl(this.memory), threads: plan.threads, sink, wake })
  }

  /** Whether threads get state between their opening and their start. */
  get restores(): boolean {
    return this.#options.restore !== null
  }

  /** Phase 1, see `ExecutionSnapshots.take`. */
  async take(request: RequestedSnapshot): Promise<SnapshotShard> {
    return await snapshotsOf(this.#snapshots).take(request)
  }

  /** Phase 2, see `ExecutionSnapshots.finish`. */
  async finish(snapshotId: number, success: boolean): Promise<void> {
    await snapshotsOf(this.#snapshots).finish(snapshotId, success)
  }

  /**
   * Gives all threads what the snapshot has for them; resolves when they have restored it.
   *
   * @throws what `deliverSnapshot` throws, and the failure with which the execution ends meanwhile
   */
  async restore(): Promise<void> {
    const { restore, plan, logger } = this.#options
    if (restore === null) return
    await deliverSnapshot(restore, plan, { deliver: (thread, chunk) => this.#deliver(thread, chunk), logger })
    for (let thread = 0; thread < plan.threads; thread++) await this.#room(thread, 0)
  }

  /** A thread has something to say about snapshots. */
  receive(thread: number, message: SnapshotMessage): void {
    switch (message.type) {
      case 'chunk':
        this.#snapshots?.chunk(thread, message.vertexName, message.chunk, message.entries)
        break
      case 'saved':
        this.#snapshots?.saved(thread, message.snapshotId, message.pauseMs)
        break
      case 'snapshotFinished':
        this.#snapshots?.finished(thread, message.snapshotId)
        break
      case 'restored':
        this.#underWay[thread]!--
        this.#waiting[thread]?.resolve()
        break
    }
  }

  /** The execution has ended: nothing more is saved or restored. */
  end(failure: Error | null): void {
    this.#snapshots?.end(failure)
    if (failure === null) return
    this.#over = failure
    for (const waiting of this.#waiting) waiting?.reject(failure)
  }

  async #deliver(thread: number, { bytes, blob }: ReadChunk): Promise<void> {
    await this.#room(thread, CHUNKS_UNDER_WAY_MAX - 1)
    this.#underWay[thread]!++
    this.#options.post(thread, { type: 'restore', chunk: bytes, blob })
  }

  /** Resolves when no more than `underWay` chunks are on their way to a thread. */
  async #room(thread: number, underWay: number): Promise<void> {
    while (this.#over === null && this.#underWay[thread]! > underWay) {
      await new Promise<void>((resolve, reject) => (this.#waiting[thread] = { resolve, reject }))
      this.#waiting[thread] = null
    }
    if (this.#over !== null) throw this.#over
  }
}
