import type { BlobInfo, BlobRef, BlobStore } from '../grid/blob-store.ts'
import type { Grid } from '../grid/grid.ts'
import type { KeyValue, KeyValueEntry, Revision } from '../grid/key-value.ts'
import type { SnapshotManifest } from '../snapshot/snapshot-manifest.ts'
import type { DocumentFormat } from './documents/document-shape.ts'
import { EXPORTED_SNAPSHOT_FORMAT, type ExportedSnapshotDocument } from './documents/exported-snapshot-document.ts'
import { JOB_HEAD_FORMAT, type JobHead } from './documents/job-head.ts'
import { JOB_INTENT_FORMAT, type JobIntent } from './documents/job-intent.ts'
import { JOB_RECORD_FORMAT, type JobRecord } from './documents/job-record.ts'
import { JOB_RESULT_FORMAT, type JobResultDocument } from './documents/job-result-document.ts'
import { hasCode, settledWrite } from './settled-write.ts'
import { readSnapshotManifest, writeSnapshotManifest } from './snapshot-manifest-blob.ts'

/** The bucket of all that is agreed on about jobs, and the space of their blobs. */
export const JOBS_PLACE = 'jobs'

/** A document and the write that put it there. */
export interface Stored<T> {
  readonly document: T
  readonly revision: Revision
}

/** What the grid has of one job. */
export interface StoredJob {
  readonly id: string
  readonly record: JobRecord | null
  readonly hasHead: boolean
  readonly intent: Stored<JobIntent> | null
  readonly result: JobResultDocument | null
}

/** The documents and blobs of jobs in the grid, under their keys. */
export class JobStore {
  readonly #kv: KeyValue
  readonly #blobs: BlobStore

  constructor(grid: Grid) {
    this.#kv = grid.kv(JOBS_PLACE)
    this.#blobs = grid.blobs(JOBS_PLACE)
  }

  /** Everything there is of jobs; what cannot be read goes to `onUnreadable`, and its job is left out. */
  async jobs(onUnreadable: (id: string, error: unknown) => void): Promise<readonly StoredJob[]> {
    const parts = new Map<string, Map<string, KeyValueEntry>>()
    for await (const entry of this.#kv.list('jobs/')) {
      const [, id, part] = entry.key.split('/')
      if (id === undefined || part === undefined) continue
      const ofJob = parts.get(id) ?? new Map<string, KeyValueEntry>()
      parts.set(id, ofJob.set(part, entry))
    }
    const jobs: StoredJob[] = []
    for (const [id, ofJob] of parts) {
      const read = <T extends object>(part: string, format: DocumentFormat<T>) => decoded(ofJob.get(part), format)
      try {
        jobs.push({
          id,
          record: read('record', JOB_RECORD_FORMAT)?.document ?? null,
          hasHead: ofJob.has('head'),
          intent: read('intent', JOB_INTENT_FORMAT),
          result: read('result', JOB_RESULT_FORMAT)?.document ?? null,
        })
      } catch (error) {
        onUnreadable(id, error)
      }
    }
    return jobs
  }

  async record(id: string): Promise<JobRecord | null> {
    return decoded(await this.#kv.get(recordKey(id)), JOB_RECORD_FORMAT)?.document ?? null
  }

  async createRecord(record: JobRecord): Promise<void> {
    await settledWrite(this.#kv, {
      key: recordKey(record.id),
      value: JOB_RECORD_FORMAT.encode(record),
      expected: null,
    })
  }

