import { readFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { LogLevel } from '../platform/logger.ts'
import { addClientCommands, addTargetOptions, type ClientOptions } from './client-arguments.ts'
import { EXIT } from './exit-code.ts'

/** What `jet run` is told. */
export interface RunOptions {
  readonly jobFile: string
  /** What follows the job file, as it stands. */
  readonly args: readonly string[]
  /** null = one for each core. */
  readonly threads: number | null
  /** null = the name that the job gives itself. */
  readonly name: string | null
  readonly logLevel: LogLevel
  readonly showsProgress: boolean
  /** Nothing but results and errors. */
  readonly isQuiet: boolean
  /** Stacks with all their frames. */
  readonly isVerbose: boolean
}

/** What to do, or (help, version, a mistake: the text is written already) the exit code. */
export type ParsedCommand =
  | { readonly kind: 'run'; readonly options: RunOptions }
  | { readonly kind: 'client'; readonly options: ClientOptions }
  | { readonly kind: 'exit'; readonly code: number }

/** Where help (for the standard output) and complaints (for the error output) go. */
export interface CommandOutput {
  writeOut(text: string): void
  writeErr(text: string): void
}

const LEVELS: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error']

/** More threads than this on one machine are a slip of the finger. */
const THREADS_MAX = 1024

const RUN_EXAMPLES = `
Examples:
  jet run word-count.ts                       all cores, a live line that shows how far it is
  jet run word-count.ts 'logs/*.txt' --top 5  everything behind the job file goes to the job
  jet run -t 2 -n nightly word-count.ts       two threads, another name; options of jet come first
  jet run -q report.ts > report.csv           results alone: progress and logs never go to the standard output

The job file is a TypeScript or JavaScript module with a default export:
  export default defineJob({ name: 'word-count' }, (args) => pipeline)

Ctrl-C cancels the job and lets its sources and sinks close; a second one ends it at once.
Exit codes: 0 done, 1 the job failed, 2 wrong usage, 130 interrupted (143 by SIGTERM).
`

/** Reads a command line; `argv` is without the program's own name. */
export function parseCommandLine(argv: readonly string[], output: CommandOutput): ParsedCommand {
  let parsed: ParsedCommand = { kind: 'exit', code: EXIT.done }
  const program = new Command('jet')
    .description('Runs stream and batch processing jobs written in TypeScript.')
    .version(engineVersion(), '-V, --version', 'show the version')
    .enablePositionalOptions()
    .showHelpAfterError('(jet --help explains)')
    .exitOverride()
    .configureOutput({ ...output, outputError: (text, write) => write(text.replace(/^error: /, 'jet: ')) })
  program.addHelpText(
    'after',
    `\nExample:\n  jet run word-count.ts 'logs/*.txt'   (jet run --help shows more)\n  jet submit word-count.ts             the same in a cluster\n`,
  )
  addTargetOptions(program)
  addRunCommand(program, (options) => {
    parsed = { kind: 'run', options }
  })
  addClientCommands(program, (options) => {
    parsed = { kind: 'client', options }
  })
  if (argv.length === 0) {
    program.outputHelp()
    return parsed
  }
  try {
    program.parse(argv, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Commander answers 0 for help and version that were asked for, 1 for everything wrong.
    return { kind: 'exit', code: error.exitCode === 0 ? EXIT.done : EXIT.usage }
  }
  return parsed
}

function addRunCommand(program: Command, run: (options: RunOptions) => void): void {
  program
    .command('run')
    .description('run a job in this process, on all cores of this machine')
    .usage('[options] <job file> [args...]')
    .argument('<job file>', 'module that exports the job')
    .argument('[args...]', 'given to the job as they stand, also those that begin with a dash')
    .passThroughOptions()
    .option('-t, --threads <n>', 'worker threads (default: one for each core)', parseThreads)
    .option('-n, --name <name>', "name of the job (default: the job's own)", parseName)
    .addOption(new Option('--log-level <level>', 'log lines shown, from this level on').choices(LEVELS).default('info'))
    .option('--no-progress', 'do not show how far the job is')
    .option('-q, --quiet', 'show results, warnings and errors only')
    .option('-v, --verbose', "show stacks with the engine's own frames")
    .addHelpText('after', RUN_EXAMPLES)
    .showHelpAfterError('(jet run --help explains)')
    .action((jobFile: string, args: readonly string[], flags: RunFlags) => run(runOptions(jobFile, args, flags)))
}

/** Flags as commander gives them. */
interface RunFlags {
  readonly threads?: number
  readonly name?: string
  readonly logLevel: LogLevel
  readonly progress: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
}

function runOptions(jobFile: string, args: readonly string[], flags: RunFlags): RunOptions {
  const isQuiet = flags.quiet === true
  return {
    jobFile,
    args,
    threads: flags.threads ?? null,
    name: flags.name ?? null,
    logLevel: isQuiet && LEVELS.indexOf(flags.logLevel) < LEVELS.indexOf('warn') ? 'warn' : flags.logLevel,
    showsProgress: flags.progress && !isQuiet,
    isQuiet,
    isVerbose: flags.verbose === true,
  }
}

function parseThreads(text: string): number {
  const threads = Number(text)
  if (!/^\d+$/.test(text) || threads < 1 || threads > THREADS_MAX) {
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${THREADS_MAX}.`)
  }
  return threads
}

function parseName(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must not be empty.')
  return text
}

function engineVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string
  }
  return manifest.version
}
