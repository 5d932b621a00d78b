/** Facts about who answers for the list: offers and their answers, attestations, roles, delegations, the person's end. */
import type { Reference, Task } from 'fhir/r4.js'
import type { BatonEvent } from '../responsibility/baton-event.js'
import type { Party } from '../responsibility/party.js'
import type { FactOrigin } from './fact.js'

/** `accepted-by-writing`: the offered one wrote to the list (R3). `lapsed`: the event no longer holds, or a newer offer stands. */
export type AnswerKind = 'accepted' | 'accepted-by-writing' | 'rejected' | 'withdrawn' | 'lapsed'

export interface BatonAnswer {
  readonly kind: AnswerKind
  /** Instant. */
  readonly at: number
  readonly by: Party | undefined
}

export interface BatonOffer extends FactOrigin {
  readonly kind: 'baton-offer'
  readonly event: BatonEvent
  /** Ref of the Encounter or other fact that tells the event. */
  readonly cause: string | undefined
  /** Instant of the event: from here a write of the receiver accepts. */
  readonly at: number
  /** Instant at which it was made. */
  readonly made: number
  /** Instant from which it is overdue. */
  readonly deadline: number
  readonly giver: Party | undefined
  readonly receiver: Party
  readonly answer: BatonAnswer | undefined
  readonly task: Task
}

/** R9: acts for the holder during a period. */
export interface Delegation extends FactOrigin {
  readonly kind: 'delegation'
  readonly holder: Party
  readonly delegate: Party
  readonly from: number
  /** Exclusive. */
  readonly to: number
}

/** Somebody states that the list is right (9). */
export interface Attestation extends FactOrigin {
  readonly kind: 'attestation'
  readonly at: number
  readonly scope: 'full' | 'lines' | 'supply-only'
  readonly by: Party | undefined
  readonly who: Reference | undefined
  /** Version of the list that was attested. */
  readonly listVersion: number | undefined
  /** Content of each line that was attested (`lineContent`), by line id. */
  readonly lines: ReadonlyMap<string, string>
  /** The person was asked and uses no medicines. */
  readonly usesNone: boolean
}

export type TeamRole =
  | 'general-practitioner'
  | 'nursing-home-doctor'
  | 'home-care'
  | 'device-operator'
  | 'relative'

export interface TeamMember {
  readonly role: TeamRole
  readonly party: Party
  readonly from: number | undefined
  /** Exclusive; undefined while it lasts. */
  readonly to: number | undefined
}

/** Who has which role around the person, as one source says. */
export interface TeamStatement extends FactOrigin {
  readonly kind: 'team'
  readonly members: readonly TeamMember[]
}

/** What the Patient says that bears on responsibility. */
export interface PersonStatement extends FactOrigin {
  readonly kind: 'person'
  /** Instant of death; when it was told where no time is stated. */
  readonly died: number | undefined
  readonly generalPractitioner: Party | undefined
}

export type ResponsibilityFact = BatonOffer | Delegation | Attestation | TeamStatement | PersonStatement

/** By kind. */
export interface ResponsibilityFacts {
  readonly offers: readonly BatonOffer[]
  readonly delegations: readonly Delegation[]
  readonly attestations: readonly Attestation[]
  readonly teams: readonly TeamStatement[]
  readonly persons: readonly PersonStatement[]
}
