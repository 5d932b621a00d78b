/** Floors of spec: what the machine does without a hub. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import express from 'express'
import pg from 'pg'
import type { Volley } from './client.js'

export interface Floor {
  readonly run: (connections: number, ms: number) => Promise<Volley>
  readonly close: () => Promise<void>
}

const BODY = JSON.stringify({ filler: 'x'.repeat(2_000) })

/** F1: BEGIN, three inserts of 2 KB JSON, COMMIT: five round trips. */
export async function openF1(databaseUrl: string): Promise<Floor> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 64 })
  await pool.query(
    'create table if not exists floor (id bigint generated always as identity primary key, body jsonb)',
  )
  const transaction = async () => {
    const client = await pool.connect()
    try {
      await client.query('begin')
      for (let insert = 0; insert < 3; insert++)
        await client.query({ name: 'floor', text: 'insert into floor (body) values ($1)', values: [BODY] })
      await client.query('commit')
    } finally {
      client.release()
    }
  }
  return { run: (connections, ms) => repeat(connections, ms, transaction), close: () => pool.end() }
}

/** F7: single-row inserts into PGlite in this process. */
export async function openF7(): Promise<Floor> {
  const { PGlite } = await import('@electric-sql/pglite')
  const { mkdtemp, rm } = await import('node:fs/promises')
  const { tmpdir } = await import('node:os')
  const folder = await mkdtemp(`${tmpdir()}/stafett-floor-`)
  const db = await PGlite.create(folder)
  await db.exec('create table floor (id bigint generated always as identity primary key, body jsonb)')
  return {
    run: (connections, ms) =>
      repeat(
        connections,
        ms,
        async () => void (await db.query('insert into floor (body) values ($1)', [BODY])),
      ),
    close: async () => {
      await db.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function repeat(connections: number, ms: number, once: () => Promise<void>): Promise<Volley> {
  const latencies: number[] = []
  const started = performance.now()
  const until = started + ms
  const lane = async () => {
    while (performance.now() < until) {
      const from = performance.now()
      await once()
      latencies.push(performance.now() - from)
    }
  }
  await Promise.all(Array.from({ length: connections }, lane))
  const seconds = (performance.now() - started) / 1_000
  latencies.sort((a, b) => a - b)
  return { perSecond: latencies.length / seconds, count: latencies.length, failures: 0, latencies }
}

export interface HttpFloor {
  readonly port: number
  readonly close: () => Promise<void>
}

/** F3: express, ETag off, a body of the given size from memory. */
export function openF3(body: string): Promise<HttpFloor> {
  const app = express().disable('etag').disable('x-powered-by')
  app.get('/', (_request, response) => void response.type('application/fhir+json').send(body))
  return listen(createServer(app), async () => undefined)
}

/** F5: express, the stored texts of one patient as JSONB rows, parsed and serialised. */
export async function openF5(databaseUrl: string, texts: readonly string[]): Promise<HttpFloor> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 20 })
  await pool.query('create table if not exists floor_jsonb (patient int, body jsonb)')
  await pool.query('create index if not exists floor_jsonb_patient on floor_jsonb (patient)')
  await pool.query(
    'insert into floor_jsonb select p, b::jsonb from generate_series(1, 300) p, unnest($1::text[]) b',
    [texts],
  )
  await pool.query('analyze floor_jsonb')
  const app = express().disable('etag').disable('x-powered-by')
  app.get('/', async (_request, response) => {
    const patient = 1 + Math.floor(Math.random() * 300)
    const { rows } = await pool.query<{ body: object }>({
      name: 'f5',
      text: 'select body from floor_jsonb where patient = $1',
      values: [patient],
    })
    response.json({ resourceType: 'Bundle', entry: rows.map((row) => ({ resource: row.body })) })
  })
  return listen(createServer(app), () => pool.end())
}

async function listen(server: Server, after: () => Promise<void>): Promise<HttpFloor> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await after()
    },
  }
}

/** What the server says of how it keeps what it acknowledges. */
export async function settingsOf(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const settings: string[] = []
  for (const name of ['server_version', 'fsync', 'synchronous_commit', 'full_page_writes']) {
    const { rows } = await client.query<Record<string, string>>(`show ${name}`)
    settings.push(`${name} ${rows[0]?.[name]}`)
  }
  await client.end()
  return `PostgreSQL: ${settings.join(', ')}; node ${process.version}`
}
