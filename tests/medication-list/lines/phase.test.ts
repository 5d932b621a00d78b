import assert from 'node:assert/strict'
import type { Dosage } from 'fhir/r4.js'
import { extensionUrl } from '../../../src/core/canonical.js'
import { asPrevious, derive, fixed, prescription, row } from '../../support/clinical-facts.js'

const EVERY_OTHER: Dosage = fixed(1, { when: ['MORN'], frequency: 1, period: 2, periodUnit: 'd' })
const withStart = (dosage: Dosage, start: string): Dosage => ({
  ...dosage,
  timing: { repeat: { ...dosage.timing?.repeat, boundsPeriod: { start } } },
})
const CYCLE: Dosage = {
  ...fixed(1, { when: ['MORN'] }),
  extension: [
    {
      url: extensionUrl('cycle'),
      extension: [
        { url: 'on', valueInteger: 21 },
        { url: 'off', valueInteger: 7 },
      ],
    },
  ],
}
const OLD = { authoredOn: '2026-01-05T09:00:00+01:00', validTo: '2026-11-30' }
const NEW = { authoredOn: '2026-11-10T09:00:00+01:00', validTo: '2027-11-10' }

const bounds = ({ lines }: ReturnType<typeof derive>) =>
  lines[0]?.statement.dosage?.map(({ timing }) => timing?.repeat?.boundsPeriod)

describe('the phase of a line', () => {
  it('is kept by a renewal that states no start', () => {
    const list = derive([
      prescription('p', { ...OLD, dosage: [withStart(EVERY_OTHER, '2026-01-06')] }),
      prescription('q', { ...NEW, dosage: [EVERY_OTHER] }),
    ])
    assert.equal(list.lines.length, 1)
    assert.deepEqual(bounds(list), [{ start: '2026-01-06' }])
    assert.equal(list.lines[0]?.statement.dosage?.[0]?.text, '1 tablett morgen annenhver dag fra 06.01.2026')
  })

  it('is kept by a change of the amount alone, and not by another interval', () => {
    const stated = row('r', {
      asserted: '2026-01-05T09:00:00+01:00',
      period: { start: '2026-01-06' },
      dosage: [EVERY_OTHER],
      prescription: 'p',
    })
    const changed = (dosage: Dosage) =>
      derive([
        stated,
        prescription('p', { ...OLD, dosage: [EVERY_OTHER] }),
        prescription('q', {
          ...NEW,
          dosage: [dosage],
          more: { priorPrescription: { identifier: { system: 'urn:ietf:rfc:3986', value: 'urn:uuid:p' } } },
        }),
      ])
    const twice = changed({ ...EVERY_OTHER, doseAndRate: [{ doseQuantity: { value: 2, unit: 'tablett' } }] })
    assert.deepEqual(bounds(twice), [{ start: '2026-01-06' }])
    assert.deepEqual(
      bounds(changed(fixed(1, { when: ['MORN'], frequency: 1, period: 3, periodUnit: 'd' }))),
      [undefined],
    )
  })

  it('begins anew where a new start is stated', () => {
    const list = derive([
      prescription('p', { ...OLD, dosage: [withStart(EVERY_OTHER, '2026-01-06')] }),
      prescription('q', { ...NEW, dosage: [withStart(EVERY_OTHER, '2026-11-12')] }),
    ])
    assert.ok(
      list.lines.some(
        ({ statement }) => statement.dosage?.[0]?.timing?.repeat?.boundsPeriod?.start === '2026-11-12',
      ),
    )
  })

  it('of a cycle goes out between dates, and goes on without a change to the line', () => {
    const facts = [prescription('p', { ...NEW, dosage: [withStart(CYCLE, '2026-11-10')] })]
    const first = derive(facts, { at: '2026-11-23T10:00:00.000Z' })
    assert.deepEqual(bounds(first), [
      { start: '2026-11-10', end: '2026-11-30' },
      { start: '2026-12-08', end: '2026-12-28' },
      { start: '2027-01-05', end: '2027-01-25' },
    ])
    assert.ok(first.nextChangeAt !== undefined && first.nextChangeAt <= '2026-12-07T23:00:00.000Z')
    const next = derive(facts, { at: '2026-12-08T10:00:00.000Z', previous: asPrevious(first) })
    assert.deepEqual(bounds(next)?.[0], { start: '2026-12-08', end: '2026-12-28' })
    assert.equal(next.lines[0]?.flag, 'unchanged')
    assert.equal(first.lines[0]?.fingerprint, next.lines[0]?.fingerprint)
  })

  it('that nobody states leaves a cycle without days for readers who do not know cycles', () => {
    const { lines } = derive([prescription('p', { ...NEW, dosage: [CYCLE] })])
    assert.equal(lines[0]?.statement.dosage?.[0]?.timing, undefined)
    assert.equal(lines[0]?.statement.dosage?.[0]?.text, '1 tablett morgen, 21 dager med og 7 dager uten')
  })
})
