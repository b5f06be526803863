import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** The command as users start it; it needs the built engine (`npm run build`). */
export const JET = fileURLToPath(new URL('../bin/jet.mjs', import.meta.url))

/** What a process has left behind. */
export interface JetResult {
  /** Null when a signal has ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** How a {@link JetProcess} is started. */
export interface JetOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/** A running `jet` command. */
export class JetProcess {
  readonly child: ChildProcess
  readonly result: Promise<JetResult>
  stdout = ''
  stderr = ''
  readonly #watchers = new Set<() => void>()

  constructor(args: readonly string[], { cwd, env }: JetOptions = {}) {
    this.child = spawn(process.execPath, [JET, ...args], {
      ...(cwd !== undefined && { cwd }),
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => this.#receive('stdout', text))
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => this.#receive('stderr', text))
    this.result = once(this.child, 'close').then(([code]) => ({
      code: code as number | null,
      stdout: this.stdout,
      stderr: this.stderr,
    }))
  }

  /** Waits until the process has written `text`; rejects when it ends without. */
  async wrote(stream: 'stdout' | 'stderr', text: string): Promise<void> {
    const seen = new Promise<void>((resolve) => {
      const look = (): void => {
        if (!this[stream].includes(text)) return
        this.#watchers.delete(look)
        resolve()
      }
      this.#watchers.add(look)
      look()
    })
    const ended = this.result.then((result) => {
      if (result[stream].includes(text)) return
      throw new Error(`jet ended without writing ${JSON.stringify(text)}: ${JSON.stringify(result)}`)
    })
    await Promise.race([seen, ended])
  }

  #receive(stream: 'stdout' | 'stderr', text: string): void {
    this[stream] += text
    for (const watcher of this.#watchers) watcher()
  }
}

/** Runs `jet` to its end. */
export function runJet(args: readonly string[], options: JetOptions = {}): Promise<JetResult> {
  return new JetProcess(args, options).result
}
