import assert from 'node:assert/strict'
import { openJobs } from '../../src/hub/jobs.js'
import { HOLD_S, raiseAlerts } from '../../src/hub/raise-alerts.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { accepted, mustClaim, newMessage } from './fixtures.js'

const FAULT = { code: 'MESSAGE_INVALID', text: 'RXE-3: not a number' } as const
const backupAgeS = async () => undefined
const COUNTS = { rings: 1, sweepFinds: 0, timedLanes: 0, leaseLosses: 0, unknownCommits: 0 }

describeStores('watching', await availableBackends(), (current) => {
  const log = () => {
    const lines: string[] = []
    const write = (event: string, fields?: object) => lines.push(`${event} ${JSON.stringify(fields)}`)
    return { lines, info: write, warn: write, error: write }
  }
  const bury = async (text: string) => {
    const { store } = current()
    const { lane, id } = await accepted(store, newMessage(text))
    const claim = await mustClaim(store, lane)
    await store.fail(claim, id, FAULT, { kind: 'dead' })
    await store.release(claim)
    return id
  }
  const passed = (seconds: number) =>
    current().db.query(
      `update alert set last_seen_at = last_seen_at - $1::float8 * interval '1 second' where ended_at is null`,
      [seconds],
    )

  it('tells of an alert once at its begin and once at its end, however many processes judge', async () => {
    const { store } = current()
    const own = log()
    const told: string[] = []
    const deps = {
      store,
      log: own,
      backupAgeS,
      tell: async (alert: { name: string; event: string }) => void told.push(`${alert.event} ${alert.name}`),
    }
    const id = await bury('m1')
    await Promise.all([raiseAlerts(deps), raiseAlerts({ ...deps, tell: undefined })])
    await bury('m2')
    await raiseAlerts(deps)
    assert.equal(own.lines.filter((line) => line.startsWith('alert began')).length, 1)
    assert.deepEqual(
      (await store.alerts(true, 10)).map(({ name, subject, detail }) => [name, subject, detail]),
      [['dead-letters', 'hl7v2', { count: 2 }]],
    )
    await current().db.query(`update message set state = 'done' where state = 'dead'`)
    await raiseAlerts(deps)
    assert.equal(
      (await store.alerts(true, 10)).length,
      1,
      'what goes on and off within a minute is one alert',
    )
    await passed(HOLD_S + 1)
    await raiseAlerts(deps)
    await raiseAlerts(deps)
    assert.equal(own.lines.filter((line) => line.startsWith('alert ended')).length, 1)
    assert.deepEqual(await store.alerts(true, 10), [])
    assert.ok((await store.alerts(false, 10))[0]?.endedAt)
    assert.deepEqual(told, ['begin dead-letters', 'end dead-letters'])
    assert.ok(!own.lines.join().includes(id), 'no message is named')
  })

  it('tells the receiver again what it did not take', async () => {
    const { store } = current()
    await bury('m1')
    const state = { up: false, told: 0 }
    const tell = async () => {
      if (!state.up) throw new Error('down')
      state.told += 1
    }
    await assert.rejects(raiseAlerts({ store, log: log(), backupAgeS, tell }))
    assert.equal((await store.untoldAlerts(10)).length, 1)
    state.up = true
    await raiseAlerts({ store, log: log(), backupAgeS, tell })
    await raiseAlerts({ store, log: log(), backupAgeS, tell })
    assert.equal(state.told, 1)
  })

  it('learns from the messages when partners speak and how long they usually do not', async () => {
    const { store } = current()
    const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
    const say = (text: string, minutes: number, sender = 'LAB|NORTH') =>
      accepted(store, newMessage(text, { envelope: { sender }, message: { receivedAt: at(minutes) } }))
    await say('m1', 50)
    const until = await store.notePartners(undefined)
    await say('m2', 30)
    await say('m3', 10)
    await store.notePartners(at(40))
    const [partner] = await store.partners(10)
    assert.equal(partner?.sender, 'LAB|NORTH')
    assert.ok(Math.abs(partner.silentS - 600) < 60, `${partner.silentS}`)
    assert.ok(Math.abs(partner.usualGapS - 20 * 60) < 60, `${partner.usualGapS}`)
    assert.equal(partner.lastDone, undefined)
    await store.notePartners(at(40))
    assert.equal((await store.partners(10))[0]?.usualGapS, partner.usualGapS, 'looking twice does no harm')
    assert.ok(Date.parse(until) <= Date.now())
  })

  it('keeps the newest report of each process that still lives', async () => {
    const { store, db } = current()
    const started = new Date().toISOString()
    await store.reportProcess('a', started, COUNTS)
    await store.reportProcess('a', started, { ...COUNTS, rings: 2 })
    await store.reportProcess('b', started, COUNTS)
    await db.query(`update process_report set reported_at = now() - interval '2 minutes' where name = 'b'`)
    assert.deepEqual(
      (await store.processReports()).map(({ name, counts }) => [name, counts.rings]),
      [['a', 2]],
    )
  })

  it('gives the turn of a job to one process, and to another when that one died', async () => {
    const { store, db } = current()
    const turns: string[] = []
    const clock = { now: 0 }
    const processOf = (who: string) =>
      openJobs({ store, who, log: log(), clock: () => clock.now }, [
        {
          name: 'count',
          everyMs: 60_000,
          run: async (memory) => {
            turns.push(who)
            return typeof memory === 'number' ? memory + 1 : 1
          },
        },
      ])
    const [a, b] = [processOf('a'), processOf('b')]
    clock.now = 1_000_000
    await Promise.all([a(), b()])
    assert.equal(turns.length, 1)
    clock.now += 60_000
    await db.query(`update job set started_at = started_at - interval '1 minute'`)
    await b()
    assert.deepEqual(turns.slice(1), ['b'])
    assert.deepEqual((await db.query<{ memory: number }>('select memory from job')).rows, [{ memory: 2 }])
  })

  it('remembers that a job failed, and lets the others run', async () => {
    const { store } = current()
    const ran: string[] = []
    const look = openJobs({ store, who: 'a', log: log(), clock: Date.now }, [
      { name: 'broken', everyMs: 1, run: async () => Promise.reject(new Error('broken')) },
      { name: 'sound', everyMs: 1, run: async () => void ran.push('sound') },
    ])
    await look()
    assert.deepEqual(
      (await store.jobs()).map(({ name, failures, endedAt }) => [name, failures, endedAt === undefined]),
      [
        ['broken', 1, true],
        ['sound', 0, false],
      ],
    )
    assert.deepEqual(ran, ['sound'])
  })
})
