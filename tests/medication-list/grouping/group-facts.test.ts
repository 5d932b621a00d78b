import assert from 'node:assert/strict'
import fc from 'fast-check'
import { NO_PRODUCTS } from '../../../src/medication-list/products.js'
import {
  codesOf,
  derive,
  fixed,
  intake,
  issueOf,
  MORNING,
  prescription,
  row,
  sourceList,
  supply,
  WARD,
} from '../../support/clinical-facts.js'
import { medicineConcept } from '../../support/product-catalogue.js'

const numRuns = process.env['STAFETT_TEST_DEEP'] ? 1000 : 50

/** Worked example 3.4: depot chain with renewal and supply, immediate release beside it, an intake in words only. */
const example = () => [
  prescription('p1', {
    brand: 'ID_METODEPOT',
    authoredOn: '2025-12-01T09:00:00+01:00',
    validTo: '2026-11-30',
  }),
  prescription('p2', { brand: 'ID_SELOZOK', authoredOn: '2026-11-01T09:00:00+01:00' }),
  prescription('p3', {
    brand: 'ID_METOTAB',
    authoredOn: '2026-11-10T09:00:00+01:00',
    requester: WARD,
    role: 'hospital',
    dosage: [fixed(1, { when: ['MORN', 'EVE'] })],
  }),
  supply('d1', '2026-11-02', 'ID_GENERICDEPOT', 'p2'),
  intake('m1', '2026-11-21T08:00:00+01:00', {
    more: { medicationCodeableConcept: { text: 'Metoprolol 50' } },
  }),
]

