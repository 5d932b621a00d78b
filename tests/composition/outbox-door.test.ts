/** Doorbells of the outbox go to the worker of this process, else through the dispatcher to that of another. */
import assert from 'node:assert/strict'
import { deliveryLane, FAN_OUT_LANE, type Job } from '../../queue/job.js'
import { openOutboxDoor } from '../../src/composition/outbox.js'
import { parseConfig } from '../../src/config.js'
import { laneKey } from '../../src/core/ids.js'
import type { Store } from '../../src/store/contract.js'

const WITH = parseConfig({ STAFETT_DESTINATIONS: '/etc/stafett/destinations.json' })

function open(config = WITH) {
  const rung: string[] = []
  const taken: Job[] = []
  const done: string[] = []
  const door = openOutboxDoor(config, (lane) => void rung.push(lane))
  const store = door.rungBy({
    commit: async () => void done.push('commit'),
  } as unknown as Store)
  const attach = () => door.attach({ take: (job) => void taken.push(job), stop: async () => undefined })
  return { door, store, rung, taken, done, attach }
}
const commit = (store: Store) => store.commit(undefined, {} as Parameters<Store['commit']>[1])

describe('doorbells of the outbox', () => {
  it('go through the dispatcher from a process that does not deliver, after the commit', async () => {
    const { door, done, rung, store } = open()
    await commit(store)
    door.due('journal')
    assert.deepEqual(done, ['commit'])
    assert.deepEqual(rung, [FAN_OUT_LANE, deliveryLane('journal')])
  })

  it('are answered in a process that delivers, whoever rang', async () => {
    const { attach, door, rung, store, taken } = open()
    attach()
    await commit(store)
    door.due('journal')
    assert.equal(door.takes(deliveryLane('pharmacy')), true)
    assert.equal(door.takes(laneKey('p-1')), false)
    assert.deepEqual(rung, [])
    assert.deepEqual(taken, [
      { name: 'fan-out' },
      { name: 'deliver', destination: 'journal' },
      { name: 'deliver', destination: 'pharmacy' },
    ])
  })

  it('are silent while nobody is delivered to', async () => {
    const { rung, store } = open(parseConfig({}))
    await commit(store)
    assert.deepEqual(rung, [])
  })
})
