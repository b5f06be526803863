import { NacelleError } from '../base/nacelle-error.ts'
import { snapshotFolder } from './documents/committed-snapshot.ts'
import type { ExportedSnapshotDocument } from './documents/exported-snapshot-document.ts'
import type { ExportedSnapshot } from './job-service.ts'
import type { JobStore, Stored } from './job-store.ts'

/** Bytes in UTF-8 that a name may have when it is written into a key. */
const NAME_BYTES_MAX = 300

/**
 * Snapshots with names. Names are written and deleted by compare-and-set on what this coordinator has read, so that one
 * that was deposed changes nothing that its successor has touched.
 */
export class ExportedSnapshots {
  readonly #store: JobStore
  readonly #exports = new Map<string, Stored<ExportedSnapshotDocument>>()
  /** Writes and deletions, one after the other. */
  #changes: Promise<unknown> = Promise.resolve()

  constructor(store: JobStore) {
    this.#store = store
  }

  /** Reads all names; those that cannot be read go to `onUnreadable` and are left alone. */
  async load(onUnreadable: (key: string, error: unknown) => void): Promise<void> {
    for (const stored of await this.#store.exports(onUnreadable)) this.#exports.set(stored.document.name, stored)
  }

  /** @throws NacelleError ERR_SNAPSHOT_NOT_FOUND */
  get(name: string): ExportedSnapshotDocument {
    const stored = this.#exports.get(name)
    if (stored !== undefined) return stored.document
    throw new NacelleError('ERR_SNAPSHOT_NOT_FOUND', `there is no exported snapshot named '${name}'`, {
      details: { snapshot: name },
    })
  }

  /** By name. */
  list(): readonly ExportedSnapshot[] {
    return [...this.#exports.values()]
      .map(({ document }) => exportedSnapshot(document))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Whether a name stands for the snapshot in this folder. */
  holds(folder: string): boolean {
    return [...this.#exports.values()].some(({ document }) => snapshotFolder(document.snapshot) === folder)
  }

  /** Gives a name. Answers what had it before. */
  write(document: ExportedSnapshotDocument): Promise<ExportedSnapshotDocument | null> {
    return this.#inTurn(async () => {
      const before = this.#exports.get(document.name) ?? null
      const revision = await this.#store.writeExport(document, before?.revision ?? null)
      this.#exports.set(document.name, { document, revision })
      return before?.document ?? null
    })
  }

  /** Answers what had the name; null = nothing. */
  delete(name: string): Promise<ExportedSnapshotDocument | null> {
    return this.#inTurn(async () => {
      const stored = this.#exports.get(name)
      if (stored === undefined) return null
      await this.#store.deleteExport(name, stored.revision)
      this.#exports.delete(name)
      return stored.document
    })
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#changes.then(change)
    this.#changes = turn.catch(() => undefined)
    return turn
  }
}

export function exportedSnapshot(document: ExportedSnapshotDocument): ExportedSnapshot {
  const { name, jobName, creationTimeMs, snapshot, dagJson } = document
  const { jobId, snapshotId, bytes } = snapshot
  return { name, jobId, jobName, snapshotId, creationTimeMs, bytes, dagJson }
}

/** @throws NacelleError ERR_SNAPSHOT_NAME_INVALID */
export function checkSnapshotName(name: string): void {
  const bytes = name.isWellFormed() ? encodeURIComponent(name).length : 0
  if (name.trim() !== '' && bytes > 0 && bytes <= NAME_BYTES_MAX) return
  const what = bytes > NAME_BYTES_MAX ? `has ${bytes} bytes, more than ${NAME_BYTES_MAX}` : 'is not a text'
  throw new NacelleError('ERR_SNAPSHOT_NAME_INVALID', `the name of a snapshot ${what}`)
}
