/** Documents made of the list: the international patient summary, and the card on paper (medication-list.md 11). */
import type { AllergyIntolerance, Bundle, FhirResource, MedicationStatement, Patient } from 'fhir/r4.js'
import type { PersonId } from '../core/ids.js'
import type { Language } from '../core/list-view.js'
import type { Clock, NewId } from '../core/ports.js'
import type { Card } from '../medication-list/views/card.js'
import { summaryOf } from '../medication-list/views/summary.js'
import type { Store } from '../store/contract.js'
import { bundleIn, type ListAnswer, listIn, resourcesIn } from './list-answer.js'
import { shapeView, type ViewDeps } from './read-view.js'

export interface DocumentDeps extends Omit<ViewDeps, 'today'> {
  readonly store: Pick<Store, 'read' | 'search' | 'incarnation'>
  readonly medicationList: (person: PersonId) => Promise<ListAnswer | undefined>
  readonly clock: Clock
  readonly newId: NewId
  /** Base of absolute links, without a trailing slash. */
  readonly publicUrl: string
  /** Draws the card as PDF/A. */
  readonly drawCard: (card: Card) => Promise<Uint8Array>
}

const ALLERGIES_MAX = 200

/** @returns the document Bundle, or undefined when the person is unknown */
export async function readSummary(
  deps: DocumentDeps,
  person: PersonId,
  language: Language,
): Promise<Bundle<FhirResource> | undefined> {
  const bundle = await listBundle(deps, person, 'all', language)
  if (bundle === undefined) return undefined
  const parts = await partsOf(deps, person, bundle)
  return summaryOf(
    {
      ...parts,
      patient: { ...parts.patient, id: person },
      ids: {
        document: deps.newId(),
        composition: deps.newId(),
        hub: deps.store.incarnation,
        none: [deps.newId(), deps.newId(), deps.newId()],
      },
      at: new Date(deps.clock()).toISOString(),
      publicUrl: deps.publicUrl,
    },
    { language, zone: deps.zone },
  )
}

/** @returns the PDF and the Bundle that it was made from; undefined when the person is unknown */
export async function readCard(
  deps: DocumentDeps,
  person: PersonId,
  language: Language,
): Promise<{ readonly pdf: Uint8Array; readonly bundle: Bundle<FhirResource> } | undefined> {
  const shown = await listBundle(deps, person, 'patient', language)
  if (shown === undefined) return undefined
  const parts = await partsOf(deps, person, shown)
  const others = [parts.patient, ...parts.allergies].map((resource) => ({
    fullUrl: `${deps.publicUrl}/fhir/${resource.resourceType}/${resource.id}`,
    resource,
  }))
  const bundle = { ...shown, entry: [...(shown.entry ?? []), ...others] }
  const version = Number(parts.list.meta?.versionId ?? '0')
  const pdf = await deps.drawCard({
    ...parts,
    version,
    at: new Date(deps.clock()).toISOString(),
    newestUrl: `${deps.publicUrl}/card/${parts.list.id ?? person}/${version}`,
    language,
    zone: deps.zone,
  })
  return { pdf, bundle }
}

async function listBundle(
  deps: DocumentDeps,
  person: PersonId,
  view: 'all' | 'patient',
  language: Language,
): Promise<Bundle<FhirResource> | undefined> {
  const answer = await deps.medicationList(person)
  return answer === undefined ? undefined : shapeView(bundleIn(answer), view, language, deps)
}

async function partsOf({ store }: DocumentDeps, person: PersonId, bundle: Bundle<FhirResource>) {
  const [stored, rows] = await Promise.all([
    store.read('Patient', person),
    store.search({
      type: 'AllergyIntolerance',
      clauses: [{ kind: 'person', anyOf: [person] }],
      count: ALLERGIES_MAX,
      after: undefined,
    }),
  ])
  // What is stored under a type is of that type.
  const patient: Patient =
    stored === undefined || stored.deleted
      ? { resourceType: 'Patient', id: person }
      : (JSON.parse(stored.text) as Patient)
  return {
    patient,
    list: listIn(bundle),
    lines: resourcesIn(bundle).filter(
      (resource): resource is MedicationStatement => resource.resourceType === 'MedicationStatement',
    ),
    allergies: rows.map(({ text }) => JSON.parse(text) as AllergyIntolerance),
  }
}
