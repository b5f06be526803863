/** An address that a listener has or a dialler wants. */
export interface NetworkAddress {
  readonly host: string
  readonly port: number
}

/** One ordered, reliable stream of bytes. */
export interface Connection {
  readonly remote: NetworkAddress
  /** False: the peer is slow, wait for `onDrain` before sending much more. */
  send(bytes: Uint8Array): boolean
  close(): void
  onData(listener: (bytes: Uint8Array) => void): void
  onDrain(listener: () => void): void
  /** Called once; `error` is null after an orderly end. */
  onClose(listener: (error: Error | null) => void): void
}

/** A listening socket. */
export interface Listener {
  readonly address: NetworkAddress
  close(): Promise<void>
}

/** TCP, or what stands for it under test. */
export interface Network {
  listen(address: NetworkAddress, onConnection: (connection: Connection) => void): Promise<Listener>
  connect(address: NetworkAddress, timeoutMs: number): Promise<Connection>
}
