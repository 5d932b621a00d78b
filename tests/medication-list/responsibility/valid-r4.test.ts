import assert from 'node:assert/strict'
import type { CareTeam, List } from 'fhir/r4.js'
import type { ListResult } from '../../../src/medication-list/contract.js'
import {
  attestation,
  doctor,
  HOME_CARE,
  livePerson,
  openOffers,
  patientFact,
  teamFact,
  WARD_A,
  wardStay,
} from '../../support/baton-facts.js'
import { GP, PATIENT, prescription, row, sourceList, WARD } from '../../support/clinical-facts.js'
import { validateR4 } from '../../support/r4-validator.js'

const teamOf = ({ responsibility }: ListResult): CareTeam => ({
  resourceType: 'CareTeam',
  status: 'active',
  subject: { reference: PATIENT },
  participant: [...responsibility.participants],
})
const check = (result: ListResult): void => {
  const { offers, workItems } = result.responsibility
  for (const resource of [...offers, ...workItems, teamOf(result)])
    assert.deepEqual(validateR4(resource), [], JSON.stringify(resource))
}

describe('what is made of who holds the list', () => {
  it('is valid R4, from an admission to death', () => {
    const packed = row('r', {
      more: {
        extension: [
          { url: 'http://stafett.internal/fhir/StructureDefinition/multidose', valueBoolean: true },
        ],
      },
    })
    const acute = prescription('q', {
      brand: 'ID_APOCILLIN',
      authoredOn: '2026-11-03T21:10:00+01:00',
      requester: doctor('1000077', 'Legevakt'),
    })
    const person = livePerson(
      packed,
      sourceList('l', '2026-10-01T09:00:00Z', [packed]),
      attestation('a', '2026-10-02T10:00:00Z', GP),
      teamFact('t', [{ role: 'home-care', who: HOME_CARE }], '2026-10-01T09:00:00Z'),
      patientFact({ generalPractitioner: [GP] }, '2026-10-01T09:00:00Z'),
    )
    person.at('2026-10-02T11:00:00.000Z')
    person.add(wardStay('e', '2026-11-01T10:00:00Z'), acute)
    check(person.at('2026-11-03T21:00:00.000Z'))
    person.answer(openOffers(person)[0]!, 'accepted', '2026-11-04T11:00:00.000Z', WARD_A)
    person.add(attestation('w', '2026-11-04T12:00:00Z', WARD, WARD_A))
    person.add(wardStay('e', '2026-11-01T10:00:00Z', { end: '2026-11-05T12:00:00Z' }))
    const discharged = person.at('2026-11-05T12:01:00.000Z')
    assert.ok(discharged.responsibility.offers.length > 0)
    check(discharged)
    person.add(patientFact({ deceasedDateTime: '2026-11-10T08:00:00Z' }, '2026-11-10T09:00:00Z'))
    const dead = person.at('2026-11-10T09:00:00.000Z')
    assert.ok(dead.responsibility.workItems.length > 0)
    check(dead)
  })

  it('is valid R4 where the list that makes the holder names no author', () => {
    const listed = row('r')
    const list = sourceList('l', '2026-10-01T09:00:00Z', [listed])
    const { source: _source, ...unsigned } = list.resource as List
    const person = livePerson(listed, { ...list, resource: unsigned })
    person.add(
      wardStay('e', '2026-11-01T10:00:00Z'),
      prescription('q', { brand: 'ID_APOCILLIN', authoredOn: '2026-11-03T21:10:00+01:00' }),
    )
    const result = person.at('2026-11-03T21:00:00.000Z')
    assert.equal(result.responsibility.offers.length, 1)
    check(result)
  })
})

describe('a discharge of before anybody held the list', () => {
  it('is not missed a list', () => {
    const listed = row('r')
    const person = livePerson(
      listed,
      sourceList('l', '2026-11-01T09:00:00Z', [listed]),
      wardStay('e', '2026-09-01T10:00:00Z', { end: '2026-09-05T12:00:00Z' }),
    )
    const { issues } = person.at('2026-11-10T09:00:00.000Z')
    assert.ok(!issues.some(({ code }) => code?.coding?.[0]?.code === 'discharge-without-list'))
  })
})
