/**
 * What persons are asked to do because of who holds the list: Tasks that stand while their reason does
 * (medication-list.md 7, R5, R6, R8, R10).
 */
import type { Reference, Task } from 'fhir/r4.js'
import { codeSystemUrl, LAYER_SYSTEM, sidUrl } from '../../core/canonical.js'
import { deterministicUuid } from '../../core/deterministic-id.js'
import type { FactSet } from '../facts/fact.js'
import type { TeamRole } from '../facts/responsibility-fact.js'
import type { LineModel } from '../lines/line.js'
import type { PackingChange } from '../packing/changes.js'
import { questionTasks } from '../packing/question-tasks.js'
import type { Baton } from './baton.js'
import { isNamed, referenceTo } from './baton-task.js'
import type { Party } from './party.js'
import { type Discharge, isAttestedAfter, newestDischarge } from './suspension.js'
import { tenureAt } from './tenures.js'

/** Codes of `medlist-task` that stand for responsibility. */
const CODES = [
  'can-wait',
  'changed-by-another',
  'reconcile',
  'resume-after-discharge',
  'stop-supply',
] as const
export type WorkCode = (typeof CODES)[number]
export const WORK_CODES: ReadonlySet<string> = new Set(CODES)

/** Roles that a Task may be for where no party is known. */
type PerformerRole = TeamRole | 'list-holder' | 'multidose-pharmacy' | 'multidose-doctor'

const HOUR_MS = 3_600_000
const RECENT_MS = 90 * 24 * HOUR_MS

export interface WorkContext {
  readonly patientRef: string
  readonly at: number
  readonly facts: FactSet
  readonly lines: readonly LineModel[]
  readonly baton: Baton
  readonly changes: readonly PackingChange[]
}

/** All that stand at T, each once. */
export function workItems(context: WorkContext): readonly Task[] {
  if (context.baton.closed !== undefined) return stopSupply(context, context.baton.closed)
  return [
    ...changedByAnother(context),
    ...questionTasks(context.changes, context.patientRef),
    ...reconcile(context),
    ...resumeAfterDischarge(context),
  ]
}

/** R6: what another decided since somebody holds the list, and the holder has not decided on. */
function changedByAnother({ at, baton, lines, patientRef }: WorkContext): readonly Task[] {
  const { holder, tenures } = baton
  const since = tenures[0]?.from
  if (holder === undefined || since === undefined) return []
  return lines.flatMap(({ confirmed, id, ref, state }): Task[] => {
    if (confirmed || state === undefined || state.decision.at < since) return []
    const { fact } = state.decision
    const isOver = state.status === 'stopped' || state.status === 'completed'
    if ((fact.kind === 'row' && fact.self) || (isOver && at - state.since > RECENT_MS)) return []
    return [
      task('changed-by-another', [id, fact.key], patientRef, {
        since: state.decision.at,
        focus: { reference: ref, type: 'MedicationStatement' },
        owner: holder.party,
        role: 'list-holder',
        ...(fact.authorReference === undefined ? {} : { requester: fact.authorReference }),
      }),
    ]
  })
}

/** R5: who took a list that its giver had not attested attests it first. */
function reconcile({ baton, patientRef }: WorkContext): readonly Task[] {
  const { holder, offers } = baton
  if (holder?.by.kind !== 'acceptance') return []
  const { offer } = holder.by
  const state = offers.find((one) => one.offer.ref === offer.ref)
  if (state?.status !== 'accepted') return []
  return [
    task('reconcile', [offer.ref], patientRef, {
      since: holder.from,
      focus: { reference: offer.ref, type: 'Task' },
      owner: holder.party,
      role: 'list-holder',
    }),
  ]
}

/** The last discharge after which nobody attested the list, while somebody holds it. */
export function dischargeWithoutList(
  facts: FactSet,
  baton: Pick<Baton, 'holder' | 'closed' | 'tenures'>,
  at: number,
): Discharge | undefined {
  if (baton.holder === undefined || baton.closed !== undefined) return undefined
  const discharge = newestDischarge(facts, at)
  if (discharge === undefined || isAttestedAfter(facts, discharge, at)) return undefined
  // A discharge of before anybody held the list left none behind.
  if (tenureAt(baton, discharge.at) === undefined) return undefined
  const isIn = facts.stays.some(({ from, to }) => from <= at && (to === undefined || to > at))
  return isIn ? undefined : discharge
}

