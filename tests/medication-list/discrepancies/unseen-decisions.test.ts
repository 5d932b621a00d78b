/** `conflicting-change` and `late-decision` (medication-list.md 4.1, worked example 15). */
import assert from 'node:assert/strict'
import { extensionUrl } from '../../../src/core/canonical.js'
import type { Fact } from '../../../src/medication-list/contract.js'
import {
  asPrevious,
  codesOf,
  type DeriveOptions,
  derive,
  fixed,
  issueOf,
  type PrescriptionOptions,
  prescription,
  row,
  WARD,
} from '../../support/clinical-facts.js'

/** The hub knew the person long before. */
const before = prescription('x', { brand: 'ID_LEVAXIN', receivedAt: '2026-01-01T10:00:00Z' })
const from = (one: Fact, key: string): Fact => ({ ...one, source: { ...one.source, key } })
const metoprolol = prescription('p', {
  authoredOn: '2026-10-01T09:00:00+02:00',
  receivedAt: '2026-10-01T08:00:00Z',
})
const linked = { basedOn: [{ reference: 'MedicationRequest/p' }] }
const gpRaises = (authored: string, received: string, more: PrescriptionOptions = {}) =>
  from(
    prescription('gp', {
      authoredOn: authored,
      receivedAt: received,
      dosage: [fixed(2, { when: ['MORN'] })],
      more: linked,
      ...more,
    }),
    'prescriber|gp',
  )
const wardStops = (decided: string, received: string, status: 'stopped' | 'active' = 'stopped') =>
  from(
    row('ward', {
      status,
      asserted: decided,
      receivedAt: received,
      role: 'hospital',
      ...(status === 'stopped' ? { period: { end: decided } } : { dosage: [fixed(4, { when: ['MORN'] })] }),
      more: { informationSource: WARD, ...linked },
    }),
    'hospital|ward',
  )
const at = '2026-11-10T11:00:00.000Z'
const list = (facts: readonly Fact[], more: DeriveOptions = {}) =>
  derive([before, metoprolol, ...facts], { at, ...more })

describe('late-decision', () => {
  const raised = gpRaises('2026-11-05T10:00:00+01:00', '2026-11-05T09:01:00Z')
  const stop = wardStops('2026-11-01T12:00:00+01:00', '2026-11-09T08:00:00Z')

  it('example 15: a stop that arrives after a newer decision changes nothing of now, and is high', () => {
    const result = list([raised, stop])
    const line = result.lines.find(({ facts }) => facts.includes('MedicationRequest/gp'))!
    assert.equal(line.statement.status, 'active')
    assert.equal(line.statement.dosage?.[0]?.doseAndRate?.[0]?.doseQuantity?.value, 2)
    const issue = issueOf(result, 'late-decision')
    assert.equal(issue?.severity, 'high')
    assert.equal(
      issue?.detail,
      'Et stopp av Metoprolol 50 mg, bestemt 01.11.2026 kl. 12.00, kom først 09.11.2026 kl. 09.00; det som ble bestemt 05.11.2026 kl. 10.00, gjelder, men uten kjennskap til dette.',
    )
    assert.equal(
      issueOf(list([raised, stop], { language: 'en' }), 'late-decision')?.detail,
      'A stop of Metoprolol 50 mg, decided 2026-11-01 12:00, came only 2026-11-09 09:00; what was decided 2026-11-05 10:00 stands, made without knowing of it.',
    )
    const owners = issue?.extension?.flatMap(({ url, valueCode }) =>
      url === extensionUrl('owner-role') ? [valueCode] : [],
    )
    assert.ok(owners?.includes('home-care'), 'a late stop is told to who gives the medicine')
  })

  it('does not hold of what arrived before the newer decision was made', () => {
    const inTime = wardStops('2026-11-01T12:00:00+01:00', '2026-11-01T11:05:00Z')
    assert.ok(!codesOf(list([raised, inTime])).includes('late-decision'))
  })

  it('is low when the newer decider had it in view or decided the same, and passes after 30 days', () => {
    const same = gpRaises('2026-11-05T10:00:00+01:00', '2026-11-05T09:01:00Z', { requester: WARD })
    assert.equal(issueOf(list([same, stop]), 'late-decision')?.severity, 'low')
    const result = list([same, stop])
    assert.ok(Date.parse(result.nextChangeAt ?? '') <= Date.parse('2026-12-09T08:00:00.000Z'))
    assert.ok(!codesOf(list([same, stop], { at: '2026-12-09T08:00:00.000Z' })).includes('late-decision'))
  })

  it('closes when somebody decides with all in view', () => {
    const first = list([raised, stop])
    const settled = from(
      row('settled', {
        prescription: 'p',
        asserted: '2026-11-09T15:00:00+01:00',
        receivedAt: '2026-11-09T14:01:00Z',
      }),
      'source-list|gp',
    )
    const second = list([raised, stop, settled], { previous: asPrevious(first) })
    const id = issueOf(first, 'late-decision')?.id
    assert.equal(second.issues.find((issue) => issue.id === id)?.status, 'final')
  })

  it('says nothing of what came with the first message about a person', () => {
    const facts = [
      { ...metoprolol, receivedAt: '2026-11-09T07:00:00Z' },
      { ...raised, receivedAt: '2026-11-09T07:30:00Z' },
      stop,
    ]
    assert.ok(!codesOf(derive(facts, { at })).includes('late-decision'))
  })

  it('does not take a recall for a late prescription', () => {
    const recalled: Fact = {
      ...metoprolol,
      version: 2,
      receivedAt: '2026-11-09T08:00:00Z',
      resource: { ...metoprolol.resource, status: 'cancelled' } as Fact['resource'],
    }
    assert.ok(!codesOf(derive([before, recalled, raised], { at })).includes('late-decision'))
  })
})

