import { createReadStream } from 'node:fs'
import { dagToJson } from '../core/dag-json.ts'
import { DEFAULT_JOB_SETTINGS } from '../jobs/job-settings.ts'
import { prepareJob } from '../local/prepare-job.ts'
import { startMember } from '../member/start-member.ts'
import { createNodeLogger } from '../platform/node/node-logger.ts'
import { STANDARD_OUTPUT } from '../platform/node/node-output.ts'
import { createNodePlatform } from '../platform/node/node-platform.ts'

// A member in a process of its own, to be killed by tests: `member-process-entry.ts <folder> [<job file>
// <arguments>…]`.
const [folder, jobFile, ...args] = process.argv.slice(2)
const platform = createNodePlatform({ logger: createNodeLogger({ level: 'info' }), output: STANDARD_OUTPUT })
const member = await startMember({
  folder: folder!,
  address: { host: '127.0.0.1', port: 5701 },
  version: '0.0.0',
  platform,
  threads: 2,
  environment: process.env,
})
if (jobFile !== undefined) {
  const { bundle, config, dag } = await prepareJob({ jobFile, args })
  await member.bundles.put(bundle.sha256, createReadStream(bundle.path), null)
  await member.jobs.submit({
    name: config.name,
    bundle: { sha256: bundle.sha256 },
    args,
    settings: DEFAULT_JOB_SETTINGS,
    dagJson: dagToJson(dag),
    initialSnapshotName: null,
    ifAbsent: true,
  })
}
process.on('SIGTERM', () => void member.stop().then(() => process.exit(0)))
process.stdout.write('ready\n')
