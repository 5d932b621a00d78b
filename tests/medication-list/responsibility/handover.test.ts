import assert from 'node:assert/strict'
import type { Task } from 'fhir/r4.js'
import {
  attestation,
  doctor,
  HOME_CARE,
  holders,
  holdersAt,
  livePerson,
  offersOf,
  openOffers,
  organisation,
  patientFact,
  teamFact,
  WARD_A,
  wardStay,
  workOf,
} from '../../support/baton-facts.js'
import {
  codesOf,
  fixed,
  GP,
  issueOf,
  prescription,
  row,
  sourceList,
  WARD,
} from '../../support/clinical-facts.js'

const listed = row('r', { prescription: 'p', asserted: '2026-10-01T09:00:00+02:00' })
const GP_LIST = [
  prescription('p', { authoredOn: '2026-10-01T08:00:00+02:00' }),
  listed,
  sourceList('l', '2026-10-01T09:00:00Z', [listed]),
]

describe('R5: hand over clean', () => {
  const discharged = (attests: boolean) => {
    const gp = patientFact({ generalPractitioner: [GP] }, '2026-10-01T09:00:00Z')
    const both = [listed, row('c', { brand: 'ID_METFORMIN', asserted: '2026-10-01T09:00:00+02:00' })]
    const person = livePerson(
      ...GP_LIST.slice(0, 1),
      ...both,
      sourceList('l', '2026-10-01T09:00:00Z', both),
      gp,
    )
    person.at('2026-10-02T09:00:00.000Z')
    person.add(wardStay('e', '2026-11-01T10:00:00Z'))
    person.at('2026-11-01T10:05:00.000Z')
    person.answer(openOffers(person)[0]!, 'accepted', '2026-11-01T11:00:00.000Z', WARD_A)
    person.at('2026-11-01T11:00:00.000Z')
    person.add(
      row('r2', {
        prescription: 'p',
        asserted: '2026-11-03T09:00:00+01:00',
        dosage: [fixed(2, { when: ['MORN'] })],
        more: { informationSource: WARD },
      }),
      row('c2', {
        brand: 'ID_METFORMIN',
        asserted: '2026-11-03T09:00:00+01:00',
        status: 'on-hold',
        more: {
          informationSource: WARD,
          identifier: [{ type: { text: 'PLL' }, system: 'urn:ietf:rfc:3986', value: 'urn:uuid:c' }],
        },
      }),
      prescription('n', {
        brand: 'ID_APOCILLIN',
        authoredOn: '2026-11-03T09:00:00+01:00',
        requester: WARD,
      }),
    )
    if (attests) person.add(attestation('a', '2026-11-05T11:00:00Z', WARD, WARD_A))
    person.add(wardStay('e', '2026-11-01T10:00:00Z', { end: '2026-11-05T12:00:00Z' }))
    person.at('2026-11-05T12:01:00.000Z')
    return person
  }

  it('carries at a discharge what was started, stopped, changed and paused', () => {
    const [offer] = openOffers(discharged(true))
    assert.deepEqual(
      offer?.input?.map(({ type }) => type.coding?.[0]?.code),
      ['started', 'changed', 'paused'],
    )
    assert.ok(offer?.input?.every(({ valueReference }) => valueReference?.type === 'MedicationStatement'))
    assert.equal(offer?.businessStatus?.coding?.[0]?.code, 'attested')
  })

  it('marks an offer whose giver has not attested; the receiver’s first Task is to reconcile', () => {
    const person = discharged(false)
    const [offer] = openOffers(person)
    assert.equal(offer?.businessStatus?.coding?.[0]?.code, 'unattested')
    person.answer(offer!, 'accepted', '2026-11-05T14:00:00.000Z', GP)
    const taken = person.at('2026-11-05T14:00:00.000Z')
    const task = taken.responsibility.workItems.find(({ code }) => code?.coding?.[0]?.code === 'reconcile')
    assert.equal(task?.owner?.display, 'Fastlege')
    person.add(attestation('b', '2026-11-06T09:00:00Z', GP))
    assert.ok(!workOf(person.at('2026-11-06T09:00:00.000Z')).includes('reconcile'))
    assert.deepEqual(
      offersOf(person).map(({ status }) => status),
      ['accepted', 'completed'],
    )
  })
})

