import type { JsonSchema } from './json-schema.ts'

/** Statuses as the outside sees them. */
const STATUS = {
  type: 'string',
  enum: [
    'NOT_RUNNING',
    'STARTING',
    'RUNNING',
    'SUSPENDED',
    'SUSPENDED_EXPORTING_SNAPSHOT',
    'COMPLETING',
    'FAILED',
    'COMPLETED',
  ],
} as const satisfies JsonSchema

const SHA256 = {
  type: 'string',
  pattern: '^[0-9a-f]{64}$',
  description: 'SHA-256 in lower-case hexadecimal.',
} as const satisfies JsonSchema

const WHOLE_NUMBER = { type: 'integer', minimum: 0 } as const satisfies JsonSchema
const LIMIT = { type: ['integer', 'null'], minimum: 1, description: 'null = no limit.' } as const satisfies JsonSchema
const TIME_MS = { type: 'number', description: 'Milliseconds since the epoch.' } as const satisfies JsonSchema

const RESTART_POLICY_PROPERTIES = {
  attempts: {
    ...WHOLE_NUMBER,
    description: "How often a job is started again after errors of its own code; outside errors don't count.",
  },
  delayMs: { ...WHOLE_NUMBER, description: 'The wait before the second restart in a row; it doubles with each.' },
  delayMaxMs: WHOLE_NUMBER,
  resetAfterMs: { ...WHOLE_NUMBER, description: 'After so long without a failure, attempts and waits begin anew.' },
} as const satisfies Readonly<Record<string, JsonSchema>>

const LIMITS_PROPERTIES = {
  memoryBytes: { ...LIMIT, description: "Memory of the job's process; null = no limit." },
  callDeadlineMs: { ...LIMIT, description: 'How long one call of a user function may take; null = no limit.' },
  threads: { ...LIMIT, description: 'Cooperative threads; null = one for each core.' },
} as const satisfies Readonly<Record<string, JsonSchema>>

const SETTINGS_PROPERTIES = {
  guarantee: { type: 'string', enum: ['NONE', 'AT_LEAST_ONCE', 'EXACTLY_ONCE'] },
  snapshotIntervalMs: { type: 'integer', minimum: 1, description: 'Counted from the end of the previous snapshot.' },
  autoScaling: { type: 'boolean', description: 'Start again by itself when members come or go.' },
  suspendOnFailure: { type: 'boolean', description: 'A failure suspends the job instead of ending it.' },
  metricsEnabled: { type: 'boolean' },
  storeMetricsAfterJobCompletion: { type: 'boolean' },
  restart: { type: 'object', properties: RESTART_POLICY_PROPERTIES, additionalProperties: false },
  limits: { type: 'object', properties: LIMITS_PROPERTIES, additionalProperties: false },
  secrets: {
    type: 'array',
    items: { type: 'string', minLength: 1, maxLength: 256 },
    maxItems: 1000,
    description: 'Names of environment variables of the member that the job may see.',
  },
} as const satisfies Readonly<Record<string, JsonSchema>>

/** Settings as a client sends them: what is left out gets its default. */
const GIVEN_SETTINGS = {
  type: 'object',
  properties: SETTINGS_PROPERTIES,
  additionalProperties: false,
} as const satisfies JsonSchema

/** Settings as a member shows them: all of them. */
const SETTINGS = {
  type: 'object',
  properties: {
    ...SETTINGS_PROPERTIES,
    restart: {
      type: 'object',
      properties: RESTART_POLICY_PROPERTIES,
      required: ['attempts', 'delayMs', 'delayMaxMs', 'resetAfterMs'],
      additionalProperties: false,
    },
    limits: {
      type: 'object',
      properties: LIMITS_PROPERTIES,
      required: ['memoryBytes', 'callDeadlineMs', 'threads'],
      additionalProperties: false,
    },
  },
  required: [
    'guarantee',
    'snapshotIntervalMs',
    'autoScaling',
    'suspendOnFailure',
    'metricsEnabled',
    'storeMetricsAfterJobCompletion',
    'restart',
    'limits',
    'secrets',
  ],
  additionalProperties: false,
} as const satisfies JsonSchema

const NAME = { type: ['string', 'null'], minLength: 1, maxLength: 1024 } as const satisfies JsonSchema

