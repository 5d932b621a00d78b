import assert from 'node:assert/strict'
import { HubError } from '../../src/core/errors.js'
import { BUG_ATTEMPTS_MAX } from '../../src/hub/settle-failure.js'
import { workLane } from '../../src/hub/work-lane.js'
import { describeStores, someBackends } from '../support/backends.js'
import { orderMessage } from '../support/hl7-orders.js'
import { testValidation } from '../support/validation.js'
import { openWorker } from '../support/worker.js'

const order = (patient: number, number: number) => orderMessage({ patient, order: number })
const SECRET = 'Hansen Kari 11835698734'

function brokenAt(one: unknown): never {
  throw new TypeError(`cannot read ${SECRET} of ${typeof one}`)
}
function brokenElsewhere(): never {
  throw new TypeError(`cannot read ${SECRET}`)
}
const thrownBy = (work: () => never): unknown => {
  try {
    return work()
  } catch (error) {
    return error
  }
}

describeStores('a failure', await someBackends(), (current) => {
  before(async function () {
    this.timeout(60_000)
    await testValidation()
  })
  const dueNow = () => current().db.query(`update message set due_at = now() where state = 'waiting'`)
  const lanesDue = () => current().db.query('update lane set due_at = now() where due_at is not null')

  it('of the code is tried three times, then grouped by where it happened, without a word of its text', async () => {
    const { store, db } = current()
    const worker = await openWorker(store)
    worker.fault = (_kind, body) =>
      thrownBy(body.includes('P3-O1') ? () => brokenElsewhere() : () => brokenAt(body))
    const rows = []
    for (const patient of [1, 2, 3]) rows.push(await worker.receive('hl7v2', order(patient, 1)))
    for (let attempt = 0; attempt < BUG_ATTEMPTS_MAX; attempt += 1) {
      await worker.work()
      await dueNow()
      await lanesDue()
    }
    const groups = await store.deadLetters({ limit: 10 })
    assert.deepEqual(
      groups.map(({ code, count, kind, channel }) => [code, count, kind, channel]),
      [
        ['UNEXPECTED', 2, 'RDE^O11', 'hl7v2'],
        ['UNEXPECTED', 1, 'RDE^O11', 'hl7v2'],
      ],
    )
    assert.match(groups[0]?.stack ?? '', /^[0-9a-f]{16}$/)
    assert.notEqual(groups[0]?.stack, groups[1]?.stack)
    const own = await store.messages({ fingerprint: groups[1]!.fingerprint, state: 'dead', limit: 10 })
    assert.deepEqual(
      own.map(({ id }) => id),
      [rows[2]!.id],
    )
    const kept = JSON.stringify(
      (await db.query('select reason_text, reason_at, reason_stack from message')).rows,
    )
    for (const text of [kept, JSON.stringify(groups), worker.logged.join('\n')])
      assert.ok(!text.includes('Hansen') && !text.includes('11835698734'))
  })

  it('of messages is grouped by code, place and kind, whatever the index in a list', async () => {
    const { store } = current()
    const worker = await openWorker(store)
    const places = ['Dose[1].amount', 'Dose[27].amount', 'RXE-3', '/items/4/dose', '/items/5/dose']
    worker.fault = (_kind, body) => {
      const at = places[Number(/P(\d+)-O1/.exec(body)?.[1]) - 1]
      return new HubError('MESSAGE_INVALID', `${at}: is not a number`, at === undefined ? {} : { at })
    }
    for (const patient of [1, 2, 3, 4, 5]) await worker.receive('hl7v2', order(patient, 1))
    await worker.work()
    assert.deepEqual(
      (await store.deadLetters({ limit: 10 })).map(({ count }) => count),
      [2, 2, 1],
    )
    assert.deepEqual(await store.deadLetters({ channel: 'devices', limit: 10 }), [])
  })

  it('whose outcome was lost is looked up: what is committed is not tried again', async () => {
    const { store } = current()
    const worker = await openWorker({
      ...store,
      commit: async (claim, effect) => {
        await store.commit(claim, effect)
        throw new HubError('STORE_OUTCOME_UNKNOWN', 'the answer was lost')
      },
    })
    const { id, lane } = await worker.receive('hl7v2', order(1, 1))
    await workLane(worker.deps, lane)
    assert.equal((await store.message(id))?.state, 'done')
    assert.deepEqual(worker.counted, [])
    assert.equal((await store.timeline(id)).filter(({ step }) => step === 'committed').length, 1)
  })

  it('whose outcome was lost before the commit is tried again, once', async () => {
    const { store } = current()
    const lost = { times: 1 }
    const worker = await openWorker({
      ...store,
      commit: async (claim, effect) => {
        if (lost.times-- > 0) throw new HubError('STORE_OUTCOME_UNKNOWN', 'the answer was lost')
        await store.commit(claim, effect)
      },
    })
    const { id, lane } = await worker.receive('hl7v2', order(1, 1))
    await workLane(worker.deps, lane)
    assert.equal((await store.message(id))?.state, 'waiting')
    assert.equal((await store.message(id))?.attempts, 1)
    await dueNow()
    await lanesDue()
    await worker.work()
    assert.equal((await store.message(id))?.state, 'done')
  })

  it('leaves a timeline that says which process stored and applied the message', async () => {
    const { store } = current()
    const worker = await openWorker(store)
    const { id } = await worker.receive('hl7v2', order(1, 1))
    assert.deepEqual(
      (await store.timeline(id)).map(({ step }) => step),
      ['received', 'stored', 'answered'],
    )
    await worker.work()
    const steps = await store.timeline(id)
    assert.deepEqual(
      steps.map(({ step }) => step),
      ['received', 'stored', 'answered', 'mapped', 'committed'],
    )
    assert.ok(steps.every(({ step, by }) => step === 'answered' || by?.startsWith('stafett') === true))
  })
})
