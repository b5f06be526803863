import { JOB_STATUS_TEXTS, type JobStatus } from '../jobs/job-status.ts'
import type { ExecutionMetricsOfJob, Member } from '../member/member.ts'

type PrometheusClient = typeof import('prom-client')

/** Labels of what belongs to an execution. */
const EXECUTION_LABELS = ['job', 'job_name', 'execution'] as const
const VERTEX_LABELS = [...EXECUTION_LABELS, 'vertex'] as const

/** What a member measures, as Prometheus reads it. */
export async function prometheusText(member: Member): Promise<string> {
  // Members that nobody scrapes do without the library.
  const client = await import('prom-client')
  const metrics = new PrometheusMetrics(client)
  metrics.addMember(member)
  metrics.addJobs((await member.jobs.list({ all: false })).map(({ status }) => status))
  for (const execution of member.metrics().executions) metrics.addExecution(execution)
  return metrics.text()
}

/** The metrics of one scrape. All are totals that somebody else keeps, so that each scrape starts from nothing. */
class PrometheusMetrics {
  readonly #client: PrometheusClient
  readonly #registry: InstanceType<PrometheusClient['Registry']>
  readonly #families = new Map<string, (labels: Readonly<Record<string, string>>, value: number) => void>()

  constructor(client: PrometheusClient) {
    this.#client = client
    this.#registry = new client.Registry()
  }

  addMember(member: Member): void {
    const { uptimeMs, residentBytes, cpuSeconds, executions } = member.metrics()
    const health = member.health()
    const labels = { member: member.uuid, cluster: member.clusterName, version: member.cluster().version }
    this.#gauge('nacelle_member_info', 'This member; the value is 1', Object.keys(labels))(labels, 1)
    this.#gauge('nacelle_member_uptime_seconds', 'Time since the member started')({}, uptimeMs / 1000)
    this.#gauge('nacelle_member_resident_bytes', "Memory of the member's own process")({}, residentBytes)
    this.#counter('nacelle_member_cpu_seconds_total', "Processor time of the member's own process")({}, cpuSeconds)
    this.#gauge('nacelle_cluster_size', 'Members of the cluster')({}, health.clusterSize)
    this.#gauge('nacelle_cluster_safe', '1 when a member may be lost without losing state')(
      {},
      Number(health.clusterSafe),
    )
    this.#gauge('nacelle_executions', 'Executions that go on in this member')({}, executions.length)
  }

  addJobs(statuses: readonly JobStatus[]): void {
    const set = this.#gauge('nacelle_jobs', 'Jobs that have not ended, by status', ['status'])
    for (const [status, text] of Object.entries(JOB_STATUS_TEXTS)) {
      if (status === 'completed' || status === 'failed') continue
      set({ status: text }, statuses.filter((other) => other === status).length)
    }
  }

  addExecution({ jobId, jobName, executionId, progress, residentBytes }: ExecutionMetricsOfJob): void {
    const labels = { job: jobId, job_name: jobName ?? '', execution: executionId }
    const gauge = (name: string, help: string): ((value: number | null) => void) => {
      const set = this.#gauge(`nacelle_execution_${name}`, help, EXECUTION_LABELS)
      return (value) => value !== null && set(labels, value)
    }
    const counter = (name: string, help: string): ((value: number) => void) => {
      const set = this.#counter(`nacelle_execution_${name}_total`, help, EXECUTION_LABELS)
      return (value) => set(labels, value)
    }
    gauge('resident_bytes', "Memory of the execution's process")(residentBytes)
    if (progress === null) return
    counter('items_in', 'Items that the sources have emitted')(progress.itemsIn)
    counter('items_out', 'Items that the sinks have taken')(progress.itemsOut)
    counter('late_events_dropped', 'Items that came too late for their window')(progress.lateEventsDropped)
    gauge('watermark_lag_ms', "Wall clock minus the least watermark of the sinks' inputs")(progress.watermarkLagMs)
    for (const { name, itemsIn, itemsOut, watermark } of progress.vertices) {
      const vertexLabels = { ...labels, vertex: name }
      this.#counter('nacelle_vertex_items_in_total', 'Items received', VERTEX_LABELS)(vertexLabels, itemsIn)
      this.#counter('nacelle_vertex_items_out_total', 'Items emitted', VERTEX_LABELS)(vertexLabels, itemsOut)
      if (watermark === null) continue
      const set = this.#gauge('nacelle_vertex_watermark_ms', 'The least watermark sent on', VERTEX_LABELS)
      set(vertexLabels, watermark)
    }
  }

  text(): Promise<string> {
    return this.#registry.metrics()
  }

  #gauge(
    name: string,
    help: string,
    labelNames: readonly string[] = [],
  ): (labels: Readonly<Record<string, string>>, value: number) => void {
    return this.#family(name, () => {
      const gauge = new this.#client.Gauge({ name, help, labelNames, registers: [this.#registry] })
      return (labels, value) => gauge.set(labels, value)
    })
  }

  #counter(
    name: string,
    help: string,
    labelNames: readonly string[] = [],
  ): (labels: Readonly<Record<string, string>>, value: number) => void {
    return this.#family(name, () => {
      const counter = new this.#client.Counter({ name, help, labelNames, registers: [this.#registry] })
      return (labels, value) => counter.inc(labels, value)
    })
  }

  #family(
    name: string,
    make: () => (labels: Readonly<Record<string, string>>, value: number) => void,
  ): (labels: Readonly<Record<string, string>>, value: number) => void {
    const known = this.#families.get(name)
    if (known !== undefined) return known
    const made = make()
    this.#families.set(name, made)
    return made
  }
}
