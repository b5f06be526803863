import { prewarmBundler } from '../deployment/bundle-job.ts'
import { type CommandOutput, type ParsedCommand, parseCommandLine } from './command-line.ts'

/**
 * The `jet` command. Ends the process: nothing that a job has left behind (a timer, an open socket) may keep it.
 *
 * @param argv the command line without the program's own name
 */
export async function main(argv: readonly string[]): Promise<void> {
  // The bundler starts as a process of its own while this one still reads its command line.
  if (argv[0] === 'run' || argv.includes('submit')) prewarmBundler()
  const streams: CommandOutput = {
    writeOut: (text) => void process.stdout.write(text),
    writeErr: (text) => void process.stderr.write(text),
  }
  const exitCode = await carryOut(parseCommandLine(argv, streams), streams)
  await Promise.all([drained(process.stdout), drained(process.stderr)])
  process.exit(exitCode)
}

/** Loads what the command needs, and no more: the short ones are to be quick. */
async function carryOut(parsed: ParsedCommand, streams: CommandOutput): Promise<number> {
  switch (parsed.kind) {
    case 'run': {
      const { runCommand } = await import('./run-command.ts')
      return runCommand(parsed.options)
    }
    case 'client': {
      const { runClientCommand } = await import('./client-command.ts')
      return runClientCommand(parsed.options, streams)
    }
    case 'exit':
      return parsed.code
    default:
      return parsed satisfies never
  }
}

/** Settles when all that was written has gone out, or nobody is there to take it. */
function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.errored !== null) resolve()
    else stream.write('', () => resolve())
  })
}
