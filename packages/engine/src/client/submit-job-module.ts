import { readFileSync } from 'node:fs'
import { dagToJson } from '../core/dag-json.ts'
import { newJobId } from '../jobs/job-id.ts'
import type { SubmittedJob } from '../jobs/job-service.ts'
import { prepareJob } from '../local/prepare-job.ts'
import { NODE_RANDOM } from '../platform/node/node-random.ts'
import type { Client, JobModuleOptions } from './client.ts'
import { settingsOf } from './job-config-settings.ts'

/**
 * Bundles a job file, builds its pipeline in this process (which runs the module, not its data path), uploads
 * the bundle and submits.
 *
 * @throws NacelleError what `prepareJob` throws, and what the member answers
 */
export async function submitJobModule(
  client: Pick<Client, 'submit' | 'uploadBundle'>,
  job: JobModuleOptions & { readonly jobFile: string; readonly args: readonly string[] },
): Promise<SubmittedJob> {
  const { jobFile, args, name, initialSnapshotName = null, ifAbsent = false, onBundle } = job
  const { bundle, config, dag } = await prepareJob({ jobFile, args, ...(onBundle && { onBundle }) })
  const { sha256 } = bundle
  await client.uploadBundle(sha256, readFileSync(bundle.path))
  return client.submit({
    id: newJobId(NODE_RANDOM),
    name: name ?? config.name,
    bundle: { sha256 },
    args,
    settings: settingsOf(config),
    dagJson: dagToJson(dag),
    initialSnapshotName,
    ifAbsent,
  })
}
