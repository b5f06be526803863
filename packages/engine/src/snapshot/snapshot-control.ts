import type { ExecutionPlan } from '../execution/execution-plan.ts'
import type { SnapshotRequest } from '../execution/snapshot-output.ts'
import { prioritisedVertices } from './prioritised-vertices.ts'

/** What a member asks of its threads, one snapshot at a time. */
export interface RequestedSnapshot {
  readonly snapshotId: number
  readonly terminal: boolean
  readonly exportOnly: boolean
}

const REQUESTED_ID = 0
const FLAGS = 1
const FINISHED_ID = 2
const FINISHED_WITH_SUCCESS = 3
const LIVE = 4
const PRIORITISED = 5
const COMMON_WORDS = 16
/** A cache line for each thread. */
const WORDS_PER_THREAD = 16

const FLAG_TERMINAL = 1
const FLAG_EXPORT_ONLY = 2

/**
 * The words in shared memory through which a member and the threads of an execution agree about snapshots. What belongs
 * to an id is written before the id, so that whoever sees the id sees the rest.
 */
export class SnapshotControl implements SnapshotRequest {
  readonly #words: Int32Array

  /** @param memory from {@link newSnapshotMemory} */
  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory)
  }

  /** Asks for a snapshot. */
  ask({ snapshotId, terminal, exportOnly }: RequestedSnapshot): void {
    Atomics.store(this.#words, FLAGS, (terminal ? FLAG_TERMINAL : 0) | (exportOnly ? FLAG_EXPORT_ONLY : 0))
    Atomics.store(this.#words, REQUESTED_ID, snapshotId)
  }

  /** Tells how a snapshot has come out. */
  tell(snapshotId: number, success: boolean): void {
    Atomics.store(this.#words, FINISHED_WITH_SUCCESS, success ? 1 : 0)
    Atomics.store(this.#words, FINISHED_ID, snapshotId)
  }

  get requestedId(): number {
    return Atomics.load(this.#words, PRIORITISED) > 0 ? 0 : Atomics.load(this.#words, REQUESTED_ID)
  }

  get terminal(): boolean {
    return (Atomics.load(this.#words, FLAGS) & FLAG_TERMINAL) !== 0
  }

  get exportOnly(): boolean {
    return (Atomics.load(this.#words, FLAGS) & FLAG_EXPORT_ONLY) !== 0
  }

  get finishedId(): number {
    return Atomics.load(this.#words, FINISHED_ID)
  }

  get finishedWithSuccess(): boolean {
    return Atomics.load(this.#words, FINISHED_WITH_SUCCESS) === 1
  }

  get isOver(): boolean {
    return Atomics.load(this.#words, LIVE) <= 0
  }

  /** A processor has ended. */
  processorEnded(isPrioritised: boolean): void {
    if (isPrioritised) Atomics.sub(this.#words, PRIORITISED, 1)
    Atomics.sub(this.#words, LIVE, 1)
  }

  /** How many chunks of a thread have been taken from it. */
  chunksTaken(thread: number): number {
    return Atomics.load(this.#words, COMMON_WORDS + thread * WORDS_PER_THREAD)
  }

  /** One more chunk of a thread is on its way to the blob, so that the thread may make another. */
  takeChunk(thread: number): void {
    Atomics.add(this.#words, COMMON_WORDS + thread * WORDS_PER_THREAD, 1)
  }
}

/**
 * Memory for the words of an execution. It notes how many processors there are, and how many of them must end before a
 * snapshot can begin.
 */
export function newSnapshotMemory(plan: ExecutionPlan): SharedArrayBuffer {
  const memory = new SharedArrayBuffer((COMMON_WORDS + plan.threads * WORDS_PER_THREAD) * 4)
  const words = new Int32Array(memory)
  const prioritised = prioritisedVertices(plan)
  for (const { vertex, localParallelism } of plan.vertices) {
    words[LIVE]! += localParallelism
    if (prioritised.has(vertex.name)) words[PRIORITISED]! += localParallelism
  }
  return memory
}
