import assert from 'node:assert/strict'
import type { Identity } from '../../src/core/message.js'
import type { AssignmentWrite, Effect } from '../../src/store/effect.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { ANNA, aboutPerson, applied, BERIT, newMessage } from './fixtures.js'

const SERIAL: Identity = { system: 'http://stafett.internal/fhir/sid/serial', value: 'D-533' }
const IMEI: Identity = { system: 'urn:ietf:rfc:3986', value: 'urn:gsma:imei:35672400-123456-0' }
const SWITCH = '2026-04-01T10:00:00Z'
const CARL: Identity = { system: ANNA.system, value: '24886512390' }

describeStores('device register', await availableBackends(), (current) => {
  const assign = (id: string, who: Identity, write: Partial<AssignmentWrite>, more: Partial<Effect> = {}) =>
    applied(current().store, newMessage(id, { subject: aboutPerson(who) }), (person) => ({
      ...more,
      assignment: {
        deviceId: 'device-1',
        deviceIdentities: [SERIAL, IMEI],
        personId: person,
        ref: `ref-${id}`,
        status: 'active',
        ...write,
      },
    }))

  it('gives the person in force one second before, at and after a change of hands', async () => {
    const { store } = current()
    const anna = await assign('a', ANNA, { from: '2026-01-01T00:00:00Z', to: SWITCH, status: 'completed' })
    const berit = await assign('b', BERIT, { from: SWITCH })
    const at = async (instant: string) => (await store.resolveDevice([IMEI], instant, undefined)).personId
    assert.equal(await at('2026-04-01T11:59:59+02:00'), anna.person)
    assert.equal(await at('2026-04-01T12:00:00+02:00'), berit.person)
    assert.equal(await at('2026-04-01T12:00:01+02:00'), berit.person)
    assert.equal(await at('2025-12-31T23:59:59Z'), undefined)
  })

  it('refuses a second assignment of one device at the same time', async () => {
    await assign('a', ANNA, { from: '2026-01-01T00:00:00Z' })
    await assert.rejects(assign('b', BERIT, { from: SWITCH }), { code: 'ASSIGNMENT_CONFLICT' })
    await assign('c', CARL, { from: SWITCH, deviceId: 'device-2', deviceIdentities: [] })
  })

  it('closes an assignment by its reference, whichever message came first', async () => {
    const { store } = current()
    await assign('end', ANNA, { ref: 'r', to: SWITCH, status: 'completed' })
    assert.equal((await store.resolveDevice([SERIAL], '2026-03-01T00:00:00Z', undefined)).personId, undefined)
    const anna = await assign('start', ANNA, { ref: 'r', from: '2026-01-01T00:00:00Z' })
    const found = await store.resolveDevice([SERIAL], '2026-03-01T00:00:00Z', 'r')
    assert.deepEqual(found, { deviceId: 'device-1', personId: anna.person, ambiguous: false })
    assert.equal((await store.resolveDevice([SERIAL], SWITCH, undefined)).personId, undefined)
    await assign('b', BERIT, { from: SWITCH })
  })

  it('refuses a reference that belongs to another person', async () => {
    await assign('a', ANNA, { ref: 'r', from: '2026-01-01T00:00:00Z', to: SWITCH })
    await assert.rejects(assign('b', BERIT, { ref: 'r', from: SWITCH }), { code: 'ASSIGNMENT_CONFLICT' })
  })

  it('does not take a planned assignment for one in force', async () => {
    const { store } = current()
    await assign('a', ANNA, { from: '2026-01-01T00:00:00Z', status: 'intended' })
    assert.equal((await store.resolveDevice([SERIAL], SWITCH, undefined)).personId, undefined)
  })

  it('calls identifiers of two devices ambiguous, and a reference that contradicts the period', async () => {
    const { store } = current()
    await assign('a', ANNA, { deviceIdentities: [SERIAL], from: '2026-01-01T00:00:00Z' })
    await assign('b', BERIT, { deviceId: 'device-2', deviceIdentities: [IMEI], from: '2026-01-01T00:00:00Z' })
    assert.deepEqual(await store.resolveDevice([SERIAL, IMEI], SWITCH, undefined), {
      deviceId: undefined,
      personId: undefined,
      ambiguous: true,
    })
    assert.deepEqual(await store.resolveDevice([SERIAL], SWITCH, 'other'), {
      deviceId: 'device-1',
      personId: undefined,
      ambiguous: true,
    })
    assert.deepEqual(await store.resolveDevice([{ ...SERIAL, value: 'x' }], SWITCH, undefined), {
      deviceId: undefined,
      personId: undefined,
      ambiguous: false,
    })
  })

  it('finds the person by reference alone when the time is unknown', async () => {
    const { store } = current()
    const anna = await assign('a', ANNA, { ref: 'r', from: '2026-01-01T00:00:00Z' })
    assert.equal((await store.resolveDevice([SERIAL], undefined, 'r')).personId, anna.person)
    assert.equal((await store.resolveDevice([SERIAL], undefined, undefined)).personId, undefined)
  })

  it('registers devices without an assignment, and refuses an identifier of another device', async () => {
    const { store } = current()
    await applied(store, newMessage('m1'), () => ({
      devices: [{ deviceId: 'device-1', identities: [SERIAL] }],
    }))
    assert.equal((await store.resolveDevice([SERIAL], SWITCH, undefined)).deviceId, 'device-1')
    await assert.rejects(
      applied(store, newMessage('m2'), () => ({ devices: [{ deviceId: 'device-2', identities: [SERIAL] }] })),
      { code: 'ASSIGNMENT_CONFLICT' },
    )
  })
})
