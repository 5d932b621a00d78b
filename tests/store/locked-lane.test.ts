/** A lane that somebody has locked for long (reliability.md 8, F-15): the others do not wait for it. */
import assert from 'node:assert/strict'
import { availableBackends, describeStores } from '../support/backends.js'
import { aboutPerson, accepted, BERIT, newMessage } from './fixtures.js'

const LEASE = { leaseMs: 15_000, rowsMax: 16 }
/** Shorter than `lock_timeout`, longer than groups wait. */
const LOCKED_MS = 4_500

// The embedded store does one thing at a time: nobody else has a lock there.
const servers = (await availableBackends()).filter(({ name }) => name === 'postgresql')

describeStores('a lane that is locked', servers, (current) => {
  /** Until `free` is called. */
  async function lock(lane: string) {
    let free: () => void = () => undefined
    const freed = new Promise<void>((resolve) => {
      free = resolve
    })
    let done: Promise<void> = Promise.resolve()
    await new Promise<void>((locked) => {
      done = current().db.transaction(async (query) => {
        await query('select 1 from lane where lane_key = $1 for update', [lane])
        locked()
        await freed
      })
    })
    return async () => {
      free()
      await done
    }
  }

  it('is left out of a claim of several', async () => {
    const { store } = current()
    const anna = await accepted(store, newMessage('m1'))
    const berit = await accepted(store, newMessage('m2', { subject: aboutPerson(BERIT) }))
    const free = await lock(anna.lane)
    const lanes = [anna.lane, berit.lane]
    const claimed = async () => (await store.claimGroup(lanes, 'worker-1', LEASE)).map(({ lane }) => lane)
    assert.deepEqual(await claimed(), [berit.lane])
    await free()
    assert.deepEqual(await claimed(), [anna.lane])
  })

  it('does not hold up the intake of others for as long as its own', async () => {
    const { store } = current()
    const { lane } = await accepted(store, newMessage('m1'))
    const free = await lock(lane)
    const unlock = new Promise((resolve) => setTimeout(resolve, LOCKED_MS)).then(() => 'unlocked')
    const toBerit = (text: string) => store.accept([newMessage(text, { subject: aboutPerson(BERIT) })])
    // The first go at once, what follows goes together.
    const first = ['b1', 'b2', 'b3'].map(toBerit)
    const toAnna = store.accept([newMessage('m2')])
    const others = Promise.all([...first, ...['b4', 'b5'].map(toBerit)]).then(() => 'stored')
    assert.equal(await Promise.race([others, unlock]), 'stored')
    await free()
    assert.equal((await toAnna)[0]?.kind, 'stored')
  })
})