describe('R6: others may act', () => {
  it('asks the holder to look at what another changed, until the holder has decided', () => {
    const emergency = doctor('1000077', 'Legevakt')
    const acute = prescription('q', {
      brand: 'ID_APOCILLIN',
      authoredOn: '2026-11-21T21:10:00+01:00',
      requester: emergency,
    })
    const person = livePerson(...GP_LIST, acute)
    const result = person.at('2026-11-21T20:11:00.000Z')
    const [task] = result.responsibility.workItems
    assert.equal(task?.code?.coding?.[0]?.code, 'changed-by-another')
    assert.equal(task?.owner?.display, 'Fastlege')
    assert.equal(task?.requester?.display, 'Legevakt')
    const decided = row('s', {
      brand: 'ID_APOCILLIN',
      prescription: 'q',
      asserted: '2026-11-22T09:00:00+01:00',
    })
    person.add(decided, sourceList('m', '2026-11-22T08:30:00Z', [listed, decided]))
    assert.deepEqual(workOf(person.at('2026-11-22T09:00:00.000Z')), [])
  })

  it('goes on counting what a former holder decided while holding the list', () => {
    const person = livePerson(...GP_LIST, wardStay('e', '2026-11-01T10:00:00Z'))
    person.at('2026-11-01T10:05:00.000Z')
    person.answer(openOffers(person)[0]!, 'accepted', '2026-11-01T11:00:00.000Z', WARD_A)
    assert.deepEqual(workOf(person.at('2026-11-01T12:00:00.000Z')), ['reconcile'])
    assert.deepEqual(codesOf(person.at('2026-11-01T12:00:00.000Z')), [])
  })
})

describe('R8: hospital stay', () => {
  const packed = row('r', {
    prescription: 'p',
    asserted: '2026-10-01T09:00:00+02:00',
    more: {
      extension: [{ url: 'http://stafett.internal/fhir/StructureDefinition/multidose', valueBoolean: true }],
    },
  })
  const facts = [
    prescription('p', { authoredOn: '2026-10-01T08:00:00+02:00' }),
    packed,
    sourceList('l', '2026-10-01T09:00:00Z', [packed]),
    attestation('a', '2026-10-02T10:00:00Z', GP),
  ]

  it('suspends the supply and no line, also not while on leave', () => {
    const person = livePerson(...facts, wardStay('e', '2026-11-01T10:00:00Z'))
    const result = person.at('2026-11-02T10:00:00.000Z')
    assert.equal(result.responsibility.suspension?.discharged, undefined)
    assert.equal(result.responsibility.suspension?.since, Date.parse('2026-11-01T10:00:00Z'))
    assert.ok(result.lines.every(({ statement }) => statement.status === 'active'))
    person.add(wardStay('e', '2026-11-01T10:00:00Z', { status: 'onleave' }))
    assert.equal(person.at('2026-11-02T11:00:00.000Z').responsibility.suspension, undefined)
  })

  it('resumes roll and device only after the discharge list is attested; home care is asked at once', () => {
    const home = { role: 'home-care', who: HOME_CARE }
    const person = livePerson(...facts, teamFact('t', [home], '2026-10-01T09:00:00Z'))
    person.add(wardStay('e', '2026-11-01T10:00:00Z', { end: '2026-11-05T12:00:00Z' }))
    const discharged = person.at('2026-11-05T12:01:00.000Z')
    assert.equal(discharged.responsibility.suspension?.discharged, Date.parse('2026-11-05T12:00:00Z'))
    const task = discharged.responsibility.workItems.find(
      ({ code }) => code?.coding?.[0]?.code === 'resume-after-discharge',
    )
    assert.equal(task?.owner?.display, 'Hjemmetjenesten')
    person.add(attestation('b', '2026-11-05T15:00:00Z', GP))
    const resumed = person.at('2026-11-05T15:00:00.000Z')
    assert.equal(resumed.responsibility.suspension, undefined)
    assert.deepEqual(workOf(resumed), [])
  })

  it('is high without an attested list: at the first slot where a roll waits, else after a day', () => {
    const stayed = wardStay('e', '2026-11-01T10:00:00Z', { end: '2026-11-05T12:00:00Z' })
    const waits = livePerson(...facts, stayed)
    const before = waits.at('2026-11-06T06:59:59.000Z')
    assert.ok(!codesOf(before).includes('discharge-without-list'))
    assert.equal(before.nextChangeAt, '2026-11-06T07:00:00.000Z', 'MORN is 08:00 in Oslo')
    assert.equal(issueOf(waits.at('2026-11-06T07:00:00.000Z'), 'discharge-without-list')?.severity, 'high')
    const plain = livePerson(...GP_LIST, stayed)
    assert.ok(!codesOf(plain.at('2026-11-06T11:59:59.000Z')).includes('discharge-without-list'))
    assert.ok(codesOf(plain.at('2026-11-06T12:00:00.000Z')).includes('discharge-without-list'))
    plain.add(attestation('b', '2026-11-06T13:00:00Z', GP))
    assert.ok(!codesOf(plain.at('2026-11-06T13:00:00.000Z')).includes('discharge-without-list'))
  })

  it('does not take the attestation of the admission for the discharge list', () => {
    const person = livePerson(
      ...facts,
      attestation('in', '2026-11-01T12:00:00Z', WARD, WARD_A),
      wardStay('e', '2026-11-01T10:00:00Z', { end: '2026-11-05T12:00:00Z' }),
    )
    assert.ok(codesOf(person.at('2026-11-06T12:00:00.000Z')).includes('discharge-without-list'))
  })
})

