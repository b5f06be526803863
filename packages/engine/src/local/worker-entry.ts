import { prewarmEngine } from '../deployment/resolve-engine.ts'
import { createForwardingLogger } from '../platform/node/forwarding-logger.ts'
import { createNodePlatform } from '../platform/node/node-platform.ts'
import { parentThread } from '../platform/node/node-threads.ts'
import { SharedMetrics } from '../platform/node/shared-metrics.ts'
import type { FromThread, ToThread } from './thread-messages.ts'
import { ThreadWorker } from './thread-worker.ts'

// The module that worker threads run: connects a ThreadWorker with the main thread.

// A user's function that ends "the process" would end its thread without saying who did it.
process.exit = (code) => {
  throw new Error(
    `process.exit(${code ?? ''}) was called: a job ends by the end of its input, by an error or from outside`,
  )
}

const parent = parentThread<ToThread, FromThread>()

/** Whoever reads the standard output may have stopped reading. */
const FLUSH_MAX_MS = 500

/** Settles when the main thread has taken all that was written to a stream of this thread. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, FLUSH_MAX_MS)
    stream.write('', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

const worker = new ThreadWorker({
  post: (message, transfer) => parent.post(message, transfer),
  platformFor: (load) =>
    createNodePlatform({
      logger: createForwardingLogger(
        load.logLevel,
        (level, message, fields) => parent.post({ type: 'log', level, message, fields }),
        { thread: `nacelle-worker-${load.thread}` },
      ),
      output: { write: (text) => parent.post({ type: 'output', text }) },
    }),
  metricsFor: (load) => {
    const metrics = new SharedMetrics(load.metrics, (slots) => parent.post({ type: 'metrics', slots }))
    return (tags) => metrics.registryFor(tags)
  },
  flushPrinted: async () => {
    await Promise.all([flushed(process.stdout), flushed(process.stderr)])
  },
})

// What fails here fails again, with a message, when the job is imported.
prewarmEngine().catch(() => undefined)

process.on('uncaughtException', (error) => worker.failUncaught(error))
parent.onMessage((message) => void worker.receive(message))
