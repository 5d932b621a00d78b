import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { openPostgres } from '../../src/store/database.js'
import { openStore } from '../../src/store/store.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { createOwnDatabase, postgresAnswers } from '../support/reachable.js'
import { accepted, done, effect, mustClaim, newMessage } from './fixtures.js'

const FAULT = { code: 'MESSAGE_INVALID', text: 'RXE-3: not a number' } as const

describeStores('what operators do', await availableBackends(), (current) => {
  const buried = async () => {
    const { store } = current()
    const { lane, id } = await accepted(store, newMessage('m1'))
    const claim = await mustClaim(store, lane)
    await store.fail(claim, id, FAULT, { kind: 'dead' })
    await store.release(claim)
    return id
  }

  it('is written down with who did it', async () => {
    const { store, db } = current()
    const id = await buried()
    await store.parkChannel('devices', 'kari')
    const task = randomUUID()
    await store.startReplay(task, { ids: [id] }, 1, 'ola')
    await store.turnReplay(task, 'cancelled', 'kari')
    await store.replay(id, 'ola')
    const { rows } = await db.query<{ who: string; action: string; target: string }>(
      'select who, action, target from operator_action order by number',
    )
    assert.deepEqual(
      rows.map(({ who, action, target }) => `${who} ${action} ${target}`),
      [
        'kari park-channel devices',
        `ola start-replay ${task}`,
        `kari cancel-replay ${task}`,
        `ola replay ${id}`,
      ],
    )
  })

  it('is not done when it cannot be written down', async () => {
    const { store, db } = current()
    const id = await buried()
    await db.query('alter table operator_action add constraint full_disk check (false) not valid')
    try {
      const task = randomUUID()
      await assert.rejects(store.parkChannel('devices', 'kari'))
      await assert.rejects(store.startReplay(task, { ids: [id] }, 1, 'kari'))
      await assert.rejects(store.replay(id, 'kari'))
      assert.deepEqual(await store.parkedChannels(), [])
      assert.equal(await store.replayTask(task), undefined)
      assert.equal((await store.message(id))?.state, 'dead')
    } finally {
      await db.query('alter table operator_action drop constraint full_disk')
    }
  })
})

describe('two versions beside each other', function () {
  this.timeout(30_000)

  it('leave each row wholly to one of them, which stands in its effect', async function () {
    if (!(await postgresAnswers())) this.skip()
    const own = await createOwnDatabase('stafett_versions')
    const versions = ['stafett/1.0.0/a', 'stafett/1.1.0/b'].map((name) => ({
      name,
      db: openPostgres(own.url, { max: 2, name }),
    }))
    try {
      const stores = []
      for (const { db } of versions) stores.push(await openStore(db))
      const [older, newer] = stores
      assert.ok(older && newer)
      const rows = []
      for (const text of ['m1', 'm2', 'm3']) rows.push(await accepted(older, newMessage(text)))
      const { lane, person } = rows[0]!
      for (const [index, store] of [older, newer, newer].entries()) {
        const claim = await mustClaim(store, lane, versions[index === 0 ? 0 : 1]!.name)
        assert.equal(claim.rows[0]?.id, rows[index]!.id)
        await store.commit(claim, effect(done(rows[index]!.id), person))
        await store.release(claim)
      }
      const by = []
      for (const { id } of rows)
        by.push((await newer.timeline(id)).filter(({ step }) => step === 'committed').map((step) => step.by))
      assert.deepEqual(by, [['stafett/1.0.0/a'], ['stafett/1.1.0/b'], ['stafett/1.1.0/b']])
    } finally {
      for (const { db } of versions) await db.close()
      await own.drop()
    }
  })
})
