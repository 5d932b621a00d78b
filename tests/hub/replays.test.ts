import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { HubError } from '../../src/core/errors.js'
import { personOfLane } from '../../src/core/ids.js'
import { previewReplay } from '../../src/hub/preview-replay.js'
import { stepReplays } from '../../src/hub/run-replays.js'
import type { ReplayFilter } from '../../src/store/replay-contract.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { orderMessage } from '../support/hl7-orders.js'
import { testValidation } from '../support/validation.js'
import { openWorker, type Worker } from '../support/worker.js'

const order = (patient: number, number: number) => orderMessage({ patient, order: number })
const fault = () => new HubError('MESSAGE_INVALID', 'RXE-3: is not a number', { at: 'RXE-3' })
const CAP = 3

describeStores('replays', await availableBackends(), (current) => {
  before(async function () {
    this.timeout(60_000)
    await testValidation()
  })

  /** One dead letter of each of so many patients; the fault is mended. */
  async function parked(count: number): Promise<Worker & { readonly ids: readonly string[] }> {
    const worker = await openWorker(current().store)
    worker.fault = fault
    const ids: string[] = []
    for (let patient = 1; patient <= count; patient += 1)
      ids.push((await worker.receive('hl7v2', order(patient, 1))).id)
    await worker.work()
    worker.fault = undefined
    return Object.assign(worker, { ids })
  }
  const start = async (filter: ReplayFilter, expected: number): Promise<string> => {
    const id = randomUUID()
    assert.deepEqual(await current().store.startReplay(id, filter, expected, 'kari'), { kind: 'started' })
    return id
  }
  const step = (worker: Worker) =>
    stepReplays({ store: current().store, ring: () => undefined, inFlightMax: CAP, log: worker.deps.log })
  const runToEnd = async (worker: Worker) => {
    while (await step(worker)) await worker.work()
  }

  it('run what the filter names, few at a time, and end with what became of it', async () => {
    const { store, db } = current()
    const worker = await parked(7)
    const other = await worker.receive('hl7v2', order(50, 1))
    worker.fault = (_kind, body) => (body.includes('P50') ? new HubError('CODE_UNMAPPED', 'x') : undefined)
    await worker.work()
    worker.fault = undefined
    const [group] = await store.deadLetters({ limit: 1 })
    const filter = { fingerprint: group!.fingerprint }
    assert.equal((await store.previewReplay(filter)).count, 7)
    const id = await start(filter, 7)
    await step(worker)
    assert.equal((await store.replayTask(id))?.replayed, CAP)
    await step(worker)
    assert.equal((await store.replayTask(id))?.replayed, CAP, 'its cap is in use')
    await runToEnd(worker)
    const task = await store.replayTask(id)
    assert.equal(task?.state, 'done')
    assert.deepEqual(task?.outcomes, { done: 7 })
    assert.equal((await store.message(other.id))?.state, 'dead', 'of another cause')
    const { rows } = await db.query('select who, action, target, detail from operator_action')
    assert.deepEqual(rows, [
      { who: 'kari', action: 'start-replay', target: id, detail: { filter, expected: 7 } },
    ])
  })

  it('make no task when the count is another by now', async () => {
    const { store } = current()
    await parked(2)
    assert.deepEqual(await store.startReplay(randomUUID(), { channel: 'hl7v2' }, 3, 'kari'), {
      kind: 'count-differs',
      count: 2,
    })
    assert.deepEqual(await store.replayTasks(10), [])
  })

  it('filter by ids, sender, kind and time of receipt', async () => {
    const { store } = current()
    const { ids } = await parked(3)
    const views = await store.messages({ limit: 10, state: 'dead' })
    const middle = views.find(({ id }) => id === ids[1])!
    const count = async (filter: ReplayFilter) => (await store.previewReplay(filter)).count
    assert.equal(await count({ ids: [middle.id] }), 1)
    assert.equal(await count({ sender: middle.sender, kind: middle.kind }), 3)
    assert.equal(await count({ sender: 'nobody' }), 0)
    assert.equal(await count({ channel: 'devices' }), 0)
    assert.equal(
      (await count({ receivedTo: middle.receivedAt })) + (await count({ receivedFrom: middle.receivedAt })),
      3,
    )
  })

  it('go on in another process after the one at work was killed, and do nothing twice', async () => {
    const { store, db } = current()
    const worker = await parked(5)
    const id = await start({ channel: 'hl7v2' }, 5)
    await step(worker)
    // The process dies here; another one begins with nothing but the database.
    const heir = await openWorker(store)
    await runToEnd(heir)
    assert.deepEqual((await store.replayTask(id))?.outcomes, { done: 5 })
    const { rows } = await db.query<{ n: number }>(
      'select count(*) as n from change group by message_id having count(*) > 1',
    )
    assert.deepEqual(rows, [])
    assert.equal((await db.query<{ n: number }>('select count(*) as n from change')).rows[0]?.n, 5)
  })

  it('stand still while paused, go on when resumed, and leave the rest when cancelled', async () => {
    const { store } = current()
    const worker = await parked(6)
    const id = await start({ channel: 'hl7v2' }, 6)
    await step(worker)
    assert.equal(await store.turnReplay(id, 'paused', 'kari'), true)
    await worker.work()
    assert.equal(await step(worker), false)
    assert.equal((await store.replayTask(id))?.replayed, CAP)
    assert.equal(await store.turnReplay(id, 'running', 'kari'), true)
    assert.equal(await store.turnReplay(id, 'cancelled', 'kari'), true)
    assert.equal(await store.turnReplay(id, 'running', 'kari'), false)
    await runToEnd(worker)
    assert.equal((await store.messages({ state: 'dead', limit: 10 })).length, 3)
  })

  it('leave a row alone that died again meanwhile', async () => {
    const { store } = current()
    const worker = await parked(2)
    worker.fault = fault
    const id = await start({ channel: 'hl7v2' }, 2)
    await runToEnd(worker)
    const task = await store.replayTask(id)
    assert.equal(task?.state, 'done')
    assert.equal(task?.replayed, 2)
    assert.deepEqual(task?.outcomes, { dead: 2 })
  })

  it('wait while live rows wait', async () => {
    const { store, db } = current()
    const worker = await parked(2)
    await start({ channel: 'hl7v2' }, 2)
    await worker.receive('hl7v2', order(9, 9))
    await db.query(`update message set due_at = due_at - interval '5 s' where state = 'waiting'`)
    await step(worker)
    assert.equal((await store.previewReplay({ channel: 'hl7v2' })).count, 2)
    await worker.work()
    await step(worker)
    assert.equal((await store.previewReplay({ channel: 'hl7v2' })).count, 0)
  })

  it('of one message asked for twice are one effect', async () => {
    const { store } = current()
    const worker = await parked(1)
    const [id] = worker.ids as [never]
    const first = start({ ids: [id] }, 1)
    await first
    assert.ok(await store.replay(id, 'ola'))
    assert.equal(await store.replay(id, 'ola'), undefined)
    await worker.work()
    await runToEnd(worker)
    assert.equal((await store.message(id))?.state, 'done')
    assert.equal((await store.timeline(id)).filter(({ step: name }) => name === 'committed').length, 1)
  })

  describe('previewed', () => {
    it('tell what would be written, and write nothing', async () => {
      const { store, db } = current()
      const worker = await parked(1)
      const [id] = worker.ids as [never]
      const count = async () =>
        (
          await db.query(
            'select (select count(*) from resource) r, (select count(*) from change) c, (select count(*) from person) p, (select count(*) from lane) l',
          )
        ).rows
      const before = await count()
      const preview = await previewReplay({ ...worker.deps, store }, id)
      assert.ok(preview?.outcome === 'done')
      const created = preview.changes.filter(({ action }) => action === 'create').map(({ type }) => type)
      assert.ok(
        created.includes('MedicationRequest') && created.includes('MedicationStatement'),
        created.join(),
      )
      assert.equal(preview.listVersion, 1)
      assert.ok(!JSON.stringify(preview).includes('Metoprolol'), 'names of elements, no contents')
      assert.deepEqual(await count(), before)
      assert.ok(await store.replay(id, 'kari'))
      await worker.work()
      const done = await store.message(id)
      const made = done!.resources.map((name) => name.split('/')[0])
      assert.deepEqual([...made].sort(), preview.changes.map(({ type }) => type).sort(), 'and so it came')
    })

    it('tell what the message would still fail with', async () => {
      const { store } = current()
      const worker = await parked(1)
      worker.fault = fault
      const preview = await previewReplay({ ...worker.deps, store }, (worker.ids as [never])[0])
      assert.deepEqual(preview, {
        outcome: 'failed',
        reason: {
          code: 'MESSAGE_INVALID',
          text: 'RXE-3: is not a number',
          at: 'RXE-3',
          class: 'dead-letter',
        },
      })
    })

    it('tell which elements of what is stored would change, and that what is newer stays', async () => {
      const { store } = current()
      const worker = await openWorker(store)
      const at = (time: string, dose: string, id: string) =>
        orderMessage({
          patient: 1,
          order: 1,
          sentAt: time,
          doseTablets: dose,
          control: dose === '1' ? 'NW' : 'XO',
        }).replace('|P1-O1|', `|${id}|`)
      const first = await worker.receive('hl7v2', at('20261101080000+0100', '1', 'm-1'))
      await worker.work()
      worker.fault = fault
      const later = await worker.receive('hl7v2', at('20261103080000+0100', '3', 'm-3'))
      const middle = await worker.receive('hl7v2', at('20261102080000+0100', '2', 'm-2'))
      await worker.work()
      worker.fault = undefined
      const preview = await previewReplay({ ...worker.deps, store }, later.id)
      assert.ok(preview?.outcome === 'done')
      const request = preview.changes.find(({ type }) => type === 'MedicationRequest')
      assert.equal(request?.action, 'update')
      assert.ok(request?.elements.includes('dosageInstruction'), request?.elements.join())
      await store.replay(later.id, 'kari')
      await worker.work()
      const late = await previewReplay({ ...worker.deps, store }, middle.id)
      assert.equal(late?.outcome, 'superseded')
      assert.equal(await previewReplay({ ...worker.deps, store }, first.id), undefined, 'it is not dead')
      assert.ok(personOfLane(first.lane))
    })
  })
})