  async head(id: string): Promise<Stored<JobHead> | null> {
    return decoded(await this.#kv.get(headKey(id)), JOB_HEAD_FORMAT)
  }

  /** One try; its outcome may stay unknown. */
  writeHead(id: string, head: JobHead, expected: Revision | null): Promise<Revision> {
    const value = JOB_HEAD_FORMAT.encode(head)
    return expected === null ? this.#kv.create(headKey(id), value) : this.#kv.update(headKey(id), value, expected)
  }

  async intent(id: string): Promise<Stored<JobIntent> | null> {
    return decoded(await this.#kv.get(`jobs/${id}/intent`), JOB_INTENT_FORMAT)
  }

  writeIntent(id: string, intent: JobIntent, expected: Revision | null): Promise<Revision> {
    return settledWrite(this.#kv, { key: `jobs/${id}/intent`, value: JOB_INTENT_FORMAT.encode(intent), expected })
  }

  /** May be repeated: all who coordinate a job one after the other write the same. */
  async writeResult(result: JobResultDocument): Promise<void> {
    await settledWrite(this.#kv, {
      key: `jobs/${result.id}/result`,
      value: JOB_RESULT_FORMAT.encode(result),
      expected: null,
    })
  }

  deleteResult(id: string): Promise<void> {
    return this.#kv.delete(`jobs/${id}/result`)
  }

  /** A job without a record is no job any more: this goes first, {@link deleteRemains} later. */
  deleteRecord(id: string): Promise<void> {
    return this.#kv.delete(recordKey(id))
  }

  async deleteRemains(id: string): Promise<void> {
    await this.#kv.delete(`jobs/${id}/intent`)
    await this.#kv.delete(headKey(id))
  }

  /** The job that has a name, or had it last. */
  async nameHolder(name: string): Promise<{ readonly jobId: string; readonly revision: Revision } | null> {
    const entry = await this.#kv.get(nameKey(name))
    return entry === null ? null : { jobId: new TextDecoder().decode(entry.value), revision: entry.revision }
  }

  /** @throws NacelleError ERR_GRID_CONFLICT when somebody else has taken the name since */
  async takeName(name: string, jobId: string, expected: Revision | null): Promise<void> {
    await settledWrite(this.#kv, { key: nameKey(name), value: new TextEncoder().encode(jobId), expected })
  }

  /** Nothing happens when another job has the name by now. */
  async releaseName(name: string, jobId: string): Promise<void> {
    const holder = await this.nameHolder(name)
    if (holder !== null && holder.jobId === jobId) await this.#kv.delete(nameKey(name), holder.revision)
  }

  async exports(
    onUnreadable: (key: string, error: unknown) => void,
  ): Promise<readonly Stored<ExportedSnapshotDocument>[]> {
    const found: Stored<ExportedSnapshotDocument>[] = []
    for await (const entry of this.#kv.list('exports/')) {
      try {
        found.push(decoded(entry, EXPORTED_SNAPSHOT_FORMAT)!)
      } catch (error) {
        onUnreadable(entry.key, error)
      }
    }
    return found
  }

  writeExport(document: ExportedSnapshotDocument, expected: Revision | null): Promise<Revision> {
    const value = EXPORTED_SNAPSHOT_FORMAT.encode(document)
    return settledWrite(this.#kv, { key: exportKey(document.name), value, expected })
  }

  async deleteExport(name: string, expected: Revision): Promise<void> {
    const key = exportKey(name)
    try {
      await this.#kv.delete(key, expected)
    } catch (error) {
      // It may be gone by an earlier try whose answer was lost.
      if (hasCode(error, 'ERR_GRID_UNAVAILABLE') || (await this.#kv.get(key)) !== null) throw error
    }
  }

  writeManifest(manifest: SnapshotManifest): Promise<BlobRef> {
    return writeSnapshotManifest(this.#blobs, manifest)
  }

  readManifest(ref: BlobRef): Promise<SnapshotManifest> {
    return readSnapshotManifest(this.#blobs, ref)
  }

  blobs(prefix: string): AsyncIterable<BlobInfo> {
    return this.#blobs.list(prefix)
  }

  deleteBlobs(idOrFolder: string): Promise<void> {
    return this.#blobs.delete(idOrFolder)
  }
}

/** What a name in the grid may be made of: any text is, but a slash is kept apart from those of keys. */
function nameKey(name: string): string {
  return `names/${encodeURIComponent(name)}`
}

function exportKey(name: string): string {
  return `exports/${encodeURIComponent(name)}`
}

function recordKey(id: string): string {
  return `jobs/${id}/record`
}

function headKey(id: string): string {
  return `jobs/${id}/head`
}

function decoded<T extends object>(
  entry: KeyValueEntry | null | undefined,
  format: DocumentFormat<T>,
): Stored<T> | null {
  if (entry === null || entry === undefined) return null
  return { document: format.decode(entry.value, entry.key), revision: entry.revision }
}
