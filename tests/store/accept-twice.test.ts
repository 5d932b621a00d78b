import assert from 'node:assert/strict'
import { openStore } from '../../src/store/store.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { newMessage } from './fixtures.js'

const ROUNDS = 20
const PROCESSES = 4

describeStores('one message over several connections at once', await availableBackends(), (current) => {
  it('is stored once, and a duplicate to all others', async () => {
    const { db } = current()
    // Each has its own queue of calls, as processes have.
    const stores = await Promise.all(Array.from({ length: PROCESSES }, () => openStore(db)))
    for (let round = 0; round < ROUNDS; round += 1) {
      const answers = await Promise.all(stores.map((store) => store.accept([newMessage(`m${round}`)])))
      const kinds = answers.flat().map(({ kind }) => kind)
      assert.deepEqual(kinds.sort(), [...Array.from({ length: PROCESSES - 1 }, () => 'duplicate'), 'stored'])
      assert.equal(new Set(answers.flat().map(({ id }) => id)).size, 1)
    }
  })
})
