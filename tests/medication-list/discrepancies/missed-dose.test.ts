import assert from 'node:assert/strict'
import type { Medication } from 'fhir/r4.js'
import { extensionUrl } from '../../../src/core/canonical.js'
import type { Fact, SourceFact } from '../../../src/medication-list/contract.js'
import {
  asPrevious,
  codesOf,
  derive,
  fixed,
  intake,
  issueOf,
  row,
  stay,
} from '../../support/clinical-facts.js'

const DEVICE: SourceFact = {
  key: 'device|test',
  role: 'device',
  name: 'Dispenser',
  lastHeard: '2026-11-22T10:59:00.000Z',
  waiting: 0,
}
const severities = (facts: Fact[], code: string, at?: string) =>
  issueOf(derive(facts, at === undefined ? {} : { at }), code)?.severity

describe('missed-dose', () => {
  const line = (brand: string) =>
    row('r', { brand, dosage: [fixed(1, { when: ['MORN'] })], asserted: '2026-11-01T09:00:00+01:00' })
  const record = (id: string, day: string, options = {}) =>
    intake(id, `2026-11-${day}T08:05:00+01:00`, { brand: 'ID_MULTIVITAMIN', ...options })
  const missing = (facts: Fact[], at: string, lastHeard = at) =>
    derive(facts, { at, sources: [{ ...DEVICE, lastHeard }] })

  it('holds for a dose told as not taken, high from the third in two days', () => {
    const missed = (id: string, day: string) => record(id, day, { status: 'not-done' })
    assert.equal(severities([line('ID_MULTIVITAMIN'), missed('a', '22')], 'missed-dose'), 'moderate')
    assert.equal(
      severities(
        [
          line('ID_MULTIVITAMIN'),
          missed('a', '22'),
          missed('b', '21'),
          intake('c', '2026-11-21T20:00:00+01:00', { brand: 'ID_MULTIVITAMIN', status: 'not-done' }),
        ],
        'missed-dose',
      ),
      'high',
    )
  })

  it('holds when nothing was recorded and the recorder was heard of after the window', () => {
    const facts = [line('ID_MULTIVITAMIN'), record('a', '20'), record('b', '21')]
    const before = missing(facts, '2026-11-22T10:59:00.000Z')
    assert.equal(issueOf(before, 'missed-dose'), undefined)
    assert.equal(before.nextChangeAt, '2026-11-22T11:00:00.000Z')
    assert.equal(issueOf(missing(facts, '2026-11-22T11:00:00.000Z'), 'missed-dose')?.severity, 'moderate')
    assert.equal(
      issueOf(missing(facts, '2026-11-22T11:00:00.000Z', '2026-11-22T06:00:00.000Z'), 'missed-dose'),
      undefined,
      'a silent device',
    )
  })

  it('waits an hour for a critical medicine and is high', () => {
    const facts = [line('ID_LEVODOPA'), intake('a', '2026-11-21T08:05:00+01:00', { brand: 'ID_LEVODOPA' })]
    assert.equal(issueOf(missing(facts, '2026-11-22T08:00:00.000Z'), 'missed-dose')?.severity, 'high')
    assert.equal(issueOf(missing(facts, '2026-11-22T07:59:00.000Z'), 'missed-dose'), undefined)
  })

  it('is explained by a stay, a pause or a refusal, and closes when the dose turns out taken', () => {
    const missed = record('a', '22', { status: 'not-done' })
    const open = derive([line('ID_MULTIVITAMIN'), missed])
    assert.ok(issueOf(open, 'missed-dose'))
    assert.equal(
      issueOf(derive([line('ID_MULTIVITAMIN'), missed, stay('e', '2026-11-21')]), 'missed-dose'),
      undefined,
    )
    for (const reason of ['paused', 'refused'])
      assert.equal(
        issueOf(
          derive([line('ID_MULTIVITAMIN'), record('a', '22', { status: 'not-done', reason })]),
          'missed-dose',
        ),
        undefined,
      )
    const taken = derive([line('ID_MULTIVITAMIN'), record('a', '22')], { previous: asPrevious(open) })
    assert.deepEqual(codesOf(taken), [])
    assert.equal(taken.issues[0]!.status, 'final')
  })

  it('shows a missed sachet of unknown content at the packed lines of its slot, else at the device', () => {
    const unknown: Medication = { resourceType: 'Medication', id: 's', code: { text: 'multidose sachet' } }
    const sachet = intake('s', '2026-11-22T08:00:00+01:00', {
      status: 'not-done',
      more: {
        medicationCodeableConcept: undefined,
        medicationReference: { reference: '#s' },
        contained: [unknown],
      },
    })
    const packed = row('r', {
      brand: 'ID_MULTIVITAMIN',
      more: { extension: [{ url: extensionUrl('multidose'), valueBoolean: true }] },
    })
    const told = issueOf(derive([packed, sachet]), 'missed-dose')!
    assert.match(told.detail ?? '', /Multivitamin/)
    const alone = issueOf(derive([line('ID_MULTIVITAMIN'), sachet]), 'missed-dose')!
    assert.match(alone.detail ?? '', /multidosepose/)
  })
})
