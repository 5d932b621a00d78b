/** `$getMedication`: the shared list as SFM's medication document, put together from the list and what its lines rest on. */
import type {
  AllergyIntolerance,
  Bundle,
  CareTeam,
  FhirResource,
  List,
  MedicationDispense,
  MedicationRequest,
  MedicationStatement,
  Patient,
  Reference,
} from 'fhir/r4.js'
import { sfmDocument } from '../../mappings/sfm/write/document.js'
import type { LineSource } from '../../mappings/sfm/write/statement.js'
import type { PersonId } from '../core/ids.js'
import type { Clock, NewId } from '../core/ports.js'
import { anySystemToken } from '../core/search-tokens.js'
import type { Store } from '../store/contract.js'
import { bundleIn, type ListAnswer, resourcesIn } from './list-answer.js'

export interface ReadSfmDocumentDeps {
  readonly store: Pick<Store, 'read' | 'search' | 'incarnation'>
  readonly medicationList: (person: PersonId) => Promise<ListAnswer | undefined>
  readonly clock: Clock
  readonly newId: NewId
  readonly zone: string
}

/** Allergies and former lists of one person that are looked at. */
const FOUND_MAX = 200
/** References are followed this far: the line, its facts, who said them, and where those work. */
const STEPS = 3

/** @returns undefined when the person is unknown */
export async function readSfmDocument(
  deps: ReadSfmDocumentDeps,
  person: PersonId,
): Promise<Bundle | undefined> {
  const answer = await deps.medicationList(person)
  if (answer === undefined) return undefined
  const shown = resourcesIn(bundleIn(answer))
  const [lists, allergies] = await Promise.all([
    found<List>(deps, person, 'List', [anySystemToken('code', 'M25.1')]),
    found<AllergyIntolerance>(deps, person, 'AllergyIntolerance', undefined),
  ])
  const pll = lists.filter(({ status }) => status === 'current').sort(byDate)[0]
  const resources = await follow(deps, [...shown, ...(pll === undefined ? [] : [pll])])
  const patient = await one<Patient>(deps, `Patient/${person}`)
  const lines = shown.filter((resource) => isLine(resource)).map((line) => sourceOf(line, resources))
  return sfmDocument({
    patient: patient ?? { resourceType: 'Patient', id: person },
    lines,
    dispenses: dispensesOf(lines, resources),
    allergies,
    pll,
    teams: shown.filter((resource): resource is CareTeam => resource.resourceType === 'CareTeam'),
    resources,
    hub: deps.store.incarnation,
    documentId: deps.newId(),
    at: new Date(deps.clock()).toISOString(),
    zone: deps.zone,
  })
}

const isLine = (resource: FhirResource): resource is MedicationStatement =>
  resource.resourceType === 'MedicationStatement'

const byDate = (a: List, b: List): number => ((a.date ?? '') < (b.date ?? '') ? 1 : -1)

async function one<Type extends FhirResource>(
  { store }: ReadSfmDocumentDeps,
  ref: string,
): Promise<Type | undefined> {
  const [type = '', id = ''] = ref.split('/')
  const stored = await store.read(type, id)
  // What is stored under a type is of that type.
  return stored === undefined || stored.deleted ? undefined : (JSON.parse(stored.text) as Type)
}

async function found<Type extends FhirResource>(
  { store }: ReadSfmDocumentDeps,
  person: PersonId,
  type: Type['resourceType'],
  codes: readonly string[] | undefined,
): Promise<readonly Type[]> {
  const rows = await store.search({
    type,
    clauses: [
      { kind: 'person', anyOf: [person] },
      ...(codes === undefined ? [] : [{ kind: 'token' as const, param: 'code', anyOf: codes }]),
    ],
    count: FOUND_MAX,
    after: undefined,
  })
  return rows.map(({ text }) => JSON.parse(text) as Type)
}

