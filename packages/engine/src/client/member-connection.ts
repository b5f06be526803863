import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import { NacelleError } from '../base/nacelle-error.ts'
import type { Clock } from '../platform/clock.ts'
import type { NetworkAddress } from '../platform/network.ts'
import type { Random } from '../platform/random.ts'
import type { Timers } from '../platform/timers.ts'
import { answerError, connectionLostError, noMemberError, notAMemberError } from './client-error.ts'

/** What a {@link MemberConnection} needs to know. */
export interface ConnectionOptions {
  readonly addresses: readonly NetworkAddress[]
  /** Null = any cluster. */
  readonly clusterName: string | null
  /** How long a member is looked for, and a request repeated that may be. */
  readonly timeoutMs: number
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
}

/** One request to a member. */
export interface MemberRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** With its query. */
  readonly path: string
  /** JSON. */
  readonly body?: unknown
  /** Bytes instead of JSON. */
  readonly bytes?: Uint8Array
  /** Sending it twice does no harm, so that it is repeated when the answer was lost. */
  readonly isRepeatable: boolean
  /** How long the member may say nothing; null = for ever. Default a minute. */
  readonly silenceMaxMs?: number | null
  readonly signal?: AbortSignal
}

const CONNECT_TIMEOUT_MS = 5000
const SILENCE_MAX_MS = 60_000
const BACKOFF_FIRST_MS = 50
const BACKOFF_MAX_MS = 1000

/** An answer that is JSON has at most so many bytes; longer ones are not from a member. */
const ANSWER_BYTES_MAX = 256 * 1024 * 1024

/** What went wrong, when trying again may help. */
interface Failure {
  readonly error: Error
  /** The request has surely not been carried out. */
  readonly isUnsent: boolean
}

