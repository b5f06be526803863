import { type Command, InvalidArgumentError } from 'commander'

/** Which members a command talks to. */
export interface ClientTarget {
  /** `host:port,…`. */
  readonly addresses: string
  readonly clusterName: string
}

/** A command that members carry out. */
export type ClientCommand =
  | {
      readonly name: 'submit'
      readonly jobFile: string
      readonly args: readonly string[]
      /** Null = the job's own. */
      readonly jobName: string | null
      readonly snapshot: string | null
      readonly waits: boolean
    }
  | { readonly name: 'list-jobs'; readonly all: boolean }
  | { readonly name: 'suspend' | 'resume' | 'restart' | 'cancel'; readonly job: string }
  | { readonly name: 'save-snapshot'; readonly job: string; readonly snapshot: string; readonly cancels: boolean }
  | { readonly name: 'list-snapshots'; readonly fullJobName: boolean }
  | { readonly name: 'delete-snapshot'; readonly snapshot: string }
  | { readonly name: 'cluster' }
  | { readonly name: 'logs'; readonly job: string; readonly follow: boolean }
  | { readonly name: 'metrics'; readonly job: string | null }

/** All that a command to members is told. */
export interface ClientOptions {
  readonly target: ClientTarget
  readonly command: ClientCommand
  /** Errors with their whole stacks. */
  readonly isVerbose: boolean
}

/** The name of a cluster that was given none. */
const CLUSTER_NAME = 'jet'

/** Where members of this machine listen. */
const ADDRESSES = '127.0.0.1'

/** Options that say where the members are: before the command, or (targets and verbosity) behind it. */
interface TargetFlags {
  readonly addresses?: string
  readonly clusterName?: string
  readonly targets?: ClientTarget
  readonly verbosity?: boolean
}

const SUBMIT_TEXT = `
Prints the job's id, and returns once the job runs; --wait stays until it has ended.
Everything behind the job file goes to the job: options of jet come first.

Exit codes: 0 the job runs (with --wait: it has completed), 1 it failed, 2 wrong usage.
`

/** Declares the options that come before any command to members. */
export function addTargetOptions(program: Command): void {
  program
    .option('-a, --addresses <host:port,...>', 'members to talk to (default: 127.0.0.1, ports 5701 to 5703)', parseText)
    .option('-n, --cluster-name <name>', "name of their cluster (default: 'jet')", parseText)
  addOwnOptions(program)
}

/** Declares the commands that members carry out. */
export function addClientCommands(program: Command, run: (options: ClientOptions) => void): void {
  const command = (name: string, description: string): Command =>
    addOwnOptions(program.command(name).description(description).showHelpAfterError(`(jet ${name} --help explains)`))
  const act = (own: Command, made: ClientCommand): void => run(clientOptions(program, own, made))

  command('submit', 'have a job run in the cluster')
    .usage('[options] <job file> [args...]')
    .argument('<job file>', 'module that exports the job')
    .argument('[args...]', 'given to the job as they stand, also those that begin with a dash')
    .passThroughOptions()
    .option('-s, --snapshot <name>', 'exported snapshot to start from', parseText)
    .option('-n, --name <name>', "name of the job (default: the job's own)", parseText)
    .option('-w, --wait', 'stay until the job has ended')
    .addHelpText('after', SUBMIT_TEXT)
    .action((jobFile: string, args: readonly string[], flags: SubmitFlags, own: Command) => {
      const { name = null, snapshot = null, wait = false } = flags
      act(own, { name: 'submit', jobFile, args, jobName: name, snapshot, waits: wait })
    })
  command('list-jobs', 'show the jobs of the cluster')
    .option('-a, --all', 'those that have ended too')
    .action((flags: { readonly all?: boolean }, own: Command) =>
      act(own, { name: 'list-jobs', all: flags.all === true }),
    )
  addJobCommands(command, act)
  addSnapshotCommands(command, act)
  command('cluster', 'show the cluster and its members').action((_flags: unknown, own: Command) =>
    act(own, { name: 'cluster' }),
  )
  command('logs', 'show what a job has logged and printed')
    .argument('<job>', 'name or id of the job')
    .option('-f, --follow', 'go on until the job has ended')
    .action((job: string, flags: { readonly follow?: boolean }, own: Command) =>
      act(own, { name: 'logs', job, follow: flags.follow === true }),
    )
  command('metrics', 'show what a job has measured, or a member and all its executions')
    .argument('[job]', 'name or id of the job')
    .action((job: string | undefined, _flags: unknown, own: Command) => act(own, { name: 'metrics', job: job ?? null }))
}

interface SubmitFlags {
  readonly name?: string
  readonly snapshot?: string
  readonly wait?: boolean
}

type MakeCommand = (name: string, description: string) => Command
type Act = (own: Command, made: ClientCommand) => void

function addJobCommands(command: MakeCommand, act: Act): void {
  const descriptions = {
    suspend: 'stop a running job behind a last snapshot',
    resume: 'let a suspended job go on',
    restart: 'stop a running job behind a last snapshot and start it again',
    cancel: 'end a job for good',
  } as const
  for (const [name, description] of Object.entries(descriptions)) {
    command(name, description)
      .argument('<job>', 'name or id of the job')
      .action((job: string, _flags: unknown, own: Command) =>
        act(own, { name: name as keyof typeof descriptions, job }),
      )
  }
}

function addSnapshotCommands(command: MakeCommand, act: Act): void {
  command('save-snapshot', 'save the state of a job under a name')
    .argument('<job>', 'name or id of the job')
    .argument('<snapshot>', 'name of the snapshot; one that is there is replaced')
    .option('-C, --cancel', 'cancel the job with this snapshot')
    .action((job: string, snapshot: string, flags: { readonly cancel?: boolean }, own: Command) =>
      act(own, { name: 'save-snapshot', job, snapshot, cancels: flags.cancel === true }),
    )
  command('list-snapshots', 'show the snapshots that have names')
    .option('-F, --full-job-name', 'do not shorten names of jobs')
    .action((flags: { readonly fullJobName?: boolean }, own: Command) =>
      act(own, { name: 'list-snapshots', fullJobName: flags.fullJobName === true }),
    )
  command('delete-snapshot', 'delete a snapshot that has a name')
    .argument('<snapshot>', 'name of the snapshot')
    .action((snapshot: string, _flags: unknown, own: Command) => act(own, { name: 'delete-snapshot', snapshot }))
}

function addOwnOptions(command: Command): Command {
  return command
    .option('-t, --targets <[cluster@]host:port,...>', 'cluster and members to talk to', parseTargets)
    .option('-v, --verbosity', 'show whole stacks of errors')
}

function clientOptions(program: Command, own: Command, command: ClientCommand): ClientOptions {
  const before: TargetFlags = program.opts()
  const behind: TargetFlags = own.opts()
  const target = behind.targets ??
    before.targets ?? { addresses: before.addresses ?? ADDRESSES, clusterName: before.clusterName ?? CLUSTER_NAME }
  return { target, command, isVerbose: behind.verbosity === true || before.verbosity === true }
}

function parseTargets(text: string): ClientTarget {
  const [, clusterName = CLUSTER_NAME, addresses] = /^(?:([^@]+)@)?([^@]+)$/.exec(text) ?? []
  if (addresses === undefined) throw new InvalidArgumentError('It must look like jet@127.0.0.1:5701.')
  return { clusterName, addresses }
}

function parseText(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must not be empty.')
  return text
}
