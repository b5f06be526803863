import type { JsonSchema } from './json-schema.ts'

/** The cluster as `jet cluster` shows it. */
export const CLUSTER_SCHEMA = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    state: { type: 'string', enum: ['ACTIVE', 'PASSIVE'] },
    version: { type: 'string' },
    members: {
      type: 'array',
      items: {
        type: 'object',
        properties: { address: { type: 'string' }, uuid: { type: 'string' } },
        required: ['address', 'uuid'],
        additionalProperties: false,
      },
    },
  },
  required: ['name', 'state', 'version', 'members'],
  additionalProperties: false,
} as const satisfies JsonSchema

/** What every refused request is answered with. */
export const ERROR_SCHEMA = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        code: { type: 'string', description: 'A code of docs/errors.md.' },
        message: { type: 'string' },
        details: { type: 'object', description: 'Facts for programs.' },
      },
      required: ['code', 'message'],
      additionalProperties: false,
    },
  },
  required: ['error'],
  additionalProperties: false,
} as const satisfies JsonSchema
