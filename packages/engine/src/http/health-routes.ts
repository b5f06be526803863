import type { JsonSchema } from '../client/api/json-schema.ts'
import type { MemberHealth } from '../member/member.ts'
import { type ApiAnswer, type ApiRoute, defineRoute } from './api-route.ts'

const NUMBER = { type: 'integer', minimum: 0 } as const satisfies JsonSchema

const NODE_STATE = { type: 'string', enum: ['ACTIVE', 'PASSIVE', 'SHUT_DOWN'] } as const satisfies JsonSchema
const CLUSTER_STATE = { type: 'string', enum: ['ACTIVE', 'PASSIVE'] } as const satisfies JsonSchema

const HEALTH_SCHEMA = {
  type: 'object',
  properties: {
    nodeState: NODE_STATE,
    clusterState: CLUSTER_STATE,
    clusterSafe: { type: 'boolean' },
    migrationQueueSize: NUMBER,
    clusterSize: NUMBER,
  },
  required: ['nodeState', 'clusterState', 'clusterSafe', 'migrationQueueSize', 'clusterSize'],
  additionalProperties: false,
} as const satisfies JsonSchema

/** What is shown of a member that is still starting: it takes part in nothing yet. */
const STARTING: MemberHealth = {
  nodeState: 'PASSIVE',
  clusterState: 'PASSIVE',
  clusterSafe: false,
  migrationQueueSize: 0,
  clusterSize: 0,
  isReady: false,
}

interface HealthPath {
  /** Behind `/hazelcast/health`. */
  readonly subpath: string
  readonly operationId: string
  readonly summary: string
  /** Null when the status says it all. */
  readonly schema: JsonSchema | null
  readonly answer: (health: MemberHealth) => ApiAnswer
}

const EMPTY: ApiAnswer = { body: null }
const UNHEALTHY: ApiAnswer = { body: null, status: 503 }

const PATHS: readonly HealthPath[] = [
  {
    subpath: '',
    operationId: 'getHealth',
    summary: 'All about the health of the member',
    schema: HEALTH_SCHEMA,
    answer: ({ nodeState, clusterState, clusterSafe, migrationQueueSize, clusterSize }) => ({
      body: { nodeState, clusterState, clusterSafe, migrationQueueSize, clusterSize },
    }),
  },
  {
    subpath: '/node-state',
    operationId: 'getNodeState',
    summary: 'Whether the member takes part in the cluster; for liveness probes',
    schema: NODE_STATE,
    answer: ({ nodeState }) => ({ body: nodeState, status: nodeState === 'SHUT_DOWN' ? 503 : 200 }),
  },
  {
    subpath: '/cluster-state',
    operationId: 'getClusterState',
    summary: 'Whether the cluster takes jobs',
    schema: CLUSTER_STATE,
    answer: ({ clusterState }) => ({ body: clusterState }),
  },
  {
    subpath: '/cluster-safe',
    operationId: 'getClusterSafe',
    summary: 'Whether a member may be lost without losing state',
    schema: null,
    answer: ({ clusterSafe }) => (clusterSafe ? EMPTY : UNHEALTHY),
  },
  {
    subpath: '/migration-queue-size',
    operationId: 'getMigrationQueueSize',
    summary: 'How many migrations wait or go on',
    schema: NUMBER,
    answer: ({ migrationQueueSize }) => ({ body: migrationQueueSize }),
  },
  {
    subpath: '/cluster-size',
    operationId: 'getClusterSize',
    summary: 'How many members the cluster has',
    schema: NUMBER,
    answer: ({ clusterSize }) => ({ body: clusterSize }),
  },
  {
    subpath: '/ready',
    operationId: 'getReady',
    summary: 'Whether the member takes requests; for readiness probes',
    schema: null,
    answer: ({ isReady }) => (isReady ? EMPTY : UNHEALTHY),
  },
]

/** Health of the member, as probes and load balancers of the original ask for it. */
export const HEALTH_ROUTES: readonly ApiRoute[] = PATHS.map(({ subpath, operationId, summary, schema, answer }) =>
  defineRoute({
    method: 'GET',
    path: `/hazelcast/health${subpath}`,
    operationId,
    summary,
    tag: 'health',
    needsNoMember: true,
    answers: {
      200: { description: schema === null ? 'Yes.' : 'The state.', schema },
      ...((schema === null || schema === NODE_STATE) && {
        503: { description: schema === null ? 'No.' : 'The member has ended.', schema },
      }),
    },
    handle: ({ health }) => answer(health ?? STARTING),
  }),
)
