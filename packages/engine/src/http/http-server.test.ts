import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DEFAULT_JOB_SETTINGS } from '../jobs/job-settings.ts'
import type { Logger } from '../platform/logger.ts'
import { NODE_TIMERS } from '../platform/node/node-timers.ts'
import { FAKE_BUNDLE_BYTES_MAX, FakeMember } from '../testing/fake-member.ts'
import { type HttpServer, openHttpServer } from './http-server.ts'

const SHA = 'a'.repeat(64)
const SUBMISSION = { bundle: { sha256: SHA }, dagJson: '{}', name: 'trades' }

const logged: string[] = []
const LOGGER: Logger = {
  log: (level, message) => void logged.push(`${level} ${message}`),
  isEnabled: () => true,
  child: () => LOGGER,
}

let member: FakeMember
let server: HttpServer
beforeEach(async () => {
  logged.length = 0
  member = new FakeMember()
  server = await openHttpServer({
    address: { host: '127.0.0.1', port: 0 },
    publicNames: ['jet.example'],
    logger: LOGGER,
    timers: NODE_TIMERS,
  })
  server.serve(member)
})
afterEach(() => server.close())

interface Answer {
  readonly status: number
  readonly text: string
  readonly json: never
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

interface Ask {
  readonly method?: string
  readonly json?: unknown
  readonly bytes?: Uint8Array | string
  readonly headers?: Readonly<Record<string, string | number>>
}

function ask(path: string, { method, json, bytes, headers }: Ask = {}): Promise<Answer> {
  const payload = bytes ?? (json === undefined ? null : JSON.stringify(json))
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port: server.address.port,
        path,
        method: method ?? (payload === null ? 'GET' : 'POST'),
        agent: false,
        headers: { ...(json !== undefined && { 'content-type': 'application/json' }), ...headers },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => {
          const json = (
            /json/.test(response.headers['content-type'] ?? '') && text !== '' ? JSON.parse(text) : null
          ) as never
          resolve({ status: response.statusCode!, text, json, headers: response.headers })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(payload)
  })
}

const errorOf = (answer: Answer) => (answer.json as { error: { code: string; message: string } }).error

describe('jobs over HTTP', () => {
  it('are submitted, listed, commanded and end', async () => {
    const submitted = await ask('/api/v1/jobs', { json: { ...SUBMISSION, id: '0123456789abcdef', args: ['a'] } })
    expect(submitted).toMatchObject({ status: 201, json: { id: '0123456789abcdef', isNew: true } })
    expect(await ask('/api/v1/jobs', { json: { ...SUBMISSION, id: '0123456789abcdef', args: ['a'] } })).toMatchObject({
      status: 200,
      json: { id: '0123456789abcdef', isNew: false },
    })
    expect(member.jobs.all[0]!.settings).toEqual(DEFAULT_JOB_SETTINGS)
    expect((await ask('/api/v1/jobs')).json).toMatchObject({
      jobs: [{ name: 'trades', status: 'RUNNING', args: ['a'] }],
    })
    expect((await ask('/api/v1/jobs/0123-4567-89ab-cdef')).json).toMatchObject({ settings: { guarantee: 'NONE' } })
    expect((await ask('/api/v1/jobs/trades/result')).json).toEqual({ result: null })
    expect((await ask('/api/v1/jobs/trades/suspend', { method: 'POST' })).status).toBe(202)
    expect((await ask('/api/v1/jobs/trades')).json).toMatchObject({ status: 'SUSPENDED' })
    expect(await ask('/api/v1/jobs/trades/suspend', { method: 'POST' })).toMatchObject({
      status: 409,
      json: { error: { code: 'ERR_JOB_STATE' } },
    })
    const result = ask('/api/v1/jobs/trades/result?wait=true')
    await ask('/api/v1/jobs/trades/cancel', { method: 'POST' })
    expect((await result).json).toMatchObject({ result: { status: 'FAILED', error: { code: 'ERR_CANCELLED' } } })
    expect((await ask('/api/v1/jobs')).json).toEqual({ jobs: [] })
    expect((await ask('/api/v1/jobs?all=true')).json).toMatchObject({ jobs: [{ status: 'FAILED' }] })
  })

  it('are found by names with any character', async () => {
    await ask('/api/v1/jobs', { json: { ...SUBMISSION, name: 'a/b ?ü%' } })
    expect((await ask(`/api/v1/jobs/${encodeURIComponent('a/b ?ü%')}`)).json).toMatchObject({ name: 'a/b ?ü%' })
    expect(errorOf(await ask('/api/v1/jobs/none')).message).toBe("no job with name or id 'none' was found")
  })

  it('have snapshots with names', async () => {
    await ask('/api/v1/jobs', { json: SUBMISSION })
    expect((await ask('/api/v1/jobs/trades/snapshots', { json: { name: 's1' } })).status).toBe(201)
    expect((await ask('/api/v1/snapshots')).json).toMatchObject({ snapshots: [{ name: 's1', jobName: 'trades' }] })
    expect((await ask('/api/v1/snapshots/s1', { method: 'DELETE' })).json).toEqual({ deleted: true })
    expect((await ask('/api/v1/snapshots/s1', { method: 'DELETE' })).json).toEqual({ deleted: false })
  })

  it('have logs that end with the reader, and metrics', async () => {
    await ask('/api/v1/jobs', { json: SUBMISSION })
    member.logLines.push('first', 'second')
    expect((await ask('/api/v1/jobs/trades/logs')).text).toBe('first\nsecond\n')
    const followed = await new Promise<string>((resolve, reject) => {
      const outgoing = request(
        { port: server.address.port, path: '/api/v1/jobs/trades/logs?follow=true' },
        (response) => {
          response.once('data', (chunk: Buffer) => {
            outgoing.destroy()
            resolve(chunk.toString())
          })
        },
      )
      outgoing.on('error', reject).end()
    })
    expect(followed).toContain('first')
    expect((await ask('/api/v1/jobs/trades/metrics')).json).toMatchObject({
      executions: [{ progress: { itemsIn: 12 } }],
    })
    expect((await ask('/api/v1/metrics')).json).toMatchObject({ uptimeMs: 1500 })
    const { text } = await ask('/metrics')
    expect(text).toContain('nacelle_jobs{status="RUNNING"} 1')
    expect(text).toMatch(/nacelle_vertex_items_out_total\{job="[0-9a-f]{16}",job_name="trades",.*vertex="numbers"\} 12/)
  })
})

