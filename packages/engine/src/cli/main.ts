import { prewarmBundler } from '../deployment/bundle-job.ts'
import { parseCommandLine } from './command-line.ts'
import { runCommand } from './run-command.ts'

/**
 * The `jet` command. Ends the process: nothing that a job has left behind (a timer, an open socket) may keep it.
 *
 * @param argv the command line without the program's own name
 */
export async function main(argv: readonly string[]): Promise<void> {
  // The bundler starts as a process of its own while this one still reads its command line.
  if (argv[0] === 'run') prewarmBundler()
  const parsed = parseCommandLine(argv, {
    writeOut: (text) => void process.stdout.write(text),
    writeErr: (text) => void process.stderr.write(text),
  })
  const exitCode = parsed.kind === 'run' ? await runCommand(parsed.options) : parsed.code
  await Promise.all([drained(process.stdout), drained(process.stderr)])
  process.exit(exitCode)
}

/** Settles when all that was written has gone out, or nobody is there to take it. */
function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.errored !== null) resolve()
    else stream.write('', () => resolve())
  })
}
