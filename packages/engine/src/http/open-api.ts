import { ERROR_SCHEMA } from '../client/api/cluster-schemas.ts'
import type { JsonSchema } from '../client/api/json-schema.ts'
import type { ApiRoute, RouteAnswer } from './api-route.ts'

/** The version of the interface, which is that of its paths. */
const API_VERSION = '1'

/** What describes a parameter, wherever it stands. */
interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly required: boolean
  readonly schema: JsonSchema
}

/** One method of one path. */
interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: unknown
  readonly responses: Readonly<Record<string, unknown>>
}

/** A document in the form of OpenAPI 3.1. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0'
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> }
}

/** Describes routes by the schemas that check their requests. */
export function openApiDocument(routes: readonly ApiRoute[]): OpenApiDocument {
  const paths: Record<string, Record<string, Operation>> = {}
  for (const route of routes) {
    const operations = (paths[openApiPath(route.path)] ??= {})
    operations[route.method.toLowerCase()] = operationOf(route)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Nacelle',
      version: API_VERSION,
      description: 'What a member answers over HTTP. Names and ids in paths are percent-encoded.',
    },
    paths,
    components: { schemas: { Error: ERROR_SCHEMA } },
  }
}

/** The parameters in a path of a route. */
export function pathParameters(path: string): readonly string[] {
  return [...path.matchAll(/:(\w+)/g)].map((match) => match[1]!)
}

function openApiPath(path: string): string {
  return path.replaceAll(/:(\w+)/g, '{$1}')
}

function operationOf(route: ApiRoute): Operation {
  const { operationId, summary, tag, body, bodyIsStream, query, answers } = route
  const parameters = [
    ...pathParameters(route.path).map(
      (name): Parameter => ({ name, in: 'path', required: true, schema: { type: 'string', minLength: 1 } }),
    ),
    ...Object.entries(query?.properties ?? {}).map(
      ([name, schema]): Parameter => ({
        name,
        in: 'query',
        required: query?.required?.includes(name) === true,
        schema,
      }),
    ),
  ]
  return {
    operationId,
    summary,
    tags: [tag],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: contentOf(body, bodyIsStream) } }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, responseOf(answer)])),
      default: {
        description: 'The request was refused.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  }
}

function contentOf(schema: JsonSchema, isStream = false): unknown {
  return { [isStream ? 'application/octet-stream' : 'application/json']: { schema } }
}

function responseOf({ description, schema, contentType = 'application/json' }: RouteAnswer): unknown {
  return schema === null ? { description } : { description, content: { [contentType]: { schema } } }
}
