import { once } from 'node:events'
import { type AddressInfo, isIPv6 } from 'node:net'
import { Readable } from 'node:stream'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { NacelleError } from '../base/nacelle-error.ts'
import type { Member } from '../member/member.ts'
import type { Logger } from '../platform/logger.ts'
import type { NetworkAddress } from '../platform/network.ts'
import type { Timers } from '../platform/timers.ts'
import type { ApiRoute } from './api-route.ts'
import { API_ROUTES } from './api-routes.ts'
import { CLUSTER_NAME_HEADER, checkClusterName } from './cluster-name.ts'
import { errorAnswer, requestError } from './error-answer.ts'
import { HostCheck } from './host-check.ts'
import { pathParameters } from './open-api.ts'

/** How a member is reached over HTTP. */
export interface HttpServerOptions {
  /** Port 0 = any that is free. */
  readonly address: NetworkAddress
  /** How many ports are tried, from that of the address on. Default 1. */
  readonly portCount?: number
  /** Names under which clients call this member, beside its addresses and those of loopback; `*` = any. */
  readonly publicNames?: readonly string[]
  readonly logger: Logger
  readonly timers: Timers
}

/** Bytes of a JSON body, where a route says nothing else. */
const BODY_BYTES_MAX = 64 * 1024

/** A request that has not arrived as a whole by then is given up: the largest bundle over a slow line. */
const REQUEST_TIMEOUT_MS = 300_000

/** Answers that go on when the server closes get so long to end by themselves. */
const CLOSE_WAIT_MS = 1000

/**
 * Listens, and answers that the member is starting until {@link HttpServer.serve} gives it one.
 *
 * @throws NacelleError ERR_LISTEN when none of the ports is free, or the address is not this machine's
 */
export async function openHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const server = new HttpServer(options)
  await server.listen()
  return server
}

/** Serves one member. */
export class HttpServer {
  readonly #options: HttpServerOptions
  readonly #app: FastifyInstance
  readonly #hosts: HostCheck
  readonly #closing = new AbortController()
  readonly #paths: readonly { readonly pattern: RegExp; readonly method: string }[]
  #connectionCount = 0
  #member: Member | null = null
  #address: NetworkAddress

