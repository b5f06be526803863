import { NacelleError } from '../base/nacelle-error.ts'
import { claimedHead, firstHead, type JobHead } from './documents/job-head.ts'
import type { JobRecord } from './documents/job-record.ts'
import type { JobStore, Stored } from './job-store.ts'
import { hasCode } from './settled-write.ts'

const TRIES_MAX = 20

/**
 * Writes the coordinator's term into the head of a job: from then on no write of an earlier coordinator succeeds. The
 * head that is answered is the one to go on from, whatever was read before.
 *
 * @throws NacelleError ERR_NOT_COORDINATING when a later coordinator has the job; ERR_GRID_UNAVAILABLE and
 *   ERR_GRID_INDETERMINATE when it is to be tried again later
 */
export async function claimHead(store: JobStore, record: JobRecord, term: number): Promise<Stored<JobHead>> {
  for (let tries = 1; ; tries++) {
    const stored = await store.head(record.id)
    const head = stored === null ? firstHead(record, term) : claimedHead(stored.document, term)
    if (stored !== null && stored.document.term > term) throw overtaken(record, stored.document.term)
    // A term has one owner, who claims a job once: this is the claim, made by a try whose answer was lost.
    if (stored !== null && stored.document.term === term) return stored
    try {
      const revision = await store.writeHead(record.id, head, stored?.revision ?? null)
      return { document: head, revision }
    } catch (error) {
      const isOpen = hasCode(error, 'ERR_GRID_CONFLICT') || hasCode(error, 'ERR_GRID_INDETERMINATE')
      if (!isOpen || tries === TRIES_MAX) throw error
    }
  }
}

function overtaken(record: JobRecord, term: number): NacelleError {
  return new NacelleError(
    'ERR_NOT_COORDINATING',
    `job ${record.id} is in the hands of the coordinator of term ${term}`,
    {
      domain: 'external',
      retry: 'backoff',
      details: { jobId: record.id, term },
    },
  )
}