describe('uploads of bundles', () => {
  const put = (text: string | Uint8Array, name?: string) => {
    const sha256 = name ?? createHash('sha256').update(text).digest('hex')
    return ask(`/api/v1/bundles/${sha256}`, {
      method: 'PUT',
      bytes: text,
      headers: { 'content-type': 'application/octet-stream' },
    })
  }

  it('are stored under their hash', async () => {
    const sha256 = createHash('sha256').update('code').digest('hex')
    expect((await ask(`/api/v1/bundles/${sha256}`)).json).toEqual({ stored: false })
    expect((await put('code')).status).toBe(201)
    expect((await ask(`/api/v1/bundles/${sha256}`)).json).toEqual({ stored: true })
  })

  it('are refused under another hash or name, and when they are too large', async () => {
    expect(errorOf(await put('code', SHA)).code).toBe('ERR_BUNDLE_HASH')
    expect(errorOf(await put('code', 'short')).code).toBe('ERR_REQUEST')
    expect(await put(new Uint8Array(FAKE_BUNDLE_BYTES_MAX + 1))).toMatchObject({ status: 413 })
    expect(member.stored.size).toBe(0)
  })

  it('leave nothing when they are cut off half-way', async () => {
    await new Promise<void>((resolve, reject) => {
      const socket = connect(server.address.port, '127.0.0.1', () => {
        socket.write(
          `PUT /api/v1/bundles/${SHA} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000\r\n\r\nhalf`,
          () => socket.destroy(),
        )
      })
      socket.on('close', () => resolve()).on('error', reject)
    })
    expect((await ask('/hazelcast/health/ready')).status).toBe(200)
    expect(member.stored.size).toBe(0)
  })
})

describe('requests that are refused', () => {
  it.each([
    [{ ...SUBMISSION, dagJson: 7 }, 'dagJson'],
    [{ ...SUBMISSION, bundle: {} }, 'bundle.sha256'],
    [{ ...SUBMISSION, bundle: { sha256: 'x' } }, 'bundle.sha256'],
    [{ ...SUBMISSION, nmae: 'x' }, 'nmae'],
    [{ ...SUBMISSION, settings: { restart: { attempts: -1 } } }, 'settings.restart.attempts'],
    [{ ...SUBMISSION, settings: { guarantee: 'SOME' } }, 'settings.guarantee'],
    [{ ...SUBMISSION, args: ['a', 1] }, 'args.1'],
    [{ dagJson: '{}' }, 'bundle'],
    [[], ''],
    [null, ''],
  ])('name the field: %j', async (json, field) => {
    const { status, json: body } = await ask('/api/v1/jobs', { json })
    expect(status).toBe(400)
    expect(body).toMatchObject({ error: { code: 'ERR_REQUEST', details: { field } } })
    expect((body as { error: { message: string } }).error.message).toContain(field)
  })

  it('are those that are no JSON, of another type, or too large', async () => {
    const headers = { 'content-type': 'application/json' }
    expect(errorOf(await ask('/api/v1/jobs', { bytes: '{', headers })).code).toBe('ERR_REQUEST')
    expect(errorOf(await ask('/api/v1/jobs', { bytes: '{"__proto__":{}}', headers })).code).toBe('ERR_REQUEST')
    expect((await ask('/api/v1/jobs', { bytes: 'a=b', headers: { 'content-type': 'text/plain' } })).status).toBe(415)
    const large = { name: 'x'.repeat(70_000) }
    expect(errorOf(await ask('/api/v1/jobs/a/snapshots', { json: large })).code).toBe('ERR_REQUEST_TOO_LARGE')
    expect(errorOf(await ask('/api/v1/jobs?al=true')).message).toContain("'al'")
    expect((await ask('/api/v1/jobs/%zz')).status).toBe(400)
  })

  it('are those for another host, page or cluster', async () => {
    const status = async (headers: Readonly<Record<string, string>>): Promise<number> =>
      (await ask('/api/v1/cluster', { headers })).status
    for (const host of ['localhost:5701', '127.0.0.1', '10.1.2.3:80', '[::1]:5701', 'JET.example:5701']) {
      expect(await status({ host })).toBe(200)
    }
    for (const host of ['evil.example', 'localhost.evil.example:5701', 'jet.example.evil', 'a b']) {
      expect(await status({ host })).toBe(403)
    }
    expect(await status({ host: 'localhost:5701', origin: 'http://localhost:5701' })).toBe(200)
    expect(await status({ host: 'localhost:5701', origin: 'http://evil.example' })).toBe(403)
    expect(await status({ host: 'localhost:5701', origin: 'null' })).toBe(403)
    expect(await status({ 'nacelle-cluster': 'jet' })).toBe(200)
    expect(await status({ 'nacelle-cluster': 'dev' })).toBe(403)
  })

  it('are those for paths and methods that are not there', async () => {
    expect(await ask('/nothing')).toMatchObject({ status: 404, json: { error: { code: 'ERR_UNKNOWN_PATH' } } })
    const { status, headers } = await ask('/api/v1/jobs/a', { method: 'PATCH' })
    expect([status, headers['allow']]).toEqual([405, 'GET'])
  })

  it('tell nothing about the inside when the member fails', async () => {
    member.jobs.list = () => Promise.reject(new TypeError('secret detail'))
    const answer = await ask('/api/v1/jobs')
    expect(answer.status).toBe(500)
    expect(answer.text).not.toContain('secret')
    expect(logged).toEqual(['error GET /api/v1/jobs failed'])
  })
})

