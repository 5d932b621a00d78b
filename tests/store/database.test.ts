import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { openEmbedded, openPostgres } from '../../src/store/database.js'
import { checkDurability } from '../../src/store/durability.js'
import { noteBackup } from '../../src/store/embedded-folder.js'
import { lockFolder } from '../../src/store/folder-lock.js'
import { migrate, SCHEMA_MAJOR } from '../../src/store/migrate.js'
import { openStore } from '../../src/store/store.js'
import { writeSynced } from '../../src/store/synced-file.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { accepted, newMessage } from './fixtures.js'

const backends = await availableBackends()

describeStores('database', backends, (current) => {
  it('rolls a transaction back when its work throws', async () => {
    const { db } = current()
    await assert.rejects(
      db.transaction(async (query) => {
        await query(`insert into person (person_id) values ('x')`)
        throw new TypeError('planned')
      }),
    )
    assert.equal((await db.query('select 1 from person')).rows.length, 0)
  })

  it('keeps values out of its errors', async () => {
    const { db } = current()
    await db.query(`insert into person (person_id) values ($1)`, ['11835698734'])
    const error: unknown = await db
      .query(`insert into person (person_id) values ($1)`, ['11835698734'])
      .catch((thrown: unknown) => thrown)
    assert.equal(Reflect.get(error as object, 'code'), 'CONCURRENT_CHANGE')
    const cause = (error as Error).cause as Error
    assert.ok(
      !`${(error as Error).message} ${cause.message} ${JSON.stringify(cause)}`.includes('11835698734'),
    )
    await assert.rejects(db.query('select nothing from nowhere'), { code: 'UNEXPECTED' })
  })

  it('gives counts as numbers, bytes as bytes and times as dates', async () => {
    const { rows } = await current().db.query<{ n: number; b: Uint8Array; t: Date }>(
      `select 5::bigint as n, '\\x0001'::bytea as b, '2026-03-01T09:00:00+01:00'::timestamptz as t`,
    )
    assert.equal(rows[0]?.n, 5)
    assert.deepEqual([...rows[0]!.b], [0, 1])
    assert.equal(rows[0]?.t.toISOString(), '2026-03-01T08:00:00.000Z')
  })

  it('migrates once: a second start changes nothing and keeps the incarnation', async () => {
    const { db, store } = current()
    assert.equal(await migrate(db), store.incarnation)
    assert.match(store.incarnation, /^[0-9a-f-]{36}$/)
  })

  it('lets several processes start on an empty database at once', async () => {
    const { db } = current()
    const list = [{ name: 'probe', sql: 'create table probe (n int)' }]
    const found = await Promise.all([migrate(db, list), migrate(db, list), migrate(db, list)])
    assert.equal(new Set(found).size, 1)
    await db.query(`drop table probe`)
    await db.query(`delete from migration where name = 'probe'`)
  })

  it('leaves nothing behind of a migration that fails', async () => {
    const { db } = current()
    const list = [{ name: 'broken', sql: 'create table half (n int); select nothing from nowhere' }]
    await assert.rejects(migrate(db, list), { code: 'UNEXPECTED' })
    assert.equal((await db.query(`select to_regclass('half') as t`)).rows.length, 1)
    assert.deepEqual((await db.query(`select to_regclass('half')::text as t`)).rows, [{ t: null }])
  })

  it('refuses a database of a newer major schema', async () => {
    const { db } = current()
    await db.query('update meta set schema_major = $1', [SCHEMA_MAJOR + 1])
    await assert.rejects(openStore(db), { code: 'STORE_SCHEMA', at: 'meta.schema_major' })
    await db.query('update meta set schema_major = $1', [SCHEMA_MAJOR])
  })

  it('says what a commit is worth', async () => {
    const { db } = current()
    const { level, unsafe } = await checkDurability(db)
    assert.deepEqual(unsafe, [])
    assert.ok(db.kind === 'embedded' ? level === 'process-crash' : level !== 'process-crash')
  })

  it('finds due lanes and heads of lanes by index among many rows', async () => {
    const { db } = current()
    await db.query(
      `insert into lane (lane_key, due_at, last_seq) select 'p-' || n, now(), 1 from generate_series(1, 3000) n`,
    )
    await db.query(`insert into message (id, channel, sender, message_id, part, kind, envelope, body, content_type,
        content_hash, lane_key, seq, state, received_at)
      select n::text, 'hl7v2', 's', n::text, 0, 'k', '{}', '', 't', 'h', 'p-' || n, 1, 'waiting', now()
      from generate_series(1, 3000) n`)
    // As the functions of the lanes are set.
    const plan = (sql: string) =>
      db.transaction(async (query) => {
        await query('set local enable_sort = off')
        await query('set local enable_bitmapscan = off')
        return JSON.stringify((await query(`explain ${sql}`)).rows)
      })
    const due = await plan(`select lane_key from lane where due_at <= statement_timestamp()
      and (lease_until is null or lease_until <= statement_timestamp()) order by due_at, lane_key limit 500`)
    assert.match(due, /lane_due/)
    assert.doesNotMatch(due, /Sort|Seq Scan/)
    const { rows } = await db.query<{ proconfig: string[] }>(
      `select proconfig from pg_proc where proname in ('due_lanes_v1', 'claim_v1', 'settle_lane_v1', 'oldest_due_s_v1')`,
    )
    for (const { proconfig } of rows)
      assert.deepEqual(proconfig, ['enable_sort=off', 'enable_bitmapscan=off'])
    assert.equal(rows.length, 4)
    const head = await plan(
      `select id from message where lane_key = 'p-7' and state = 'waiting' order by seq limit 1`,
    )
    assert.match(head, /message_open/)
    assert.doesNotMatch(head, /Sort|Seq Scan/)
  })
})

