import assert from 'node:assert/strict'
import { extensionUrl } from '../../../src/core/canonical.js'
import type { Fact, ListConfig } from '../../../src/medication-list/contract.js'
import { listConfig } from '../../../src/medication-list/defaults.js'
import { deriveList } from '../../../src/medication-list/derive-list.js'
import {
  asPrevious,
  derive,
  issueOf,
  NOTHING_BEFORE,
  PATIENT,
  prescription,
  row,
  sourceList,
  WARD,
} from '../../support/clinical-facts.js'
import { productCatalogue } from '../../support/product-catalogue.js'

const CODE = 'row-vanished'
const metoprolol = row('a')
const metformin = row('b', { brand: 'ID_METFORMIN' })
const first = sourceList('l', '2026-11-05T09:00:00+01:00', [metoprolol, metformin])
const second = sourceList('m', '2026-11-15T09:00:00+01:00', [metoprolol])
const retired = (list: Fact): Fact => ({
  ...list,
  version: 2,
  resource: { ...list.resource, status: 'retired' } as Fact['resource'],
})
const issue = (facts: readonly Fact[], language: 'nb' | 'en' = 'nb') =>
  issueOf(derive(facts, { language }), CODE)

describe('row-vanished', () => {
  it('opens when a complete list of the source leaves out a row that nobody stopped, and the line stays', () => {
    assert.equal(issue([metoprolol, metformin, first]), undefined)
    const result = derive([metoprolol, metformin, retired(first), second])
    assert.equal(issueOf(result, CODE)?.severity, 'moderate')
    assert.deepEqual(
      result.lines.map(({ statement }) => statement.status),
      ['active', 'active'],
    )
    assert.equal(
      issueOf(result, CODE)?.detail,
      'Metformin 500 mg står ikke lenger på listen fra source-list|test (15.11.2026 kl. 09.00), men ingen har stoppet det.',
    )
    assert.equal(
      issue([metoprolol, metformin, retired(first), second], 'en')?.detail,
      'Metformin 500 mg is no longer on the list of source-list|test (2026-11-15 09:00), but nobody has stopped it.',
    )
  })

  it('is high for a critical and for a packed line', () => {
    const warfarin = row('b', { brand: 'ID_WARFARIN' })
    assert.equal(issue([metoprolol, warfarin, second])?.severity, 'high')
    const packed = row('b', {
      brand: 'ID_METFORMIN',
      more: { extension: [{ url: extensionUrl('multidose'), valueBoolean: true }] },
    })
    assert.equal(issue([metoprolol, packed, second])?.severity, 'high')
  })

  it('does not hold of what was stopped, decided on since, listed under another row, or told by another source', () => {
    const stopped = row('b', { brand: 'ID_METFORMIN', status: 'stopped', period: { end: '2026-11-10' } })
    assert.equal(issue([metoprolol, stopped, second]), undefined)
    const since = prescription('p', {
      brand: 'ID_METFORMIN',
      authoredOn: '2026-11-16T09:00:00+01:00',
      requester: WARD,
      more: { basedOn: [{ reference: 'MedicationStatement/b' }] },
    })
    assert.equal(issue([metoprolol, metformin, second, since]), undefined)
    const again = row('c', { brand: 'ID_METFORMIN', prescription: 'x' })
    const listed = row('b', { brand: 'ID_METFORMIN', prescription: 'x' })
    const both = sourceList('m', '2026-11-15T09:00:00+01:00', [metoprolol, again])
    assert.equal(issue([metoprolol, listed, again, both]), undefined)
    const other: Fact = { ...second, source: { ...second.source, key: 'source-list|other' } }
    assert.equal(issue([metoprolol, metformin, other]), undefined)
  })

  it('closes when the row is listed again', () => {
    const open = derive([metoprolol, metformin, second])
    const third = sourceList('n', '2026-11-18T09:00:00+01:00', [metoprolol, metformin])
    const closed = derive([metoprolol, metformin, retired(second), third], { previous: asPrevious(open) })
    const id = issueOf(open, CODE)?.id
    assert.equal(closed.issues.find((one) => one.id === id)?.status, 'final')
  })

  it('is a stop where the source ends treatments by removing them', () => {
    const code = 'regional-card'
    const card = (list: Fact): Fact => ({
      ...list,
      resource: { ...list.resource, code: { coding: [{ code }] } } as Fact['resource'],
    })
    const statuses = (config: ListConfig) =>
      deriveList({
        patientRef: PATIENT,
        facts: [metoprolol, metformin, card(second)],
        sources: [],
        previous: NOTHING_BEFORE,
        products: productCatalogue,
        config,
        at: '2026-11-22T11:00:00.000Z',
      }).lines.map(({ statement }) => [statement.status, statement.effectivePeriod?.end])
    const config = listConfig('Europe/Oslo', 'nb')
    assert.deepEqual(statuses(config), [
      ['active', undefined],
      ['active', undefined],
    ])
    assert.deepEqual(statuses({ ...config, removalEnds: [code] }), [
      ['active', undefined],
      ['stopped', '2026-11-15T09:00:00+01:00'],
    ])
  })
})