describe('R9: absence', () => {
  const delegate = doctor('1000041', 'Vikar')
  const delegation: Task = {
    resourceType: 'Task',
    id: 'd1',
    status: 'in-progress',
    intent: 'order',
    code: {
      coding: [{ system: 'http://stafett.internal/fhir/CodeSystem/medlist-task', code: 'baton-delegation' }],
    },
    requester: GP,
    owner: delegate,
    restriction: { period: { start: '2026-11-01T00:00:00Z', end: '2026-11-15T00:00:00Z' } },
  }
  const other = (id: string, authoredOn: string) =>
    prescription(id, { brand: 'ID_APOCILLIN', authoredOn, requester: delegate })

  it('counts what the delegate decides in the period as the holder’s, and shows the delegate', () => {
    const person = livePerson(...GP_LIST, {
      ...prescription('x'),
      ref: 'Task/d1',
      resource: delegation,
    })
    person.add(other('q', '2026-11-10T09:00:00+01:00'))
    const result = person.at('2026-11-10T09:00:00.000Z')
    assert.ok(!codesOf(result).includes('prescribed-not-on-list'))
    assert.deepEqual(holdersAt(result, '2026-11-10T09:00:00.000Z'), ['Fastlege'])
    assert.ok(
      result.responsibility.participants.some(
        ({ member, role }) =>
          role?.[0]?.coding?.[0]?.code === 'list-holder-delegate' && member?.display === 'Vikar',
      ),
    )
    const late = livePerson(...GP_LIST, { ...prescription('x'), ref: 'Task/d1', resource: delegation })
    late.add(other('q', '2026-11-20T09:00:00+01:00'))
    assert.ok(codesOf(late.at('2026-11-20T09:00:00.000Z')).includes('prescribed-not-on-list'))
  })
})

describe('R10: closing', () => {
  const dead = patientFact({ deceasedDateTime: '2026-11-10T08:00:00Z' }, '2026-11-10T09:00:00Z')

  it('retires the list at death, ends the holding, lets offers lapse and asks all who supply to stop', () => {
    const packed = row('r', {
      more: {
        extension: [
          { url: 'http://stafett.internal/fhir/StructureDefinition/multidose', valueBoolean: true },
        ],
      },
    })
    const person = livePerson(packed, sourceList('l', '2026-10-01T09:00:00Z', [packed]))
    person.add(wardStay('e', '2026-11-09T10:00:00Z'))
    person.at('2026-11-09T10:00:00.000Z')
    person.add(dead)
    const result = person.at('2026-11-10T09:00:00.000Z')
    assert.equal(result.responsibility.retired, true)
    assert.deepEqual(holdersAt(result, '2026-11-10T09:00:00.000Z'), [])
    assert.deepEqual(
      offersOf(person).map(({ status }) => status),
      ['cancelled'],
    )
    assert.deepEqual(workOf(result), ['stop-supply'])
    assert.equal(result.responsibility.workItems[0]?.restriction?.period?.end, '2026-11-10T09:00:00.000Z')
  })

  it('is undone by one act when the message was wrong', () => {
    const person = livePerson(...GP_LIST, dead)
    person.at('2026-11-10T09:00:00.000Z')
    person.add(patientFact({}, '2026-11-10T10:00:00Z'))
    const result = person.at('2026-11-10T10:00:00.000Z')
    assert.equal(result.responsibility.retired, false)
    assert.equal(holders(result).length, 1)
    assert.deepEqual(
      holdersAt(result, '2026-11-10T09:30:00.000Z'),
      ['Fastlege'],
      'as if it had never been said',
    )
    assert.deepEqual(workOf(result), [])
  })
})

describe('an organisation that holds the list', () => {
  it('is spoken for by whoever acts for it', () => {
    const practice = organisation('80099', 'Legekontoret')
    const person = livePerson(
      prescription('p'),
      attestation('a', '2026-11-02T10:00:00Z', doctor('1000050', 'Lege A'), practice),
    )
    const result = person.at('2026-11-03T10:00:00.000Z')
    assert.deepEqual(
      holders(result).map(({ onBehalfOf }) => onBehalfOf?.display),
      ['Legekontoret'],
    )
  })
})
