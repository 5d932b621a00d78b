/** Which back ends answer, so that suites which need them run or are left out and said to be. */

import { accessSync, constants } from 'node:fs'
import { connect } from 'node:net'
import { delimiter, join } from 'node:path'
import pg from 'pg'

export const TEST_DATABASE_URL =
  process.env.TEST_DATABASE_URL || 'postgres://postgres@127.0.0.1:5432/postgres'
export const TEST_REDIS_URL = process.env.TEST_REDIS_URL || 'redis://127.0.0.1:6379'

export interface Reachable {
  readonly name: string
  readonly reachable: boolean
  readonly why: string
}

export async function reachableBackends(): Promise<readonly Reachable[]> {
  return [
    { name: 'embedded store (PGlite), in-process dispatcher', reachable: true, why: '' },
    await answers('PostgreSQL', TEST_DATABASE_URL, askPostgres),
    await answers('Redis', TEST_REDIS_URL, askRedis),
  ]
}

export const postgresAnswers = async (): Promise<boolean> =>
  (await answers('PostgreSQL', TEST_DATABASE_URL, askPostgres)).reachable
export const redisAnswers = async (): Promise<boolean> =>
  (await answers('Redis', TEST_REDIS_URL, askRedis)).reachable

async function answers(name: string, url: string, ask: (url: string) => Promise<void>): Promise<Reachable> {
  try {
    await ask(url)
    return { name, reachable: true, why: '' }
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string }
    return { name, reachable: false, why: code ?? message ?? 'no answer' }
  }
}

async function askPostgres(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  try {
    await client.connect()
    await client.query('select 1')
  } finally {
    await client.end().catch(() => undefined)
  }
}

function askRedis(url: string): Promise<void> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port || 6379), timeout: 2_000 })
    socket.once('connect', () => socket.write('PING\r\n'))
    socket.once('data', () => {
      socket.destroy()
      resolve()
    })
    socket.once('timeout', () => socket.destroy(new Error('timeout')))
    socket.once('error', reject)
  })
}

/** Path of a program, or undefined when it is not on the path. */
export function programOnPath(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // not in this folder
    }
  }
  return undefined
}

export interface OwnDatabase {
  readonly url: string
  readonly drop: () => Promise<void>
}

/** A PostgreSQL database of this test's own. */
export async function createOwnDatabase(prefix: string): Promise<OwnDatabase> {
  const name = `${prefix}_${process.pid}_${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`
  const run = async (sql: string) => {
    const client = new pg.Client({ connectionString: TEST_DATABASE_URL })
    await client.connect()
    try {
      await client.query(sql)
    } finally {
      await client.end()
    }
  }
  await run(`create database ${name}`)
  const url = new URL(TEST_DATABASE_URL)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => run(`drop database if exists ${name} with (force)`) }
}
