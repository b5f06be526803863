import { createForwardingLogger } from '../platform/node/forwarding-logger.ts'
import { createNodePlatform } from '../platform/node/node-platform.ts'
import { parentThread } from '../platform/node/node-threads.ts'
import { SharedMetrics } from '../platform/node/shared-metrics.ts'
import type { FromThread, ToThread } from './thread-messages.ts'
import { ThreadWorker } from './thread-worker.ts'

// The module that worker threads run: connects a ThreadWorker with the main thread.
const parent = parentThread<ToThread, FromThread>()

const worker = new ThreadWorker({
  post: (message) => parent.post(message),
  platformFor: (load) =>
    createNodePlatform({
      logger: createForwardingLogger(load.logLevel, (level, message, fields) => parent.post({ type: 'log', level, message, fields })),
      output: { write: (text) => parent.post({ type: 'output', text }) },
    }),
  metricsFor: (load) => {
    const metrics = new SharedMetrics(load.metrics, (slots) => parent.post({ type: 'metrics', slots }))
    return (tags) => metrics.registryFor(tags)
  },
})

parent.onMessage((message) => void worker.receive(message))
