import assert from 'node:assert/strict'
import type {
  AllergyIntolerance,
  Bundle,
  Composition,
  FhirResource,
  List,
  MedicationStatement,
} from 'fhir/r4.js'
import { LANGUAGES } from '../../../src/core/list-view.js'
import { summaryOf } from '../../../src/medication-list/views/summary.js'
import { prescription, row, supply } from '../../support/clinical-facts.js'
import { validateR4 } from '../../support/r4-validator.js'
import { shownList } from '../../support/shown-list.js'

const id = (n: number): string => `0000000${n}-0000-8000-8000-000000000000`
const allergy: AllergyIntolerance = {
  resourceType: 'AllergyIntolerance',
  id: id(9),
  patient: { reference: 'Patient/x' },
  code: { text: 'Penicillin' },
}
const summary = (
  { list, lines }: { readonly list: List; readonly lines: readonly MedicationStatement[] },
  allergies: readonly AllergyIntolerance[] = [],
  language: (typeof LANGUAGES)[number] = 'nb',
): Bundle<FhirResource> =>
  summaryOf(
    {
      patient: { resourceType: 'Patient', id: id(8) },
      list,
      lines,
      allergies,
      ids: { document: id(1), composition: id(2), hub: id(3), none: [id(4), id(5), id(6)] },
      at: '2026-11-24T12:00:00.000Z',
      publicUrl: 'http://hub.test',
    },
    { language, zone: 'Europe/Oslo' },
  )
const compositionOf = (bundle: Bundle<FhirResource>): Composition =>
  bundle.entry?.[0]?.resource as Composition
const statements = (bundle: Bundle<FhirResource>) =>
  (bundle.entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === 'MedicationStatement' ? [resource] : [],
  )

describe('$summary', () => {
  const shown = shownList([
    prescription('p'),
    row('s', { brand: 'ID_PARACET', status: 'on-hold', more: { statusReason: [{ text: 'Før operasjon' }] } }),
  ])

  it('is a document whose first entry is the Composition with the three sections that the summary demands', () => {
    const bundle = summary(shown)
    assert.equal(bundle.type, 'document')
    assert.deepEqual(
      compositionOf(bundle).section?.map(({ code }) => code?.coding?.[0]?.code),
      ['10160-0', '48765-2', '11450-4'],
    )
  })

  it('keeps the status of each line', () => {
    assert.deepEqual(
      statements(summary(shown))
        .map(({ status }) => status)
        .sort(),
      ['active', 'on-hold'],
    )
  })

  it('has every reference of its sections among its entries', () => {
    const bundle = summary(shown, [allergy])
    const urls = new Set(bundle.entry?.map(({ fullUrl }) => fullUrl))
    const named = compositionOf(bundle).section?.flatMap(({ entry = [] }) =>
      entry.map(({ reference }) => reference),
    )
    assert.deepEqual(
      named?.filter((reference) => !urls.has(reference)),
      [],
    )
    assert.ok(urls.has(compositionOf(bundle).subject?.reference))
  })

  it('has no entry for what is provisional, and names it in the narrative', () => {
    const bundle = summary(shownList([supply('d', '2026-11-20T10:00:00+01:00', 'ID_PARACET')]))
    assert.deepEqual(
      statements(bundle).map(({ medicationCodeableConcept }) => medicationCodeableConcept?.coding?.[0]?.code),
      ['no-medication-info'],
    )
    assert.match(compositionOf(bundle).section?.[0]?.text?.div ?? '', /ikke vurdert av lege/)
  })

  it('says no-known-medications only where somebody asked and confirmed it', () => {
    const code = (reason: string) => {
      const list: List = {
        resourceType: 'List',
        status: 'current',
        mode: 'working',
        emptyReason: { coding: [{ code: reason }] },
      }
      return statements(summary({ list, lines: [] }))[0]?.medicationCodeableConcept?.coding?.[0]?.code
    }
    assert.deepEqual(['nilknown', 'notstarted', 'unavailable', 'withheld'].map(code), [
      'no-known-medications',
      'no-medication-info',
      'no-medication-info',
      'no-medication-info',
    ])
  })

  it('shows the allergies, or that the hub has no information about them', () => {
    const codes = (bundle: Bundle<FhirResource>) =>
      (bundle.entry ?? []).flatMap(({ resource }) =>
        resource?.resourceType === 'AllergyIntolerance'
          ? [resource.code?.text ?? resource.code?.coding?.[0]?.code]
          : [],
      )
    assert.deepEqual(codes(summary(shown, [allergy])), ['Penicillin'])
    assert.deepEqual(codes(summary(shown)), ['no-allergy-info'])
  })

  it('is valid R4 in every language', () => {
    for (const language of LANGUAGES)
      for (const { resource } of summary(shown, [], language).entry ?? [])
        assert.deepEqual(validateR4(resource!), [], `${language} ${resource?.resourceType}`)
  })
})
