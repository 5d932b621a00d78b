/** A version of the shared list, with the facts behind it, as the content of an M25.1. */
import type {
  CareTeam,
  CareTeamParticipant,
  CodeableConcept,
  Communication,
  Extension,
  MedicationRequest,
  MedicationStatement,
  Resource,
} from 'fhir/r4.js'
import { bareId } from '../../mappings/kith/write/idents.js'
import type { Lib } from '../../mappings/kith/write/list-to-m251.js'
import { medicineName } from '../../mappings/kith/write/medicine-name.js'
import type { Question } from '../../mappings/kith/write/question-nodes.js'
import { rowOf } from '../../mappings/kith/write/row-of-line.js'
import { isStated, type LibEntry } from '../../mappings/kith/write/statement-to-oppforing.js'
import { extensionUrl, volven } from '../core/canonical.js'
import type { StoredResource } from '../core/stored.js'
import type { FragmentOf } from './ordination-fragments.js'
import { inCharge } from './ordination-rule.js'
import { stopsToTell } from './ordination-stops.js'

export interface OrdinationFacts {
  readonly lines: readonly MedicationStatement[]
  /** Those that govern the lines. */
  readonly prescriptions: readonly MedicationRequest[]
  readonly facts: readonly StoredResource[]
  readonly team: CareTeam | undefined
  /** Whether every source of the list had been heard and every message applied. */
  readonly complete: boolean
  /** HER-id. */
  readonly receiver: string
  /** Id of the destination. */
  readonly destination: string
  /** ISO instant of the list. */
  readonly at: string
  readonly fragmentOf: FragmentOf
}

export async function libOf(given: OrdinationFacts): Promise<Lib> {
  const entries: LibEntry[] = []
  for (const line of given.lines) entries.push(await entryOf(given, line))
  const ended: LibEntry[] = []
  const asTheyAre = {
    ...given,
    prescriptions: given.facts.flatMap(({ resource }) => (isRequest(resource) ? [resource] : [])),
  }
  for (const line of stopsToTell(given)) ended.push(await entryOf(asTheyAre, line))
  const doctor = inCharge(given.team, 'multidose-doctor', given.at)
  return {
    roles: doctor === undefined ? [] : [roleOf(doctor)],
    entries,
    ended,
    allergies: given.facts.flatMap(({ layer, resource }) =>
      layer === 'fact' &&
      resource.resourceType === 'AllergyIntolerance' &&
      !isError(resource.verificationStatus)
        ? [resource]
        : [],
    ),
    ...noteOf(given),
  }
}

/** What the pharmacy must know besides the lines: M25.1 has no place at a line for a change that nobody confirmed (7, R7). */
function noteOf({ complete, lines }: OrdinationFacts): { readonly note?: string } {
  const unconfirmed = lines.filter(
    (line) =>
      isStated(line) &&
      line.extension?.some(
        ({ url, valueBoolean }) => url === extensionUrl('not-confirmed') && valueBoolean === true,
      ) === true,
  )
  const notes = [
    ...(complete ? [] : [INCOMPLETE]),
    ...(unconfirmed.length === 0 ? [] : [`${UNCONFIRMED} ${unconfirmed.map(medicineName).join('; ')}.`]),
  ]
  return notes.length === 0 ? {} : { note: notes.join(' ') }
}

const UNCONFIRMED =
  'Ikke bekreftet av ansvarlig lege – pakk ikke mer enn sist bekreftet dose før det er avklart:'
const INCOMPLETE = 'Listen kan mangle opplysninger: ikke alle kilder er hørt.'

const isError = (status: CodeableConcept | undefined): boolean =>
  status?.coding?.some(({ code }) => code === 'entered-in-error') ?? false

async function entryOf(given: OrdinationFacts, line: MedicationStatement): Promise<LibEntry> {
  const found = rowOf(given.facts, line)
  const row = found?.row
  const governing = line.basedOn?.[0]?.reference
  const prescription = given.prescriptions.find(({ id }) => `MedicationRequest/${id}` === governing)
  const entryId = bareId(row?.identifier?.[0])
  const messageId = found?.same === true ? found.stored.messageId : undefined
  const fragment =
    messageId === undefined || entryId === undefined ? undefined : await given.fragmentOf(messageId, entryId)
  return {
    statement: line,
    questions: questionsOf(given, line),
    ...(row === undefined ? {} : { row }),
    ...(prescription === undefined ? {} : { prescription }),
    ...(fragment === undefined ? {} : { fragment }),
  }
}

const isRequest = (resource: Resource): resource is MedicationRequest =>
  resource.resourceType === 'MedicationRequest'

/** What the receiver asked about this treatment, as far as it was answered. */
function questionsOf({ facts, receiver }: OrdinationFacts, line: MedicationStatement): readonly Question[] {
  const ids = new Set(line.identifier?.map(({ system, value }) => `${system}|${value}`))
  const all = facts.flatMap(({ resource }) => (resource.resourceType === 'Communication' ? [resource] : []))
  const keyOf = (one: Communication | undefined): string =>
    `${one?.identifier?.[0]?.system}|${one?.identifier?.[0]?.value}`
  return all.flatMap((asked) => {
    const about = asked.about?.some(({ identifier }) => ids.has(`${identifier?.system}|${identifier?.value}`))
    if (about !== true || asked.inResponseTo !== undefined || asked.sender?.identifier?.value !== receiver)
      return []
    const answer = all.find(({ inResponseTo }) =>
      inResponseTo?.some(({ identifier }) => `${identifier?.system}|${identifier?.value}` === keyOf(asked)),
    )
    return answer === undefined ? [] : [{ asked, answer }]
  })
}

/** The registered doctor answers for the list (Volven 7490: M). */
const roleOf = ({ member }: CareTeamParticipant): Extension => ({
  url: extensionUrl('list-role'),
  extension: [
    { url: 'role', valueCodeableConcept: { coding: [{ system: volven(7490), code: 'M' }] } },
    ...(member === undefined ? [] : [{ url: 'actor', valueReference: member }]),
  ],
})

const MESSAGE_TYPE = 'http://ehelse.no/fhir/CodeSystem/sfm-message-type'

/** The newest list message of the person is the one that this follows; its thread goes on. */
export function conversationOf(
  facts: readonly StoredResource[],
): { readonly parent: string; readonly thread: string } | undefined {
  const newest = facts
    .flatMap(({ layer, order, resource }) =>
      layer === 'fact' &&
      resource.resourceType === 'List' &&
      resource.code?.coding?.some(({ system }) => system === MESSAGE_TYPE) === true
        ? [{ order, list: resource }]
        : [],
    )
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .at(-1)?.list
  const parent = bareId(newest?.identifier?.[0])
  if (parent === undefined) return undefined
  const thread = newest?.extension?.find(({ url }) => url === extensionUrl('conversation'))?.valueIdentifier
  return { parent, thread: bareId(thread) ?? parent }
}