/** Everything that these lead to, by `<type>/<id>`, each read once. */
async function follow(
  deps: ReadSfmDocumentDeps,
  shown: readonly FhirResource[],
): Promise<ReadonlyMap<string, FhirResource>> {
  const known = new Map<string, FhirResource>()
  for (const resource of shown) known.set(`${resource.resourceType}/${resource.id}`, resource)
  let last = [...shown]
  for (let step = 0; step < STEPS && last.length > 0; step += 1) {
    const wanted = new Set(last.flatMap(refsOf).filter((ref) => !known.has(ref)))
    const read = await Promise.all(
      [...wanted].map(async (ref) => [ref, await one<FhirResource>(deps, ref)] as const),
    )
    last = []
    for (const [ref, resource] of read) {
      if (resource === undefined) continue
      known.set(ref, resource)
      last.push(resource)
    }
  }
  return known
}

/** What the document may need of it; intakes and devices are none of it. */
function refsOf(resource: FhirResource): string[] {
  const refs = referencesOf(resource).flatMap(({ reference }) => reference ?? [])
  return refs.map((ref) => ref.split('/').slice(0, 2).join('/')).filter((ref) => FOLLOWED.test(ref))
}
const FOLLOWED =
  /^(?:MedicationRequest|MedicationStatement|MedicationDispense|Practitioner|PractitionerRole|Organization)\//

function referencesOf(resource: FhirResource): Reference[] {
  const some = (...all: (Reference | undefined)[]): Reference[] => all.filter((one) => one !== undefined)
  switch (resource.resourceType) {
    case 'MedicationStatement':
      return [
        ...(resource.derivedFrom ?? []),
        ...(resource.basedOn ?? []),
        ...some(resource.informationSource),
        ...actorsOf(resource.extension),
      ]
    case 'MedicationRequest':
      return some(resource.requester)
    case 'MedicationDispense':
      return (resource.performer ?? []).map(({ actor }) => actor)
    case 'PractitionerRole':
      return some(resource.practitioner, resource.organization)
    case 'CareTeam':
      return (resource.participant ?? []).flatMap(({ member, onBehalfOf }) => some(member, onBehalfOf))
    case 'List':
      return resource.mode === 'snapshot' ? [...some(resource.source), ...actorsOf(resource.extension)] : []
    default:
      return []
  }
}

const actorsOf = (extensions: MedicationStatement['extension']): Reference[] =>
  (extensions ?? []).flatMap(({ extension }) =>
    (extension ?? []).flatMap(({ valueReference }) => valueReference ?? []),
  )

function sourceOf(line: MedicationStatement, resources: ReadonlyMap<string, FhirResource>): LineSource {
  const facts = (line.derivedFrom ?? []).flatMap(({ reference }) => resources.get(plain(reference)) ?? [])
  const request = resources.get(plain(line.basedOn?.[0]?.reference))
  const governing = request?.resourceType === 'MedicationRequest' ? request : undefined
  const rows = facts.filter(isLine).sort((a, b) => ((a.dateAsserted ?? '') < (b.dateAsserted ?? '') ? 1 : -1))
  const requests = facts.filter(
    (fact): fact is MedicationRequest =>
      fact.resourceType === 'MedicationRequest' && fact.id !== governing?.id,
  )
  return {
    line,
    request: governing,
    row: rows.find(hasPll) ?? rows[0],
    earlier: requests.sort((a, b) => ((a.authoredOn ?? '') < (b.authoredOn ?? '') ? 1 : -1)),
  }
}

const plain = (reference: string | undefined): string => (reference ?? '').split('/').slice(0, 2).join('/')

const hasPll = ({ identifier }: MedicationStatement): boolean =>
  (identifier ?? []).some(({ type }) => type?.text === 'PLL')

/** Supplies of pharmacies, each once. */
function dispensesOf(
  lines: readonly LineSource[],
  resources: ReadonlyMap<string, FhirResource>,
): MedicationDispense[] {
  const refs = new Set(
    lines.flatMap(({ line }) => (line.derivedFrom ?? []).map(({ reference }) => plain(reference))),
  )
  return [...refs].flatMap((ref) => {
    const fact = resources.get(ref)
    return fact?.resourceType === 'MedicationDispense' &&
      fact.performer?.some(({ actor }) => actor.type === 'Device') !== true
      ? [fact]
      : []
  })
}
