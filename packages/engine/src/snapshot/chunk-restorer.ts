import { DEFAULT_PARTITION_COUNT, partitionOf } from '../base/key-hash.ts'
import { Batch, KeyDictionary } from '../core/batch.ts'
import type { ExecutionPlan, PlannedVertex } from '../execution/execution-plan.ts'
import { ownerOfPartition } from '../execution/partition-owner.ts'
import { decodeChunk } from './chunk-decoder.ts'
import { type ChunkHeader, layoutOfChunk } from './chunk-format.ts'
import type { SnapshotEntry } from './entries-encoder.ts'

/** Takes entries of a snapshot that belong to one processor. */
export type RestoreEntries = (vertexName: string, localProcessorIndex: number, entries: Batch) => void

/**
 * Processors that a chunk may have entries for: all of the vertex, but for columns those that own a partition of
 * whoever saved them.
 */
export function receiversOf(header: ChunkHeader, parallelism: number): readonly number[] {
  const receivers = new Set<number>()
  if (header.kind === 'columns') {
    for (let partition = 0; partition < DEFAULT_PARTITION_COUNT; partition++) {
      if (ownerOfPartition(partition, header.parallelism) === header.processorIndex)
        receivers.add(ownerOfPartition(partition, parallelism))
    }
  } else {
    for (let index = 0; index < parallelism; index++) receivers.add(index)
  }
  return [...receivers]
}

/** Gives the entries of chunks to the processors of one thread that own them now. */
export class ChunkRestorer {
  readonly #vertices: ReadonlyMap<string, PlannedVertex>
  readonly #thread: number
  readonly #restore: RestoreEntries

  constructor(plan: ExecutionPlan, thread: number, restore: RestoreEntries) {
    this.#vertices = new Map(plan.vertices.map((planned) => [planned.vertex.name, planned]))
    this.#thread = thread
    this.#restore = restore
  }

  /** @throws NacelleError ERR_SNAPSHOT_DAMAGED, and what processors throw */
  restore(chunk: ArrayBuffer, blob: string): void {
    const { header, batch } = decodeChunk(chunk, { blob })
    const { localParallelism, threadOf } = this.#vertices.get(header.vertexName)!
    const receivers = receiversOf(header, localParallelism)
    for (const index of receivers) {
      if (threadOf[index] !== this.#thread) continue
      // What several processors get is decoded for each: none sees how another changes it.
      if (header.isBroadcast) this.#restore(header.vertexName, index, decodeChunk(chunk, { blob }).batch)
      else if (receivers.length === 1) this.#restore(header.vertexName, index, batch)
      else this.#restoreOwn(header, batch, index, localParallelism)
    }
  }

  #restoreOwn(header: ChunkHeader, batch: Batch, index: number, parallelism: number): void {
    const own = selectOwn(header, batch, (key) => ownerOfPartition(partitionOf(key), parallelism) === index)
    if (own.count > 0) this.#restore(header.vertexName, index, own)
  }
}

/** The entries whose keys are one processor's, with a dictionary of their own. */
function selectOwn(header: ChunkHeader, batch: Batch, isOwn: (key: unknown) => boolean): Batch {
  const selected = new Batch(layoutOfChunk(header), batch.count)
  const dictionary = batch.dictionary
  if (dictionary === null) {
    for (let i = 0; i < batch.count; i++) {
      const entry = batch.items[i] as SnapshotEntry
      if (isOwn(entry.key)) selected.items[selected.count++] = entry
    }
    return selected
  }
  selected.dictionary = new KeyDictionary()
  const { keys } = selected.dictionary
  for (let i = 0; i < batch.count; i++) {
    const key = dictionary.keys[batch.slots![i]!]
    if (!isOwn(key)) continue
    const at = selected.count++
    selected.slots![at] = keys.push(key) - 1
    for (let c = 0; c < batch.columns.length; c++) selected.columns[c]![at] = batch.columns[c]![i]
    if (batch.timestamps !== null) selected.timestamps![at] = batch.timestamps[i]!
  }
  selected.keyCount = keys.length
  return selected
}