describe('conflicting-change', () => {
  it('is high when two decided within the time that the first took to arrive', () => {
    const ward = wardStops('2026-11-05T09:00:00+01:00', '2026-11-05T09:30:00Z', 'active')
    const gp = gpRaises('2026-11-05T10:00:00+01:00', '2026-11-05T10:01:00Z')
    const issue = issueOf(list([ward, gp]), 'conflicting-change')
    assert.equal(issue?.severity, 'high')
    assert.equal(
      issue?.detail,
      'Metoprolol 50 mg ble bestemt to ganger uten kjennskap til hverandre: 05.11.2026 kl. 09.00 og 05.11.2026 kl. 10.00; det fra 05.11.2026 kl. 10.00 gjelder til noen avgjør det.',
    )
    assert.equal(
      issueOf(list([ward, gp], { language: 'en' }), 'conflicting-change')?.detail,
      'Metoprolol 50 mg was decided on twice, neither knowing of the other: 2026-11-05 09:00 and 2026-11-05 10:00; that of 2026-11-05 10:00 applies until somebody settles it.',
    )
    const seen = gpRaises('2026-11-05T10:31:00+01:00', '2026-11-05T10:32:00Z')
    assert.ok(!codesOf(list([ward, seen])).includes('conflicting-change'))
  })

  it('holds of two of one day of which one has no clock time, unless they say the same or one names the other', () => {
    const gp = gpRaises('2026-11-05', '2026-11-06T06:00:00Z')
    const ward = wardStops('2026-11-05T14:00:00+01:00', '2026-11-05T13:05:00Z', 'active')
    assert.ok(codesOf(list([gp, ward])).includes('conflicting-change'))
    const same = from(
      row('ward', {
        asserted: '2026-11-05T14:00:00+01:00',
        receivedAt: '2026-11-05T13:05:00Z',
        dosage: [fixed(2, { when: ['MORN'] })],
        more: { informationSource: WARD, ...linked },
      }),
      'hospital|ward',
    )
    assert.ok(!codesOf(list([gp, same])).includes('conflicting-change'))
  })

  it('closes with the next decision', () => {
    const ward = wardStops('2026-11-05T09:00:00+01:00', '2026-11-05T09:30:00Z', 'active')
    const gp = gpRaises('2026-11-05T10:00:00+01:00', '2026-11-05T10:01:00Z')
    const settled = row('s', { prescription: 'p', asserted: '2026-11-06T09:00:00+01:00' })
    assert.ok(!codesOf(list([ward, gp, settled])).includes('conflicting-change'))
  })
})
