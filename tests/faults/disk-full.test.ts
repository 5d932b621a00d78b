/** A disk that fills under the store (reliability.md 3.9, 8 F-31): watched, and full without warning. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { orderMessage } from '../support/hl7-orders.js'
import { hasPostgresServer, newPostgresServer, type PostgresServer } from '../support/postgres-server.js'
import { type RunningHub, runHub } from '../support/running-hub.js'
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.js'

const MEGABYTE = 1_048_576

describe('a disk that fills', function () {
  this.timeout(120_000)
  const opened: { disk?: SmallDisk | undefined; server?: PostgresServer; hub?: RunningHub } = {}
  const disk = () => opened.disk!
  const hub = () => opened.hub!
  before(async function () {
    if (!hasPostgresServer()) return this.skip()
    opened.disk = mountSmallDisk(48)
    if (opened.disk === undefined) {
      process.stderr.write('no disk may be mounted here: tests of a full disk are left out\n')
      return this.skip()
    }
    const server = await newPostgresServer()
    opened.server = server
    await server.start()
    // Tables lie on the small disk, the log of the server on the large one.
    const space = join(disk().path, 'space')
    mkdirSync(space)
    chmodSync(space, 0o777)
    server.own(space)
    await server.run(`create tablespace small location '${space}'`)
    await server.run('create database filling tablespace small')
    opened.hub = await runHub({
      DATABASE_URL: server.url.replace(/postgres$/, 'filling'),
      STAFETT_DISK_FOLDER: disk().path,
      STAFETT_DISK_SOFT_MB: '12',
      STAFETT_DISK_HARD_MB: '8',
      STAFETT_SWEEP_MS: '200',
    })
  })
  after(async () => {
    await opened.hub?.hub.stop()
    await opened.server?.remove()
    opened.disk?.remove()
  })

  const post = async (order: number, ballastBytes = 0) => {
    const note = ballastBytes === 0 ? '' : `NTE|1||${randomBytes(ballastBytes / 2).toString('hex')}\r`
    const response = await fetch(`${hub().url}/intake/hl7v2`, {
      method: 'POST',
      body: orderMessage({ patient: 1, order }) + note,
      headers: { 'content-type': 'application/hl7-v2' },
    })
    return { status: response.status, retryAfter: Number(response.headers.get('retry-after')) }
  }
  const untilPosted = async (order: number, status: number) => {
    for (let tries = 0; ; tries += 1) {
      const answer = await post(order)
      if (answer.status === status) return answer
      assert.ok(tries < 200, `${answer.status}, not ${status}`)
      await wait(50)
    }
  }
  const health = async () =>
    (await (await fetch(`${hub().url}/health/ready`)).json()) as { reasons: string[]; status: string }
  const reads = async () => {
    const response = await fetch(`${hub().url}/fhir/MedicationRequest?_count=1`)
    assert.equal(response.status, 200)
    const metrics = await (await fetch(`${hub().url}/metrics`)).text()
    return Number(/^stafett_disk_free_bytes (\d+)/m.exec(metrics)?.[1])
  }

  it('slows senders, then takes nothing, reads on, and recovers when there is room', async () => {
    assert.equal((await post(0)).status, 200)
    disk().fill(11 * MEGABYTE)
    assert.ok((await untilPosted(1, 429)).retryAfter > 0)
    assert.deepEqual((await health()).reasons, ['disk'])
    const socket = connect(hub().mllpPort, '127.0.0.1')
    const answered: Buffer[] = []
    socket.on('data', (bytes) => answered.push(bytes))
    socket.write(`\x0b${orderMessage({ patient: 2, order: 0 })}\x1c\r`)
    disk().fill(4 * MEGABYTE)
    assert.ok((await untilPosted(1, 503)).retryAfter > 0)
    const write = await fetch(`${hub().url}/fhir/Patient`, {
      method: 'POST',
      body: JSON.stringify({ resourceType: 'Patient', name: [{ family: 'Prøve' }] }),
      headers: { 'content-type': 'application/fhir+json' },
    })
    assert.equal(write.status, 503)
    assert.ok((await reads()) <= 4 * MEGABYTE)
    assert.equal(answered.length, 0)
    disk().clear()
    await untilPosted(1, 200)
    for (let tries = 0; answered.length === 0; tries += 1) {
      assert.ok(tries < 100, 'the sender that waited is not answered')
      await wait(50)
    }
    assert.match(Buffer.concat(answered).toString(), /\rMSA\|CA\|/)
    socket.destroy()
    assert.equal((await health()).status, 'ready')
  })

  it('says no to what does not fit though nobody saw it coming, and takes it when there is room', async () => {
    // Filled faster than it is looked at, to the last byte.
    disk().fill(0)
    const large = { order: 10, status: 200 }
    while (large.status === 200 && large.order < 20) {
      large.order += 1
      large.status = (await post(large.order, 2 * MEGABYTE)).status
    }
    assert.equal(large.status, 503)
    await reads()
    disk().clear()
    await untilPosted(large.order, 200)
  })
})
