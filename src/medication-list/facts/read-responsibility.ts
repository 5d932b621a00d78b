/** Offers of the baton, delegations, attestations, roles and the Patient, as facts (medication-list.md 7, 9). */
import type { CareTeam, CodeableConcept, Extension, Patient, Period, Reference, Task } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl } from '../../core/canonical.js'
import { rangeOfDateTime } from '../../core/zone.js'
import { answerTimeOf, BATON_EVENTS, type BatonEvent } from '../responsibility/baton-event.js'
import { type Party, partyOf } from '../responsibility/party.js'
import type { EngineFact, FactOrigin } from './fact.js'
import { endOf, type ReadContext } from './read-decision.js'
import type {
  AnswerKind,
  BatonAnswer,
  BatonOffer,
  Delegation,
  PersonStatement,
  TeamMember,
  TeamRole,
} from './responsibility-fact.js'

const TASK = codeSystemUrl('medlist-task')
const EVENT = codeSystemUrl('medlist-baton-event')
const ANSWER = codeSystemUrl('medlist-baton-answer')
const ROLE = codeSystemUrl('care-team-role')

const codeIn = (concept: CodeableConcept | undefined, system: string): string | undefined =>
  concept?.coding?.find((coding) => coding.system === system)?.code

const extensionOf = (extensions: readonly Extension[] | undefined, name: string): Extension | undefined =>
  extensions?.find(({ url }) => url === extensionUrl(name))

/** A reference of a Task, with the organisation that stands beside it as extension. */
export const partyIn = (reference: Reference | undefined): Party | undefined => {
  if (reference === undefined) return undefined
  const { extension: _extension, ...member } = reference
  return partyOf(member, extensionOf(reference.extension, 'on-behalf-of')?.valueReference)
}

export function readTask(task: Task, origin: FactOrigin, { zone }: ReadContext): EngineFact {
  const code = codeIn(task.code, TASK)
  const receiver = partyIn(task.owner)
  const from = instantOf(task.restriction?.period?.start, zone)
  const erroneous = task.status === 'entered-in-error'
  if (receiver === undefined || from === undefined || erroneous) return other(origin)
  if (code === 'baton-offer') return readOffer(task, origin, { receiver, from, zone })
  const holder = partyIn(task.requester)
  const to = instantOf(task.restriction?.period?.end, zone)
  if (code !== 'baton-delegation' || holder === undefined || to === undefined) return other(origin)
  const ended = answerOf(task, zone)
  const delegation: Delegation = {
    ...origin,
    kind: 'delegation',
    holder,
    delegate: receiver,
    from,
    to: ended === undefined ? to : Math.min(to, ended.at),
  }
  return delegation
}

function readOffer(
  task: Task,
  origin: FactOrigin,
  { receiver, from, zone }: { readonly receiver: Party; readonly from: number; readonly zone: string },
): BatonOffer {
  const event = eventOf(codeIn(task.reasonCode, EVENT))
  const made = instantOf(task.authoredOn, zone) ?? from
  return {
    ...origin,
    kind: 'baton-offer',
    event,
    cause: task.reasonReference?.reference,
    at: from,
    made,
    deadline: instantOf(task.restriction?.period?.end, zone) ?? made + answerTimeOf(event),
    giver: partyIn(task.requester),
    receiver,
    answer: answerOf(task, zone),
    task,
  }
}

const eventOf = (code: string | undefined): BatonEvent =>
  BATON_EVENTS.find((event) => event === code) ?? 'handover'

const ANSWERS: ReadonlySet<string> = new Set<AnswerKind>([
  'accepted',
  'accepted-by-writing',
  'rejected',
  'withdrawn',
  'lapsed',
])

function answerOf({ output }: Task, zone: string): BatonAnswer | undefined {
  const given = output?.find(({ type }) => ANSWERS.has(codeIn(type, ANSWER) ?? ''))
  const at = instantOf(given?.valueDateTime, zone)
  if (given === undefined || at === undefined) return undefined
  const by = output?.find(({ type }) => codeIn(type, ANSWER) === 'by')?.valueReference
  // One of the set.
  return { kind: codeIn(given.type, ANSWER) as AnswerKind, at, by: partyIn(by) }
}

const ROLES: readonly TeamRole[] = [
  'general-practitioner',
  'nursing-home-doctor',
  'home-care',
  'device-operator',
  'relative',
]

export function readTeam(team: CareTeam, origin: FactOrigin, { zone }: ReadContext): EngineFact {
  if (team.status === 'entered-in-error' || team.status === 'proposed') return other(origin)
  const members = (team.participant ?? []).flatMap(({ role, member, onBehalfOf, period }): TeamMember[] => {
    const party = partyOf(member, onBehalfOf)
    const named = ROLES.find((one) => role?.some((concept) => codeIn(concept, ROLE) === one))
    return party === undefined || named === undefined ? [] : [{ role: named, party, ...span(period, zone) }]
  })
  return members.length === 0 ? other(origin) : { ...origin, kind: 'team', members }
}

/** The last day is included. */
const span = (period: Period | undefined, zone: string) => ({
  from: instantOf(period?.start, zone),
  to: endOf(period?.end, zone),
})

/** A Patient that was merged into another says nothing any more. */
export function readPatient(patient: Patient, origin: FactOrigin, { zone }: ReadContext): EngineFact {
  const { deceasedBoolean, deceasedDateTime, generalPractitioner, link } = patient
  if (link?.some(({ type }) => type === 'replaced-by') === true) return other(origin)
  const person: PersonStatement = {
    ...origin,
    kind: 'person',
    died:
      deceasedDateTime !== undefined
        ? (instantOf(deceasedDateTime, zone) ?? origin.receivedAt)
        : deceasedBoolean === true
          ? origin.receivedAt
          : undefined,
    generalPractitioner: partyOf(generalPractitioner?.[0]),
  }
  return person
}

const instantOf = (value: string | undefined, zone: string): number | undefined =>
  value === undefined ? undefined : rangeOfDateTime(value, zone)?.from

const other = (origin: FactOrigin): EngineFact => ({ ...origin, kind: 'ignored', why: 'other-type' })
