/** K11 to K14 and K18 for deliveries: processes are really killed and stopped; what they had in hand goes on elsewhere. */
import assert from 'node:assert/strict'
import { openPostgres } from '../../src/store/database.js'
import type { Database } from '../../src/store/query.js'
import { openStore } from '../../src/store/store.js'
import { until } from '../queue/lane-model.js'
import type { Fault } from '../support/fault.js'
import { letPass, outboxOf, putChanges } from '../support/outbox.js'
import { type OutboxProcess, startOutboxProcess } from '../support/outbox-process.js'
import { createOwnDatabase, postgresAnswers } from '../support/reachable.js'
import { type ScriptedReceiver, startReceiver, status } from '../support/scripted-receiver.js'

const LIMIT_MS = 60_000
const HOUR_MS = 3_600_000

const answers = await postgresAnswers()
const describeFault = answers ? describe : describe.skip

describeFault('an outbox process that is lost', function () {
  this.timeout(2 * LIMIT_MS)
  const opened: { db?: Database; drop?: () => Promise<void> } = {}
  const processes: OutboxProcess[] = []
  let url = ''
  let receiver: ScriptedReceiver
  before(async () => {
    const own = await createOwnDatabase('stafett_outbox')
    url = own.url
    opened.drop = own.drop
    opened.db = openPostgres(own.url, { max: 2 })
    await openStore(opened.db)
  })
  beforeEach(async () => {
    receiver = await startReceiver()
    await opened.db?.query('delete from delivery')
    await opened.db?.query('update destination set last_number = 0')
  })
  afterEach(async () => {
    for (const one of processes.splice(0)) await one.kill()
    await receiver.close()
  })
  after(async () => {
    await opened.db?.close()
    await opened.drop?.()
  })

  const db = (): Database => {
    if (opened.db === undefined) throw new Error('not open')
    return opened.db
  }
  const start = (fault?: Fault) => {
    const one = startOutboxProcess(url, `http://127.0.0.1:${receiver.port}/lists`, fault)
    processes.push(one)
    return one
  }
  let round = 0
  const putTwo = () => {
    round += 1
    return putChanges(db(), [
      { lane: `r${round}`, number: 1 },
      { lane: `r${round}`, number: 2 },
    ])
  }
  const delivered = async () => (await outboxOf(db()).deliveries({ state: 'delivered', limit: 9 })).length
  const header = (name: string) =>
    receiver.requests.map(({ head }) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim())

  /** Whatever the dead one had, the next one sends; what is sent again has the same number, id and body. */
  async function finish(expectedNumbers: readonly string[]): Promise<void> {
    receiver.mode = status(200)
    // Its lease is over.
    await letPass(db(), HOUR_MS)
    start()
    await until(async () => (await delivered()) === 2, LIMIT_MS, 'both delivered')
    assert.deepEqual(header('Stafett-Event-Number'), expectedNumbers)
    const ids = header('Idempotency-Key')
    assert.equal(new Set(ids).size, 2)
    const pairs = receiver.requests.map(
      ({ body }, index) => `${ids[index]} ${expectedNumbers[index]} ${body}`,
    )
    assert.equal(new Set(pairs).size, 2)
  }

  it('before its fan-out is committed: made once by the next (K11)', async () => {
    await putTwo()
    await start({ point: 'before-fan-out-commit', action: 'kill', nth: 1 }).faulted
    assert.equal((await outboxOf(db()).deliveries({ limit: 9 })).length, 0)
    await finish(['1', '2'])
  })

  it('between claim and request: sent by the next (K12)', async () => {
    await putTwo()
    await start({ point: 'before-delivery-send', action: 'kill', nth: 1 }).faulted
    assert.equal(receiver.requests.length, 0)
    await finish(['1', '2'])
  })

  it('between request and answer: sent again under the same number and id (K13)', async () => {
    await putTwo()
    receiver.mode = { kind: 'silent' }
    const first = start()
    await until(() => receiver.requests.length === 1, LIMIT_MS, 'request there')
    await first.kill()
    await finish(['1', '1', '2'])
    assert.deepEqual(header('Stafett-Attempt').slice(0, 2), ['1', '2'])
  })

  it('between answer and its commit: one duplicate under the same number and id (K14)', async () => {
    await putTwo()
    await start({ point: 'after-delivery-answer', action: 'kill', nth: 1 }).faulted
    await finish(['1', '1', '2'])
  })

  it('stopped with an answer in hand: what it says after its lease counts for nothing (K18)', async () => {
    await putTwo()
    const stopped = start({ point: 'after-delivery-answer', action: 'hang', nth: 1 })
    await stopped.faulted
    await finish(['1', '1', '2'])
    const before = await outboxOf(db()).deliveries({ limit: 9 })
    stopped.signal('SIGCONT')
    await putTwo()
    await until(async () => (await delivered()) === 4, LIMIT_MS, 'both go on')
    assert.deepEqual(
      (await outboxOf(db()).deliveries({ limit: 9 })).filter(({ number }) => number <= 2),
      before,
    )
  })
})
