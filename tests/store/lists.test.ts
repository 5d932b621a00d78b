import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { personId } from '../../src/core/ids.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { accepted, applied, mustClaim, newMessage, T0, write } from './fixtures.js'

const SOURCE = { key: 'hl7v2|LAB', role: 'hospital', name: 'Lab North', lastHeard: T0 } as const

describeStores('lists', await availableBackends(), (current) => {
  it('serves the current list with what is not in it yet', async () => {
    const { store } = current()
    const id = randomUUID()
    const first = '{"a":1}'
    const list = { version: 1, entries: [`List/${id}/1`], createdAt: T0, contentHash: '0', validFrom: T0 }
    const { person, lane } = await applied(store, newMessage('m1'), (owner) => ({
      list,
      writes: [write(owner, { type: 'List', id, text: first })],
      sources: [SOURCE, { ...SOURCE, key: 'b', failed: 'MESSAGE_INVALID' }],
    }))
    await accepted(store, newMessage('m2'))
    const dead = await accepted(store, newMessage('m3'))
    const claim = await mustClaim(store, lane)
    await store.fail(claim, claim.rows[0]!.id, { code: 'MESSAGE_INVALID', text: 'x' }, { kind: 'dead' })
    const served = await store.currentList(person)
    assert.deepEqual(served, {
      owner: person,
      version: 1,
      texts: [first],
      createdAt: T0,
      nextChangeAt: undefined,
      sources: [{ ...SOURCE, key: 'b', failed: 'MESSAGE_INVALID' }, SOURCE],
      waiting: 1,
      dead: 1,
    })
    assert.notEqual(dead.id, claim.rows[0]?.id)
    assert.equal(await store.currentList(personId('nobody')), undefined)
  })

  it('serves each version with the texts that it showed', async () => {
    const { store } = current()
    const [list, line] = [randomUUID(), randomUUID()]
    const entries = (version: number) => [`List/${list}/${version}`, `MedicationRequest/${line}/1`]
    const lineText = '{"line":1}'
    const { person } = await applied(store, newMessage('m1'), (owner) => ({
      list: { version: 1, entries: entries(1), createdAt: T0, contentHash: '0', validFrom: T0 },
      writes: [
        write(owner, { type: 'List', id: list, text: '{"a":1}' }),
        write(owner, { id: line, text: lineText }),
      ],
    }))
    await applied(store, newMessage('m2'), (owner) => ({
      list: { version: 2, entries: entries(2), createdAt: T0, contentHash: '0', validFrom: T0 },
      writes: [write(owner, { type: 'List', id: list, text: '{"a":2}', version: 2 })],
    }))
    assert.deepEqual(await store.listVersion(person, 1), ['{"a":1}', lineText])
    assert.deepEqual((await store.currentList(person))?.texts, ['{"a":2}', lineText])
    assert.deepEqual((await store.currentList(person, `${person}/2`))?.texts, [])
    assert.equal((await store.currentList(person, `${person}/1`))?.texts.length, 2)
    assert.equal(await store.listVersion(person, 3), undefined)
  })
})
