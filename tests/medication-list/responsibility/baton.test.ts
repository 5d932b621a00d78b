import assert from 'node:assert/strict'
import type { Task } from 'fhir/r4.js'
import {
  attestation,
  doctor,
  HOME_DOCTOR,
  holders,
  holdersAt,
  livePerson,
  NEW_GP,
  offersOf,
  openOffers,
  patientFact,
  teamFact,
  WARD_A,
  WARD_B,
  wardStay,
} from '../../support/baton-facts.js'
import {
  codesOf,
  derive,
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
const eventOf = ({ reasonCode }: Task): string | undefined => reasonCode?.coding?.[0]?.code
const ownerOf = ({ owner }: Task): string | undefined => owner?.display

describe('R1: one holder', () => {
  it('has the author of the newest complete source list act as holder before the first attested list', () => {
    const other = doctor('1000021', 'Annen lege')
    const person = livePerson(...GP_LIST, sourceList('m', '2026-10-20T09:00:00Z', [listed], other))
    const result = person.at('2026-11-22T11:00:00.000Z')
    assert.deepEqual(holdersAt(result, '2026-10-10T00:00:00.000Z'), ['Fastlege'])
    assert.deepEqual(holdersAt(result, '2026-11-01T00:00:00.000Z'), ['Annen lege'])
    assert.deepEqual(holdersAt(result, '2026-09-01T00:00:00.000Z'), [], 'nobody has decided yet')
  })

  it('remembers by the CareTeam who acted by a list that is not at hand any more', () => {
    const other = doctor('1000021', 'Annen lege')
    const newest = sourceList('m', '2026-10-20T09:00:00Z', [listed], other)
    const team = livePerson(...GP_LIST, newest).at('2026-11-01T11:00:00.000Z').responsibility.participants
    const later = derive([prescription('p'), listed, newest], {
      at: '2026-11-22T11:00:00.000Z',
      previous: { lines: [], issues: [], team },
    })
    assert.deepEqual(later.responsibility.participants, team)
  })

  it('keeps the holder of the first attested list, whoever sends a list or attests later', () => {
    const other = doctor('1000021', 'Annen lege')
    const person = livePerson(
      ...GP_LIST,
      attestation('a', '2026-10-02T10:00:00Z', GP),
      sourceList('m', '2026-10-20T09:00:00Z', [listed], other),
      attestation('b', '2026-10-21T10:00:00Z', other),
    )
    const result = person.at('2026-11-22T11:00:00.000Z')
    assert.equal(holders(result).length, 1)
    assert.deepEqual(holdersAt(result, '2026-11-22T11:00:00.000Z'), ['Fastlege'])
  })

  it('makes who attests first the holder where nobody acted as one', () => {
    const person = livePerson(prescription('p'), attestation('a', '2026-11-02T10:00:00Z', GP))
    assert.deepEqual(holdersAt(person.at('2026-11-22T11:00:00.000Z'), '2026-11-03T00:00:00.000Z'), [
      'Fastlege',
    ])
  })

  it('says that nobody holds a list that nobody who can be named attested', () => {
    const person = livePerson(prescription('p'), attestation('a', '2026-11-02T10:00:00Z', {}))
    assert.ok(codesOf(person.at('2026-11-22T11:00:00.000Z')).includes('baton-gap'))
    assert.ok(!codesOf(livePerson(...GP_LIST).at('2026-11-22T11:00:00.000Z')).includes('baton-gap'))
  })

  it('says that nobody holds a list whose holder is no longer the person’s doctor, until somebody is offered it', () => {
    const until = {
      role: 'general-practitioner',
      who: GP,
      period: { start: '2025-01-01', end: '2026-11-10' },
    }
    const person = livePerson(...GP_LIST, attestation('a', '2026-10-02T10:00:00Z', GP))
    person.add(teamFact('t', [until], '2026-11-09T09:00:00Z'))
    assert.ok(!codesOf(person.at('2026-11-10T11:00:00.000Z')).includes('baton-gap'))
    assert.ok(codesOf(person.at('2026-11-12T11:00:00.000Z')).includes('baton-gap'))
    const next = { role: 'general-practitioner', who: NEW_GP, period: { start: '2026-11-11' } }
    person.add(teamFact('t', [until, next], '2026-11-12T12:00:00Z'))
    assert.ok(!codesOf(person.at('2026-11-12T13:00:00.000Z')).includes('baton-gap'))
    assert.deepEqual(openOffers(person).map(ownerOf), ['Ny fastlege'])
  })
})

describe('R2: the baton follows the patient', () => {
  it('proposes the ward at an admission; the holder changes at its acceptance and not at the offer', () => {
    const person = livePerson(...GP_LIST, wardStay('e', '2026-11-01T10:00:00Z'))
    const offered = person.at('2026-11-01T10:05:00.000Z')
    const [offer] = openOffers(person)
    assert.equal(eventOf(offer!), 'admission')
    assert.equal(ownerOf(offer!), 'Medisinsk post')
    assert.equal(offer!.requester?.display, 'Fastlege')
    assert.deepEqual(holdersAt(offered, '2026-11-01T10:05:00.000Z'), ['Fastlege'])
    person.answer(offer!, 'accepted', '2026-11-01T11:00:00.000Z', WARD_A)
    const taken = person.at('2026-11-01T11:00:00.000Z')
    assert.deepEqual(holdersAt(taken, '2026-11-01T10:59:59.999Z'), ['Fastlege'])
    assert.deepEqual(holdersAt(taken, '2026-11-01T11:00:00.000Z'), ['Medisinsk post'])
    assert.equal(offersOf(person)[0]?.status, 'accepted')
  })

  it('proposes the receiving ward at a transfer, and the general practitioner at the discharge', () => {
    const gp = patientFact({ generalPractitioner: [GP] }, '2026-10-01T09:00:00Z')
    const person = livePerson(...GP_LIST, gp, wardStay('e', '2026-11-01T10:00:00Z'))
    person.at('2026-11-01T10:05:00.000Z')
    person.answer(openOffers(person)[0]!, 'accepted', '2026-11-01T11:00:00.000Z', WARD_A)
    person.at('2026-11-01T11:00:00.000Z')
    person.add(wardStay('e', '2026-11-01T10:00:00Z', { ward: WARD_B, receivedAt: '2026-11-03T09:00:00Z' }))
    person.at('2026-11-03T09:00:00.000Z')
    assert.deepEqual(
      openOffers(person).map((offer) => [eventOf(offer), ownerOf(offer)]),
      [['transfer', 'Kirurgisk post']],
    )
    person.answer(openOffers(person)[0]!, 'accepted', '2026-11-03T10:00:00.000Z', WARD_B)
    person.at('2026-11-03T10:00:00.000Z')
    person.add(wardStay('e', '2026-11-01T10:00:00Z', { ward: WARD_B, end: '2026-11-05T12:00:00Z' }))
    person.at('2026-11-05T12:01:00.000Z')
    assert.deepEqual(
      openOffers(person).map((offer) => [eventOf(offer), ownerOf(offer)]),
      [['discharge', 'Fastlege']],
    )
    person.at('2026-11-05T13:00:00.000Z')
    assert.equal(offersOf(person).length, 3, 'an event offers once')
  })

  it('proposes the doctor of the nursing home for one who lives there, and back after a short stay', () => {
    const respite = {
      role: 'nursing-home-doctor',
      who: HOME_DOCTOR,
      period: { start: '2026-11-02T10:00:00Z', end: '2026-11-09T10:00:00Z' },
    }
    const person = livePerson(...GP_LIST)
    person.at('2026-11-01T10:00:00.000Z')
    person.add(teamFact('t', [respite], '2026-11-02T10:00:00Z'))
    person.at('2026-11-02T10:01:00.000Z')
    assert.equal(eventOf(openOffers(person)[0]!), 'respite-stay')
    person.answer(openOffers(person)[0]!, 'accepted', '2026-11-02T12:00:00.000Z', HOME_DOCTOR)
    const during = person.at('2026-11-02T12:00:00.000Z')
    assert.equal(during.nextChangeAt, '2026-11-09T10:00:00.000Z')
    const back = person.at('2026-11-09T10:00:00.000Z')
    assert.deepEqual(holdersAt(back, '2026-11-09T10:00:00.000Z'), ['Sykehjemslege'])
    assert.deepEqual(
      openOffers(person).map((offer) => [eventOf(offer), ownerOf(offer)]),
      [['return', 'Fastlege']],
    )
  })

  it('proposes the new general practitioner when the former one holds the list, and only then', () => {
    const told = (who: typeof GP, at: string) => patientFact({ generalPractitioner: [who] }, at)
    const person = livePerson(...GP_LIST, told(GP, '2026-10-02T09:00:00Z'))
    person.at('2026-10-02T09:00:00.000Z')
    assert.deepEqual(offersOf(person), [])
    person.add(told(NEW_GP, '2026-11-02T09:00:00Z'))
    person.at('2026-11-02T09:00:00.000Z')
    assert.deepEqual(
      openOffers(person).map((offer) => [eventOf(offer), ownerOf(offer)]),
      [['gp-change', 'Ny fastlege']],
    )
    const elsewhere = livePerson(
      sourceList('l', '2026-10-01T09:00:00Z', [], doctor('1000031', 'Spesialist')),
      told(GP, '2026-10-02T09:00:00Z'),
    )
    elsewhere.at('2026-10-02T09:00:00.000Z')
    elsewhere.add(told(NEW_GP, '2026-11-02T09:00:00Z'))
    elsewhere.at('2026-11-02T09:00:00.000Z')
    assert.deepEqual(offersOf(elsewhere), [])
  })

  it('proposes nobody at an out-patient visit, in the emergency room, or when a dentist writes', () => {
    const person = livePerson(
      ...GP_LIST,
      wardStay('amb', '2026-11-01T10:00:00Z', { class: 'AMB' }),
      wardStay('emer', '2026-11-01T12:00:00Z', { class: 'EMER' }),
      prescription('d', { brand: 'ID_METRONIDAZOLE', requester: doctor('1000003', 'Tannlege') }),
    )
    person.at('2026-11-02T10:00:00.000Z')
    assert.deepEqual(offersOf(person), [])
  })

  it('lets an admission that was cancelled lapse with its offer', () => {
    const person = livePerson(...GP_LIST, wardStay('e', '2026-11-01T10:00:00Z'))
    person.at('2026-11-01T10:05:00.000Z')
    person.add(wardStay('e', '2026-11-01T10:00:00Z', { status: 'cancelled' }))
    person.at('2026-11-01T11:00:00.000Z')
    assert.deepEqual(
      offersOf(person).map(({ status }) => status),
      ['cancelled'],
    )
    assert.ok(!codesOf(person.at('2026-11-03T11:00:00.000Z')).includes('baton-offer-overdue'))
  })
})

describe('R3: accept', () => {
  const admitted = () => {
    const person = livePerson(...GP_LIST, wardStay('e', '2026-11-01T10:00:00Z', { ward: WARD_A }))
    person.at('2026-11-01T10:05:00.000Z')
    return person
  }

  it('takes the first write of the receiver for an acceptance, from its own time', () => {
    const person = admitted()
    person.add(attestation('a', '2026-11-01T10:30:00Z', WARD, WARD_A))
    const result = person.at('2026-11-01T10:31:00.000Z')
    assert.deepEqual(holdersAt(result, '2026-11-01T10:30:00.000Z'), ['Medisinsk post'])
    const [offer] = offersOf(person)
    assert.equal(offer?.output?.[0]?.type.coding?.[0]?.code, 'accepted-by-writing')
    assert.equal(offer?.status, 'completed', 'who took it attested it')
  })

  it('does not move the baton by anybody else’s write', () => {
    const person = admitted()
    person.add(
      prescription('x', {
        brand: 'ID_PARACET',
        authoredOn: '2026-11-01T11:00:00+01:00',
        requester: doctor('1000099', 'Legevakt'),
      }),
    )
    assert.deepEqual(holdersAt(person.at('2026-11-01T12:00:00.000Z'), '2026-11-01T12:00:00.000Z'), [
      'Fastlege',
    ])
  })

  it('leaves the giver responsible after a rejection, and does not ask again for the same event', () => {
    const person = admitted()
    person.answer(openOffers(person)[0]!, 'rejected', '2026-11-01T11:00:00.000Z', WARD_A)
    const result = person.at('2026-11-01T12:00:00.000Z')
    assert.deepEqual(holdersAt(result, '2026-11-01T12:00:00.000Z'), ['Fastlege'])
    assert.deepEqual(
      offersOf(person).map(({ status }) => status),
      ['rejected'],
    )
  })
})

describe('R4: no gap', () => {
  const at = (instant: string) => {
    const person = livePerson(...GP_LIST, wardStay('e', '2026-11-01T10:00:00Z'))
    person.at('2026-11-01T10:00:00.000Z')
    return person.at(instant)
  }

  it('is overdue four hours after an admission was offered, told as it turns', () => {
    const before = at('2026-11-01T13:59:59.999Z')
    assert.ok(!codesOf(before).includes('baton-offer-overdue'))
    assert.equal(before.nextChangeAt, '2026-11-01T14:00:00.000Z')
    const issue = issueOf(at('2026-11-01T14:00:00.000Z'), 'baton-offer-overdue')
    assert.equal(issue?.severity, 'high')
    assert.match(
      issue?.detail ?? '',
      /Medisinsk post har ikke svart innen 4 timer.*Fastlege har fortsatt ansvaret/,
    )
  })

  it('gives a day for every other offer', () => {
    const gp = patientFact({ generalPractitioner: [GP] }, '2026-10-01T09:00:00Z')
    const person = livePerson(...GP_LIST, gp)
    person.at('2026-10-02T09:00:00.000Z')
    person.add(patientFact({ generalPractitioner: [NEW_GP] }, '2026-11-02T09:00:00Z'))
    person.at('2026-11-02T09:00:00.000Z')
    assert.ok(!codesOf(person.at('2026-11-03T08:59:59.000Z')).includes('baton-offer-overdue'))
    assert.ok(codesOf(person.at('2026-11-03T09:00:00.000Z')).includes('baton-offer-overdue'))
  })
})
