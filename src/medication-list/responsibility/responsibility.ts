/** What follows from who holds the list, for the hub to store (medication-list.md 7). */
import type { CareTeamParticipant, Task } from 'fhir/r4.js'
import type { FactSet } from '../facts/fact.js'
import type { LineModel } from '../lines/line.js'
import type { PackingChange } from '../packing/changes.js'
import type { Baton, OfferState } from './baton.js'
import { proposedTask, updatedTask } from './baton-task.js'
import { type HandoverItem, handoverOf } from './handover.js'
import { participantsOf } from './participants.js'
import { type Suspension, suspensionAt } from './suspension.js'
import { tenureAt } from './tenures.js'
import { workItems } from './work-items.js'

export interface Responsibility {
  /** Of the person's CareTeam, but those of multidose registers. */
  readonly participants: readonly CareTeamParticipant[]
  /** Offers that are new or stand otherwise than stored: whole Tasks of layer fact. */
  readonly offers: readonly Task[]
  /** All derived Tasks that stand; one that is not here any more is over. */
  readonly workItems: readonly Task[]
  /** The person has died: the List is retired. */
  readonly retired: boolean
  readonly suspension: Suspension | undefined
}

export interface ResponsibilityInput {
  readonly patientRef: string
  readonly at: number
  readonly facts: FactSet
  readonly lines: readonly LineModel[]
  readonly baton: Baton
  /** Changes to packed lines that no roll has brought about yet. */
  readonly changes: readonly PackingChange[]
  readonly zone: string
}

export function responsibilityOf(input: ResponsibilityInput): Responsibility {
  const { at, baton, facts } = input
  return {
    participants: participantsOf(baton, facts),
    offers: [...baton.offers.flatMap((state) => changed(state, input)), ...proposed(input)],
    workItems: workItems(input),
    retired: baton.closed !== undefined,
    suspension: suspensionAt(facts, at),
  }
}

function changed(state: OfferState, input: ResponsibilityInput): readonly Task[] {
  const { offer } = state
  const content =
    state.answer === undefined ? contentOf(offer.event, offer.cause, offer.at, input) : undefined
  const task = updatedTask(state, content, input.at)
  return task === offer.task ? [] : [task]
}

function proposed(input: ResponsibilityInput): readonly Task[] {
  const { at, baton, patientRef } = input
  const { proposal } = baton
  if (proposal === undefined) return []
  return [
    proposedTask(proposal, {
      patientRef,
      at,
      attested: baton.attested(proposal.giver),
      content: contentOf(proposal.event, proposal.cause, proposal.at, input) ?? [],
    }),
  ]
}

/** R5: what happened during the stay, or since the giver holds the list; nothing is handed over at an admission. */
function contentOf(
  event: OfferState['offer']['event'],
  cause: string | undefined,
  eventAt: number,
  { baton, facts, lines, zone }: ResponsibilityInput,
): readonly HandoverItem[] | undefined {
  switch (event) {
    case 'admission':
    case 'gp-change':
    case 'nursing-home-move':
    case 'respite-stay':
      return undefined
    case 'discharge':
    case 'transfer': {
      const stay = facts.stays.find(({ ref }) => ref === cause)
      return stay === undefined ? undefined : handoverOf(lines, stay.from, zone)
    }
    case 'handover':
    case 'return': {
      const since = tenureAt(baton, eventAt)?.from
      return since === undefined ? undefined : handoverOf(lines, since, zone)
    }
  }
}