describe('health over HTTP', () => {
  it('is what probes of the original expect', async () => {
    expect((await ask('/hazelcast/health')).text).toBe(
      '{"nodeState":"ACTIVE","clusterState":"ACTIVE","clusterSafe":true,"migrationQueueSize":0,"clusterSize":1}',
    )
    expect((await ask('/hazelcast/health/node-state')).text).toBe('"ACTIVE"')
    expect((await ask('/hazelcast/health/cluster-state')).text).toBe('"ACTIVE"')
    expect(await ask('/hazelcast/health/cluster-safe')).toMatchObject({ status: 200, text: '' })
    expect((await ask('/hazelcast/health/migration-queue-size')).text).toBe('0')
    expect((await ask('/hazelcast/health/cluster-size')).text).toBe('1')
    expect(await ask('/hazelcast/health/ready')).toMatchObject({ status: 200, text: '' })
    expect((await ask('/hazelcast/health/ready', { method: 'HEAD' })).status).toBe(200)
    expect((await ask('/hazelcast/health/nothing')).status).toBe(400)
    expect((await ask('/hazelcast/other')).status).toBe(404)
  })

  it('shows a member that has ended, or is not safe', async () => {
    member.healthState = { ...member.healthState, nodeState: 'SHUT_DOWN', clusterSafe: false, isReady: false }
    for (const path of ['node-state', 'cluster-safe', 'ready']) {
      expect((await ask(`/hazelcast/health/${path}`)).status).toBe(503)
    }
  })

  it('tells the members and the cluster as the original does', async () => {
    expect((await ask('/hazelcast/rest/cluster')).json).toMatchObject({
      members: [{ address: '[127.0.0.1]:5701', liteMember: false, localMember: true }],
    })
    expect((await ask('/hazelcast/rest/instance')).json).toEqual({ name: `jet-${member.uuid}` })
    expect((await ask('/hazelcast/rest/management/cluster/version')).json).toMatchObject({ status: 'success' })
    const path = '/hazelcast/rest/management/cluster/state'
    expect((await ask(path, { bytes: 'jet&pass' })).json).toEqual({ status: 'success', state: 'active' })
    expect((await ask(path, { bytes: 'dev&pass' })).status).toBe(403)
  })
})

describe('a server without a member', () => {
  it('says that it is starting', async () => {
    const starting = await openHttpServer({
      address: { host: '127.0.0.1', port: server.address.port },
      portCount: 20,
      logger: LOGGER,
      timers: NODE_TIMERS,
    })
    const base = `http://127.0.0.1:${starting.address.port}`
    expect(starting.address.port).not.toBe(server.address.port)
    expect((await fetch(`${base}/hazelcast/health/ready`)).status).toBe(503)
    const jobs = await fetch(`${base}/api/v1/jobs`)
    expect([jobs.status, jobs.headers.get('retry-after')]).toEqual([503, '1'])
    await starting.close()
  })

  it('says that the port is in use', async () => {
    const { port } = server.address
    const opening = openHttpServer({ address: { host: '127.0.0.1', port }, logger: LOGGER, timers: NODE_TIMERS })
    await expect(opening).rejects.toThrow(`cannot listen on 127.0.0.1:${port}: the port is in use`)
  })
})
