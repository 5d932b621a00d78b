import assert from 'node:assert/strict'
import type { Bundle, DetectedIssue, FhirResource, List, MedicationStatement } from 'fhir/r4.js'
import { extensionUrl } from '../../../src/core/canonical.js'
import { LANGUAGES, type View } from '../../../src/core/list-view.js'
import { DISCREPANCIES } from '../../../src/medication-list/discrepancies/registry.js'
import { inLanguage } from '../../../src/medication-list/views/in-language.js'
import { viewOf } from '../../../src/medication-list/views/view.js'
import { fixed, prescription, row, sourceList, WARD } from '../../support/clinical-facts.js'
import { validateR4 } from '../../support/r4-validator.js'
import { bundleOf, shownList } from '../../support/shown-list.js'
import { testValidation } from '../../support/validation.js'

const NB = { language: 'nb', zone: 'Europe/Oslo' } as const
const rows = [
  row('r', {
    prescription: 'p',
    period: { start: '2026-11-01' },
    more: { reasonCode: [{ text: 'Høyt blodtrykk <2>' }] },
  }),
  row('s', { brand: 'ID_PARACET', status: 'on-hold', more: { statusReason: [{ text: 'Før operasjon' }] } }),
]
const facts = [
  prescription('p'),
  ...rows,
  sourceList('l', '2026-11-20T12:00:00Z', rows),
  prescription('q', { brand: 'ID_PINEX', requester: WARD, dosage: [fixed(0.5, { when: ['MORN', 'EVE'] })] }),
]

const listOf = (bundle: Bundle<FhirResource>): List => bundle.entry?.[0]?.resource as List
const linesOf = (bundle: Bundle<FhirResource>) =>
  (bundle.entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === 'MedicationStatement' ? [resource] : [],
  )
const issuesOf = (bundle: Bundle<FhirResource>) =>
  (bundle.entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === 'DetectedIssue' ? [resource] : [],
  )
const hiddenOf = (list: List) =>
  list.extension
    ?.find(({ url }) => url === extensionUrl('hidden'))
    ?.extension?.map(({ valueCode, valueUnsignedInt }) => valueCode ?? valueUnsignedInt)

const clinicLine = (line: MedicationStatement): MedicationStatement => ({
  ...line,
  category: { coding: [{ code: 'admin-by-clinic' }] },
})

