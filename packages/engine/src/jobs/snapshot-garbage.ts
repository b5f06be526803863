import { type CommittedSnapshot, snapshotFolder } from './documents/committed-snapshot.ts'
import type { JobStore } from './job-store.ts'

/** Whether somebody may still need the snapshot in a folder. */
export type IsNeeded = (folder: string, jobId: string) => boolean

/**
 * Deletes the snapshots of a job that are older than its last commit and that nobody needs. Younger ones may be being
 * written, also by a coordinator that has taken over in the meantime.
 */
export async function collectOldSnapshots(
  store: JobStore,
  committed: CommittedSnapshot,
  { jobId, isNeeded }: { readonly jobId: string; readonly isNeeded: IsNeeded },
): Promise<void> {
  for (const { folder, term, snapshotId } of await foldersOf(store, jobId)) {
    const isOlder = term < committed.term || (term === committed.term && snapshotId < committed.snapshotId)
    if (isOlder && !isNeeded(folder, jobId)) await store.deleteBlobs(folder)
  }
}

/** Deletes all snapshots of a job that has ended but those that somebody else needs. */
export async function collectAllSnapshots(store: JobStore, jobId: string, isNeeded: IsNeeded): Promise<void> {
  for (const { folder } of await foldersOf(store, jobId)) {
    if (!isNeeded(folder, jobId)) await store.deleteBlobs(folder)
  }
}

/** Deletes one snapshot unless somebody needs it. */
export async function collectSnapshot(store: JobStore, snapshot: CommittedSnapshot, isNeeded: IsNeeded): Promise<void> {
  const folder = snapshotFolder(snapshot)
  if (!isNeeded(folder, snapshot.jobId)) await store.deleteBlobs(folder)
}

interface SnapshotFolder {
  readonly folder: string
  readonly term: number
  readonly snapshotId: number
}

async function foldersOf(store: JobStore, jobId: string): Promise<readonly SnapshotFolder[]> {
  const folders = new Map<string, SnapshotFolder>()
  for await (const { id } of store.blobs(`snap/${jobId}/`)) {
    const [, , term, snapshotId] = id.split('/')
    const snapshot = { jobId, term: Number(term), snapshotId: Number(snapshotId) }
    const folder = snapshotFolder(snapshot)
    folders.set(folder, { folder, term: snapshot.term, snapshotId: snapshot.snapshotId })
  }
  return [...folders.values()]
}
