import assert from 'node:assert/strict'
import { extensionUrl } from '../../src/core/canonical.js'
import type { Fact } from '../../src/medication-list/contract.js'
import {
  codesOf,
  derive,
  fixed,
  intake,
  prescription,
  row,
  sourceList,
  WARD,
} from '../support/clinical-facts.js'

const statusAt = (facts: readonly Fact[], at: string) => derive(facts, { at }).lines[0]?.statement.status

describe('which decision is the newer one', () => {
  const doseAt = (facts: readonly Fact[]) => derive(facts).lines[0]?.statement.dosage?.map(({ text }) => text)
  const mine = [fixed(2, { when: ['MORN'] })]

  it('a day without a clock time gives way to the holder, whose own day does not', () => {
    const holders = (asserted: string) => row('r', { prescription: 'p', asserted, dosage: mine })
    const others = (authoredOn: string) => prescription('p', { authoredOn, requester: WARD })
    const list = (one: Fact) => sourceList('l', '2026-11-20T12:00:00+01:00', [one])
    for (const [own, other, expected] of [
      // The holder's is known by its day alone: concurrent with the other's, and so it applies.
      ['2026-11-10', '2026-11-10T15:00:00+01:00', '2 tabletter morgen'],
      ['2026-11-10', '2026-11-11T08:00:00+01:00', '1 tablett morgen'],
      ['2026-11-10T09:00:00+01:00', '2026-11-10', '2 tabletter morgen'],
      ['2026-11-10', '2026-11-10', '2 tabletter morgen'],
      ['2026-11-10T09:00:00+01:00', '2026-11-10T15:00:00+01:00', '1 tablett morgen'],
    ] as const)
      assert.deepEqual(
        doseAt([holders(own), others(other), list(holders(own))]),
        [expected],
        `${own} against ${other}`,
      )
  })

  it('a decision without an amount keeps what is in force, not what lies ahead', () => {
    const now = prescription('p', { dosage: [fixed(1, { when: ['MORN'] })] })
    const ahead = row('a', {
      prescription: 'p',
      asserted: '2026-11-05T09:00:00+01:00',
      dosage: mine,
      period: { start: '2026-12-01' },
    })
    const words = row('b', {
      prescription: 'p',
      asserted: '2026-11-10T09:00:00+01:00',
      dosage: [{ text: 'Brukes som avtalt' }],
    })
    const line = derive([now, ahead, words]).lines[0]?.statement
    assert.deepEqual(
      line?.dosage?.map(({ text }) => text),
      ['1 tablett morgen'],
    )
    assert.deepEqual(line?.note, [{ text: 'Brukes som avtalt' }])
  })

  it('an unchanged row in a newer list is no new decision', () => {
    const raised = prescription('q', {
      authoredOn: '2026-11-10T09:00:00+01:00',
      dosage: mine,
      more: { priorPrescription: { reference: 'MedicationRequest/p' } },
    })
    const stated = row('r', { prescription: 'p', asserted: '2026-11-02T09:00:00+01:00' })
    for (const date of ['2026-11-03T09:00:00+01:00', '2026-11-20T09:00:00+01:00'])
      assert.deepEqual(
        doseAt([prescription('p'), raised, stated, sourceList('l', date, [stated])]),
        ['2 tabletter morgen'],
        date,
      )
  })
})

describe('traps of real sources', () => {
  it('(a) a stop in a modifier that nobody understands does not leave a running line', () => {
    const modified = row('r', {
      more: { modifierExtension: [{ url: 'urn:example:stop-type', valueCode: 'x' }] },
    })
    assert.equal(statusAt([modified], '2026-11-22T11:00:00.000Z'), 'unknown')
  })

  it('(b) an administration that is completed with dose 0 was not taken', () => {
    const refused = intake('i', '2026-11-22T08:00:00+01:00', {
      brand: 'ID_METOTAB',
      more: {
        dosage: { dose: { value: 0, unit: 'tablett' } },
        statusReason: [{ coding: [{ code: 'refused' }] }],
      },
    })
    const stopped = row('r', { status: 'stopped', period: { start: '2026-01-01', end: '2026-11-20' } })
    assert.ok(!codesOf(derive([stopped, refused])).includes('taken-after-stop'))
    const taken = intake('i', '2026-11-22T08:00:00+01:00', { brand: 'ID_METOTAB' })
    assert.ok(codesOf(derive([stopped, taken])).includes('taken-after-stop'))
  })

  it('(d) a prescription under expedition does not keep a stopped line running', () => {
    const expedited = prescription('p', {
      more: {
        extension: [
          {
            url: extensionUrl('register-entry'),
            extension: [
              {
                url: 'status',
                valueCodeableConcept: { coding: [{ system: 'urn:oid:2.16.578.1.12.4.1.1.7408', code: 'U' }] },
              },
            ],
          },
        ],
      },
    })
    const stop = row('r', {
      prescription: 'p',
      status: 'stopped',
      asserted: '2026-11-20T10:00:00+01:00',
      period: { end: '2026-11-20T10:00:00+01:00' },
    })
    const found = derive([expedited, stop])
    assert.equal(found.lines[0]?.statement.status, 'stopped')
    assert.ok(codesOf(found).includes('stopped-prescription-open'))
  })

  it('(e) a closing day is used up, a closing time is an instant', () => {
    const closing = (end: string) => [row('r', { period: { start: '2026-01-01', end } })]
    assert.equal(statusAt(closing('2026-11-22'), '2026-11-22T22:59:59.999Z'), 'active')
    assert.equal(statusAt(closing('2026-11-22T00:00:00+01:00'), '2026-11-21T23:00:00.000Z'), 'completed')
  })
})