describe('views of the list', () => {
  it('leaves the list as it is stored where all of it is asked for', () => {
    const { bundle } = shownList(facts)
    assert.equal(viewOf(bundle, 'all', NB), bundle)
  })

  it('shows a pharmacy what it supplies, and says how much it left out', () => {
    const { list, lines } = shownList(facts)
    const [first, ...others] = lines
    const provenance: FhirResource = { resourceType: 'Provenance', target: [], recorded: '', agent: [] }
    const shown = viewOf(bundleOf([list, clinicLine(first!), ...others, provenance]), 'supply', NB)
    assert.deepEqual(
      linesOf(shown).map(({ id }) => id),
      others.map(({ id }) => id),
    )
    assert.equal(listOf(shown).entry?.length, others.length)
    assert.deepEqual(hiddenOf(listOf(shown)), ['supply', 1, 1])
  })

  it('shows each reader exactly the discrepancies that it has a part in', () => {
    const issues = DISCREPANCIES.map(
      ({ code }): DetectedIssue => ({
        resourceType: 'DetectedIssue',
        id: code,
        status: 'preliminary',
        code: { coding: [{ code }] },
      }),
    )
    const codesIn = (view: View): string[] =>
      issuesOf(viewOf(bundleOf([shownList(facts).list, ...issues]), view, NB))
        .map(({ id }) => id ?? '')
        .sort()
    assert.deepEqual(codesIn('supply'), [
      'allergy-conflict',
      'dose-mismatch-pack',
      'duplicate-substance',
      'interaction',
      'interaction-split',
      'measure-overdue',
      'missing-structured-dose',
      'never-daily-conflict',
      'on-list-not-packed',
      'ordination-not-received',
      'product-substituted',
      'row-vanished',
      'stopped-prescription-open',
      'stopped-still-dispensed',
      'stopped-still-packed',
      'substitution-not-allowed',
      'supply-running-out',
      'text-structure-conflict',
      'unconfirmed-multidose-change',
      'wrong-roll',
    ])
    assert.deepEqual(codesIn('patient'), ['product-substituted', 'source-unavailable'])
    assert.equal(codesIn('today').length, issues.length)
  })

  it('says that lines are withheld, not that there are none, where a view has none of them', () => {
    const { list, lines } = shownList(facts)
    const shown = viewOf(bundleOf([list, ...lines.map(clinicLine)]), 'supply', NB)
    assert.equal(listOf(shown).entry, undefined)
    assert.equal(listOf(shown).emptyReason?.coding?.[0]?.code, 'withheld')
  })

  it('keeps the reason of a list that is empty for everybody', () => {
    const { bundle } = shownList([])
    const shown = viewOf(bundle, 'patient', NB)
    assert.equal(listOf(shown).emptyReason?.coding?.[0]?.code, 'notstarted')
    assert.match(listOf(shown).text?.div ?? '', /Det betyr ikke at personen ikke bruker legemidler/)
  })

  it('tells the person in plain words: what, how, why, since when, and what nobody confirmed', () => {
    const shown = viewOf(shownList(facts).bundle, 'patient', NB)
    const { div = '' } = listOf(shown).text ?? {}
    assert.match(div, /Legemidler i bruk.*Midlertidig stanset/)
    assert.match(div, /Høyt blodtrykk &lt;2&gt;/)
    assert.match(div, /½ tablett morgen og kveld/)
    assert.match(div, /fra 01\.11\.2026/)
    assert.match(div, /\(ikke bekreftet av den som har ansvar for listen\)/)
    assert.deepEqual(issuesOf(shown), [])
  })

  it('speaks the language of its reader and leaves the words of sources as they are', () => {
    const { bundle } = shownList(facts)
    const half = (language: (typeof LANGUAGES)[number]) =>
      linesOf(inLanguage(bundle, 'nb', { language, zone: NB.zone }))
        .flatMap(({ dosage }) => dosage ?? [])
        .map(({ text }) => text)
        .find((text) => text?.includes('½'))
    assert.deepEqual(LANGUAGES.map(half), [
      '½ tablett morgen og kveld',
      '½ tablet morgen og aften',
      '½ tablet in the morning and evening',
      '½ tablett på morgonen och kvällen',
      '½ tablettia aamulla ja illalla',
    ])
    const english = inLanguage(bundle, 'nb', { language: 'en', zone: NB.zone })
    const told = issuesOf(english).map(({ detail }) => detail ?? '')
    assert.ok(
      told.some((detail) => /was prescribed .* but whoever holds the list has not decided/.test(detail)),
    )
    assert.deepEqual(
      linesOf(english).flatMap(({ statusReason }) => statusReason ?? []),
      [{ text: 'Før operasjon' }],
    )
  })

  it('gives the stored texts back when told in its own language again', () => {
    const { bundle } = shownList(facts)
    const back = inLanguage(inLanguage(bundle, 'nb', { language: 'fi', zone: NB.zone }), 'fi', NB)
    const texts = (one: Bundle<FhirResource>) => [
      ...linesOf(one).map(({ dosage, extension }) => [dosage, extension]),
      ...issuesOf(one).map(({ detail }: DetectedIssue) => detail),
    ]
    assert.deepEqual(texts(back), texts(bundle))
  })

  it('is valid R4 in every view and language', async () => {
    const validation = await testValidation()
    for (const view of ['supply', 'patient'] as const)
      for (const language of LANGUAGES) {
        const context = { language, zone: NB.zone }
        const shown = viewOf(inLanguage(shownList(facts).bundle, 'nb', context), view, context)
        for (const { resource } of shown.entry ?? []) {
          assert.deepEqual(validation.validate(resource!), [], `${view} ${language}`)
          assert.deepEqual(validateR4(resource!), [])
        }
      }
  })
})
