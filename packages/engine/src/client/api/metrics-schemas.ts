import type { JsonSchema } from './json-schema.ts'

const COUNT = { type: 'integer', minimum: 0 } as const satisfies JsonSchema
const COUNT_OR_NULL = { type: ['integer', 'null'], minimum: 0 } as const satisfies JsonSchema

const PROGRESS = {
  type: ['object', 'null'],
  properties: {
    itemsIn: { ...COUNT, description: 'Items that all sources have emitted.' },
    itemsOut: { ...COUNT, description: 'Items that all sinks have taken.' },
    sources: {
      type: 'array',
      items: {
        type: 'object',
        properties: { vertex: { type: 'string' }, items: COUNT, bytesRead: COUNT_OR_NULL, bytesTotal: COUNT_OR_NULL },
        required: ['vertex', 'items', 'bytesRead', 'bytesTotal'],
      },
    },
    vertices: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          itemsIn: COUNT,
          itemsOut: COUNT,
          watermark: { type: ['number', 'null'], description: 'The least watermark sent on; null without one.' },
        },
        required: ['name', 'itemsIn', 'itemsOut', 'watermark'],
      },
    },
    watermarkLagMs: { type: ['number', 'null'] },
    lateEventsDropped: COUNT,
  },
  required: ['itemsIn', 'itemsOut', 'sources', 'vertices', 'watermarkLagMs', 'lateEventsDropped'],
  description: 'Null until the execution has told something.',
} as const satisfies JsonSchema

const EXECUTION = {
  type: 'object',
  properties: {
    jobId: { type: 'string' },
    jobName: { type: ['string', 'null'] },
    executionId: { type: 'string' },
    progress: PROGRESS,
    residentBytes: { ...COUNT_OR_NULL, description: "Memory of the execution's process." },
  },
  required: ['jobId', 'jobName', 'executionId', 'progress', 'residentBytes'],
} as const satisfies JsonSchema

/** The executions of one job that go on in this member. */
export const JOB_METRICS_SCHEMA = {
  type: 'object',
  properties: { executions: { type: 'array', items: EXECUTION } },
  required: ['executions'],
  additionalProperties: false,
} as const satisfies JsonSchema

/** What a member measures. */
export const MEMBER_METRICS_SCHEMA = {
  type: 'object',
  properties: {
    uptimeMs: { type: 'number' },
    residentBytes: { ...COUNT, description: "Memory of the member's own process." },
    cpuSeconds: { type: 'number', description: "Processor time of the member's own process." },
    executions: { type: 'array', items: EXECUTION },
  },
  required: ['uptimeMs', 'residentBytes', 'cpuSeconds', 'executions'],
} as const satisfies JsonSchema
