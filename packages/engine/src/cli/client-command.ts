import { createClient } from '../client/create-client.ts'
import { NODE_CLOCK } from '../platform/node/node-clock.ts'
import { NODE_TIMERS } from '../platform/node/node-timers.ts'
import type { ClientCommand, ClientOptions } from './client-arguments.ts'
import type { ClientSession } from './client-session.ts'
import { showCluster, showLogs, showMetrics } from './cluster-commands.ts'
import type { CommandOutput } from './command-line.ts'
import { EXIT } from './exit-code.ts'
import { failureReport, type StackReader } from './failure-report.ts'
import { cancelJob, listJobs, restartJob, resumeJob, suspendJob } from './job-commands.ts'
import { deleteSnapshot, listSnapshots, saveSnapshot } from './snapshot-commands.ts'
import { terminalStyle } from './terminal-style.ts'

/** How long a member is looked for. */
const TIMEOUT_MS = 1000

/** Has members carry out a command, and answers the exit code. Never rejects: failures are reported. */
export async function runClientCommand(options: ClientOptions, streams: CommandOutput): Promise<number> {
  const { target, command, isVerbose } = options
  const { writeOut, writeErr } = streams
  if (isVerbose) writeOut('Verbose mode is on: errors are shown with their whole stacks\n')
  let stacks: StackReader | null = null
  try {
    const { addresses: address, clusterName } = target
    const client = createClient({ address, clusterName, timeoutMs: TIMEOUT_MS })
    try {
      const session: ClientSession = { client, clock: NODE_CLOCK, timers: NODE_TIMERS, write: writeOut }
      await carryOut(session, command, (mapper) => {
        stacks = mapper
      })
    } finally {
      client.close()
    }
    return EXIT.done
  } catch (error) {
    const style = terminalStyle({ isTerminal: process.stderr.isTTY, environment: process.env })
    const report = failureReport('', error, { stacks, verbose: isVerbose, workingDirectory: process.cwd(), style })
    writeErr(`ERROR: ${report}\n`)
    if (!isVerbose) writeErr('\nTo see the full stack trace, re-run with the -v/--verbosity option\n')
    return EXIT.failed
  }
}

async function carryOut(
  session: ClientSession,
  command: ClientCommand,
  onStacks: (stacks: StackReader) => void,
): Promise<void> {
  switch (command.name) {
    case 'submit': {
      const { submitJob } = await import('./submit-command.ts')
      return submitJob(session, { ...command, onStacks })
    }
    case 'list-jobs':
      return listJobs(session, command.all)
    case 'suspend':
      return suspendJob(session, command.job)
    case 'resume':
      return resumeJob(session, command.job)
    case 'restart':
      return restartJob(session, command.job)
    case 'cancel':
      return cancelJob(session, command.job)
    case 'save-snapshot':
      return saveSnapshot(session, command)
    case 'list-snapshots':
      return listSnapshots(session, command.fullJobName)
    case 'delete-snapshot':
      return deleteSnapshot(session, command.snapshot)
    case 'cluster':
      return showCluster(session)
    case 'logs':
      return showLogs(session, command)
    case 'metrics':
      return showMetrics(session, command.job)
    default:
      return command satisfies never
  }
}
