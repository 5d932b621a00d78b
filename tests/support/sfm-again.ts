/** A list given out in SFM's form and taken in by another hub, without queue and database. */
import type { Bundle, FhirResource, Medication, MedicationStatement } from 'fhir/r4.js'
import { personId } from '../../src/core/ids.js'
import { type ReadSfmDocumentDeps, readSfmDocument } from '../../src/hub/read-sfm-document.js'
import { applyAll, type RawMessage, type Told } from './apply-all.js'

/** The person of applyAll. */
const PERSON = personId('person-1')

/** The document of what a hub was told. */
export async function documentOf(told: Told, now: number): Promise<Bundle<FhirResource>> {
  const resources = [...told.lines, ...told.facts, ...told.teams]
  const texts = resources.map((resource) => ({
    type: resource.resourceType,
    id: resource.id ?? '',
    text: JSON.stringify(resource),
    deleted: false,
  }))
  const store = {
    incarnation: 'hub-a',
    read: async (type: string, id: string) => texts.find((one) => one.type === type && one.id === id),
    search: async ({ type }: { readonly type: string }) =>
      texts.filter((one) => one.type === type && (type !== 'List' || one.text.includes('"M25.1"'))),
  }
  const shown = [
    ...told.lines,
    ...told.facts.filter(({ resourceType }) => resourceType === 'MedicationRequest'),
    ...told.teams,
  ]
  const deps: ReadSfmDocumentDeps = {
    // Of a row of the store the document needs its text.
    store: store as unknown as ReadSfmDocumentDeps['store'],
    medicationList: async () => ({
      etag: '',
      notModified: false,
      body: JSON.stringify({ entry: shown.map((resource) => ({ resource })) }),
    }),
    clock: () => now,
    newId: () => '0d4bbf7e-54d2-4a4b-9d6a-0a27cf06c001',
    zone: 'Europe/Oslo',
  }
  const document = await readSfmDocument(deps, PERSON)
  if (document === undefined) throw new Error('no document')
  return document as Bundle<FhirResource>
}

export async function again(
  messages: readonly RawMessage[],
  now: number,
): Promise<{ readonly first: Told; readonly document: Bundle<FhirResource>; readonly second: Told }> {
  const first = await applyAll(messages, now)
  const document = await documentOf(first, now)
  const second = await applyAll([{ channel: 'sfm', text: JSON.stringify(document) }], now)
  return { first, document, second }
}

/** What a line says of the treatment, in an order that does not depend on ids. */
export const clinical = ({ lines }: Told): unknown[] =>
  lines
    .filter(({ status }) => status !== 'entered-in-error')
    .map(contentOf)
    .sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))

const placeOf = ({ ids, product, status }: ReturnType<typeof contentOf>): string =>
  JSON.stringify([ids, product?.text, status])

function contentOf(line: MedicationStatement) {
  const medication = line.contained?.find(({ id }) => `#${id}` === line.medicationReference?.reference)
  const stated = medication as Medication | undefined
  return {
    status: line.status,
    product: stated?.code ?? line.medicationCodeableConcept,
    form: stated?.form,
    ingredient: stated?.ingredient,
    category: line.category?.coding?.[0]?.code,
    dosage: line.dosage,
    period: line.effectivePeriod,
    statusReason: line.statusReason,
    reasons: line.reasonCode,
    ids: line.identifier
      ?.flatMap(({ type, value }) => (type?.text === 'PLL' || type?.text === 'ReseptId' ? [value] : []))
      .sort(),
  }
}
