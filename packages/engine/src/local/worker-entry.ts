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

const worker = new ThreadWorker({
  post: (message) => parent.post(message),
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
})

// What fails here fails again, with a message, when the job is imported.
prewarmEngine().catch(() => undefined)

parent.onMessage((message) => void worker.receive(message))
