import { NacelleError } from '../base/nacelle-error.ts'
import type { JsonSchema } from '../client/api/json-schema.ts'
import { type ApiRoute, bytesOf, defineRoute } from './api-route.ts'
import { checkClusterName } from './cluster-name.ts'

const MEMBERS_SCHEMA = {
  type: 'object',
  properties: {
    members: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          address: { type: 'string' },
          liteMember: { type: 'boolean' },
          localMember: { type: 'boolean' },
          uuid: { type: 'string' },
          memberVersion: { type: 'string' },
        },
        required: ['address', 'liteMember', 'localMember', 'uuid', 'memberVersion'],
      },
    },
    connectionCount: { type: 'integer' },
    allConnectionCount: { type: 'integer' },
  },
  required: ['members', 'connectionCount', 'allConnectionCount'],
} as const satisfies JsonSchema

const INSTANCE_SCHEMA = {
  type: 'object',
  properties: { name: { type: 'string' } },
  required: ['name'],
} as const satisfies JsonSchema

const VERSION_SCHEMA = {
  type: 'object',
  properties: { status: { type: 'string' }, version: { type: 'string' } },
  required: ['status', 'version'],
} as const satisfies JsonSchema

const STATE_SCHEMA = {
  type: 'object',
  properties: { status: { type: 'string' }, state: { type: 'string' } },
  required: ['status', 'state'],
} as const satisfies JsonSchema

/** `cluster&password`: nothing longer has a meaning here. */
const CREDENTIALS_BYTES_MAX = 4096

const cluster = defineRoute({
  method: 'GET',
  path: '/hazelcast/rest/cluster',
  operationId: 'getMembers',
  summary: 'The members, in the form of the original',
  tag: 'member',
  answers: { 200: { description: 'The members.', schema: MEMBERS_SCHEMA } },
  handle({ member, connectionCount }) {
    const { members, version } = member.cluster()
    return {
      body: {
        members: members.map(({ address, uuid }) => ({
          address: bracketed(address),
          liteMember: false,
          localMember: uuid === member.uuid,
          uuid,
          memberVersion: version,
        })),
        connectionCount,
        allConnectionCount: connectionCount,
      },
    }
  },
})

const instance = defineRoute({
  method: 'GET',
  path: '/hazelcast/rest/instance',
  operationId: 'getInstance',
  summary: 'The name of this member',
  tag: 'member',
  answers: { 200: { description: 'The name.', schema: INSTANCE_SCHEMA } },
  handle: ({ member }) => ({ body: { name: `${member.clusterName}-${member.uuid}` } }),
})

const version = defineRoute({
  method: 'GET',
  path: '/hazelcast/rest/management/cluster/version',
  operationId: 'getClusterVersion',
  summary: 'The version of the cluster',
  tag: 'member',
  answers: { 200: { description: 'The version.', schema: VERSION_SCHEMA } },
  handle: ({ member }) => ({ body: { status: 'success', version: member.cluster().version } }),
})

const state = defineRoute({
  method: 'POST',
  path: '/hazelcast/rest/management/cluster/state',
  operationId: 'postClusterState',
  summary: 'The state of the cluster; the body is `cluster name&password`, and there are no passwords yet',
  tag: 'member',
  body: { type: 'string' },
  bodyIsStream: true,
  answers: { 200: { description: 'The state in lower case.', schema: STATE_SCHEMA } },
  async handle({ body, member }) {
    const [name = ''] = (await shortText(bytesOf(body))).split('&')
    checkClusterName(name, member.clusterName)
    return { body: { status: 'success', state: member.cluster().state } }
  },
})

/** `[ip]:port`, as the original writes addresses. */
function bracketed(address: string): string {
  const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? []
  return host === undefined ? address : `[${host}]:${port}`
}

async function shortText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > CREDENTIALS_BYTES_MAX) {
      throw new NacelleError('ERR_REQUEST_TOO_LARGE', `the body is longer than ${CREDENTIALS_BYTES_MAX} characters`)
    }
  }
  return text
}

/** Paths of the original that tools read. */
export const MEMBER_REST_ROUTES: readonly ApiRoute[] = [cluster, instance, version, state]
