import assert from 'node:assert/strict'
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

const warfarin = prescription('w', {
  brand: 'ID_WARFARIN',
  authoredOn: '2026-11-01T09:00:00+01:00',
  receivedAt: '2026-11-01T08:05:00Z',
})
const metronidazole = (authoredOn: string, receivedAt: string, requester = WARD) =>
  prescription('m', { brand: 'ID_METRONIDAZOLE', authoredOn, receivedAt, requester })
const AFTER = metronidazole('2026-11-10T12:00:00+01:00', '2026-11-10T11:01:00Z')

describe('interaction', () => {
  it('is told of two active lines on different sides, with its severity and the words of the catalogue', () => {
    const issue = issueOf(derive([warfarin, metronidazole(...seen, GP)]), 'interaction')!
    assert.equal(issue.severity, 'high')
    assert.equal(issue.detail, 'Marevan 2,5 mg og Metronidazol 200 mg: Økt blødningsrisiko.')
    assert.equal(issueOf(derive([warfarin]), 'interaction'), undefined)
  })

  it('is told of no line that is not in use', () => {
    const stopped = row('m', { brand: 'ID_METRONIDAZOLE', status: 'stopped' })
    assert.equal(issueOf(derive([warfarin, stopped]), 'interaction'), undefined)
  })

  it('is not told below the configured relevance', () => {
    const pair = [prescription('a', { brand: 'ID_METOTAB' }), prescription('b', { brand: 'ID_PARACET' })]
    assert.ok(!codesOf(derive(pair)).includes('interaction'))
  })

  it('is the same whatever the order of the facts', () => {
    const facts = [warfarin, AFTER, prescription('o', { brand: 'ID_METOTAB' })]
    assert.deepEqual(derive(facts).issues, derive([...facts].reverse()).issues)
  })
})

const seen = ['2026-11-10T12:00:00+01:00', '2026-11-10T11:01:00Z'] as const

describe('interaction-split', () => {
  it('is told high when neither prescriber decided with both in view', () => {
    const result = derive([warfarin, AFTER])
    assert.equal(issueOf(result, 'interaction-split')?.severity, 'high')
    assert.equal(issueOf(result, 'interaction'), undefined)
  })

  it('is a plain interaction once one of them decided after both were known', () => {
    const renewed = prescription('w2', {
      brand: 'ID_WARFARIN',
      authoredOn: '2026-11-12T09:00:00+01:00',
      receivedAt: '2026-11-12T08:05:00Z',
      more: {
        priorPrescription: {
          type: 'MedicationRequest',
          identifier: { system: 'urn:ietf:rfc:3986', value: 'urn:uuid:w' },
        },
      },
    })
    const result = derive([warfarin, AFTER, renewed])
    assert.equal(issueOf(result, 'interaction-split'), undefined)
    assert.equal(issueOf(result, 'interaction')?.severity, 'high')
  })

  it('is a plain interaction when both stand on the list of the holder', () => {
    const rows = [
      row('rw', { brand: 'ID_WARFARIN' }),
      row('rm', { brand: 'ID_METRONIDAZOLE', more: { informationSource: WARD } }),
    ]
    const result = derive([...rows, sourceList('l', '2026-11-02T10:00:00+01:00', rows)])
    assert.ok(codesOf(result).includes('interaction'))
    assert.ok(!codesOf(result).includes('interaction-split'))
  })
})