describe('grouping', () => {
  it('joins a renewal and its supply to the line, and keeps another form apart', () => {
    const result = derive(example())
    const sets = result.lines.map(({ facts }) => facts.join(' ')).sort()
    assert.deepEqual(sets, [
      'MedicationDispense/d1 MedicationRequest/p1 MedicationRequest/p2',
      'MedicationRequest/p3',
    ])
    const line = result.lines.find(({ facts }) => facts.includes('MedicationRequest/p2'))!
    const basis = Object.fromEntries(
      (line.statement.derivedFrom ?? []).map(({ reference, extension }) => [
        reference,
        extension?.[0]?.valueCode,
      ]),
    )
    assert.deepEqual(basis, {
      'MedicationRequest/p1': 'K0',
      'MedicationRequest/p2': 'K3',
      'MedicationDispense/d1': 'K0',
    })
    assert.equal(issueOf(result, 'duplicate-substance')?.severity, 'moderate')
    assert.deepEqual(result.unattached, [{ ref: 'MedicationAdministration/m1', why: 'hint-only' }])
    // The words alone lead to both lines: a person is asked, nothing is attached.
    const [proposal, ...others] = result.proposals
    assert.deepEqual(others, [])
    assert.equal(proposal?.code?.coding?.[0]?.code, 'link-proposal')
    assert.equal(proposal?.focus?.reference, 'MedicationAdministration/m1')
    assert.equal(proposal?.input?.[0]?.valueCode, 'K6')
    assert.deepEqual(
      proposal?.input?.flatMap(({ valueReference }) => valueReference?.reference ?? []).sort(),
      result.lines.map(({ id }) => `MedicationStatement/${id}`).sort(),
    )
  })

  it('proposes by ATC within a route group, once for many facts, and closes with the question', () => {
    const other = (id: string, day: number) =>
      intake(id, `2026-11-${day}T08:00:00+01:00`, { brand: 'ID_PINEX' })
    const lines = [prescription('p', { brand: 'ID_PARACET' })]
    const proposals = derive([...lines, other('a', 20), other('b', 21)]).proposals
    assert.equal(proposals.length, 1)
    assert.equal(proposals[0]?.input?.[0]?.valueCode, 'K5')
    assert.equal(proposals[0]?.focus?.reference, 'MedicationAdministration/a')
    const suppository = derive([
      ...lines,
      intake('s', '2026-11-20T08:00:00+01:00', {
        more: { medicationCodeableConcept: { ...medicineConcept('ID_PARACETSUPP'), text: 'Stikkpille' } },
      }),
    ])
    assert.notEqual(suppository.proposals[0]?.input?.[0]?.valueCode, 'K5', 'another route group')
    const ended = [row('p', { brand: 'ID_PARACET', status: 'stopped', period: { end: '2026-06-01' } })]
    assert.deepEqual(derive([...ended, other('a', 20)]).proposals, [], 'no line of that time')
  })

  it('does not renew with another dose, too early, or in words only', () => {
    const first = { brand: 'ID_METOTAB', authoredOn: '2026-01-01T09:00:00+01:00', validTo: '2026-11-15' }
    const lines = (second: Parameters<typeof prescription>[1]): number =>
      derive([
        prescription('a', first),
        prescription('b', { authoredOn: '2026-11-01T09:00:00+01:00', ...second }),
      ]).lines.length
    assert.equal(lines({}), 1)
    assert.equal(lines({ dosage: [fixed(2, { when: ['MORN'] })] }), 2)
    assert.equal(lines({ authoredOn: '2026-09-01T09:00:00+02:00' }), 2)
    assert.equal(lines({ dosage: [{ text: '1 tablett daglig' }] }), 2)
  })

  it('links a list row to its prescription by the prescription id', () => {
    const result = derive([prescription('p1'), row('r1', { prescription: 'p1' })])
    assert.equal(result.lines.length, 1)
    assert.deepEqual(result.lines[0]!.facts, ['MedicationRequest/p1', 'MedicationStatement/r1'])
  })

  it('knows nothing without a catalogue but what messages themselves say', () => {
    const facts = [
      prescription('a', {
        brand: 'ID_METODEPOT',
        validTo: '2026-11-15',
        authoredOn: '2026-01-01T09:00:00+01:00',
      }),
      prescription('b', { brand: 'ID_SELOZOK', authoredOn: '2026-11-01T09:00:00+01:00' }),
    ]
    const result = derive(facts, { products: NO_PRODUCTS })
    assert.equal(result.lines.length, 2)
    assert.ok(codesOf(result).includes('duplicate-substance'), 'equal ATC is enough to raise, never to merge')
  })

  it('follows no link between facts without a common substance', () => {
    const result = derive([
      prescription('p1', { brand: 'ID_WARFARIN' }),
      row('r1', { brand: 'ID_METOTAB', prescription: 'p1' }),
    ])
    assert.equal(result.lines.length, 2)
    assert.equal(issueOf(result, 'ambiguous-link')?.severity, 'high')
  })

  it('attaches a supply by product to the one line in use, and to none when two qualify', () => {
    const one = derive([prescription('p1'), supply('d1', '2026-11-10', 'ID_METOTAB')])
    assert.deepEqual(one.lines[0]!.facts, ['MedicationDispense/d1', 'MedicationRequest/p1'])
    const two = derive([
      prescription('p1'),
      prescription('p2', { dosage: [fixed(2, { when: ['EVE'] })] }),
      supply('d1', '2026-11-10', 'ID_METOTAB'),
    ])
    assert.deepEqual(two.unattached, [{ ref: 'MedicationDispense/d1', why: 'several-candidates' }])
    assert.equal(issueOf(two, 'ambiguous-link')?.severity, 'low')
  })

  it('makes one provisional line of what no line explains', () => {
    const result = derive([
      supply('d1', '2026-11-10', 'ID_METFORMIN'),
      supply('d2', '2026-11-17', 'ID_METFORMIN'),
      intake('i1', '2026-11-21T08:00:00+01:00', { brand: 'ID_METFORMIN' }),
    ])
    assert.equal(result.lines.length, 1)
    const [line] = result.lines
    assert.equal(line!.statement.status, 'unknown')
    assert.equal(line!.statement.informationSource?.display, 'Apoteket')
    assert.equal(line!.facts.length, 3)
  })

  it('leaves ward orders, device programs and proposals out of the list', () => {
    const result = derive([
      prescription('w', { more: { category: [{ coding: [{ code: 'inpatient' }] }] } }),
      prescription('f', { more: { intent: 'filler-order' } }),
      prescription('x', { more: { intent: 'proposal' } }),
      prescription('i', { more: { intent: 'instance-order' } }),
      intake('g', '2026-11-21T08:00:00+01:00', {
        brand: 'ID_METOTAB',
        more: { request: { reference: 'MedicationRequest/w' } },
      }),
    ])
    assert.equal(result.lines.length, 0)
    assert.deepEqual(result.unattached, [{ ref: 'MedicationAdministration/g', why: 'ward' }])
    assert.equal(result.emptyReason, 'notstarted')
  })

  it('lets an intake reach its line through the device program', () => {
    const result = derive([
      prescription('p1'),
      prescription('f', {
        more: { intent: 'filler-order', basedOn: [{ reference: 'MedicationRequest/p1' }] },
      }),
      intake('g', '2026-11-21T08:00:00+01:00', { more: { request: { reference: 'MedicationRequest/f' } } }),
    ])
    assert.deepEqual(result.lines[0]!.facts, ['MedicationAdministration/g', 'MedicationRequest/p1'])
  })

  it('starts a new line when a treatment begins again more than a year after its stop', () => {
    const stopped = row('r1', {
      status: 'stopped',
      period: { end: '2025-06-01T12:00:00+02:00' },
      asserted: '2025-06-01T12:00:00+02:00',
    })
    const again = (authoredOn: string) =>
      prescription('p1', { authoredOn, more: { basedOn: [{ reference: 'MedicationStatement/r1' }] } })
    assert.equal(derive([stopped, again('2026-11-01T09:00:00+01:00')]).lines.length, 1)
    assert.equal(derive([stopped, again('2026-11-01T09:00:00+01:00')]).lines[0]!.facts.length, 1)
    const soon = derive([stopped, again('2026-05-01T09:00:00+02:00')])
    assert.equal(soon.lines.length, 1)
    assert.equal(soon.lines[0]!.facts.length, 2)
  })

  it('names a circle of prescriptions and two treatment ids of one row', () => {
    const circle = derive([
      prescription('a', { more: { priorPrescription: { reference: 'MedicationRequest/b' } } }),
      prescription('b', { more: { priorPrescription: { reference: 'MedicationRequest/a' } } }),
    ])
    assert.equal(circle.lines.length, 1)
    assert.equal(issueOf(circle, 'ambiguous-link')?.severity, 'moderate')
    const twice = row('r', {
      more: {
        identifier: ['r', 's'].map((value) => ({
          type: { text: 'PLL' },
          system: 'urn:ietf:rfc:3986',
          value,
        })),
      },
    })
    assert.ok(issueOf(derive([twice]), 'ambiguous-link'))
  })

  it('gives the same lines and issues in any order of arrival', () => {
    const rows = [row('r1', { prescription: 'p2', brand: 'ID_SELOZOK' }), row('r2', { brand: 'ID_PARACET' })]
    const facts = [
      ...example(),
      ...rows,
      sourceList('l1', '2026-11-15T09:00:00Z', rows),
      prescription('q1', { brand: 'ID_PINEX', requester: WARD, dosage: MORNING }),
      prescription('q2', { brand: 'ID_WARFARIN', more: { status: 'stopped' } }),
      supply('d2', '2026-11-12', 'ID_PARACET'),
      intake('i2', '2026-11-20T08:05:00+01:00', { brand: 'ID_PARACET' }),
      intake('i3', '2026-11-20T20:05:00+01:00', { brand: 'ID_LEVODOPA' }),
    ]
    const expected = JSON.stringify(derive(facts))
    fc.assert(
      fc.property(fc.shuffledSubarray(facts, { minLength: facts.length }), (shuffled) => {
        assert.equal(JSON.stringify(derive(shuffled)), expected)
      }),
      { numRuns, seed: 11 },
    )
  })
})
