/** Offers of the baton as Task resources (medication-list.md 7, R3 to R5; docs/baton.md). */
import type { CodeableConcept, Reference, Task, TaskInput, TaskOutput } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl, sidUrl } from '../../core/canonical.js'
import { deterministicUuid } from '../../core/deterministic-id.js'
import type { BatonAnswer } from '../facts/responsibility-fact.js'
import type { OfferState, Proposal } from './baton.js'
import type { BatonEvent } from './baton-event.js'
import type { HandoverItem } from './handover.js'
import { keyOfParty, type Party } from './party.js'

const concept = (system: string, code: string): CodeableConcept => ({
  coding: [{ system: codeSystemUrl(system), code }],
})
const iso = (instant: number): string => new Date(instant).toISOString()

/** A party in one reference: the organisation that a person acts for stands beside as extension. */
export const referenceTo = ({ member, onBehalfOf }: Party): Reference =>
  onBehalfOf === undefined
    ? member
    : { ...member, extension: [{ url: extensionUrl('on-behalf-of'), valueReference: onBehalfOf }] }

/** A list may name nobody as its author. */
export const isNamed = ({ member }: Party): boolean => Object.keys(member).length > 0

export interface NewOffer {
  readonly id: string
  readonly patientRef: string
  readonly event: BatonEvent
  /** Instant of the event. */
  readonly at: number
  readonly made: number
  readonly deadline: number
  /** Ref of the fact that tells the event. */
  readonly cause: string | undefined
  readonly giver: Party
  readonly receiver: Party
  readonly attested: boolean
  readonly content: readonly HandoverItem[]
  /** What the giver adds: who resumes paused lines. */
  readonly input?: readonly TaskInput[]
  readonly note?: string
}

export const newOfferTask = (offer: NewOffer): Task => ({
  resourceType: 'Task',
  id: offer.id,
  identifier: [{ system: sidUrl('task'), value: offer.id }],
  status: 'requested',
  businessStatus: stateOfList(offer.attested),
  intent: 'proposal',
  code: concept('medlist-task', 'baton-offer'),
  for: { reference: offer.patientRef },
  ...(offer.cause?.startsWith('Encounter/') === true ? { encounter: { reference: offer.cause } } : {}),
  authoredOn: iso(offer.made),
  lastModified: iso(offer.made),
  ...(isNamed(offer.giver) ? { requester: referenceTo(offer.giver) } : {}),
  owner: referenceTo(offer.receiver),
  reasonCode: concept('medlist-baton-event', offer.event),
  ...(offer.cause === undefined || offer.cause === '' ? {} : { reasonReference: { reference: offer.cause } }),
  ...(offer.note === undefined ? {} : { note: [{ text: offer.note }] }),
  restriction: { period: { start: iso(offer.at), end: iso(offer.deadline) } },
  ...inputOf([...contentInput(offer.content), ...(offer.input ?? [])]),
})

/** The offer that an event makes; the same event and receiver give the same Task. */
export const proposedTask = (
  proposal: Proposal,
  context: {
    readonly patientRef: string
    readonly at: number
    readonly attested: boolean
    readonly content: readonly HandoverItem[]
  },
): Task =>
  newOfferTask({
    ...proposal,
    id: deterministicUuid(
      'task',
      'baton-offer',
      context.patientRef,
      proposal.cause,
      String(proposal.earlier),
      keyOfParty(proposal.receiver),
    ),
    patientRef: context.patientRef,
    made: context.at,
    attested: context.attested,
    content: context.content,
  })

/**
 * The Task as it stands by now; the very same object where nothing changed.
 * @param content lines handed over, while the offer stands
 */
export function updatedTask(
  state: OfferState,
  content: readonly HandoverItem[] | undefined,
  at: number,
): Task {
  const { answer, attested, offer, status } = state
  const { task } = offer
  const isOpen = answer === undefined
  const { input: before, ...kept } = task
  const input = isOpen && content !== undefined ? mergedInput(before ?? [], content) : before
  const wanted: Task = {
    ...kept,
    status,
    ...(isOpen ? { businessStatus: stateOfList(attested) } : {}),
    ...inputOf(input ?? []),
    ...(answer === undefined ? {} : outputOf(task, answer)),
  }
  return isSame(wanted, task) ? task : { ...wanted, lastModified: iso(at) }
}

/** What the answer says, beside nothing else. */
export const answerOutput = ({ kind, at, by }: BatonAnswer): TaskOutput[] => [
  { type: concept('medlist-baton-answer', kind), valueDateTime: iso(at) },
  ...(by === undefined
    ? []
    : [{ type: concept('medlist-baton-answer', 'by'), valueReference: referenceTo(by) }]),
]

/** An answer that stands in the Task already stays as it was written. */
function outputOf(task: Task, answer: BatonAnswer): Pick<Task, 'output'> {
  const output = answerOutput(answer)
  const written = task.output?.[0]
  const same =
    written?.valueDateTime === output[0]?.valueDateTime &&
    written?.type.coding?.[0]?.code === output[0]?.type.coding?.[0]?.code
  return same && task.output !== undefined ? { output: task.output } : { output }
}

const stateOfList = (attested: boolean): CodeableConcept =>
  concept('medlist-handover', attested ? 'attested' : 'unattested')

const contentInput = (content: readonly HandoverItem[]): TaskInput[] =>
  content.map(({ kind, line }) => ({
    type: concept('medlist-handover', kind),
    valueReference: { reference: line, type: 'MedicationStatement' },
  }))

const OF_LINES: ReadonlySet<string> = new Set(['started', 'stopped', 'changed', 'paused'])

/** What the giver said stays; the lines are as they are now. */
const mergedInput = (input: readonly TaskInput[], content: readonly HandoverItem[]): TaskInput[] => [
  ...contentInput(content),
  ...input.filter(({ type }) => !type.coding?.some(({ code }) => OF_LINES.has(code ?? ''))),
]

const inputOf = (input: readonly TaskInput[]): Pick<Task, 'input'> =>
  input.length === 0 ? {} : { input: [...input] }

function isSame(a: Task, b: Task): boolean {
  return (
    a.status === b.status &&
    JSON.stringify([a.businessStatus, a.input, a.output]) ===
      JSON.stringify([b.businessStatus, b.input, b.output])
  )
}
