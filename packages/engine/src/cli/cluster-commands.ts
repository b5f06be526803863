import { tableText } from '../connectors/table-text.ts'
import type { ExecutionMetricsOfJob } from '../member/member.ts'
import { type ClientSession, findJob } from './client-session.ts'
import { durationText, exactCount, shortBytes } from './quantity-text.ts'

/** Width of the first column; the last one takes the rest. */
const ADDRESS_WIDTH = 24

/** `jet cluster`. */
export async function showCluster({ client, write }: ClientSession): Promise<void> {
  const { state, version, members } = await client.cluster()
  write(`State: ${state.toUpperCase()}\nVersion: ${version}\nSize: ${members.length}\n\n`)
  write(memberLine('ADDRESS', 'UUID'))
  for (const { address, uuid } of members) write(memberLine(bracketed(address), uuid))
}

/** `jet logs`: with `follow` returns when the job has ended. */
export async function showLogs(
  session: ClientSession,
  { job: idOrName, follow }: { readonly job: string; readonly follow: boolean },
): Promise<void> {
  const { id } = await findJob(session, idOrName)
  for await (const text of session.client.logs(id, { follow })) session.write(text)
}

/** `jet metrics`: of one job, or of the member that answers. */
export async function showMetrics(session: ClientSession, idOrName: string | null): Promise<void> {
  const { client, write } = session
  if (idOrName !== null) {
    const { id } = await findJob(session, idOrName)
    const executions = await client.jobMetrics(id)
    if (executions.length === 0) write(`Job '${idOrName}' does not run.\n`)
    for (const execution of executions) write(executionText(execution))
    return
  }
  const { uptimeMs, residentBytes, cpuSeconds, executions } = await client.memberMetrics()
  write(`Uptime: ${durationText(uptimeMs)}\nMemory: ${shortBytes(residentBytes)}\n`)
  write(`Processor time: ${durationText(cpuSeconds * 1000)}\nExecutions: ${executions.length}\n`)
  for (const execution of executions) write(`\n${executionText(execution)}`)
}

function executionText({ jobId, jobName, executionId, progress, residentBytes }: ExecutionMetricsOfJob): string {
  const memory = residentBytes === null ? '' : `, ${shortBytes(residentBytes)} of memory`
  const head = `Job '${jobName ?? jobId}', execution ${executionId}${memory}\n`
  if (progress === null) return `${head}It has told nothing yet.\n`
  const { itemsIn, itemsOut, watermarkLagMs, lateEventsDropped, vertices } = progress
  const lag = watermarkLagMs === null ? '' : `, watermark ${durationText(watermarkLagMs)} behind`
  const late = lateEventsDropped === 0 ? '' : `, ${exactCount(lateEventsDropped)} late events dropped`
  return `${head}${exactCount(itemsIn)} items in, ${exactCount(itemsOut)} items out${lag}${late}\n${tableText(
    ['vertex', 'items in', 'items out'],
    vertices.map((vertex) => [vertex.name, vertex.itemsIn, vertex.itemsOut]),
  )}`
}

function memberLine(address: string, uuid: string): string {
  return `${address.padEnd(ADDRESS_WIDTH)} ${uuid}\n`
}

/** `[host]:port`, as the original writes addresses. */
function bracketed(address: string): string {
  const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? []
  return host === undefined ? address : `[${host}]:${port}`
}
