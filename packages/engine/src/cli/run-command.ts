import { prewarmEngine } from '../deployment/resolve-engine.ts'
import { StackMapper } from '../deployment/source-map.ts'
import { type LocalExecution, prewarmThread, startLocalExecution } from '../local/local-execution.ts'
import { type PreparedJob, prepareJob } from '../local/prepare-job.ts'
import type { FromThread, ToThread } from '../local/thread-messages.ts'
import { createNodeLogger } from '../platform/node/node-logger.ts'
import { STANDARD_OUTPUT } from '../platform/node/node-output.ts'
import { createNodePlatform } from '../platform/node/node-platform.ts'
import { NODE_THREADS, workerEntryUrl } from '../platform/node/node-threads.ts'
import type { Platform } from '../platform/platform.ts'
import type { Thread } from '../platform/threads.ts'
import type { RunOptions } from './command-line.ts'
import { EXIT, exitCodeOf } from './exit-code.ts'
import { ExitGuard } from './exit-guard.ts'
import { failureReport } from './failure-report.ts'
import { exitCodeOfSignal, Interruption } from './interruption.ts'
import { LiveLine } from './live-line.ts'
import { ProgressReporter } from './progress-reporter.ts'
import { type TerminalStyle, terminalStyle } from './terminal-style.ts'

const WORKER_ENTRY = workerEntryUrl(import.meta.url, '../local/worker-entry')

/** Runs a job in this process and answers the exit code. Never rejects: failures are reported. */
export async function runCommand(options: RunOptions): Promise<number> {
  const command = new RunCommand(options)
  try {
    return await command.run()
  } finally {
    command.close()
  }
}

class RunCommand {
  readonly #options: RunOptions
  readonly #threads: number
  readonly #prewarmed: readonly Thread<ToThread, FromThread>[]
  readonly #platform: Platform
  readonly #style: TerminalStyle
  readonly #exitGuard: ExitGuard
  readonly #onUncaught = (error: unknown): void => this.#reportUncaught(error)
  #stacks: StackMapper | null = null
  #execution: LocalExecution | null = null
  #outputIsClosed = false
  #uncaught = false

