import assert from 'node:assert/strict'
import type { Dosage } from 'fhir/r4.js'
import type { Fact } from '../../../src/medication-list/contract.js'
import {
  asPrevious,
  derive,
  fixed,
  issueOf,
  prescription,
  row,
  sourceList,
  WARD,
} from '../../support/clinical-facts.js'
import { instantWhen } from '../../support/next-change.js'

const needed = (value: number, times: number): Dosage => ({
  asNeededBoolean: true,
  timing: { repeat: { frequency: times, period: 1, periodUnit: 'd' } },
  doseAndRate: [{ doseQuantity: { value, unit: 'tablett' } }],
})
const severities = (facts: Fact[], code: string, at?: string) =>
  issueOf(derive(facts, at === undefined ? {} : { at }), code)?.severity

describe('duplicate-substance', () => {
  it('names every line of a crowd, with no more issues than lines', () => {
    const crowd = Array.from({ length: 30 }, (_, n) => prescription(`many-${n}`, { brand: 'ID_PARACET' }))
    const result = derive(crowd)
    const issues = result.issues.filter(({ code }) => code?.coding?.[0]?.code === 'duplicate-substance')
    assert.ok(issues.length <= 30, `${issues.length} issues`)
    const named = new Set(
      issues.flatMap(({ implicated }) => implicated?.map(({ reference }) => reference) ?? []),
    )
    for (const { id } of result.lines) assert.ok(named.has(`MedicationStatement/${id}`), `line ${id}`)
  })

  const fixedAndNeeded = [
    prescription('p', {
      brand: 'ID_PARACET',
      dosage: [fixed(1, { when: ['MORN', 'NOON', 'EVE', 'NIGHT'] })],
    }),
    prescription('q', { brand: 'ID_PINEX', requester: WARD, role: 'hospital', dosage: [needed(1, 3)] }),
  ]

  it('sums fixed and as-needed amounts against the configured maximum, and says the numbers', () => {
    const issue = issueOf(derive(fixedAndNeeded), 'duplicate-substance')!
    assert.equal(issue.severity, 'high')
    assert.equal(
      issue.detail,
      'Paracetamol står to ganger: fast 2 g/døgn og inntil 3 g/døgn ved behov; samlet 5 g overstiger 4 g.',
    )
    assert.equal(
      issueOf(derive(fixedAndNeeded, { language: 'en' }), 'duplicate-substance')!.detail,
      'Paracetamol is listed twice: 2 g a day fixed and up to 3 g a day when needed; 5 g in all exceeds 4 g.',
    )
  })

  it('counts a line until the stop that is decided for it: one strength after the other is no double', () => {
    const stops = (end: string) =>
      row('r', {
        prescription: 'p',
        brand: 'ID_METOTAB',
        status: 'stopped',
        asserted: '2026-11-20T10:00:00+01:00',
        period: { end },
      })
    const next = prescription('q', {
      brand: 'ID_METOTAB',
      authoredOn: '2026-11-20T10:00:00+01:00',
      dosage: [fixed(2, { when: ['MORN'], boundsPeriod: { start: '2026-11-26' } })],
    })
    const told = (end: string) =>
      severities([prescription('p'), stops(end), next], 'duplicate-substance', '2026-11-22T11:00:00.000Z')
    assert.equal(told('2026-11-25'), undefined)
    assert.equal(told('2026-11-27'), 'high')
  })

  it('is moderate below the maximum, high for the same composition twice', () => {
    const dose = [fixed(1, { when: ['MORN'] })]
    const two = (first: string, second: string) => [
      prescription('p', { brand: first, dosage: dose }),
      prescription('q', { brand: second, dosage: [fixed(1, { when: ['EVE'] })], requester: WARD }),
    ]
    assert.equal(severities(two('ID_METODEPOT', 'ID_METOTAB'), 'duplicate-substance'), 'moderate')
    assert.equal(severities(two('ID_METOTAB', 'ID_METOTAB'), 'duplicate-substance'), 'high')
  })

  it('is low when one person decided both on one list', () => {
    const rows = [row('a', { brand: 'ID_METODEPOT' }), row('b', { brand: 'ID_METOTAB' })]
    assert.equal(
      severities([...rows, sourceList('l', '2026-11-20T09:00:00Z', rows)], 'duplicate-substance'),
      'low',
    )
  })

  it('is high when only three lines together exceed the maximum', () => {
    const three = ['p', 'q', 'r'].map((id, index) =>
      prescription(id, {
        brand: index === 0 ? 'ID_PINEX' : 'ID_PARACET',
        dosage: [fixed(index === 0 ? 1 : 2, { when: ['MORN', 'EVE'] })],
        requester: WARD,
        authoredOn: `2026-11-0${index + 1}T09:00:00+01:00`,
      }),
    )
    assert.equal(severities(three.slice(0, 2), 'duplicate-substance'), 'low', 'one decider, both in view')
    const issues = derive(three).issues.filter(
      ({ code }) => code?.coding?.[0]?.code === 'duplicate-substance',
    )
    assert.deepEqual(
      issues.map(({ severity }) => severity),
      ['high', 'high', 'high'],
    )
    assert.equal(issues[0]?.detail, 'Paracetamol står 3 ganger: fast 6 g/døgn; samlet 6 g overstiger 4 g.')
  })

  it('pairs the lines of a crowd by how grave they are, not by their ids', () => {
    const crowd = [
      ...Array.from({ length: 12 }, (_, n) =>
        prescription(`single-${n}`, {
          brand: 'ID_PARACETSUPP',
          dosage: [needed(0.1, 1)],
          requester: { ...WARD, identifier: { ...WARD.identifier, value: `200000${n}` } },
        }),
      ),
      prescription('z1', { brand: 'ID_PINEX', dosage: [fixed(2, { when: ['MORN', 'EVE'] })] }),
      prescription('z2', {
        brand: 'ID_PARACET',
        dosage: [fixed(2, { when: ['MORN', 'EVE'] })],
        requester: WARD,
      }),
    ]
    const result = derive(crowd)
    const lineOf = (ref: string) =>
      result.lines.find(({ facts }) => facts.includes(`MedicationRequest/${ref}`))?.id
    const grave = result.issues.find(({ implicated }) =>
      ['z1', 'z2'].every((ref) =>
        implicated?.some(({ reference }) => reference === `MedicationStatement/${lineOf(ref)}`),
      ),
    )
    assert.equal(grave?.severity, 'high')
  })

  it('opens at the midnight from which a step of a taper exceeds the maximum', () => {
    const step = (sequence: number, value: number): Dosage => ({
      sequence,
      ...fixed(value, { when: ['MORN', 'EVE'], boundsDuration: { value: 40, code: 'd' } }),
    })
    const facts = [
      prescription('p', { brand: 'ID_PINEX', dosage: [fixed(1, { when: ['MORN'] })], requester: WARD }),
      row('q', { brand: 'ID_PARACET', period: { start: '2026-11-20' }, dosage: [step(1, 1), step(2, 4)] }),
    ]
    const at = instantWhen(facts, (result) => issueOf(result, 'duplicate-substance')?.severity === 'high', {
      at: '2026-11-22T11:00:00.000Z',
    })
    // 28 days before the step of 30 December.
    assert.equal(at, '2026-12-01T23:00:00.000Z')
  })

  it('looks at the route: eye drops beside tablets are none, suppositories are', () => {
    const two = (first: string, second: string) =>
      derive([row('a', { brand: first }), row('b', { brand: second })])
    assert.equal(issueOf(two('ID_TIMOLOL', 'ID_TIMOLOLTAB'), 'duplicate-substance'), undefined)
    assert.ok(issueOf(two('ID_PARACET', 'ID_PARACETSUPP'), 'duplicate-substance'))
  })

  it('does not hold for periods that do not meet, and closes by itself', () => {
    const apart = [
      row('a', { brand: 'ID_METODEPOT', period: { end: '2026-11-30' } }),
      row('b', { brand: 'ID_METOTAB', period: { start: '2026-12-01' } }),
    ]
    assert.equal(issueOf(derive(apart), 'duplicate-substance'), undefined)
    const first = derive([row('a', { brand: 'ID_METODEPOT' }), row('b')])
    const open = issueOf(first, 'duplicate-substance')!
    const second = derive([row('a', { brand: 'ID_METODEPOT' }), row('b', { status: 'stopped' })], {
      previous: asPrevious(first),
    })
    const closed = second.issues.find(({ id }) => id === open.id)!
    assert.equal(closed.status, 'final')
    assert.equal(closed.detail, open.detail)
    assert.equal(closed.identifiedDateTime, open.identifiedDateTime)
  })
})
