/**
 * When a pharmacy gets an ordination (M25.1): the one place where this is decided. Pure.
 *
 * A receiver gets the list when all of this holds:
 * 1. the person has e-multidose: a doctor and a pharmacy are registered as responsible (eresept.md 7, semantics 6);
 * 2. the receiver is that pharmacy, or a broker, which gets the ordinations for every pharmacy;
 * 3. what the pharmacy packs by has changed: a line that somebody decided came, went, or has another status, product,
 *    dosing, period, reason or prescription (a renewal). A line that had ended and leaves the list, discrepancies, supplies, intakes, allergies, texts and names
 *    alone change nothing to pack; or the pharmacy has just been registered, has no list yet, and there is a line; or a
 *    question that it asked about a line (M25.2) was answered;
 * 4. a changed list did not come from the receiver itself, which knows it.
 */
import type { CareTeam, CareTeamParticipant, MedicationStatement } from 'fhir/r4.js'
import { isStated } from '../../mappings/kith/write/statement-to-oppforing.js'
import { extensionUrl, HER } from '../core/canonical.js'
import { mergeDatedCycles } from '../core/dated-cycle.js'
import type { OrdinationReceiver } from '../core/ordination.js'
import { hasEnded } from './ordination-stops.js'

/** The person's list and its responsible ones, at one version. */
export interface OrdinationState {
  readonly lines: readonly MedicationStatement[]
  /** The hub's own CareTeam of the person. */
  readonly team: CareTeam | undefined
}

export interface OrdinationCase {
  readonly receiver: OrdinationReceiver
  /** Undefined before the first list. */
  readonly before: OrdinationState | undefined
  readonly after: OrdinationState
  /** HER-id of who sent the message that caused the change. */
  readonly causedBy: string | undefined
  /** Whether a question that the receiver asked about a line was answered. */
  readonly answered: boolean
  /** ISO instant of the change. */
  readonly at: string
}

export type OrdinationReason = 'list-changed' | 'newly-registered' | 'question-answered'

/** @returns why the receiver gets the list, undefined when it does not */
export function ordinationReason(one: OrdinationCase): OrdinationReason | undefined {
  const { after, answered, at, before, causedBy, receiver } = one
  if (!isServed(after.team, receiver, at)) return undefined
  if (!isServed(before?.team, receiver, at))
    return after.lines.some(isStated) ? 'newly-registered' : undefined
  if (answered) return 'question-answered'
  if (causedBy === receiver.her) return undefined
  return packing(standing(before?.lines ?? [], after.lines)) === packing(after.lines)
    ? undefined
    : 'list-changed'
}

/**
 * Whether a receiver that is to get prescriptions gets this message as it is: a prescription or recall (M1, M5) of a
 * person whom it serves, from somebody else.
 */
export function isPassedOn(
  kind: string,
  sender: string,
  { after, at, receiver }: Pick<OrdinationCase, 'after' | 'at' | 'receiver'>,
): boolean {
  return PASSED_ON.has(kind) && sender !== receiver.her && isServed(after.team, receiver, at)
}

const PASSED_ON = new Set(['M1', 'M5'])

/** Who is in charge at an instant. */
export function inCharge(
  team: CareTeam | undefined,
  role: 'multidose-doctor' | 'multidose-pharmacy',
  at: string,
): CareTeamParticipant | undefined {
  return team?.participant?.find(
    ({ period, role: roles }) =>
      roles?.some(({ coding }) => coding?.some(({ code }) => code === role)) === true &&
      isBefore(period?.start, at, true) &&
      !isBefore(period?.end, at, false),
  )
}

function isServed(team: CareTeam | undefined, receiver: OrdinationReceiver, at: string): boolean {
  const pharmacy = inCharge(team, 'multidose-pharmacy', at)
  if (pharmacy === undefined || inCharge(team, 'multidose-doctor', at) === undefined) return false
  return receiver.serves === 'all' || isParty(pharmacy, receiver)
}

const isParty = (
  { member, onBehalfOf }: CareTeamParticipant,
  { her, licence }: OrdinationReceiver,
): boolean =>
  [member, onBehalfOf].some((reference) => {
    const { system, value } = reference?.identifier ?? {}
    if (system === HER) return value === her
    return licence !== undefined && value === licence && system?.endsWith('/9051-AKO') === true
  })

/** Dates are whole days: a start counts from its beginning, an end is the first day without. */
function isBefore(time: string | undefined, at: string, absent: boolean): boolean {
  if (time === undefined) return absent
  const instant = Date.parse(time)
  return Number.isNaN(instant) ? absent : instant <= Date.parse(at)
}

/** A line that had ended is on one version only, and its stop in the ordinations after it too: it changes nothing by leaving. */
function standing(
  before: readonly MedicationStatement[],
  after: readonly MedicationStatement[],
): readonly MedicationStatement[] {
  const kept = new Set(after.map(({ id }) => id))
  return before.filter((line) => !hasEnded(line) || kept.has(line.id))
}

/** What a pharmacy packs by, comparable; in the order of the lines' ids, since the order shown says nothing to pack. */
function packing(lines: readonly MedicationStatement[]): string {
  const parts = lines.filter(isStated).map((line) => [
    line.id,
    line.status,
    line.contained,
    line.medicationCodeableConcept,
    mergeDatedCycles(line.dosage ?? []).map(
      ({ text, timing, doseAndRate, maxDosePerPeriod, asNeededBoolean, ...rest }) => [
        // The words are the dosing where nothing else says it.
        timing === undefined && doseAndRate === undefined ? text : undefined,
        timing,
        doseAndRate,
        maxDosePerPeriod,
        asNeededBoolean,
        rest.asNeededCodeableConcept,
        rest.route,
        rest.method,
        rest.site,
        rest.extension?.filter(({ url }) => url === extensionUrl('cycle')),
      ],
    ),
    line.effectivePeriod,
    line.statusReason,
    line.reasonCode,
    line.identifier?.flatMap(({ type, value }) => (type?.text === 'ReseptId' ? [value] : [])),
  ])
  return JSON.stringify(parts.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)))
}
