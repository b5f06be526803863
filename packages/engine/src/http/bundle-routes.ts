import { COMMAND_ANSWER_SCHEMA } from '../client/api/job-schemas.ts'
import type { JsonSchema } from '../client/api/json-schema.ts'
import { type ApiRoute, bytesOf, defineRoute } from './api-route.ts'
import { requestError } from './error-answer.ts'

const STORED_SCHEMA = {
  type: 'object',
  properties: { stored: { type: 'boolean' } },
  required: ['stored'],
  additionalProperties: false,
} as const satisfies JsonSchema

const BYTES = { type: 'string', description: "The bundle's text." } as const satisfies JsonSchema

const look = defineRoute({
  method: 'GET',
  path: '/api/v1/bundles/:sha256',
  operationId: 'hasBundle',
  summary: 'Whether a bundle was uploaded already',
  tag: 'bundles',
  answers: { 200: { description: 'Whether it is there.', schema: STORED_SCHEMA } },
  async handle({ params, member }) {
    return { body: { stored: await member.bundles.has(checked(params['sha256']!)) } }
  },
})

const upload = defineRoute({
  method: 'PUT',
  path: '/api/v1/bundles/:sha256',
  operationId: 'putBundle',
  summary: "Uploads the modules of a job as one file, named by the file's SHA-256",
  tag: 'bundles',
  body: BYTES,
  bodyIsStream: true,
  answers: { 201: { description: 'The bundle is durable.', schema: COMMAND_ANSWER_SCHEMA } },
  async handle({ params, body, declaredBytes, member }) {
    await member.bundles.put(checked(params['sha256']!), bytesOf(body), declaredBytes)
    return { body: {} }
  },
})

function checked(sha256: string): string {
  if (/^[0-9a-f]{64}$/.test(sha256)) return sha256
  throw requestError('ERR_REQUEST', 'the name of a bundle is its SHA-256 in 64 lower-case hexadecimal digits', 'sha256')
}

/** Bundles of jobs. */
export const BUNDLE_ROUTES: readonly ApiRoute[] = [look, upload]
