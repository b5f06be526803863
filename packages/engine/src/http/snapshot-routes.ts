import {
  EXPORT_SCHEMA,
  SNAPSHOT_DELETED_SCHEMA,
  SNAPSHOT_LIST_SCHEMA,
  SNAPSHOT_SCHEMA,
} from '../client/api/snapshot-schemas.ts'
import { type ApiRoute, defineRoute } from './api-route.ts'

const save = defineRoute({
  method: 'POST',
  path: '/api/v1/jobs/:job/snapshots',
  operationId: 'exportSnapshot',
  summary: 'Saves the state of a job under a name',
  tag: 'snapshots',
  body: EXPORT_SCHEMA,
  answers: { 201: { description: 'The snapshot has its name.', schema: SNAPSHOT_SCHEMA } },
  async handle({ params, body, member }) {
    return { body: await member.jobs.exportSnapshot(params['job']!, body.name, { cancel: body.cancel === true }) }
  },
})

const list = defineRoute({
  method: 'GET',
  path: '/api/v1/snapshots',
  operationId: 'listSnapshots',
  summary: 'Snapshots that have a name, sorted by it',
  tag: 'snapshots',
  answers: { 200: { description: 'The snapshots.', schema: SNAPSHOT_LIST_SCHEMA } },
  async handle({ member }) {
    return { body: { snapshots: await member.jobs.listSnapshots() } }
  },
})

const remove = defineRoute({
  method: 'DELETE',
  path: '/api/v1/snapshots/:snapshot',
  operationId: 'deleteSnapshot',
  summary: 'Deletes a snapshot that has a name',
  tag: 'snapshots',
  answers: { 200: { description: 'Whether there was one.', schema: SNAPSHOT_DELETED_SCHEMA } },
  async handle({ params, member }) {
    return { body: { deleted: await member.jobs.deleteSnapshot(params['snapshot']!) } }
  },
})

/** Snapshots with names. */
export const SNAPSHOT_ROUTES: readonly ApiRoute[] = [save, list, remove]
