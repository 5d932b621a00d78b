import assert from 'node:assert/strict'
import { extensionUrl } from '../../src/core/canonical.js'
import {
  asPrevious,
  codesOf,
  derive,
  fact,
  fixed,
  GP,
  intake,
  MORNING,
  PATIENT,
  prescription,
  row,
  sourceList,
  supply,
} from '../support/clinical-facts.js'

describe('versions of the list', () => {
  const facts = () => [prescription('p'), row('r', { prescription: 'p' }), row('s', { brand: 'ID_PARACET' })]

  it('gives the same ids, fingerprints and only unchanged flags when nothing changed', () => {
    const first = derive(facts())
    assert.ok(first.lines.every(({ flag }) => flag === 'new'))
    const second = derive(facts(), { previous: asPrevious(first), at: '2026-11-23T11:00:00.000Z' })
    assert.deepEqual(
      second.lines.map(({ flag }) => flag),
      ['unchanged', 'unchanged'],
    )
    assert.deepEqual(
      second.lines.map(({ id, fingerprint, date }) => [id, fingerprint, date]),
      first.lines.map(({ id, fingerprint, date }) => [id, fingerprint, date]),
    )
    assert.deepEqual(second.issues, first.issues)
  })

  it('flags a changed dose, and not a new supply', () => {
    const first = derive(facts())
    const supplied = derive([...facts(), supply('d', '2026-11-21', 'ID_METOTAB', 'p')], {
      previous: asPrevious(first),
    })
    assert.ok(supplied.lines.every(({ flag }) => flag === 'unchanged'))
    const changed = derive(
      [
        prescription('p'),
        row('r', { prescription: 'p', dosage: [fixed(2, { when: ['MORN'] })] }),
        row('s', { brand: 'ID_PARACET' }),
      ],
      { previous: asPrevious(first), at: '2026-11-25T11:00:00.000Z' },
    )
    const line = changed.lines.find(({ facts: refs }) => refs.includes('MedicationStatement/r'))!
    assert.equal(line.flag, 'changed')
    assert.equal(line.date, '2026-11-25')
  })

  it('shows an ended line once with its closing flag, and then no more', () => {
    const first = derive(facts())
    const stopped = [
      prescription('p', { more: { status: 'cancelled' } }),
      row('r', { prescription: 'p', status: 'stopped', asserted: '2026-11-22T10:00:00+01:00' }),
      row('s', { brand: 'ID_PARACET' }),
    ]
    const before = asPrevious(first)
    const second = derive(stopped, { previous: before })
    assert.deepEqual(
      second.lines.map(({ flag }) => flag),
      ['unchanged', 'stopped'],
    )
    const third = derive(stopped, { previous: asPrevious(second, before) })
    assert.deepEqual(
      third.lines.map(({ flag }) => flag),
      ['unchanged'],
    )
    const fourth = derive(stopped, { previous: asPrevious(third, asPrevious(second, before)) })
    assert.deepEqual(
      fourth.lines.map(({ flag }) => flag),
      ['unchanged'],
    )
  })

  it('merges a line into the one that goes on, with a pointer to it', () => {
    const provisional = derive([supply('d', '2026-11-10', 'ID_METOTAB')])
    const joined = derive(
      [
        supply('d', '2026-11-10', 'ID_METOTAB'),
        prescription('p', { authoredOn: '2026-11-09T09:00:00+01:00' }),
      ],
      {
        previous: asPrevious(provisional),
      },
    )
    assert.equal(joined.lines.length, 1)
    assert.equal(
      joined.lines[0]!.id,
      provisional.lines[0]!.id,
      'the provisional line becomes the decided one',
    )
    const apart = derive([row('a'), row('b')])
    assert.equal(apart.lines.length, 2)
    const together = derive(
      [row('a', { prescription: 'p' }), row('b', { prescription: 'p' }), prescription('p')],
      {
        previous: asPrevious(apart),
      },
    )
    const merged = together.lines.find(({ flag }) => flag === 'merged')!
    const survivor = together.lines.find(({ flag }) => flag !== 'merged')!
    assert.equal(merged.statement.status, 'completed')
    assert.equal(merged.statement.partOf?.[0]?.reference, `MedicationStatement/${survivor.id}`)
    assert.equal(together.lines.length, 2)
  })

  it('marks what the holder has not decided on as not confirmed', () => {
    const rows = [row('r', { prescription: 'p' })]
    const list = sourceList('l', '2026-11-20T09:00:00Z', rows)
    const badge = (result: ReturnType<typeof derive>, ref: string) =>
      result.lines
        .find(({ facts: refs }) => refs.includes(ref))
        ?.statement.extension?.some(({ url }) => url === extensionUrl('not-confirmed'))
    const other = { ...GP, identifier: { ...GP.identifier, value: '1000099' } }
    const result = derive([
      prescription('p'),
      ...rows,
      list,
      prescription('q', { brand: 'ID_APOCILLIN', requester: other }),
    ])
    assert.equal(badge(result, 'MedicationRequest/p'), false)
    assert.equal(badge(result, 'MedicationRequest/q'), true)
  })

  it('says why a list is empty, and what is known of its sources', () => {
    const source = {
      key: 'k',
      role: 'device' as const,
      name: 'Dispenser',
      lastHeard: '2026-11-22T10:00:00.000Z',
      waiting: 0,
    }
    assert.equal(derive([]).emptyReason, 'notstarted')
    assert.equal(derive([]).completeness, 'unknown')
    const failed = derive([], { sources: [{ ...source, failed: 'STORE_UNAVAILABLE' }] })
    assert.equal(failed.emptyReason, 'unavailable')
    assert.deepEqual(codesOf(failed), ['source-unavailable'])
    const current = derive([], { sources: [source] })
    assert.equal(current.completeness, 'complete')
    assert.equal(current.nextChangeAt, '2026-11-23T10:00:00.001Z')
    assert.equal(
      derive([], { sources: [source], at: '2026-11-24T10:00:00.000Z' }).sources[0]!.condition,
      'late',
    )
    assert.equal(derive([], { sources: [{ ...source, waiting: 2 }] }).completeness, 'partial')
  })

  it('keeps a line that an intake carries, and opens none for an intake of long ago', () => {
    const unexplained = intake('i', '2026-11-21T08:00:00+01:00', { brand: 'ID_METFORMIN' })
    const first = derive([unexplained])
    assert.equal(first.lines[0]!.statement.status, 'unknown')
    const later = { at: '2027-11-21T08:00:00.000Z' }
    assert.equal(derive([unexplained], { ...later, previous: asPrevious(first) }).lines[0]!.flag, 'unchanged')
    assert.equal(derive([unexplained], later).lines.length, 0)
  })

  it('ignores what is no fact of the list', () => {
    const allergy = fact(
      { resourceType: 'AllergyIntolerance', patient: { reference: PATIENT } },
      'a',
      'hospital',
    )
    assert.equal(derive([allergy]).lines.length, 0)
    assert.equal(derive([row('x', { role: 'pharmacy', dosage: MORNING })]).lines.length, 0)
  })
})
