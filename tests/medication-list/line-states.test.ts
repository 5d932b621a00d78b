import assert from 'node:assert/strict'
import fc from 'fast-check'
import { extensionUrl } from '../../src/core/canonical.js'
import type { Fact } from '../../src/medication-list/contract.js'
import {
  asPrevious,
  derive,
  fixed,
  intake,
  prescription,
  row,
  sourceList,
  supply,
} from '../support/clinical-facts.js'

const numRuns = process.env['STAFETT_TEST_DEEP'] ? 1000 : 50
const T = '2026-11-22T11:00:00.000Z'
const statusAt = (facts: Fact[], at: string) => derive(facts, { at }).lines[0]?.statement.status

describe('states of a line', () => {
  it('is planned until the local midnight of its start, then active by time alone', () => {
    const planned = row('r', { period: { start: '2026-12-01' } })
    const before = derive([planned])
    assert.equal(before.lines[0]!.statement.status, 'intended')
    assert.equal(before.nextChangeAt, '2026-11-30T23:00:00.000Z')
    assert.equal(statusAt([planned], '2026-11-30T22:59:59.000Z'), 'intended')
    assert.equal(statusAt([planned], '2026-11-30T23:00:00.000Z'), 'active')
  })

  it('completes at the end of its last day, or at the instant that is stated', () => {
    assert.equal(
      statusAt([row('r', { period: { end: '2026-11-22' } })], '2026-11-22T22:59:59.000Z'),
      'active',
    )
    assert.equal(
      statusAt([row('r', { period: { end: '2026-11-22' } })], '2026-11-22T23:00:00.000Z'),
      'completed',
    )
    const course = row('c', {
      period: { start: '2026-11-15' },
      dosage: [fixed(1, { when: ['MORN'], boundsDuration: { value: 7, code: 'd' } })],
    })
    assert.equal(statusAt([course], '2026-11-21T22:00:00.000Z'), 'active')
    assert.equal(statusAt([course], '2026-11-21T23:00:00.000Z'), 'completed')
  })

  it('does not end a course whose start nobody stated', () => {
    const course = prescription('p', {
      dosage: [fixed(1, { when: ['MORN'], boundsDuration: { value: 7, code: 'd' } })],
    })
    assert.equal(statusAt([course], '2027-03-01T00:00:00.000Z'), 'active')
  })

  it('stays in use until a stop that lies ahead, and is stopped from that instant', () => {
    const stop = row('r', {
      period: { end: '2026-11-24T14:00:00+01:00' },
      more: { statusReason: [{ text: 'Bivirkning' }] },
    })
    const before = derive([stop])
    assert.equal(before.lines[0]!.statement.status, 'active')
    assert.equal(before.nextChangeAt, '2026-11-24T13:00:00.000Z')
    assert.equal(statusAt([stop], '2026-11-24T13:00:00.000Z'), 'stopped')
  })

  it('is held and resumed by the prescriber', () => {
    const held = row('r', {
      status: 'on-hold',
      more: { extension: [{ url: extensionUrl('status-date'), valueDateTime: '2026-11-20' }] },
    })
    assert.equal(statusAt([held], T), 'on-hold')
    const first = derive([row('r')])
    const second = derive([held], { previous: asPrevious(first) })
    assert.equal(second.lines[0]!.flag, 'held')
    const third = derive([row('r', { asserted: '2026-11-21T09:00:00+01:00' })], {
      previous: asPrevious(second),
    })
    assert.equal(third.lines[0]!.flag, 'resumed')
  })

  it('is not ended by an expired, recalled or finished prescription', () => {
    assert.equal(statusAt([prescription('p', { validTo: '2026-11-10' })], T), 'active')
    for (const status of ['cancelled', 'completed'] as const)
      assert.equal(statusAt([prescription('p', { more: { status } })], T), 'active')
    const register = {
      status: 'stopped' as const,
      statusReason: { coding: [{ system: 'urn:oid:2.16.578.1.12.4.1.1.7408', code: 'F' }] },
    }
    assert.equal(statusAt([prescription('p', { more: register })], T), 'active')
  })

  it('is stopped by an order that its prescriber discontinued, but not by its replacement', () => {
    const extension = [{ url: extensionUrl('status-date'), valueDateTime: '2026-11-20T10:00:00+01:00' }]
    const old = prescription('p', { more: { status: 'stopped', extension } })
    assert.equal(statusAt([old], T), 'stopped')
    const next = prescription('q', {
      authoredOn: '2026-11-20T09:59:00+01:00',
      more: { priorPrescription: { reference: 'MedicationRequest/p' } },
    })
    assert.equal(statusAt([old, next], T), 'active')
  })

  it('starts anew on the same line within a year of its stop', () => {
    const stopped = row('r', {
      status: 'stopped',
      period: { end: '2026-10-01T10:00:00+02:00' },
      asserted: '2026-10-01T10:00:00+02:00',
    })
    const first = derive([row('r', { asserted: '2026-09-01T10:00:00+02:00' })], {
      at: '2026-09-02T00:00:00.000Z',
    })
    const second = derive([stopped], { at: '2026-10-02T00:00:00.000Z', previous: asPrevious(first) })
    const again = prescription('p', { more: { basedOn: [{ reference: 'MedicationStatement/r' }] } })
    const third = derive([stopped, again], { previous: asPrevious(second, asPrevious(first)) })
    assert.equal(third.lines[0]!.id, first.lines[0]!.id)
    assert.equal(third.lines[0]!.flag, 'new')
    assert.equal(third.lines[0]!.statement.status, 'active')
  })

  it('ends in error at once when the author says so, and a stop of one of two rows ends that row only', () => {
    const first = derive([row('r')])
    const wrong = derive([row('r', { status: 'entered-in-error' })], { previous: asPrevious(first) })
    assert.equal(wrong.lines[0]!.flag, 'error')
    assert.equal(wrong.lines[0]!.statement.status, 'entered-in-error')
    const double = [
      row('a', { prescription: 'p', status: 'stopped', asserted: '2026-11-20T10:00:00+01:00' }),
      row('b', { prescription: 'p' }),
      prescription('p'),
    ]
    assert.equal(derive(double).lines.length, 1)
    assert.equal(statusAt(double, T), 'active')
  })

  it('decides nothing from a status that is unknown, not taken or hidden behind a modifier', () => {
    for (const status of ['unknown', 'not-taken'] as const)
      assert.equal(statusAt([row('r', { status })], T), 'unknown')
    const modified = row('r', {
      more: { modifierExtension: [{ url: 'urn:example:stop', valueBoolean: true }] },
    })
    assert.equal(statusAt([modified], T), 'unknown')
  })

  it('keeps the dose in force when a newer decision names no amount, and shows its words beside it', () => {
    const line = derive([
      prescription('p', { dosage: [fixed(2, { when: ['MORN'] })] }),
      row('r', { prescription: 'p', dosage: [{ text: 'Brukes som avtalt' }] }),
    ]).lines[0]!.statement
    assert.equal(line.dosage?.[0]?.text, '2 tabletter morgen')
    assert.equal(line.note?.[0]?.text, 'Brukes som avtalt')
    const words = derive([
      prescription('p', { dosage: [fixed(2, { when: ['MORN'] })] }),
      row('r', { prescription: 'p', dosage: [{ text: '1 tablett daglig' }] }),
    ]).lines[0]!.statement
    assert.equal(words.dosage?.[0]?.text, '1 tablett daglig')
  })

  it('lets the newer decision win, and the former rule until the newer begins', () => {
    const old = prescription('p', { dosage: [fixed(1, { when: ['MORN'] })] })
    const next = row('r', {
      prescription: 'p',
      dosage: [fixed(2, { when: ['MORN'] })],
      period: { start: '2026-12-01' },
    })
    const dose = (at: string) => derive([old, next], { at }).lines[0]!.statement.dosage?.[0]?.text
    assert.equal(dose(T), '1 tablett morgen')
    assert.equal(derive([old, next]).lines[0]!.statement.status, 'active')
    assert.equal(dose('2026-12-01T00:00:00.000Z'), '2 tabletter morgen')
  })

  it('takes no decision from below the prescriber’s side', () => {
    const decided = [
      prescription('p'),
      row('r', { brand: 'ID_PARACET' }),
      sourceList('l', '2026-11-20T09:00:00Z', []),
    ]
    const meaning = (facts: Fact[]) =>
      derive(facts)
        .lines.filter(({ statement }) => statement.status !== 'unknown')
        .map(({ id, statement }) => [id, statement.status, statement.dosage, statement.effectivePeriod])
    const expected = meaning(decided)
    const brand = fc.constantFrom('ID_METOTAB', 'ID_PARACET', 'ID_WARFARIN')
    const time = fc
      .integer({ min: 0, max: 60 })
      .map((days) => new Date(Date.parse(T) - days * 86_400_000).toISOString())
    const below = fc.oneof(
      fc.record({ brand, time }).map((one) => (id: string) => supply(id, one.time, one.brand, 'p')),
      fc
        .record({
          brand,
          time,
          status: fc.constantFrom('completed' as const, 'not-done' as const, 'stopped' as const),
        })
        .map((one) => (id: string) => intake(id, one.time, one)),
      fc
        .record({
          brand,
          time,
          role: fc.constantFrom(
            'pharmacy' as const,
            'device' as const,
            'home-care' as const,
            'patient' as const,
          ),
          status: fc.constantFrom('stopped' as const, 'on-hold' as const, 'active' as const),
        })
        .map(
          (one) => (id: string) =>
            row(id, { ...one, prescription: 'p', asserted: one.time, dosage: [fixed(9, { when: ['EVE'] })] }),
        ),
    )
    fc.assert(
      fc.property(fc.array(below, { maxLength: 6 }), (makers) => {
        const facts = [...decided, ...makers.map((make, index) => make(`x${index}`))]
        const all = meaning(facts)
        for (const line of expected)
          assert.ok(all.some((other) => JSON.stringify(other) === JSON.stringify(line)))
      }),
      { numRuns, seed: 21 },
    )
  })
})
