import type { JsonSchema } from './json-schema.ts'

/** What a client sends to have a snapshot exported. */
export const EXPORT_SCHEMA = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 1024, description: 'One of the same name is replaced.' },
    cancel: { type: 'boolean', description: 'Cancel the job with this snapshot. Default false.' },
  },
  required: ['name'],
  additionalProperties: false,
} as const satisfies JsonSchema

/** A snapshot with a name. */
export const SNAPSHOT_SCHEMA = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    jobId: { type: 'string' },
    jobName: { type: ['string', 'null'] },
    snapshotId: { type: 'integer' },
    creationTimeMs: { type: 'number', description: 'Milliseconds since the epoch.' },
    bytes: { type: 'integer', minimum: 0 },
    dagJson: { type: 'string', description: 'The DAG whose state this is, as canonical JSON text.' },
  },
  required: ['name', 'jobId', 'jobName', 'snapshotId', 'creationTimeMs', 'bytes', 'dagJson'],
  additionalProperties: false,
} as const satisfies JsonSchema

/** Exported snapshots, by name. */
export const SNAPSHOT_LIST_SCHEMA = {
  type: 'object',
  properties: { snapshots: { type: 'array', items: SNAPSHOT_SCHEMA } },
  required: ['snapshots'],
  additionalProperties: false,
} as const satisfies JsonSchema

/** Whether there was a snapshot to delete. */
export const SNAPSHOT_DELETED_SCHEMA = {
  type: 'object',
  properties: { deleted: { type: 'boolean' } },
  required: ['deleted'],
  additionalProperties: false,
} as const satisfies JsonSchema
