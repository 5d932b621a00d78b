/** PostgreSQL away at the start, killed in the middle, read-only, full of locks (reliability.md 8, F-09 to F-15). */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { parseConfig } from '../../src/config.js'
import { type Hub, startHub } from '../../src/main.js'
import { recordedLog } from '../queue/lane-model.js'
import { freePort } from '../support/free-port.js'
import { orderMessage } from '../support/hl7-orders.js'
import { hasPostgresServer, newPostgresServer, type PostgresServer } from '../support/postgres-server.js'
import { runHub } from '../support/running-hub.js'

const suite = hasPostgresServer() ? describe : describe.skip
if (!hasPostgresServer())
  process.stderr.write('no PostgreSQL binaries on the path: tests that stop a server are left out\n')

suite('a hub whose PostgreSQL comes and goes', function () {
  this.timeout(240_000)
  const opened: { server?: PostgresServer; hub?: Promise<Hub>; url?: string; mllpPort?: number } = {}
  const log = recordedLog()
  const server = () => opened.server!
  before(async () => {
    opened.server = await newPostgresServer()
    const port = await freePort()
    opened.url = `http://127.0.0.1:${port}`
    opened.mllpPort = await freePort()
    const config = parseConfig({
      DATABASE_URL: server().url,
      PORT: String(port),
      MLLP_PORT: String(opened.mllpPort),
      STAFETT_SWEEP_MS: '200',
      STAFETT_LEASE_MS: '1500',
    })
    opened.hub = startHub(config, log)
    while (!log.lines.some((line) => line.includes('waiting for it'))) await wait(10)
  })
  after(async () => {
    await opened.server?.remove()
  })

  const post = (patient: number, order: number) =>
    fetch(`${opened.url}/intake/hl7v2`, {
      method: 'POST',
      body: orderMessage({ patient, order }),
      headers: { 'content-type': 'application/hl7-v2' },
    })
  const health = async () => {
    const response = await fetch(`${opened.url}/health/ready`)
    return { status: response.status, body: (await response.json()) as { status: string; reasons: string[] } }
  }
  const untilReady = async () => {
    for (let tries = 0; (await health()).status !== 200; tries += 1) {
      assert.ok(tries < 400, `not ready: ${log.lines.join()}`)
      await wait(50)
    }
  }
  const total = async () => {
    const response = await fetch(`${opened.url}/fhir/MedicationRequest?_count=0&_total=accurate`)
    return ((await response.json()) as { total: number }).total
  }
  const untilTotal = async (wanted: number) => {
    for (let tries = 0; (await total()) !== wanted; tries += 1) {
      assert.ok(tries < 400, `${await total()} of ${wanted} applied`)
      await wait(50)
    }
  }

  it('waits for one that is away at the start: alive, not ready, nothing taken', async () => {
    assert.equal((await fetch(`${opened.url}/health/live`)).status, 200)
    assert.deepEqual(await health(), { status: 503, body: { status: 'unavailable', reasons: ['starting'] } })
    const refused = await post(0, 0)
    assert.equal(refused.status, 503)
    assert.ok(Number(refused.headers.get('retry-after')) > 0)
    const read = await fetch(`${opened.url}/fhir/Patient/x`)
    assert.equal(read.status, 503)
    assert.equal(((await read.json()) as { resourceType: string }).resourceType, 'OperationOutcome')
    const mllp = connect(opened.mllpPort!, '127.0.0.1')
    const code = await new Promise((resolve) =>
      mllp.on('error', (error) => resolve(Reflect.get(error, 'code'))),
    )
    assert.equal(code, 'ECONNREFUSED')
    await server().start()
    await untilReady()
    assert.equal((await post(0, 0)).status, 200)
    await untilTotal(1)
  })

  it('says yes to nothing while it is gone in the middle of a load, and recovers by itself', async () => {
    const acknowledged = new Set<string>(['0-0'])
    const refusals = { count: 0 }
    const down = { since: 0 }
    const sending = async (patient: number) => {
      for (let order = patient === 0 ? 1 : 0; order < 12; order += 1)
        for (;;) {
          const began = Date.now()
          const response = await post(patient, order)
          if (response.status === 200) {
            assert.ok(down.since === 0 || began < down.since, 'no positive answer while it is down')
            acknowledged.add(`${patient}-${order}`)
            break
          }
          assert.equal(response.status, 503, await response.text())
          assert.ok(Number(response.headers.get('retry-after')) > 0)
          refusals.count += 1
          await wait(50)
        }
    }
    const load = Promise.all(Array.from({ length: 8 }, (_, patient) => sending(patient)))
    while (acknowledged.size < 20) await wait(5)
    await server().kill()
    down.since = Date.now()
    while (refusals.count < 16) await wait(10)
    const { status, body } = await health()
    assert.equal(status, 503)
    assert.deepEqual(body.reasons, ['database'])
    down.since = 0
    await server().start()
    await load
    assert.equal(acknowledged.size, 96)
    await untilReady()
    await untilTotal(96)
  })

  it('takes a database that became read-only for one that is down, and reads on', async () => {
    await server().run('alter system set default_transaction_read_only = on')
    await server().run('select pg_reload_conf()')
    await wait(200)
    assert.equal((await post(20, 0)).status, 503)
    assert.equal(await total(), 96)
    await server().run('alter system reset default_transaction_read_only')
    await server().run('select pg_reload_conf()')
    for (let tries = 0; (await post(20, 0)).status !== 200; tries += 1) {
      assert.ok(tries < 100, 'not writable again')
      await wait(50)
    }
    await untilTotal(97)
    await (await opened.hub!).stop()
  })

  it('turns its readiness off before it closes its doors, and answers what comes meanwhile', async () => {
    const { hub: running, url } = await runHub({ DATABASE_URL: server().url, STAFETT_DRAIN_PAUSE_MS: '300' })
    const stopped = running.stop()
    const ready = await fetch(`${url}/health/ready`)
    assert.equal(ready.status, 503)
    assert.deepEqual(((await ready.json()) as { reasons: string[] }).reasons, ['stopping'])
    assert.equal((await fetch(`${url}/health/live`)).status, 200)
    const taken = await fetch(`${url}/intake/hl7v2`, {
      method: 'POST',
      body: orderMessage({ patient: 30, order: 0 }),
      headers: { 'content-type': 'application/hl7-v2' },
    })
    assert.equal(taken.status, 200)
    await stopped
    await assert.rejects(fetch(`${url}/health/live`))
  })

  it('is not started in production while it may lose what it acknowledged', async () => {
    await server().run('alter database postgres set synchronous_commit = off')
    await assert.rejects(runHub({ DATABASE_URL: server().url, STAFETT_MODE: 'production' }), {
      code: 'STORE_UNSAFE',
      message: /set synchronous_commit to on/,
    })
  })

  it('is waited for until the process is told to end', async () => {
    await server().stop()
    const end = new AbortController()
    const port = String(await freePort())
    const config = parseConfig({ DATABASE_URL: server().url, PORT: port, MLLP_PORT: '0' })
    const lines = log.lines.length
    const waiting = startHub(config, log, { signal: end.signal })
    while (!log.lines.slice(lines).some((line) => line.includes('waiting for it'))) await wait(10)
    end.abort()
    await assert.rejects(waiting, { name: 'AbortError' })
    await assert.rejects(fetch(`http://127.0.0.1:${port}/health/live`))
  })
})
