import type { Readable } from 'node:stream'
import type { JsonOf, JsonSchema } from '../client/api/json-schema.ts'
import type { Member, MemberHealth } from '../member/member.ts'
import type { Timers } from '../platform/timers.ts'

/** What the handler of a route gets. */
export interface ApiRequest<Body, Query> {
  /** Parts of the path, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: Query
  /** For `stream` bodies the bytes as they come. */
  readonly body: Body
  /** What `Content-Length` says; null when it says nothing. */
  readonly declaredBytes: number | null
  readonly member: Member
  /** Null as long as the member starts. */
  readonly health: MemberHealth | null
  /** Connections that are open to this member's server. */
  readonly connectionCount: number
  readonly timers: Timers
  /** Aborted when whoever asked has gone, or the server closes. */
  readonly signal: AbortSignal
}

/** What a handler answers; a status other than the route's own is set by throwing. */
export interface ApiAnswer {
  /** JSON, unless the route says otherwise: then text, bytes as they come, or null for nothing. */
  readonly body: unknown
  /** Default: the route's first status. */
  readonly status?: number
}

/** One answer that a route may give. */
export interface RouteAnswer {
  readonly description: string
  /** Null = no body. */
  readonly schema: JsonSchema | null
  /** Default `application/json`. */
  readonly contentType?: string
}

/** A route as its file describes it. */
export interface RouteDefinition<Body extends JsonSchema, Query extends JsonSchema> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** With parameters in the form `:job`. */
  readonly path: string
  readonly operationId: string
  readonly summary: string
  readonly tag: string
  readonly body?: Body
  /** The body is bytes that the handler reads as they come, and bounds itself. */
  readonly bodyIsStream?: boolean
  /** Bytes of a body that is no stream. Default 64 KiB. */
  readonly bodyBytesMax?: number
  readonly query?: Query
  /** Answers by status; the first one is that of success. Errors are answered as everywhere. */
  readonly answers: Readonly<Record<number, RouteAnswer>>
  /** It answers before there is a member: health. */
  readonly needsNoMember?: boolean
  handle(request: ApiRequest<JsonOf<Body>, JsonOf<Query>>): Promise<ApiAnswer> | ApiAnswer
}

/** A route whose handler gets what its schemas have let through. */
export type ApiRoute = Omit<RouteDefinition<JsonSchema, JsonSchema>, 'handle'> & {
  handle(request: ApiRequest<unknown, unknown>): Promise<ApiAnswer> | ApiAnswer
}

/** Describes a route; the types of body and query are those of their schemas. */
export function defineRoute<const Body extends JsonSchema, const Query extends JsonSchema>(
  definition: RouteDefinition<Body, Query>,
): ApiRoute {
  // The server calls handlers with what the route's own schemas have checked.
  return definition as unknown as ApiRoute
}

/**
 * The bytes of a route with `bodyIsStream`. Whoever stops reading early can still answer: the connection stays, and
 * what is left of the body is dropped as it comes.
 */
export function bytesOf(body: unknown): AsyncIterable<Uint8Array> {
  const chunks = (body as Readable).iterator({ destroyOnReturn: false })
  return { [Symbol.asyncIterator]: () => chunks }
}