  constructor(options: RunOptions) {
    this.#options = options
    this.#threads = options.threads ?? NODE_THREADS.availableParallelism
    this.#prewarmed = Array.from({ length: this.#threads }, (_, i) => prewarmThread(NODE_THREADS, WORKER_ENTRY, i))
    // What fails here fails again, with a message, when the job is imported.
    prewarmEngine().catch(() => undefined)
    this.#platform = createNodePlatform({
      logger: createNodeLogger({ level: options.logLevel }),
      output: STANDARD_OUTPUT,
    })
    this.#style = terminalStyle({ isTerminal: process.stderr.isTTY, environment: process.env })
    this.#exitGuard = new ExitGuard((code, call) => this.#reportExit(code, call))
    process.on('uncaughtException', this.#onUncaught)
    // Whoever read what is said about the job has gone; its results are another matter.
    process.stderr.on('error', () => {})
    process.stdout.on('error', (error: NodeJS.ErrnoException) => this.#onOutputError(error))
  }

  async run(): Promise<number> {
    let job: PreparedJob
    try {
      const { jobFile, args } = this.#options
      const onBundle = (bundle: PreparedJob['bundle']): void => {
        this.#stacks = new StackMapper(bundle)
      }
      job = await prepareJob({ jobFile, args, onBundle })
    } catch (error) {
      for (const thread of this.#prewarmed) void thread.terminate()
      this.#report('', error)
      return exitCodeOf(error)
    }
    return this.#execute(job)
  }

  close(): void {
    this.#exitGuard.release()
    process.off('uncaughtException', this.#onUncaught)
  }

  async #execute(job: PreparedJob): Promise<number> {
    const { isQuiet } = this.#options
    const jobName = this.#options.name ?? job.config.name
    const { clock, timers } = this.#platform
    if (!isQuiet) this.#say(job.bundle.warnings.map((warning) => `jet: warning: ${warning}`))
    this.#warnOfGuarantee(job)
    const execution = this.#start(job, jobName)
    this.#execution = execution
    const reporter = new ProgressReporter({ jobName, progress: () => execution.progress(), clock, timers })
    const line = this.#showProgress(reporter)
    const interruption = new Interruption(
      () => {
        line?.clear()
        this.#say([`jet: cancelling job '${jobName}' (once more ends it at once)`])
        execution.cancel()
      },
      (exitCode) => {
        line?.close()
        this.#exitGuard.release()
        process.exit(exitCode)
      },
    )
    let failure: unknown = null
    try {
      await execution.completion
    } catch (error) {
      failure = error
    }
    interruption.stop()
    reporter.stop()
    line?.close()
    return this.#conclude({ jobName, failure, interruption, summary: reporter.summary() })
  }

  #start(job: PreparedJob, jobName: string): LocalExecution {
    return startLocalExecution({
      jobName,
      guarantee: job.config.guarantee ?? 'none',
      bundlePath: job.bundle.path,
      args: this.#options.args,
      dag: job.dag,
      threads: this.#threads,
      platform: this.#platform,
      threadHost: NODE_THREADS,
      workerEntry: WORKER_ENTRY,
      logLevel: this.#options.logLevel,
      prewarmed: this.#prewarmed,
    })
  }

  #showProgress(reporter: ProgressReporter): LiveLine | null {
    if (!this.#options.showsProgress) return null
    const { stdout, stderr } = process
    if (!stderr.isTTY || process.env['TERM'] === 'dumb') {
      reporter.showLines((text) => this.#say([text]))
      return null
    }
    const line = new LiveLine(stderr, stdout.isTTY ? [stdout, stderr] : [stderr])
    reporter.showLive(line)
    return line
  }

  #conclude(end: {
    readonly jobName: string
    readonly failure: unknown
    readonly interruption: Interruption
    readonly summary: string
  }): number {
    const { jobName, failure, interruption, summary } = end
    if (this.#uncaught) return EXIT.failed
    if (this.#outputIsClosed) return EXIT.outputClosed
    if (failure === null) {
      if (!this.#options.isQuiet) this.#say([`${this.#style.bold(jobName)}: ${summary}`])
      return EXIT.done
    }
    if (interruption.signal !== null && isCancellation(failure)) {
      this.#say([`jet: job '${jobName}' was cancelled by ${interruption.signal} (${summary})`])
      return exitCodeOfSignal(interruption.signal)
    }
    // Some messages name the job themselves.
    const isNamed = failure instanceof Error && failure.message.startsWith(`job '${jobName}'`)
    this.#report(isNamed ? '' : `job '${jobName}' failed`, failure)
    return exitCodeOf(failure)
  }

  #warnOfGuarantee(job: PreparedJob): void {
    const { guarantee = 'none' } = job.config
    if (guarantee === 'none') return
    const text = `the guarantee '${guarantee}' of job '${job.config.name}' has no effect: jobs in a single process take no snapshots`
    this.#platform.logger.log('warn', text)
  }

  /** Whoever read the standard output has gone (`jet run … | head -1`): nobody wants the rest. */
  #onOutputError(error: NodeJS.ErrnoException): void {
    if (error.code !== 'EPIPE') throw error
    this.#outputIsClosed = true
    this.#execution?.cancel()
  }

  /** Code of the job's module that fails in this thread, outside of import and build: a timer, a promise left alone. */
  #reportUncaught(error: unknown): void {
    if (this.#uncaught) return
    this.#uncaught = true
    this.#report("an error that nobody caught in the job's module", error)
    if (this.#execution === null) {
      this.#exitGuard.release()
      process.exit(EXIT.failed)
    }
    this.#execution.cancel()
  }

  #reportExit(code: number, call: Error): number {
    const text = `the job's module called process.exit(${code}) while it was imported or its pipeline built`
    this.#report('', Object.assign(new Error(text), { stack: call.stack }))
    return EXIT.failed
  }

  #report(headline: string, error: unknown): void {
    const report = failureReport(headline, error, {
      stacks: this.#stacks,
      verbose: this.#options.isVerbose,
      workingDirectory: process.cwd(),
      style: this.#style,
    })
    this.#say([`jet: ${report}`])
  }

  #say(lines: readonly string[]): void {
    for (const line of lines) process.stderr.write(`${line}\n`)
  }
}

function isCancellation(error: unknown): boolean {
  return error instanceof Error && (error as { readonly code?: unknown }).code === 'ERR_CANCELLED'
}
