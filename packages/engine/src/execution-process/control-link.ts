import type { Duplex } from 'node:stream'
import { isErrorLike } from '../base/encoded-error.ts'
import { NacelleError } from '../base/nacelle-error.ts'

/** What a {@link ControlLink} is made of. */
export interface ControlLinkOptions<In> {
  /** One end of a socket pair. */
  readonly stream: Duplex
  /** Bytes of one received message at most; a longer one is refused by its head, before memory is taken for it. */
  readonly messageBytesMax: number
  /**
   * Messages that may come in one second on average; a long one counts as several, one for each 64 KiB. Ten seconds may
   * come at once. Default: any number.
   */
  readonly messagesPerSecondMax?: number
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number
  /** Makes a typed message of plain data. @throws Error whose message says what it `has` that does not fit */
  check(message: unknown): In
  onMessage(message: In): void
  /**
   * Called once: null = the other end has closed the link, or was lost; an error = what came is no message.
   */
  onClose(error: Error | null): void
}

/** Bytes that stand in front of each message: its length. */
const HEAD_LENGTH = 4

/** A message counts as one, and once more for each so many bytes. */
const COUNTED_BYTES = 64 * 1024

/** Seconds whose messages may come at once. */
const BURST_SECONDS = 10

/**
 * Messages between a member and one execution process: JSON behind its length, over a socket pair of their own.
 *
 * The other end may run anybody's code, so nothing of it is believed:
 * - C1: no more than `messageBytesMax` is ever kept of what comes.
 * - C2: the first thing that is no message, or one too many, closes the link; nothing behind it is looked at.
 */
export class ControlLink<Out, In> {
  readonly #options: ControlLinkOptions<In>
  readonly #head = new Uint8Array(HEAD_LENGTH)
  /** Bytes of the head that have come. */
  #headCount = 0
  #body: Uint8Array | null = null
  #bodyCount = 0
  #allowance: number
  #allowanceAtMs: number
  #closed = false

  constructor(options: ControlLinkOptions<In>) {
    this.#options = options
    this.#allowance = (options.messagesPerSecondMax ?? 0) * BURST_SECONDS
    this.#allowanceAtMs = options.monotonicMs()
    const { stream } = options
    stream.on('data', (chunk: Uint8Array) => this.#receive(chunk))
    // The other end was lost with messages under way: as good as closed.
    stream.on('error', () => this.#close(null))
    stream.on('end', () => this.#close(null))
    stream.on('close', () => this.#close(null))
  }

  get isClosed(): boolean {
    return this.#closed
  }

  /** Sends a message; one to a closed link is lost, as one is that the other end does not read any more. */
  send(message: Out): void {
    if (this.#closed) return
    const body = Buffer.from(JSON.stringify(message))
    const frame = Buffer.allocUnsafe(HEAD_LENGTH + body.length)
    frame.writeUInt32LE(body.length, 0)
    body.copy(frame, HEAD_LENGTH)
    this.#options.stream.write(frame)
  }

  close(): void {
    this.#close(null)
  }

  #receive(chunk: Uint8Array): void {
    try {
      for (let at = 0; at < chunk.length && !this.#closed; ) {
        at += this.#body === null ? this.#takeHead(chunk, at) : this.#takeBody(this.#body, chunk, at)
      }
    } catch (error) {
      this.#close(isErrorLike(error) ? error : new Error(String(error)))
    }
  }

  #takeHead(chunk: Uint8Array, at: number): number {
    const taken = Math.min(HEAD_LENGTH - this.#headCount, chunk.length - at)
    this.#head.set(chunk.subarray(at, at + taken), this.#headCount)
    this.#headCount += taken
    if (this.#headCount < HEAD_LENGTH) return taken
    this.#headCount = 0
    const length = new DataView(this.#head.buffer).getUint32(0, true)
    const { messageBytesMax } = this.#options
    if (length > messageBytesMax) {
      throw linkError(`it announced a message of ${length} bytes, where ${messageBytesMax} are the most`)
    }
    if (length === 0) throw linkError('it sent an empty message')
    this.#charge(1 + Math.floor(length / COUNTED_BYTES))
    this.#body = new Uint8Array(length)
    this.#bodyCount = 0
    return taken
  }

  #takeBody(body: Uint8Array, chunk: Uint8Array, at: number): number {
    const taken = Math.min(body.length - this.#bodyCount, chunk.length - at)
    body.set(chunk.subarray(at, at + taken), this.#bodyCount)
    this.#bodyCount += taken
    if (this.#bodyCount === body.length) {
      this.#body = null
      this.#deliver(body)
    }
    return taken
  }

  #deliver(body: Uint8Array): void {
    let message: unknown
    try {
      message = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    } catch (error) {
      throw linkError('it sent something that is no JSON', error)
    }
    const { check, onMessage } = this.#options
    let checked: In
    try {
      checked = check(message)
    } catch (error) {
      throw linkError(`it sent a message that ${error instanceof Error ? error.message : String(error)}`, error)
    }
    onMessage(checked)
  }

  /** C2: a bucket that fills with time. */
  #charge(messages: number): void {
    const { messagesPerSecondMax, monotonicMs } = this.#options
    if (messagesPerSecondMax === undefined) return
    const nowMs = monotonicMs()
    const earned = ((nowMs - this.#allowanceAtMs) / 1000) * messagesPerSecondMax
    this.#allowance = Math.min(messagesPerSecondMax * BURST_SECONDS, this.#allowance + earned) - messages
    this.#allowanceAtMs = nowMs
    if (this.#allowance < 0) throw linkError(`it sends more than ${messagesPerSecondMax} messages a second`)
  }

  #close(error: Error | null): void {
    if (this.#closed) return
    this.#closed = true
    this.#body = null
    this.#options.stream.destroy()
    this.#options.onClose(error)
  }
}

function linkError(what: string, cause?: unknown): NacelleError {
  return new NacelleError('ERR_EXECUTION_PROCESS_PROTOCOL', `the other end of the control link is broken: ${what}`, {
    domain: 'internal',
    cause,
  })
}