/** HTTP to the members at some addresses: whichever answers first is kept until it fails. */
export class MemberConnection {
  readonly #options: ConnectionOptions
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 })
  #current = 0

  constructor(options: ConnectionOptions) {
    this.#options = options
  }

  /**
   * Asks for JSON.
   *
   * @throws NacelleError what the member answered, ERR_NO_MEMBER, ERR_CONNECTION_LOST, ERR_NOT_A_MEMBER
   */
  async json<T>(asked: MemberRequest): Promise<T> {
    return this.#repeated(asked, async (response, address) => {
      const text = await textOf(response)
      if (response.statusCode! >= 400) throw answerError(response.statusCode!, text, address)
      return parsed(text, address) as T
    })
  }

  /** Asks for bytes as they come. */
  bytes(asked: MemberRequest): Promise<AsyncIterable<Uint8Array>> {
    return this.#repeated(asked, async (response, address) => {
      if (response.statusCode! >= 400) throw answerError(response.statusCode!, await textOf(response), address)
      return response
    })
  }

  close(): void {
    this.#agent.destroy()
  }

  /** Tries the addresses in turn until one answers, as long as that may help and the time lasts. */
  async #repeated<T>(
    asked: MemberRequest,
    read: (response: IncomingMessage, address: NetworkAddress) => Promise<T>,
  ): Promise<T> {
    const { addresses, timeoutMs, clock } = this.#options
    const deadlineMs = clock.monotonicMs() + timeoutMs
    let backoffMs = BACKOFF_FIRST_MS
    for (let tried = 1; ; tried++) {
      const address = addresses[this.#current % addresses.length]!
      try {
        const response = await this.#send(asked, address)
        return await read(response, address)
      } catch (thrown) {
        const failure = failureOf(thrown)
        if (failure === null) throw thrown
        if (!failure.isUnsent && !asked.isRepeatable) throw connectionLost(failure, address)
        this.#current++
        if (tried % addresses.length !== 0) continue
        if (clock.monotonicMs() + backoffMs > deadlineMs) throw this.#givingUp(failure, address)
        await this.#pause(backoffMs, asked.signal)
        backoffMs = Math.min(BACKOFF_MAX_MS, backoffMs * 2)
      }
    }
  }

  #givingUp(failure: Failure, address: NetworkAddress): NacelleError {
    if (failure.error instanceof NacelleError) return failure.error
    return failure.isUnsent ? noMemberError(this.#options.addresses, failure.error) : connectionLost(failure, address)
  }

  /** Resolves with the head of the answer. */
  #send(asked: MemberRequest, { host, port }: NetworkAddress): Promise<IncomingMessage> {
    const { method, path, signal, silenceMaxMs = SILENCE_MAX_MS } = asked
    const payload = asked.bytes ?? (asked.body === undefined ? null : JSON.stringify(asked.body))
    return new Promise((resolve, reject) => {
      let isSent = false
      const outgoing = request({
        host,
        port,
        method,
        path,
        // A kept connection may have died unseen, and then nobody could say whether the request was carried out.
        agent: asked.isRepeatable ? this.#agent : false,
        headers: this.#headers(asked, payload),
        ...(signal && { signal }),
      })
      outgoing.on('socket', (socket) => {
        if (!socket.connecting) return
        socket.setTimeout(CONNECT_TIMEOUT_MS, () => {
          if (socket.connecting) outgoing.destroy(new Error(`no answer within ${CONNECT_TIMEOUT_MS} ms`))
        })
        socket.once('connect', () => socket.setTimeout(0))
      })
      outgoing.on('finish', () => {
        isSent = true
        if (silenceMaxMs === null) return
        outgoing.setTimeout(silenceMaxMs, () =>
          outgoing.destroy(new Error(`the member said nothing for ${silenceMaxMs} ms`)),
        )
      })
      outgoing.on('response', resolve)
      outgoing.on('error', (error) => reject(signal?.aborted === true ? error : new LostConnection(error, !isSent)))
      outgoing.end(payload)
    })
  }

  #headers(asked: MemberRequest, payload: string | Uint8Array | null): OutgoingHttpHeaders {
    const { clusterName } = this.#options
    return {
      accept: 'application/json',
      ...(clusterName !== null && { 'nacelle-cluster': clusterName }),
      ...(payload !== null && {
        'content-type': asked.bytes === undefined ? 'application/json' : 'application/octet-stream',
        'content-length': Buffer.byteLength(payload),
      }),
    }
  }

  /** A wait of about this length: clients that have lost the same member do not come back all at once. */
  #pause(backoffMs: number, signal: AbortSignal | undefined): Promise<void> {
    const { timers, random } = this.#options
    return new Promise((resolve, reject) => {
      const timer = timers.after(backoffMs * (0.5 + random.next() / 2), resolve)
      signal?.addEventListener(
        'abort',
        () => {
          timer.cancel()
          reject(signal.reason as Error)
        },
        { once: true },
      )
    })
  }
}

/** The connection failed. */
class LostConnection extends Error {
  readonly isUnsent: boolean

  constructor(cause: Error, isUnsent: boolean) {
    super(cause.message === '' ? ((cause as NodeJS.ErrnoException).code ?? cause.name) : cause.message, { cause })
    this.isUnsent = isUnsent
  }
}

/** Null when trying again would change nothing. */
function failureOf(thrown: unknown): Failure | null {
  if (thrown instanceof LostConnection) return { error: thrown, isUnsent: thrown.isUnsent }
  if (thrown instanceof NacelleError && thrown.retry === 'backoff') {
    return { error: thrown, isUnsent: thrown.code !== 'ERR_GRID_INDETERMINATE' }
  }
  return null
}

function connectionLost({ error }: Failure, address: NetworkAddress): NacelleError {
  return error instanceof NacelleError ? error : connectionLostError(address, error)
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > ANSWER_BYTES_MAX) throw new Error(`the answer has more than ${ANSWER_BYTES_MAX} bytes`)
      chunks.push(chunk)
    }
  } catch (error) {
    throw new LostConnection(error as Error, false)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parsed(text: string, address: NetworkAddress): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw notAMemberError(address, error)
  }
}