const BUNDLE = {
  type: 'object',
  properties: { sha256: SHA256 },
  required: ['sha256'],
  additionalProperties: false,
} as const satisfies JsonSchema

const ARGS = { type: 'array', items: { type: 'string' }, maxItems: 100_000 } as const satisfies JsonSchema

/** What a client sends to have a job run. */
export const SUBMISSION_SCHEMA = {
  type: 'object',
  properties: {
    id: {
      type: 'string',
      pattern: '^[0-9a-f]{16}$',
      description: 'Chosen by the client, so that it may send the same submission again after a lost answer.',
    },
    name: { ...NAME, description: 'Unique among the jobs that have not ended; null = none.' },
    bundle: { ...BUNDLE, description: "The job's modules, uploaded before." },
    args: { ...ARGS, description: "Arguments of the job's builder function." },
    settings: GIVEN_SETTINGS,
    dagJson: { type: 'string', minLength: 2, description: 'The DAG that the client built, as canonical JSON text.' },
    initialSnapshotName: { ...NAME, description: 'The exported snapshot to start from; null = from the beginning.' },
    ifAbsent: {
      type: 'boolean',
      description: 'When an active job has the name: true = join it; false (default) = only if it is the same job.',
    },
  },
  required: ['bundle', 'dagJson'],
  additionalProperties: false,
} as const satisfies JsonSchema

/** What came of a submission. */
export const SUBMITTED_SCHEMA = {
  type: 'object',
  properties: {
    id: { type: 'string', description: '16 hexadecimal digits.' },
    isNew: { type: 'boolean', description: 'False when the job was there already.' },
  },
  required: ['id', 'isNew'],
  additionalProperties: false,
} as const satisfies JsonSchema

/** A job as listings show it. */
export const JOB_SCHEMA = {
  type: 'object',
  properties: {
    id: { type: 'string', description: '16 hexadecimal digits.' },
    idText: { type: 'string', description: 'The id in four groups, as people read it.' },
    name: NAME,
    status: STATUS,
    submissionTimeMs: TIME_MS,
    reason: { type: ['string', 'null'], description: 'Why the job does not run; null when it runs.' },
    snapshot: {
      type: ['object', 'null'],
      properties: { id: { type: 'integer' }, timeMs: TIME_MS, bytes: WHOLE_NUMBER },
      required: ['id', 'timeMs', 'bytes'],
      additionalProperties: false,
      description: 'The last committed snapshot.',
    },
    settings: SETTINGS,
    bundle: BUNDLE,
    args: ARGS,
    executionId: { type: ['string', 'null'], description: 'The execution that is going on.' },
    restarts: { ...WHOLE_NUMBER, description: 'How often the job was started again after a failure.' },
  },
  required: [
    'id',
    'idText',
    'name',
    'status',
    'submissionTimeMs',
    'reason',
    'snapshot',
    'settings',
    'bundle',
    'args',
    'executionId',
    'restarts',
  ],
  additionalProperties: false,
} as const satisfies JsonSchema

/** Jobs, newest first. */
export const JOB_LIST_SCHEMA = {
  type: 'object',
  properties: { jobs: { type: 'array', items: JOB_SCHEMA } },
  required: ['jobs'],
  additionalProperties: false,
} as const satisfies JsonSchema

/** How a job has ended. */
export const JOB_RESULT_SCHEMA = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    name: NAME,
    submissionTimeMs: TIME_MS,
    completionTimeMs: TIME_MS,
    status: { type: 'string', enum: ['COMPLETED', 'FAILED'] },
    error: {
      type: ['object', 'null'],
      description: 'Null when the job completed: else kind, name, message, code, stack, cause and more of its error.',
    },
  },
  required: ['id', 'name', 'submissionTimeMs', 'completionTimeMs', 'status', 'error'],
  additionalProperties: false,
} as const satisfies JsonSchema

/** A result that is there, or null while the job has not ended. */
export const JOB_RESULT_ANSWER_SCHEMA = {
  type: 'object',
  properties: { result: { ...JOB_RESULT_SCHEMA, type: ['object', 'null'] } },
  required: ['result'],
  additionalProperties: false,
} as const satisfies JsonSchema

/** What a command to a job is answered with: it is durable, watch the status to see it carried out. */
export const COMMAND_ANSWER_SCHEMA = {
  type: 'object',
  properties: {},
  additionalProperties: false,
} as const satisfies JsonSchema