/** A roll or a device that gives the person's medicines. */
export const isSupplied = ({ assignments, decisions }: FactSet): boolean =>
  assignments.some(({ active }) => active) ||
  decisions.some((fact) => fact.kind === 'row' && fact.multidose && fact.status === 'active')

function resumeAfterDischarge({ at, baton, facts, patientRef }: WorkContext): readonly Task[] {
  const discharge = isSupplied(facts) ? dischargeWithoutList(facts, baton, at) : undefined
  if (discharge === undefined) return []
  const { stay } = discharge
  const carers = facts.teams
    .flatMap(({ members }) => members)
    .filter(
      ({ role, from, to }) => role === 'home-care' && (from ?? at) <= at && (to === undefined || to > at),
    )
  const one = (owner: Party | undefined, about: readonly string[]) =>
    task('resume-after-discharge', [stay.ref, ...about], patientRef, {
      since: discharge.at,
      focus: { reference: stay.ref, type: 'Encounter' },
      owner,
      role: 'home-care',
    })
  return carers.length === 0
    ? [one(undefined, [])]
    : carers.map(({ party }) =>
        one(party, [party.person ?? party.organisation ?? party.member.display ?? '']),
      )
}

/** R10: everything that still gives medicines is stopped within the hour. */
function stopSupply({ facts, patientRef }: WorkContext, died: number): readonly Task[] {
  const stop = (ref: string, type: string, owner: Party | undefined, role: PerformerRole) =>
    task('stop-supply', [ref], patientRef, {
      since: died,
      until: died + HOUR_MS,
      focus: { reference: ref, type },
      owner,
      role,
    })
  const pharmacy = (supplier: Reference | undefined): Party | undefined =>
    supplier === undefined
      ? undefined
      : { person: undefined, organisation: undefined, member: supplier, onBehalfOf: undefined }
  const isPacked = facts.decisions.some((fact) => fact.kind === 'row' && fact.multidose)
  return [
    ...facts.assignments
      .filter(({ active }) => active)
      .map(({ ref }) => stop(ref, 'DeviceUseStatement', undefined, 'device-operator')),
    ...facts.supplies
      .filter(({ status }) => status === 'pending')
      .map(({ ref, supplier }) => stop(ref, 'MedicationDispense', pharmacy(supplier), 'multidose-pharmacy')),
    ...(isPacked ? [stop(patientRef, 'Patient', undefined, 'multidose-pharmacy')] : []),
  ]
}

interface Asked {
  readonly since: number
  readonly until?: number
  readonly focus: Reference
  readonly owner: Party | undefined
  readonly role: PerformerRole
  readonly requester?: Reference
}

function task(code: WorkCode, about: readonly string[], patientRef: string, asked: Asked): Task {
  const id = deterministicUuid('task', code, patientRef, ...about)
  const { since, until } = asked
  return {
    resourceType: 'Task',
    id,
    meta: { tag: [{ system: LAYER_SYSTEM, code: 'line' }] },
    identifier: [{ system: sidUrl('task'), value: id }],
    status: 'requested',
    intent: 'order',
    code: { coding: [{ system: codeSystemUrl('medlist-task'), code }] },
    focus: asked.focus,
    for: { reference: patientRef },
    authoredOn: new Date(since).toISOString(),
    ...(asked.requester === undefined ? {} : { requester: asked.requester }),
    performerType: [{ coding: [{ system: codeSystemUrl('care-team-role'), code: asked.role }] }],
    ...(asked.owner === undefined || !isNamed(asked.owner) ? {} : { owner: referenceTo(asked.owner) }),
    ...(until === undefined ? {} : { restriction: { period: { end: new Date(until).toISOString() } } }),
  }
}
