import { encodeError } from '../base/encoded-error.ts'
import { parentThread } from '../platform/node/node-threads.ts'
import { SqliteStore } from './sqlite-store.ts'
import type { FromStore, StoreRequest, ToStore } from './store-messages.ts'
import { PAGE_ROWS } from './store-page.ts'

// The module that the thread of the store runs: it collects the calls that have come, so that one commit serves all.

const parent = parentThread<ToStore, FromStore>()

let store: SqliteStore | null = null
let isClosing = false
let isScheduled = false
const waiting: StoreRequest[] = []

parent.onMessage((message) => {
  switch (message.type) {
    case 'open':
      open(message.folder, message.newClusterId)
      break
    case 'requests':
      for (const request of message.requests) waiting.push(request)
      schedule()
      break
    case 'close':
      isClosing = true
      schedule()
      break
  }
})

function open(folder: string, newClusterId: string): void {
  try {
    store = new SqliteStore(folder, newClusterId)
    parent.post({ type: 'opened', clusterId: store.clusterId })
  } catch (error) {
    parent.post({ type: 'refused', error: encodeError(error) })
    parent.close()
  }
}

/** Calls that have arrived in this turn of the event loop wait for its end, and go together. */
function schedule(): void {
  if (isScheduled) return
  isScheduled = true
  setImmediate(work)
}

function work(): void {
  isScheduled = false
  for (let from = 0; from < waiting.length; ) {
    const to = groupEnd(from)
    const replies = store!.execute(waiting.slice(from, to))
    parent.post({ type: 'replies', replies, isBroken: store!.isBroken })
    from = to
  }
  waiting.length = 0
  if (!isClosing) return
  store!.close()
  parent.post({ type: 'closed' })
  parent.close()
}

/** A group has at most 500 rows, or one call. */
function groupEnd(from: number): number {
  let rows = 0
  for (let i = from; i < waiting.length; i++) {
    const { call } = waiting[i]!
    rows += call.operation === 'append' ? call.records.length : 1
    if (rows > PAGE_ROWS && i > from) return i
  }
  return waiting.length
}
