import { NacelleError } from '../base/nacelle-error.ts'
import { type ClientSession, findJob, isActive, stateError } from './client-session.ts'
import { localTimeText } from './local-time.ts'
import { exactCount } from './quantity-text.ts'

/** Widths of the columns; the last one takes the rest. */
const TIME_WIDTH = 23
const SIZE_WIDTH = 15
const JOB_NAME_WIDTH = 24

/** `jet save-snapshot`: returns when the snapshot has its name, and with `cancels` when the job has ended. */
export async function saveSnapshot(
  session: ClientSession,
  command: { readonly job: string; readonly snapshot: string; readonly cancels: boolean },
): Promise<void> {
  const { job: idOrName, snapshot, cancels } = command
  const job = await findJob(session, idOrName)
  if (!isActive(job)) throw stateError(idOrName, 'active', job)
  const what = `Saving snapshot with name '${snapshot}' from job '${idOrName}'`
  session.write(cancels ? `${what} and cancelling the job...\n` : `${what}...\n`)
  await session.client.exportSnapshot(job.id, snapshot, { cancel: cancels })
  if (cancels) await session.client.awaitResult(job.id)
  session.write(`Exported snapshot '${snapshot}'.\n`)
}

/** `jet list-snapshots`. */
export async function listSnapshots({ client, write }: ClientSession, fullJobName: boolean): Promise<void> {
  const snapshots = await client.listSnapshots()
  write(snapshotLine('TIME', 'SIZE (bytes)', 'JOB NAME', 'SNAPSHOT NAME'))
  for (const { creationTimeMs, bytes, jobName, jobId, name } of snapshots) {
    const job = jobName ?? jobId
    const shown = fullJobName || job.length <= JOB_NAME_WIDTH ? job : `${job.slice(0, JOB_NAME_WIDTH - 1)}*`
    write(snapshotLine(localTimeText(creationTimeMs), exactCount(bytes), shown, name))
  }
}

/** `jet delete-snapshot`. @throws NacelleError ERR_SNAPSHOT_NOT_FOUND */
export async function deleteSnapshot({ client, write }: ClientSession, name: string): Promise<void> {
  if (!(await client.deleteSnapshot(name))) {
    throw new NacelleError('ERR_SNAPSHOT_NOT_FOUND', `Didn't find a snapshot named '${name}'`)
  }
  write(`Deleted snapshot '${name}'.\n`)
}

function snapshotLine(time: string, size: string, jobName: string, name: string): string {
  return `${time.padEnd(TIME_WIDTH)} ${size.padEnd(SIZE_WIDTH)} ${jobName.padEnd(JOB_NAME_WIDTH)} ${name}\n`
}
