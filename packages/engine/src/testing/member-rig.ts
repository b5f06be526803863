import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { dagToJson } from '../core/dag-json.ts'
import type { JobResult } from '../jobs/job-service.ts'
import { DEFAULT_JOB_SETTINGS, type JobSettings } from '../jobs/job-settings.ts'
import { prepareJob } from '../local/prepare-job.ts'
import type { Member } from '../member/member.ts'
import { startMember } from '../member/start-member.ts'
import { RecordingLogger } from '../platform/fake/recording-logger.ts'
import { RecordingOutput } from '../platform/fake/recording-output.ts'
import { createNodePlatform } from '../platform/node/node-platform.ts'

/** A member in this process, with execution processes of its own, on a data folder that goes when the test ends. */
export class MemberRig {
  readonly folder = mkdtempSync(join(tmpdir(), 'nacelle-member-'))
  readonly logger = new RecordingLogger()
  #member: Member | null = null

  get member(): Member {
    return this.#member!
  }

  async start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#member = await startMember({
      folder: join(this.folder, 'data'),
      address: { host: '127.0.0.1', port: 5701 },
      version: '0.0.0',
      platform: createNodePlatform({ logger: this.logger, output: new RecordingOutput() }),
      threads: 2,
      environment,
      drainMs: 2000,
    })
  }

  async close(): Promise<void> {
    await this.#member?.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** A path in the folder. */
  path(name: string): string {
    return join(this.folder, name)
  }

  /** Lines of a file in the folder. */
  lines(name: string): readonly string[] {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), 'utf8').split('\n').slice(0, -1) : []
  }

  /** Submits a job of `test/jobs`; answers its id. */
  async submit(job: {
    readonly file: string
    readonly args: readonly string[]
    readonly name?: string
    readonly settings?: Partial<JobSettings>
  }): Promise<string> {
    const jobFile = fileURLToPath(new URL(`../../test/jobs/${job.file}.ts`, import.meta.url))
    const { bundle, config, dag } = await prepareJob({ jobFile, args: job.args })
    const { sha256 } = bundle
    await this.member.bundles.put(sha256, createReadStream(bundle.path), null)
    const { id } = await this.member.jobs.submit({
      name: job.name ?? config.name,
      bundle: { sha256 },
      args: job.args,
      settings: { ...DEFAULT_JOB_SETTINGS, ...job.settings },
      dagJson: dagToJson(dag),
      initialSnapshotName: null,
      ifAbsent: false,
    })
    return id
  }

  /** Resolves with how the job has ended. */
  result(id: string): Promise<JobResult> {
    return this.member.jobs.awaitResult(id)
  }
}

/** Waits until something is true. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await delay(10)
}
