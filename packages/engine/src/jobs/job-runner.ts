import { encodeError } from '../base/encoded-error.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import type { Logger } from '../platform/logger.ts'
import type { Platform } from '../platform/platform.ts'
import type { TimerHandle } from '../platform/timers.ts'
import type { CommittedSnapshot } from './documents/committed-snapshot.ts'
import type { JobEnd, JobHead } from './documents/job-head.ts'
import type { JobIntent } from './documents/job-intent.ts'
import type { JobRecord } from './documents/job-record.ts'
import type { ExecutionHost } from './execution-host.ts'
import type { HookPoint } from './hook-point.ts'
import { depose, step, unclaimed } from './job-machine.ts'
import type { JobStore, Stored } from './job-store.ts'
import type { CommandFailure, JobEffect } from './machine/job-effect.ts'
import type { JobCommand, JobEventBody, JobTimer } from './machine/job-event.ts'
import type { JobState } from './machine/job-state.ts'
import { executionOf, factsOf } from './machine/job-view.ts'
import { hasCode } from './settled-write.ts'

/** The parts of a platform that coordination needs. */
export type CoordinationPlatform = Pick<Platform, 'clock' | 'timers' | 'random' | 'logger'>

/** What a {@link JobRunner} works with, and what it tells whoever owns it. */
export interface JobRunnerOptions {
  readonly record: JobRecord
  readonly store: JobStore
  readonly host: ExecutionHost
  readonly platform: CoordinationPlatform
  /** Why no job may start now, in words; null = they may. */
  whyNoStart(): string | null
  reached(hook: HookPoint): void
  onChange(runner: JobRunner): void
  /** Gives a name to a snapshot of this job. */
  writeExport(exportName: string, snapshot: CommittedSnapshot): Promise<void>
  writeResult(end: JobEnd): Promise<void>
  /** Removes all that the grid has of the job but its result. */
  remove(): Promise<void>
  collectGarbage(): Promise<void>
  /** Another coordinator has the job. */
  onDeposed(): void
}

/** A command without the number that the runner gives it. */
export type CommandBody = JobCommand extends infer C ? (C extends JobCommand ? Omit<C, 'commandId'> : never) : never

/** How long until `complete` is asked for again that the host did not answer. */
const COMPLETE_RETRY_MS = 500

/**
 * Carries out what the machine of one job says, and tells it what came of that.
 *
 * Invariants:
 * - C1: events are taken one after the other; what an effect begins is never awaited between two of them.
 * - C2: once closed, nothing is done any more, whatever still comes back.
 */
export class JobRunner {
  readonly record: JobRecord
  readonly #options: JobRunnerOptions
  readonly #log: Logger
  readonly #timers = new Map<JobTimer, TimerHandle>()
  readonly #commands = new Map<number, PromiseWithResolvers<void>>()
  readonly #waiting: JobEventBody[] = []
  #state: JobState
  #nextCommandId = 1
  #intent: Stored<JobIntent> | null = null
  #isIntentKnown = true
  #intents: Promise<unknown> = Promise.resolve()
  #isStepping = false
  #isClosed = false

  constructor(options: JobRunnerOptions) {
    this.#options = options
    this.record = options.record
    this.#log = options.platform.logger.child({ jobId: options.record.id, job: options.record.name })
    this.#state = unclaimed(options.record)
  }

  get state(): JobState {
    return this.#state
  }

  /** The head was claimed: from now on this coordinator decides about the job. */
  adopt(head: Stored<JobHead>, intent: Stored<JobIntent> | null, isTakenOver: boolean): void {
    this.#intent = intent
    this.dispatch({
      type: 'adopted',
      head: head.document,
      revision: head.revision,
      intent: intent?.document ?? null,
      isTakenOver,
    })
  }

