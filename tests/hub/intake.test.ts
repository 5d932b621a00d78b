import assert from 'node:assert/strict'
import { canonicalDeviceProtocol } from '../../mappings/devices/protocol.js'
import { laneKey } from '../../src/core/ids.js'
import { type IntakeDeps, receiveRequest } from '../../src/hub/intake.js'
import type { Accepted, NewMessage } from '../../src/store/inbox.js'
import { doseTaken, eventBytes } from '../support/device-fixtures.js'

const accepted = (row: NewMessage): Accepted =>
  row.envelope.messageId === 'event-known'
    ? { kind: 'conflict', id: row.id }
    : { kind: 'stored', id: row.id, lane: laneKey('p-1'), state: 'waiting' }

const deps: IntakeDeps = {
  store: {
    accept: async (messages) => messages.map(accepted),
    answerOf: async () => ({ answer: undefined, state: 'waiting' }),
  },
  ring: () => undefined,
  clock: () => 0,
  newId: () => '0a1b2c3d-4e5f-4000-8000-112233445566',
  hash: () => 'hash',
  wait: async () => undefined,
  settings: { zone: 'Europe/Oslo', syntheticIds: 'accept', processingIds: ['P'] },
  answerQuery: () => Promise.reject(new Error('no query here')),
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  count: () => undefined,
  protocolOf: () => canonicalDeviceProtocol,
  pressure: () => 'none',
}

const send = async (events: readonly unknown[]) => {
  const answer = await receiveRequest(deps, 'devices/canonical', eventBytes(events), 'application/json')
  return { status: answer.status, body: JSON.parse(String(answer.body)) }
}

describe('a batch of device events', () => {
  const broken = { ...doseTaken({ eventId: 'event-broken' }), occurredAt: '9999-12-31T23:59:59-12:00' }
  it('tells which events were rejected, with place and rule as in any problem', async () => {
    const { status, body } = await send([doseTaken(), broken, doseTaken({ eventId: 'event-known' })])
    assert.equal(status, 202)
    assert.equal(body.accepted, 1)
    assert.deepEqual(
      body.rejected.map(({ index, status, errors }: { index: number; status: number; errors: unknown[] }) => [
        index,
        status,
        errors.length,
      ]),
      [
        [1, 422, 1],
        [2, 409, 1],
      ],
    )
    const [first, second] = body.rejected
    assert.deepEqual(Object.keys(first).sort(), ['errors', 'index', 'status'])
    assert.equal(first.errors[0].at, '/occurredAt')
    assert.match(first.errors[0].detail, /years lie between 1900 and 2200$/)
    assert.deepEqual(second.errors, [{ at: '/eventId', detail: 'known id with other content' }])
  })
  it('is 422 when every event was rejected', async () => {
    assert.equal((await send([broken])).status, 422)
  })
})
