import type { ApiRoute } from './api-route.ts'
import { BUNDLE_ROUTES } from './bundle-routes.ts'
import { CLUSTER_ROUTES } from './cluster-routes.ts'
import { HEALTH_ROUTES } from './health-routes.ts'
import { JOB_ROUTES } from './job-routes.ts'
import { MEMBER_REST_ROUTES } from './member-rest-routes.ts'
import { openApiDocument } from './open-api.ts'
import { SNAPSHOT_ROUTES } from './snapshot-routes.ts'

const DESCRIBED: readonly ApiRoute[] = [
  ...JOB_ROUTES,
  ...SNAPSHOT_ROUTES,
  ...BUNDLE_ROUTES,
  ...CLUSTER_ROUTES,
  ...HEALTH_ROUTES,
  ...MEMBER_REST_ROUTES,
]

const description: ApiRoute = {
  method: 'GET',
  path: '/openapi.json',
  operationId: 'getOpenApi',
  summary: 'This interface, described',
  tag: 'description',
  needsNoMember: true,
  answers: { 200: { description: 'A document in the form of OpenAPI 3.1.', schema: { type: 'object' } } },
  handle: () => ({ body: openApiDocument(API_ROUTES) }),
}

/** All that a member answers. */
export const API_ROUTES: readonly ApiRoute[] = [...DESCRIBED, description]