describe('PostgreSQL that is away', () => {
  it('is reported as unavailable', async () => {
    const db = openPostgres('postgres://postgres@127.0.0.1:1/none', { max: 1, connectTimeoutMs: 500 })
    await assert.rejects(db.query('select 1'), { code: 'STORE_UNAVAILABLE', at: 'store.connect' })
    await assert.rejects(
      db.transaction(async () => undefined),
      { code: 'STORE_UNAVAILABLE' },
    )
    await db.close()
  })

  for (const backend of backends.filter(({ name }) => name === 'postgresql'))
    it('survives connections that are cut, in use and idle', async () => {
      const opened = await backend.open()
      try {
        const cut = async () =>
          opened.db
            .query(`select pg_terminate_backend(pid) from pg_stat_activity
              where datname = current_database() and pid <> pg_backend_pid()`)
            .catch(() => undefined)
        const slow = assert.rejects(opened.db.query('select pg_sleep(5)'), { code: 'STORE_UNAVAILABLE' })
        const dropped = assert.rejects(
          opened.db.transaction(async (query) => {
            await query('select 1')
            await wait(300)
            await query('select 1')
          }),
          { code: 'STORE_UNAVAILABLE' },
        )
        await wait(100)
        await cut()
        await Promise.all([slow, dropped])
        assert.equal((await accepted(opened.store, newMessage('m1'))).state, 'waiting')
      } finally {
        await opened.close()
      }
    }).timeout(20_000)
})

describe('embedded data folder', function () {
  this.timeout(60_000)
  const folders: string[] = []
  const folder = () => {
    const made = mkdtempSync(join(tmpdir(), 'stafett-store-'))
    folders.push(made)
    return made
  }
  after(() => {
    for (const made of folders) rmSync(made, { recursive: true, force: true })
  })

  it('is refused to a second process while the first one lives, and taken over after a kill', async () => {
    const path = folder()
    const holder = fork(fileURLToPath(new URL('./lock-holder.js', import.meta.url)), [path])
    await once(holder, 'message')
    await assert.rejects(lockFolder(path), { code: 'STORE_LOCKED' })
    const gone = once(holder, 'exit')
    holder.kill('SIGKILL')
    await gone
    const lock = await lockFolder(path)
    lock.release()
  })

  it('is refused to a second opening in the same process, and free after release', async () => {
    const path = folder()
    const lock = await lockFolder(path)
    await assert.rejects(lockFolder(path), { code: 'STORE_LOCKED' })
    lock.release()
    ;(await lockFolder(path)).release()
  })

  it('is taken over from another machine only when its heartbeat stands still', async () => {
    const path = folder()
    const file = join(path, 'stafett.lock')
    const foreign = JSON.stringify({ pid: 1, space: 'another boot', began: '1' })
    writeFileSync(file, foreign)
    const beat = setInterval(() => writeFileSync(file, foreign), 20)
    await assert.rejects(lockFolder(path, { heartbeatMs: 50 }), { code: 'STORE_LOCKED' })
    clearInterval(beat)
    const lock = await lockFolder(path, { heartbeatMs: 50 })
    assert.notEqual(readFileSync(file, 'utf8'), foreign)
    lock.release()
  })

  it('keeps its rows over a restart, starts again from a backup, and does not open when it is damaged', async () => {
    const path = folder()
    const first = await openEmbedded(path)
    const store = await openStore(first)
    const { id } = await accepted(store, newMessage('m1'))
    const file = join(path, 'backup.tar.gz')
    await writeSynced(file, [await first.dump()])
    await noteBackup(path, { file, at: '2026-11-24T12:00:00.000Z' })
    await store.close()
    const again = await openStore(await openEmbedded(path))
    assert.equal(again.incarnation, store.incarnation)
    assert.equal((await again.message(id))?.state, 'waiting')
    await again.close()

    const restored = folder()
    const second = await openStore(await openEmbedded(restored, { restoreFrom: file }))
    assert.equal((await second.message(id))?.state, 'waiting')
    await second.close()
    await assert.rejects(openEmbedded(restored, { restoreFrom: file }), /holds a database: move it away/)

    // As a power cut leaves it: pages that were never written to the disk.
    writeFileSync(join(path, 'db', 'global', 'pg_control'), Buffer.alloc(8_192))
    await assert.rejects(openEmbedded(path), (error: Error) => {
      assert.equal(Reflect.get(error, 'code'), 'STORE_UNAVAILABLE')
      assert.ok(
        error.message.includes(`its last backup is ${file} of 2026-11-24T12:00:00.000Z`),
        error.message,
      )
      assert.match(error.message, /stafett serve --restore <file>/)
      return true
    })
    // The engine would begin anew here.
    rmSync(join(path, 'db', 'PG_VERSION'))
    await assert.rejects(openEmbedded(path), /does not open; its last backup is/)
    ;(await lockFolder(path)).release()
  })

  it('is as it was when what it shall start from is no backup', async () => {
    const path = folder()
    const file = join(path, 'backup.tar.gz')
    for (const content of [undefined, 'no archive', gzipSync('no archive either')]) {
      if (content !== undefined) writeFileSync(file, content)
      await assert.rejects(openEmbedded(path, { restoreFrom: file }), {
        code: 'STORE_UNAVAILABLE',
        message: /cannot be read, or is no backup/,
      })
    }
    assert.deepEqual(readdirSync(path), ['backup.tar.gz'])
  })
})
