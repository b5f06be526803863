import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Connection, Listener, Network, NetworkAddress } from '../network.ts'

/** TCP over the operating system's sockets, without Nagle's delay. */
export const NODE_NETWORK: Network = {
  listen(address, onConnection) {
    return new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true }, (socket) => onConnection(new SocketConnection(socket)))
      server.once('error', reject)
      server.listen({ host: address.host, port: address.port }, () => {
        server.off('error', reject)
        resolve(listenerOf(server))
      })
    })
  },
  connect(address, timeoutMs) {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: address.host, port: address.port, noDelay: true })
      const timer = setTimeout(() => {
        socket.destroy(
          Object.assign(new Error(`no answer from ${address.host}:${address.port} within ${timeoutMs} ms`), {
            code: 'ETIMEDOUT',
          }),
        )
      }, timeoutMs)
      socket.once('error', (error) => {
        clearTimeout(timer)
        reject(error)
      })
      socket.once('connect', () => {
        clearTimeout(timer)
        socket.removeAllListeners('error')
        resolve(new SocketConnection(socket))
      })
    })
  },
}

function listenerOf(server: Server): Listener {
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('a TCP listener has no address')
  return {
    address: { host: bound.address, port: bound.port },
    close: () =>
      new Promise((resolve) => {
        server.close()
        // Waiting for the server's own callback would wait for the connections, which live on.
        setImmediate(resolve)
      }),
  }
}

class SocketConnection implements Connection {
  readonly remote: NetworkAddress
  readonly #socket: Socket
  #error: Error | null = null
  #closed = false
  #closeListener: ((error: Error | null) => void) | null = null

  constructor(socket: Socket) {
    this.#socket = socket
    this.remote = { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 }
    socket.on('error', (error) => {
      this.#error = error
    })
    socket.once('close', () => {
      this.#closed = true
      this.#closeListener?.(this.#error)
    })
  }

  send(bytes: Uint8Array): boolean {
    return this.#socket.write(bytes)
  }

  close(): void {
    this.#socket.end()
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#socket.on('data', listener)
  }

  onDrain(listener: () => void): void {
    this.#socket.on('drain', listener)
  }

  onClose(listener: (error: Error | null) => void): void {
    this.#closeListener = listener
    if (this.#closed) listener(this.#error)
  }
}
