/** What is decided on a list, and what somebody who attests all of it would leave open (medication-list.md 9). */
import type { DetectedIssue, FhirResource, MedicationStatement, Provenance, Reference } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl } from '../../core/canonical.js'
import { issueBasis } from '../../medication-list/discrepancies/issue-basis.js'
import type { PersonView } from './client-operation.js'

const ACTIVITY = codeSystemUrl('medlist-activity')

/**
 * The holder has decided on the line, or whoever attests has: by a decision that none is newer than, or by saying of the
 * line as it stands that it is unknown or somebody else's.
 */
export function isDecided(line: MedicationStatement, author: Reference, person: PersonView): boolean {
  const unconfirmed = line.extension?.some(({ url }) => url === extensionUrl('not-confirmed')) === true
  if (line.status !== 'unknown' && !unconfirmed) return true
  const facts = (line.derivedFrom ?? []).flatMap(
    ({ reference }) => person.find(reference ?? '')?.resource ?? [],
  )
  const newest = Math.max(...facts.map(decidedAt).filter((at) => !Number.isNaN(at)))
  const own = facts.some((fact) => isBy(decider(fact), author) && decidedAt(fact) >= newest)
  return own || person.ofType('Provenance').some((one) => setsAside(one, line, author, newest))
}

function decidedAt(fact: FhirResource): number {
  switch (fact.resourceType) {
    case 'MedicationRequest':
      return Date.parse(fact.authoredOn ?? '')
    case 'MedicationStatement':
      return Date.parse(fact.dateAsserted ?? '')
    case 'MedicationDispense':
      return Date.parse(fact.whenHandedOver ?? '')
    default:
      return Number.NaN
  }
}

function decider(fact: FhirResource): Reference | undefined {
  switch (fact.resourceType) {
    case 'MedicationRequest':
      return fact.requester
    case 'MedicationStatement':
      return fact.informationSource
    default:
      return undefined
  }
}

const isBy = (who: Reference | undefined, author: Reference): boolean =>
  who?.identifier?.value !== undefined &&
  who.identifier.value === author.identifier?.value &&
  who.identifier.system === author.identifier?.system

const SET_ASIDE: ReadonlySet<string | undefined> = new Set(['unknown', 'not-mine'])

function setsAside(
  { activity, agent, occurredDateTime, target }: Provenance,
  { id }: MedicationStatement,
  author: Reference,
  newest: number,
): boolean {
  return (
    activity?.coding?.some(({ code, system }) => system === ACTIVITY && code === 'reconcile') === true &&
    !(Date.parse(occurredDateTime ?? '') < newest) &&
    agent.some(({ who }) => isBy(who, author)) &&
    target.some(
      ({ extension, reference }) =>
        reference?.startsWith(`MedicationStatement/${id}/`) === true &&
        extension?.some(
          ({ url, valueCode }) => url === extensionUrl('line-decision') && SET_ASIDE.has(valueCode),
        ),
    )
  )
}

/** Until somebody answers them nothing else is a decision (4.1). */
const ANSWERED_ONLY: ReadonlySet<string | undefined> = new Set(['conflicting-change', 'late-decision'])

/** Whoever decides on every line has answered these. */
const OF_LINES: ReadonlySet<string | undefined> = new Set(['prescribed-not-on-list'])

/** @param now decisions that come together with the attestation */
export function undecidedIssues(person: PersonView, now: readonly Provenance[]): DetectedIssue[] {
  const acts = [...person.ofType('Provenance'), ...now].filter(({ activity }) =>
    activity?.coding?.some(({ code, system }) => system === ACTIVITY && code === 'accept-issue'),
  )
  return openIssues(person).filter((issue) => !acts.some((act) => settles(act, issue)))
}

/** What an attestation itself ends, and who is to hold the list: no questions about what stands on it. */
const OF_RESPONSIBILITY: ReadonlySet<string | undefined> = new Set([
  'baton-gap',
  'baton-offer-overdue',
  'discharge-without-list',
])

const openIssues = (person: PersonView): DetectedIssue[] =>
  [...person.all()].flatMap(({ layer, resource }) =>
    layer === 'line' &&
    resource.resourceType === 'DetectedIssue' &&
    resource.status === 'preliminary' &&
    resource.severity === 'high' &&
    !OF_RESPONSIBILITY.has(resource.code?.coding?.[0]?.code) &&
    !OF_LINES.has(resource.code?.coding?.[0]?.code)
      ? [resource]
      : [],
  )

function settles({ extension, target }: Provenance, issue: DetectedIssue): boolean {
  const said = extension?.find(({ url }) => url === extensionUrl('issue-decision'))?.extension ?? []
  const value = (name: string) => said.find(({ url }) => url === name)
  const noted = value('kind')?.valueCode === 'noted'
  return (
    target.some(({ reference }) => reference?.startsWith(`DetectedIssue/${issue.id}/`)) &&
    value('basis')?.valueString === issueBasis(issue) &&
    !(noted && ANSWERED_ONLY.has(issue.code?.coding?.[0]?.code))
  )
}

const ROLE = codeSystemUrl('care-team-role')

/** Undefined while nobody holds the list; else whether it is this person, or one who acts for the organisation that does. */
export function isHolder(
  person: PersonView,
  author: Reference,
  onBehalfOf: Reference | undefined,
  now: string,
): boolean | undefined {
  const holders = [...person.all()]
    .flatMap(({ layer, resource }) =>
      layer === 'line' && resource.resourceType === 'CareTeam' && resource.status === 'active'
        ? (resource.participant ?? [])
        : [],
    )
    .filter(
      ({ period, role }) =>
        role?.some(({ coding }) =>
          coding?.some(({ code, system }) => system === ROLE && HOLDING.has(code ?? '')),
        ) === true &&
        !(Date.parse(period?.end ?? '') <= Date.parse(now)) &&
        !(Date.parse(period?.start ?? '') > Date.parse(now)),
    )
  if (holders.length === 0) return undefined
  return holders.some(
    ({ member, onBehalfOf: organisation }) =>
      isBy(member, author) ||
      (onBehalfOf !== undefined && (isBy(member, onBehalfOf) || isBy(organisation, onBehalfOf))),
  )
}

const HOLDING: ReadonlySet<string> = new Set(['list-holder', 'list-holder-delegate'])
