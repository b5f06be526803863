import { CLUSTER_SCHEMA } from '../client/api/cluster-schemas.ts'
import { clusterToJson } from '../client/api/job-json.ts'
import { MEMBER_METRICS_SCHEMA } from '../client/api/metrics-schemas.ts'
import { type ApiRoute, defineRoute } from './api-route.ts'
import { prometheusText } from './prometheus-metrics.ts'
import { TEXT } from './route-schemas.ts'

const cluster = defineRoute({
  method: 'GET',
  path: '/api/v1/cluster',
  operationId: 'getCluster',
  summary: 'The cluster and its members',
  tag: 'cluster',
  answers: { 200: { description: 'The cluster.', schema: CLUSTER_SCHEMA } },
  handle({ member }) {
    return { body: clusterToJson(member.cluster()) }
  },
})

const metrics = defineRoute({
  method: 'GET',
  path: '/api/v1/metrics',
  operationId: 'getMetrics',
  summary: 'What this member and the executions in it have measured',
  tag: 'metrics',
  answers: { 200: { description: 'The metrics.', schema: MEMBER_METRICS_SCHEMA } },
  handle({ member }) {
    return { body: member.metrics() }
  },
})

const prometheus = defineRoute({
  method: 'GET',
  path: '/metrics',
  operationId: 'getPrometheusMetrics',
  summary: 'The same, to be scraped by Prometheus',
  tag: 'metrics',
  answers: {
    200: {
      description: 'The metrics in text form.',
      schema: TEXT,
      contentType: 'text/plain; version=0.0.4; charset=utf-8',
    },
  },
  async handle({ member }) {
    return { body: await prometheusText(member) }
  },
})

/** The cluster, and what is measured in it. */
export const CLUSTER_ROUTES: readonly ApiRoute[] = [cluster, metrics, prometheus]
