/** Connections to PostgreSQL that are cut, hang or run out (reliability.md 8, F-13, F-15, F-36). */
import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { awaitDatabase } from '../../src/composition/await-database.js'
import { isHubError } from '../../src/core/errors.js'
import { openPostgres, type PostgresOptions } from '../../src/store/database.js'
import type { Database } from '../../src/store/query.js'
import { SESSION_SETTINGS } from '../../src/store/session-settings.js'
import { recordedLog } from '../queue/lane-model.js'
import { createOwnDatabase, type OwnDatabase, postgresAnswers } from '../support/reachable.js'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js'

const suite = (await postgresAnswers()) ? describe : describe.skip
const MAX = 4

suite('connections to PostgreSQL', function () {
  this.timeout(30_000)
  const opened: { own?: OwnDatabase; proxy?: TcpProxy } = {}
  const databases: Database[] = []
  const proxy = () => opened.proxy!
  before(async () => {
    opened.own = await createOwnDatabase('stafett_connections')
    const { hostname, port } = new URL(opened.own.url)
    opened.proxy = await startTcpProxy(Number(port || 5432), hostname)
  })
  afterEach(async () => {
    proxy().letThrough()
    for (const db of databases.splice(0)) await db.close()
  })
  after(async () => {
    await proxy().close()
    await opened.own?.drop()
  })
  const open = (options: Partial<PostgresOptions> = {}): Database => {
    const url = new URL(opened.own!.url)
    url.host = `127.0.0.1:${proxy().port}`
    const db = openPostgres(url.href, { max: MAX, ...options })
    databases.push(db)
    return db
  }
  const sleep = (db: Database, seconds: number) => db.query('select pg_sleep($1)', [seconds])

  it('each have the limits of a session', async () => {
    const db = open()
    for (const name of ['lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout']) {
      const { rows } = await db.query<{ value: string }>('select current_setting($1) as value', [name])
      assert.equal(rows[0]?.value, SESSION_SETTINGS[name])
    }
  })

  it('take a lock that does not come in time for a database that does not answer', async () => {
    const db = open()
    await db.query('create table if not exists held (id int primary key)')
    await db.query('insert into held values (1)')
    const gate = { leave: (): void => undefined }
    const holding = db.transaction(async (query) => {
      await query('select 1 from held for update')
      await new Promise<void>((resolve) => {
        gate.leave = resolve
      })
    })
    await wait(100)
    await assert.rejects(
      db.transaction(async (query) => {
        await query(`set local lock_timeout = '50ms'`)
        await query('select 1 from held for update')
      }),
      { code: 'STORE_UNAVAILABLE' },
    )
    gate.leave()
    await holding
  })

  it('leave no place in the pool taken when they are cut again and again', async () => {
    const db = open({ connectTimeoutMs: 2_000 })
    const outcomes = { done: 0, lost: 0 }
    const until = Date.now() + 1_000
    const asking = async () => {
      while (Date.now() < until)
        await sleep(db, 0.001).then(
          () => {
            outcomes.done += 1
          },
          (error: unknown) => {
            assert.ok(isHubError(error) && error.code === 'STORE_UNAVAILABLE', String(error))
            outcomes.lost += 1
          },
        )
    }
    const cutting = setInterval(() => proxy().cut(), 20)
    await Promise.all(Array.from({ length: MAX * 3 }, asking)).finally(() => clearInterval(cutting))
    assert.ok(outcomes.lost > MAX * 3, `${outcomes.lost} lost, ${outcomes.done} done`)
    // What was cut last is noticed a moment later.
    await wait(100)
    // Every place can be had, all at the same time, and no connection is left over.
    await Promise.all(Array.from({ length: MAX }, () => sleep(db, 0.2)))
    assert.ok(proxy().connections() <= MAX, `${proxy().connections()} connections`)
  })

  it('are told why nobody is let in, and not waited for', async () => {
    const url = new URL(opened.own!.url)
    url.pathname = '/no_such_database'
    const db = openPostgres(url.href, { max: 1 })
    databases.push(db)
    const refusal = { code: 'STORE_UNAVAILABLE', at: 'store.connect', message: /look at DATABASE_URL/ }
    await assert.rejects(db.query('select 1'), refusal)
    const options = { log: recordedLog(), random: Math.random }
    await assert.rejects(
      awaitDatabase(() => db.query('select 1'), options),
      refusal,
    )
  })

  it('are refused at once when too many statements wait for one', async () => {
    const db = open({ max: 1 })
    const results = await Promise.allSettled(Array.from({ length: 80 }, () => sleep(db, 0.01)))
    const refused = results.filter(({ status }) => status === 'rejected')
    assert.equal(refused.length, 80 - 1 - 50)
    for (const result of refused)
      assert.ok(result.status === 'rejected' && Reflect.get(result.reason, 'at') === 'store.connect')
  })

  it('are given up when the server does not answer at all', async () => {
    const db = open({ answerTimeoutMs: 200, connectTimeoutMs: 500 })
    await sleep(db, 0)
    proxy().holdRequests()
    await assert.rejects(sleep(db, 0), { code: 'STORE_UNAVAILABLE', at: 'store.statement' })
    await assert.rejects(
      db.transaction(async () => undefined),
      { code: 'STORE_UNAVAILABLE' },
    )
    proxy().letThrough()
    await sleep(db, 0)
  })
})
