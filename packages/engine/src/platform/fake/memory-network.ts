import type { Connection, Listener, Network, NetworkAddress } from '../network.ts'
import type { Timers } from '../timers.ts'

/**
 * A network in memory. Bytes arrive `latencyMs` after they were sent, in order. Pairs of hosts may be cut from each
 * other: open connections break, new ones are refused.
 */
export class MemoryNetwork implements Network {
  readonly #timers: Timers
  readonly #latencyMs: number
  readonly #listeners = new Map<string, (connection: Connection) => void>()
  readonly #open = new Set<MemoryConnection>()
  readonly #cuts = new Set<string>()
  #nextPort = 50_000

  constructor(timers: Timers, latencyMs = 0) {
    this.#timers = timers
    this.#latencyMs = latencyMs
  }

  listen(address: NetworkAddress, onConnection: (connection: Connection) => void): Promise<Listener> {
    const bound = { host: address.host, port: address.port === 0 ? this.#nextPort++ : address.port }
    const key = keyOf(bound)
    if (this.#listeners.has(key))
      return Promise.reject(networkError('EADDRINUSE', `listen EADDRINUSE: address already in use ${key}`))
    this.#listeners.set(key, onConnection)
    const close = (): Promise<void> => {
      this.#listeners.delete(key)
      return Promise.resolve()
    }
    return Promise.resolve({ address: bound, close })
  }

  connect(address: NetworkAddress, timeoutMs: number): Promise<Connection> {
    return this.connectFrom('localhost', address, timeoutMs)
  }

  /** {@link connect} as a program on `host` would call it. */
  connectFrom(host: string, address: NetworkAddress, timeoutMs: number): Promise<Connection> {
    const key = keyOf(address)
    return new Promise((resolve, reject) => {
      if (this.#cuts.has(pairOf(host, address.host))) {
        this.#timers.after(timeoutMs, () => reject(networkError('ETIMEDOUT', `connect ETIMEDOUT ${key}`)))
        return
      }
      this.#timers.after(this.#latencyMs, () => {
        const onConnection = this.#listeners.get(key)
        if (onConnection === undefined) return reject(networkError('ECONNREFUSED', `connect ECONNREFUSED ${key}`))
        const local = { host, port: this.#nextPort++ }
        const [near, far] = this.#pair(local, address)
        onConnection(far)
        resolve(near)
      })
    })
  }

  /** The network as seen from `host`. */
  on(host: string): Network {
    return {
      listen: (address, onConnection) => this.listen(address, onConnection),
      connect: (address, timeoutMs) => this.connectFrom(host, address, timeoutMs),
    }
  }

  /** Cuts two hosts from each other. */
  cut(hostA: string, hostB: string): void {
    this.#cuts.add(pairOf(hostA, hostB))
    for (const connection of this.#open) {
      if (pairOf(connection.local.host, connection.remote.host) === pairOf(hostA, hostB)) connection.break()
    }
  }

  /** Undoes {@link cut}; what broke stays broken. */
  heal(hostA: string, hostB: string): void {
    this.#cuts.delete(pairOf(hostA, hostB))
  }

  #pair(local: NetworkAddress, remote: NetworkAddress): [MemoryConnection, MemoryConnection] {
    const closed = (connection: MemoryConnection): void => void this.#open.delete(connection)
    const near = new MemoryConnection({ local, remote }, this.#timers, this.#latencyMs, closed)
    const far = new MemoryConnection({ local: remote, remote: local }, this.#timers, this.#latencyMs, closed)
    near.peer = far
    far.peer = near
    this.#open.add(near).add(far)
    return [near, far]
  }
}

class MemoryConnection implements Connection {
  readonly local: NetworkAddress
  readonly remote: NetworkAddress
  peer!: MemoryConnection
  readonly #timers: Timers
  readonly #latencyMs: number
  readonly #onClosed: (connection: MemoryConnection) => void
  #dataListener: ((bytes: Uint8Array) => void) | null = null
  #closeListener: ((error: Error | null) => void) | null = null
  #early: Uint8Array[] = []
  #ended: { readonly error: Error | null } | null = null

  constructor(
    ends: { readonly local: NetworkAddress; readonly remote: NetworkAddress },
    timers: Timers,
    latencyMs: number,
    onClosed: (connection: MemoryConnection) => void,
  ) {
    this.local = ends.local
    this.remote = ends.remote
    this.#timers = timers
    this.#latencyMs = latencyMs
    this.#onClosed = onClosed
  }

  send(bytes: Uint8Array): boolean {
    if (this.#ended !== null) return false
    const copy = bytes.slice()
    this.#timers.after(this.#latencyMs, () => this.peer.#receive(copy))
    return true
  }

  close(): void {
    if (this.#ended !== null) return
    this.#end(null)
    this.#timers.after(this.#latencyMs, () => this.peer.#end(null))
  }

  /** Ends this side at once, as a broken cable does. */
  break(): void {
    this.#end(networkError('ECONNRESET', `read ECONNRESET ${keyOf(this.remote)}`))
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#dataListener = listener
    const early = this.#early
    this.#early = []
    for (const bytes of early) listener(bytes)
  }

  /** Never called: {@link send} always has room. */
  onDrain(): void {}

  onClose(listener: (error: Error | null) => void): void {
    this.#closeListener = listener
    if (this.#ended !== null) listener(this.#ended.error)
  }

  #receive(bytes: Uint8Array): void {
    if (this.#ended !== null) return
    if (this.#dataListener === null) this.#early.push(bytes)
    else this.#dataListener(bytes)
  }

  #end(error: Error | null): void {
    if (this.#ended !== null) return
    this.#ended = { error }
    this.#onClosed(this)
    this.#closeListener?.(error)
  }
}

function keyOf(address: NetworkAddress): string {
  return `${address.host}:${address.port}`
}

function pairOf(hostA: string, hostB: string): string {
  return hostA < hostB ? `${hostA} ${hostB}` : `${hostB} ${hostA}`
}

function networkError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
