import assert from 'node:assert/strict'
import { laneKey, messageId, personId } from '../../src/core/ids.js'
import type { Mapped, Subject } from '../../src/core/message.js'
import { findPlace, type PlaceDeps } from '../../src/hub/message-place.js'
import type { Claim, LaneRow } from '../../src/store/inbox.js'

const NOTHING: Mapped = {
  source: { key: 'eresept|1', role: 'pharmacy', name: 'x' },
  authorship: { recorded: '2024-03-01T00:00:00Z' },
  resources: [],
  amendments: [],
  identifiers: [],
  unmapped: [],
}
const DISPENSE: Mapped = {
  ...NOTHING,
  resources: [
    {
      key: 'k',
      order: 'o',
      scope: 'person',
      resource: { resourceType: 'Task', status: 'draft', intent: 'order' },
    },
  ],
}

function place(subject: Subject, mapped: Mapped, owners: readonly string[] = []) {
  const found = owners.map((owner) => ({
    type: 'MedicationRequest',
    id: 'x',
    version: 1,
    text: '{}',
    lastUpdated: '2024-03-01T00:00:00Z',
    deleted: false,
    personId: personId(owner),
  }))
  const deps: PlaceDeps = {
    store: {
      search: () => Promise.resolve(found),
      read: () => Promise.resolve(undefined),
      ensurePerson: (_identifiers, create) => Promise.resolve(create),
      resolveDevice: () => Promise.resolve({ deviceId: undefined, personId: undefined, ambiguous: false }),
    },
    newId: () => 'p',
  }
  const envelope = {
    channel: 'eresept',
    kind: 'M9.8',
    sender: '1',
    messageId: 'm',
    part: 0,
    subject,
  } as const
  const row: LaneRow = {
    id: messageId('m'),
    seq: 1,
    envelope,
    body: new Uint8Array(),
    receivedAt: '2024-03-01T00:00:00Z',
    attempts: 0,
    answerOwed: false,
    secondLane: undefined,
  }
  const claim = { lane: laneKey('s-1'), second: undefined } as unknown as Claim
  return findPlace(deps, claim, row, mapped)
}
const RESOURCE: Subject = {
  by: 'resource',
  types: ['MedicationRequest'],
  identifier: { system: 'urn:x', value: '1' },
}

describe('where a message belongs', () => {
  it('is nobody where it says nothing about a person', async () => {
    assert.equal((await place({ by: 'none' }, NOTHING)).kind, 'here')
  })

  it('is never nobody where it does, also in a message inside it', async () => {
    for (const mapped of [DISPENSE, { ...NOTHING, enclosed: [DISPENSE] }])
      await assert.rejects(place({ by: 'none' }, mapped), { code: 'IDENTITY_INVALID' })
  })

  it('is the lane of whoever has what it names', async () => {
    assert.deepEqual(await place(RESOURCE, DISPENSE, ['p1']), { kind: 'elsewhere', lane: laneKey('p-p1') })
  })

  it('is unknown while nobody has it, and while several have', async () => {
    await assert.rejects(place(RESOURCE, DISPENSE), { code: 'REFERENCE_UNKNOWN' })
    await assert.rejects(place(RESOURCE, DISPENSE, ['p1', 'p2']), { code: 'IDENTITY_CONFLICT' })
  })
})