  /**
   * Hands a command to the machine. Resolves when it is carried out as far as it is answered.
   *
   * @param wish what is written durably first, when the command is accepted; null = nothing
   */
  async command(command: CommandBody, wish: JobIntent['wish'] | null): Promise<void> {
    if (wish === null || this.#isNeedless(command)) return this.#ask(command, null)
    // One intent at a time, so that each is written over the one before.
    const turn = this.#intents.then(async () => {
      // What came before may have changed the answer.
      if (this.#isNeedless(command)) return this.#ask(command, null)
      const number = await this.#writeIntent(wish)
      this.#reached('intent.written')
      try {
        await this.#ask(command, number)
      } catch (error) {
        if (!this.#isClosed && factsOf(this.#state) !== null) await this.#withdrawIntent(error)
        throw error
      }
    })
    this.#intents = turn.catch(() => undefined)
    return turn
  }

  /** Gives the machine an event, after those that it has already. */
  dispatch(event: JobEventBody): void {
    if (this.#isClosed) return
    this.#waiting.push(event)
    if (this.#isStepping) return
    this.#isStepping = true
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        const { clock } = this.#options.platform
        const at = { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() }
        this.#take(step(this.#state, { ...next, at }))
      }
    } finally {
      this.#isStepping = false
    }
  }

  /** Gives the job up, as another coordinator has it. */
  depose(why: string): void {
    if (!this.#isClosed) this.#take(depose(this.#state, why))
  }

  /** C2: stops everything here at once. The grid and the host are left as they are. */
  close(): void {
    this.#isClosed = true
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
    const error = new NacelleError('ERR_NOT_COORDINATING', 'the coordinator was closed before the answer was there', {
      domain: 'external',
      retry: 'backoff',
    })
    for (const command of this.#commands.values()) command.reject(error)
    this.#commands.clear()
  }

  /** Whether a command changes nothing, be it refused or be it so already. Throws nothing. */
  #isNeedless(command: CommandBody): boolean {
    const { clock } = this.#options.platform
    const at = { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() }
    const trial = step(this.#state, { ...command, commandId: 0, at } as JobCommand & { at: typeof at })
    return trial.state === this.#state
  }

  #ask(command: CommandBody, intent: number | null): Promise<void> {
    const commandId = this.#nextCommandId++
    const answer = Promise.withResolvers<void>()
    this.#commands.set(commandId, answer)
    const numbered = command.type === 'exportRequested' ? command : { ...command, intent }
    this.dispatch({ ...numbered, commandId } as JobCommand)
    return answer.promise
  }

  async #writeIntent(wish: JobIntent['wish']): Promise<number> {
    const { store } = this.#options
    // A write that failed may be there all the same.
    if (!this.#isIntentKnown) this.#intent = await store.intent(this.record.id)
    this.#isIntentKnown = false
    const done = factsOf(this.#state)?.head.intentDone ?? 0
    const number = Math.max(done, this.#intent?.document.number ?? 0) + 1
    const document: JobIntent = { number, wish }
    const revision = await store.writeIntent(this.record.id, document, this.#intent?.revision ?? null)
    this.#intent = { document, revision }
    this.#isIntentKnown = true
    return number
  }

  /** The command was refused after its intent was written: a later coordinator must not carry it out. */
  async #withdrawIntent(refusal: unknown): Promise<void> {
    try {
      await this.#writeIntent('none')
    } catch (error) {
      this.#log.log('warn', 'an intent that was refused could not be withdrawn: it may be carried out later', {
        error: encodeError(error),
        refusal: encodeError(refusal),
      })
    }
  }

  #take({ state, effects }: { readonly state: JobState; readonly effects: readonly JobEffect[] }): void {
    const isChanged = state !== this.#state
    this.#state = state
    for (const effect of effects) {
      if (this.#isClosed) return
      this.#perform(effect)
    }
    if (isChanged && !this.#isClosed) this.#options.onChange(this)
  }

  #perform(effect: JobEffect): void {
    const { host, store, platform } = this.#options
    switch (effect.type) {
      case 'askToStart': {
        const reason = this.#options.whyNoStart()
        if (reason === null) this.dispatch({ type: 'startPermitted', executionId: platform.random.uuid() })
        else this.dispatch({ type: 'startRefused', reason: `it waits, as ${reason}` })
        return
      }
      case 'writeHead':
        return void this.#writeHead(effect)
      case 'readHead':
        return this.#attempt(
          () => store.head(this.record.id),
          (stored) => ({ type: 'headRead', head: stored?.document ?? null, revision: stored?.revision ?? null }),
          (error) => ({ type: 'headUnreadable', error }),
        )
      case 'init':
        return this.#init(effect)
      case 'start':
        return this.#attempt(
          () => host.start(effect.executionId),
          (outcome) => ({ type: 'executionEnded', executionId: effect.executionId, outcome }),
          (error) => {
            const outcome = { kind: 'failed', error, restartable: error.retry !== 'never' } as const
            return { type: 'executionEnded', executionId: effect.executionId, outcome }
          },
        )
      case 'terminate':
        return void host.terminate(effect.executionId).catch((error: unknown) => {
          this.#log.log('warn', `execution ${effect.executionId} was not told to end`, { error: encodeError(error) })
        })
      case 'complete':
        return void this.#complete(effect)
      case 'takeSnapshot':
      case 'writeManifest':
      case 'finishSnapshot':
        return this.#performForSnapshot(effect)
      case 'writeExport':
      case 'writeResult':
      case 'removeJob':
      case 'collectGarbage':
        return this.#performOnGrid(effect)
      case 'setTimer':
        return this.#setTimer(effect)
      case 'cancelTimer':
        this.#timers.get(effect.timer)?.cancel()
        this.#timers.delete(effect.timer)
        return
      case 'answer':
        return this.#answer(effect.commandId, effect.failure)
      case 'log':
        return this.#log.log(effect.level, effect.message)
      case 'stepDown':
        return this.#options.onDeposed()
    }
  }

