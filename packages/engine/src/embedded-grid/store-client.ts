import { decodeError } from '../base/encoded-error.ts'
import type { GridState } from '../grid/grid.ts'
import { gridIndeterminate, gridUnavailable } from '../grid/grid-error.ts'
import type { Thread } from '../platform/threads.ts'
import {
  type FromStore,
  isRead,
  type StoreAnswers,
  type StoreCall,
  type StoreReply,
  type StoreRequest,
  type ToStore,
} from './store-messages.ts'

interface Pending {
  readonly call: StoreCall
  resolve(answer: never): void
  reject(error: Error): void
}

/**
 * This side of the thread of the store. Calls of one turn travel in one message. When the thread ends by itself, what
 * became of the writes under way is unknown, and the store is down for good.
 */
export class StoreClient {
  readonly #thread: Thread<ToStore, FromStore>
  readonly #onState: (state: GridState) => void
  readonly #pending = new Map<number, Pending>()
  readonly #ended: Promise<Error | null>
  #onOpened: { resolve(clusterId: string): void; reject(error: Error): void } | null = null
  #outgoing: StoreRequest[] = []
  #nextId = 1
  #endError: Error | null = null
  #isClosed = false

  /** @param onState called when calls begin to fail or succeed, and when the thread has ended */
  constructor(thread: Thread<ToStore, FromStore>, onState: (state: GridState) => void) {
    this.#thread = thread
    this.#onState = onState
    thread.onMessage((message) => this.#receive(message))
    this.#ended = new Promise((resolve) => {
      thread.onExit((error) => {
        this.#end(error)
        resolve(error)
      })
    })
  }

  /** Opens the data folder, which nobody else may have open. Answers the id of the cluster. */
  open(folder: string, newClusterId: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#onOpened = { resolve, reject }
      this.#thread.post({ type: 'open', folder, newClusterId })
    })
  }

  call<C extends StoreCall>(call: C): Promise<StoreAnswers[C['operation']]> {
    if (this.#endError !== null) return Promise.reject(gridUnavailable('the grid is down', this.#endError))
    return new Promise((resolve, reject) => {
      const id = this.#nextId++
      this.#pending.set(id, { call, resolve, reject })
      if (this.#outgoing.length === 0) queueMicrotask(() => this.#send())
      this.#outgoing.push({ id, call })
    })
  }

  /** Closes the store after the calls under way. */
  async close(): Promise<void> {
    this.#send()
    this.#thread.post({ type: 'close' })
    await this.#ended
  }

  #send(): void {
    const requests = this.#outgoing
    this.#outgoing = []
    if (requests.length > 0) this.#thread.post({ type: 'requests', requests })
  }

  #receive(message: FromStore): void {
    switch (message.type) {
      case 'opened':
        this.#onOpened?.resolve(message.clusterId)
        break
      case 'refused':
        this.#onOpened?.reject(decodeError(message.error))
        break
      case 'replies':
        for (const reply of message.replies) this.#settle(reply)
        if (message.isBroken) this.#onState('down')
        break
      case 'closed':
        this.#isClosed = true
        break
    }
  }

  #settle(reply: StoreReply): void {
    const pending = this.#pending.get(reply.id)!
    this.#pending.delete(reply.id)
    if ('answer' in reply) {
      if (!isRead(pending.call)) this.#onState('up')
      pending.resolve(reply.answer as never)
      return
    }
    if (reply.error.code === 'ERR_GRID_UNAVAILABLE') this.#onState('degraded')
    pending.reject(decodeError(reply.error))
  }

  #end(cause: Error | null): void {
    const error = new Error(`the thread of the data folder has ended${cause === null ? '' : `: ${cause.message}`}`)
    this.#endError = error
    this.#onOpened?.reject(gridUnavailable('the data folder could not be opened', cause ?? error))
    const pending = [...this.#pending.values()]
    this.#pending.clear()
    this.#outgoing = []
    if (!this.#isClosed) this.#onState('down')
    for (const { call, reject } of pending) {
      const what = `the call '${call.operation}' of the grid got no answer: ${error.message}`
      reject(isRead(call) ? gridUnavailable(what, error) : gridIndeterminate(what, error))
    }
  }
}