  constructor(options: HttpServerOptions) {
    this.#options = options
    this.#address = options.address
    this.#hosts = new HostCheck(options.publicNames ?? [])
    this.#paths = API_ROUTES.map(({ path, method }) => ({ method, pattern: patternOf(path) }))
    this.#app = fastify({
      logger: false,
      bodyLimit: BODY_BYTES_MAX,
      requestTimeout: REQUEST_TIMEOUT_MS,
      exposeHeadRoutes: false,
      routerOptions: { maxParamLength: 4096, caseSensitive: true },
      // What is wrong is refused, not bent into shape.
      ajv: {
        customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, allowUnionTypes: true },
      },
      frameworkErrors: (error, request, reply: FastifyReply) => void this.#answerError(reply, error, request),
    })
    this.#register()
    this.#app.server.on('connection', (socket) => {
      this.#connectionCount++
      socket.once('close', () => this.#connectionCount--)
    })
  }

  /** Where the server listens, or did. */
  get address(): NetworkAddress {
    return this.#address
  }

  async listen(): Promise<void> {
    const { address, portCount = 1 } = this.#options
    await this.#app.ready()
    for (let tried = 1; ; tried++) {
      const port = address.port === 0 ? 0 : address.port + tried - 1
      try {
        this.#app.server.listen({ host: address.host, port })
        await once(this.#app.server, 'listening')
        const bound = this.#app.server.address() as AddressInfo
        this.#address = { host: bound.address, port: bound.port }
        return
      } catch (error) {
        const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
        if (!isTaken || tried >= portCount || port === 0) throw listenError(address, portCount, error)
      }
    }
  }

  /** From here on requests reach the member. */
  serve(member: Member): void {
    this.#member = member
  }

  /** Takes no more requests, ends streams, and resolves when all connections are closed. */
  async close(): Promise<void> {
    this.#closing.abort()
    const { server } = this.#app
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeIdleConnections()
    const timer = this.#options.timers.after(CLOSE_WAIT_MS, () => server.closeAllConnections())
    await closed
    timer.cancel()
    await this.#app.close()
  }

  #register(): void {
    const app = this.#app
    app.addHook('onRequest', (request, _reply, done) => {
      this.#admit(request)
      done()
    })
    app.setErrorHandler((error, request, reply) => this.#answerError(reply, error, request))
    app.setNotFoundHandler((request, reply) => this.#answerError(reply, this.#unknownPath(request), request))
    void app.register((scope, _options, done) => {
      scope.removeContentTypeParser('text/plain')
      for (const route of API_ROUTES) if (route.bodyIsStream !== true) this.#addRoute(scope, route)
      done()
    })
    void app.register((scope, _options, done) => {
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload))
      for (const route of API_ROUTES) if (route.bodyIsStream === true) this.#addRoute(scope, route)
      done()
    })
  }

  #addRoute(scope: FastifyInstance, route: ApiRoute): void {
    const { method, path, body, bodyIsStream, bodyBytesMax, query } = route
    scope.route({
      method,
      url: path,
      ...(route.tag === 'health' && { exposeHeadRoute: true }),
      ...(bodyBytesMax !== undefined && { bodyLimit: bodyBytesMax }),
      schema: {
        ...(body && bodyIsStream !== true && { body }),
        querystring: query ?? { type: 'object', properties: {}, additionalProperties: false },
        params: {
          type: 'object',
          properties: Object.fromEntries(pathParameters(path).map((name) => [name, { type: 'string', minLength: 1 }])),
        },
      },
      handler: (request, reply) => this.#handle(route, request, reply),
    })
  }

  async #handle(route: ApiRoute, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    const member = this.#member
    if (member === null && route.needsNoMember !== true) throw startingError()
    const declared = request.headers['content-length']
    const { body, status } = await route.handle({
      params: request.params as Readonly<Record<string, string>>,
      query: request.query,
      body: request.body,
      declaredBytes: declared === undefined ? null : Number(declared),
      // Only routes that need none run without.
      member: member as Member,
      health: member?.health() ?? null,
      connectionCount: this.#connectionCount,
      timers: this.#options.timers,
      signal: AbortSignal.any([gone.signal, this.#closing.signal]),
    })
    const answered = status ?? Number(Object.keys(route.answers)[0])
    const contentType = route.answers[answered]?.contentType ?? 'application/json'
    reply.code(answered)
    if (body === null) return reply.send()
    reply.type(contentType)
    if (body instanceof Readable) return reply.send(this.#logged(body, request))
    return reply.send(contentType === 'application/json' ? JSON.stringify(body) : body)
  }

  /** @throws NacelleError ERR_HOST, ERR_ORIGIN, ERR_CLUSTER_NAME */
  #admit(request: FastifyRequest): void {
    this.#hosts.check(request.headers)
    const asked = request.headers[CLUSTER_NAME_HEADER]
    if (this.#member !== null) checkClusterName(typeof asked === 'string' ? asked : null, this.#member.clusterName)
  }

  /** What fails while an answer is on its way can only be cut off. */
  #logged(body: Readable, request: FastifyRequest): Readable {
    body.once('error', (error) => {
      this.#options.logger.log('warn', `the answer to ${request.method} ${request.url} was cut off`, { error })
    })
    return body
  }

  #unknownPath(request: FastifyRequest): NacelleError {
    const path = request.url.split('?')[0]!
    const methods = this.#paths.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)
    if (methods.length > 0) {
      return new NacelleError('ERR_METHOD', `${path} takes ${methods.join(', ')}, not ${request.method}`, {
        details: { allow: methods.join(', ') },
      })
    }
    if (path.startsWith('/hazelcast/health')) {
      return requestError('ERR_REQUEST', `there is no health under ${path}`)
    }
    return new NacelleError('ERR_UNKNOWN_PATH', `there is nothing at ${path}; /openapi.json lists what there is`)
  }

  #answerError(reply: FastifyReply, error: unknown, request: FastifyRequest): FastifyReply {
    const { status, body } = errorAnswer(error)
    if (status === 500) {
      this.#options.logger.log('error', `${request.method} ${request.url} failed`, { error })
    }
    const allow = body.error.details?.['allow']
    if (status === 405 && typeof allow === 'string') reply.header('allow', allow)
    if (status === 503) reply.header('retry-after', '1')
    return reply.code(status).type('application/json').send(JSON.stringify(body))
  }
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`)
}

function startingError(): NacelleError {
  return new NacelleError('ERR_MEMBER_STARTING', 'the member is starting; try again in a moment', {
    domain: 'external',
    retry: 'backoff',
  })
}

function listenError({ host, port }: NetworkAddress, portCount: number, cause: unknown): NacelleError {
  const where = `${isIPv6(host) ? `[${host}]` : host}:${port}`
  const isTaken = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE'
  const text = !isTaken
    ? `cannot listen on ${where}: ${(cause as Error).message}`
    : portCount > 1
      ? `cannot listen on ${where}: this port and the ${portCount - 1} above it are in use`
      : `cannot listen on ${where}: the port is in use, perhaps by another member`
  return new NacelleError('ERR_LISTEN', text, { domain: 'external', cause, details: { host, port } })
}