  #init({ executionId, restore }: Extract<JobEffect, { readonly type: 'init' }>): void {
    const { id, name, settings, bundle, args, dagJson } = this.record
    const head = factsOf(this.#state)!.head
    this.#attempt(
      () =>
        this.#options.host.init({
          jobId: id,
          executionId,
          term: head.term,
          jobName: name,
          settings,
          bundle,
          args,
          dagJson,
          restore: restore?.manifest ?? null,
          snapshotId: restore?.snapshotId ?? 0,
        }),
      () => ({ type: 'initialized', executionId }),
      (error) => ({ type: 'initFailed', executionId, error }),
      'init.done',
    )
  }

  #performForSnapshot(
    effect: Extract<JobEffect, { readonly type: 'takeSnapshot' | 'writeManifest' | 'finishSnapshot' }>,
  ): void {
    const { host, store } = this.#options
    const { executionId } = effect
    switch (effect.type) {
      case 'takeSnapshot': {
        const { snapshotId } = effect.request
        return this.#attempt(
          () => host.takeSnapshot(executionId, effect.request),
          (shard) => ({ type: 'snapshotSaved', executionId, snapshotId, shard }),
          (error) => ({ type: 'snapshotFailed', executionId, snapshotId, error }),
          'snapshot.saved',
        )
      }
      case 'writeManifest': {
        const { snapshotId, timeMs } = effect
        const { refs, bytes, keys } = effect.shard
        const { id: jobId, dagJson } = this.record
        const { term } = factsOf(this.#state)!.head
        return this.#attempt(
          () => store.writeManifest({ jobId, term, snapshotId, timeMs, refs, bytes, keys, dagJson }),
          (manifest) => ({ type: 'manifestWritten', executionId, snapshotId, manifest }),
          (error) => ({ type: 'manifestFailed', executionId, snapshotId, error }),
          'manifest.written',
        )
      }
      case 'finishSnapshot': {
        const { snapshotId, success } = effect
        return this.#attempt(
          () => host.finishSnapshot(executionId, snapshotId, success),
          () => ({ type: 'snapshotFinished', executionId, snapshotId }),
          (error) => {
            // What was not released is released when the snapshot is restored.
            this.#log.log('warn', `the second phase of snapshot ${snapshotId} failed`, { error })
            return { type: 'snapshotFinished', executionId, snapshotId }
          },
          'release.done',
        )
      }
    }
  }

  #performOnGrid(
    effect: Extract<JobEffect, { readonly type: 'writeExport' | 'writeResult' | 'removeJob' | 'collectGarbage' }>,
  ): void {
    const options = this.#options
    switch (effect.type) {
      case 'writeExport': {
        const { exportName, commandId } = effect
        return this.#attempt(
          () => options.writeExport(exportName, effect.snapshot),
          () => ({ type: 'exportWritten', exportName, commandId }),
          (error) => ({ type: 'exportFailed', exportName, commandId, error }),
          'export.written',
        )
      }
      case 'writeResult':
        return this.#attempt(
          () => options.writeResult(effect.end),
          () => ({ type: 'resultWritten' }),
          (error) => ({ type: 'resultFailed', error }),
          'result.written',
        )
      case 'removeJob':
        return this.#attempt(
          () => options.remove(),
          () => ({ type: 'jobRemoved' }),
          (error) => ({ type: 'removalFailed', error }),
        )
      case 'collectGarbage':
        return void options.collectGarbage().catch((error: unknown) => {
          this.#log.log('warn', 'blobs of old snapshots could not be removed', { error: encodeError(error) })
        })
    }
  }

  /** Begins something and tells the machine what came of it. */
  #attempt<T>(
    begin: () => Promise<T>,
    done: (value: T) => JobEventBody,
    failed: (error: ReturnType<typeof encodeError>) => JobEventBody,
    hook: HookPoint | null = null,
  ): void {
    const run = async (): Promise<void> => {
      let value: T
      try {
        value = await begin()
      } catch (error) {
        this.dispatch(failed(encodeError(error)))
        return
      }
      if (hook !== null) this.#reached(hook)
      this.dispatch(done(value))
    }
    void run()
  }

  async #writeHead({ head, expected }: Extract<JobEffect, { readonly type: 'writeHead' }>): Promise<void> {
    const purpose = this.#state.kind === 'writingHead' ? this.#state.purpose.for : null
    if (purpose !== null) this.#reached(`${purpose}.deciding`)
    if (this.#isClosed) return
    try {
      const revision = await this.#options.store.writeHead(this.record.id, head, expected)
      if (purpose !== null) this.#reached(`${purpose}.decided`)
      this.dispatch({ type: 'headWritten', revision })
    } catch (thrown) {
      const error = encodeError(thrown)
      const isCertain = hasCode(thrown, 'ERR_GRID_UNAVAILABLE') || hasCode(thrown, 'ERR_GRID_CLOSED')
      this.dispatch(isCertain ? { type: 'headUnavailable', error } : { type: 'headUnknown', error })
    }
  }

  /** Asked for until the host has answered: nothing else is made of the job before. */
  async #complete({ executionId, error }: Extract<JobEffect, { readonly type: 'complete' }>): Promise<void> {
    try {
      await this.#options.host.complete(executionId, error)
      this.dispatch({ type: 'executionCompleted', executionId })
    } catch (thrown) {
      this.#log.log('warn', `execution ${executionId} could not be closed`, { error: encodeError(thrown) })
      if (executionOf(this.#state)?.executionId !== executionId || this.#isClosed) return
      this.#options.platform.timers.after(COMPLETE_RETRY_MS, () => {
        if (!this.#isClosed) void this.#complete({ type: 'complete', executionId, error })
      })
    }
  }

  #setTimer({ timer, delayMs, spreadMs }: Extract<JobEffect, { readonly type: 'setTimer' }>): void {
    const { timers, random } = this.#options.platform
    this.#timers.get(timer)?.cancel()
    const waitMs = delayMs + spreadMs * random.next()
    const handle = timers.after(waitMs, () => {
      this.#timers.delete(timer)
      this.dispatch({ type: 'timerFired', timer })
    })
    this.#timers.set(timer, handle)
  }

  #answer(commandId: number, failure: CommandFailure | null): void {
    const command = this.#commands.get(commandId)
    this.#commands.delete(commandId)
    if (failure === null) command?.resolve()
    else command?.reject(new NacelleError(failure.code, failure.message, { details: { jobId: this.record.id } }))
  }

  #reached(hook: HookPoint): void {
    if (!this.#isClosed) this.#options.reached(hook)
  }
}
