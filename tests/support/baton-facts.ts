/** Facts about who answers for the list, and a person whose list is derived again and again as events come. */
import type {
  CareTeam,
  CareTeamParticipant,
  Encounter,
  Patient,
  Provenance,
  Reference,
  Task,
} from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl, HER, HPR } from '../../src/core/canonical.js'
import type { Fact, ListResult, Previous } from '../../src/medication-list/contract.js'
import { answerOutput } from '../../src/medication-list/responsibility/baton-task.js'
import { partyOf } from '../../src/medication-list/responsibility/party.js'
import { asPrevious, derive, fact, NOTHING_BEFORE, PATIENT } from './clinical-facts.js'

export const doctor = (hpr: string, display: string) => ({
  type: 'Practitioner',
  identifier: { system: HPR, value: hpr },
  display,
})
export const organisation = (her: string, display: string) => ({
  type: 'Organization',
  identifier: { system: HER, value: her },
  display,
})

export const NEW_GP = doctor('1000011', 'Ny fastlege')
export const HOME_DOCTOR = doctor('1000012', 'Sykehjemslege')
export const HOME_CARE = organisation('80012', 'Hjemmetjenesten')
export const WARD_A = organisation('80001', 'Medisinsk post')
export const WARD_B = organisation('80002', 'Kirurgisk post')

export interface StayOptions {
  readonly end?: string
  readonly ward?: Reference
  readonly since?: string
  readonly status?: Encounter['status']
  readonly class?: string
  readonly receivedAt?: string
}

export function wardStay(id: string, start: string, options: StayOptions = {}): Fact {
  const { end, since, ward = WARD_A } = options
  const resource: Encounter = {
    resourceType: 'Encounter',
    identifier: [{ system: 'urn:example:visit', value: id }],
    status: options.status ?? (end === undefined ? 'in-progress' : 'finished'),
    class: {
      system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
      code: options.class ?? 'IMP',
    },
    subject: { reference: PATIENT },
    period: { start, ...(end === undefined ? {} : { end }) },
    location: [
      {
        extension: [{ url: extensionUrl('ward'), valueReference: ward }],
        location: { type: 'Location', display: 'Seng 1' },
        status: 'active',
        ...(since === undefined ? {} : { period: { start: since } }),
      },
    ],
  }
  return fact(resource, id, 'hospital', options.receivedAt ?? start)
}

export const patientFact = (more: Partial<Patient>, receivedAt: string): Fact => ({
  ...fact({ resourceType: 'Patient', ...more }, '', 'hospital', receivedAt),
  ref: PATIENT,
})

export interface Member {
  readonly role: string
  readonly who: Reference
  readonly period?: CareTeamParticipant['period']
}

export function teamFact(id: string, members: readonly Member[], receivedAt: string): Fact {
  const resource: CareTeam = {
    resourceType: 'CareTeam',
    status: 'active',
    subject: { reference: PATIENT },
    participant: members.map(({ role, who, period }) => ({
      role: [{ coding: [{ system: codeSystemUrl('care-team-role'), code: role }] }],
      member: who,
      ...(period === undefined ? {} : { period }),
    })),
  }
  return fact(resource, id, 'home-care', receivedAt)
}

export function attestation(id: string, at: string, who: Reference, onBehalfOf?: Reference): Fact {
  const resource: Provenance = {
    resourceType: 'Provenance',
    target: [{ reference: 'List/l1/_history/1' }, { reference: PATIENT }],
    occurredDateTime: at,
    recorded: at,
    activity: { coding: [{ system: codeSystemUrl('medlist-activity'), code: 'attest' }] },
    agent: [{ who, ...(onBehalfOf === undefined ? {} : { onBehalfOf }) }],
  }
  return fact(resource, id, 'client', at)
}

export interface Person {
  readonly facts: () => readonly Fact[]
  /** Adds facts, or new versions of them. */
  readonly add: (...facts: readonly Fact[]) => void
  /** The list at an instant, and what the hub would store of it. */
  readonly at: (instant: string) => ListResult
  readonly answer: (
    task: Task,
    kind: 'accepted' | 'rejected' | 'withdrawn',
    at: string,
    by: Reference,
  ) => void
}

/** What the hub does around the engine: offers become facts, lines, issues and the CareTeam what was before. */
export function livePerson(...begin: readonly Fact[]): Person {
  const facts = new Map<string, Fact>()
  let previous: Previous = NOTHING_BEFORE
  const add = (...more: readonly Fact[]) => {
    for (const one of more) {
      const version = (facts.get(one.ref)?.version ?? 0) + 1
      facts.set(one.ref, { ...one, version })
    }
  }
  add(...begin)
  return {
    facts: () => [...facts.values()],
    add,
    at: (instant) => {
      const result = derive([...facts.values()], { at: instant, previous })
      previous = { ...asPrevious(result, previous), team: result.responsibility.participants }
      for (const task of result.responsibility.offers) add(fact(task, task.id ?? '', 'client', instant))
      return result
    },
    answer: (task, kind, at, by) => {
      const party = partyOf(by)
      const answered: Task = {
        ...task,
        output: answerOutput({ kind, at: Date.parse(at), by: party }),
      }
      add(fact(answered, task.id ?? '', 'client', at))
    },
  }
}

export const roleOf = ({ role }: CareTeamParticipant): string => role?.[0]?.coding?.[0]?.code ?? ''

export const holders = (result: ListResult): readonly CareTeamParticipant[] =>
  result.responsibility.participants.filter((one) => roleOf(one) === 'list-holder')

/** Who holds the list at an instant, by name, out of the CareTeam alone. */
export const holdersAt = (result: ListResult, instant: string): string[] =>
  holders(result)
    .filter(
      ({ period }) => (period?.start ?? '') <= instant && (period?.end === undefined || instant < period.end),
    )
    .map(({ member }) => member?.display ?? '')

export const offersOf = (person: Person): Task[] =>
  person
    .facts()
    .flatMap(({ resource }) =>
      resource.resourceType === 'Task' && resource.code?.coding?.[0]?.code === 'baton-offer'
        ? [resource]
        : [],
    )

export const openOffers = (person: Person): Task[] =>
  offersOf(person).filter(({ status }) => status === 'requested')

export const workOf = (result: ListResult): string[] =>
  result.responsibility.workItems.map(({ code }) => code?.coding?.[0]?.code ?? '').sort()
