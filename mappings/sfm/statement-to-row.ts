/** A statement of the document → MedicationStatement of its PLL id: the row that an M25.1 would have (eresept.md 11.5). */
import type { MedicationStatement } from 'fhir/r4.js'
import { senderSidUrl } from '../../src/core/canonical.js'
import { filled, identifier } from '../kith/build.js'
import { isDateTime, startOfDay, toUtc } from '../kith/dates.js'
import { EXT } from '../kith/extensions.js'
import type { Frame } from '../kith/frame.js'
import type { Enkeltoppforing } from '../kith/m25.js'
import { m25EntryToMedicationStatement } from '../kith/m25-entry-to-medication-statement.js'
import type { Rolle } from '../kith/roles.js'
import { asStated, changed, withInstructions } from './as-stated.js'
import { asOrganisasjon } from './parties.js'
import { expiryOf, prescribedOn, startOf } from './prescribed.js'
import { PRESCRIBED_BY, type Registration, type SfmStatement, statusReasonOf } from './statement.js'

const DISCONTINUED_BY = '3'
const NO_PRESCRIPTION = 'U'

/** The row of the list that the document's PLL is. */
export function statementToRow(frame: Frame, statement: SfmStatement): void {
  const entry = rowOf(frame, statement)
  if (entry === undefined) return
  const own: Frame = { ...frame, resources: [] }
  m25EntryToMedicationStatement(own, 'M25.1', entry)
  for (const mapped of own.resources)
    frame.resources.push(changed(mapped, 'MedicationStatement', (resource) => asRow(resource, statement)))
}

/**
 * Undefined without an id that outlives the document. A prescription that is merely valid says all itself, and another
 * hub's line adds nothing to it.
 */
export function rowOf(frame: Frame, statement: SfmStatement): Enkeltoppforing | undefined {
  const { discontinuation: stop, kind, multidose, prescribed, reseptId } = statement
  const adds = reseptId === undefined || stop !== undefined || statement.status !== 'active'
  const id = statement.pllId ?? (adds ? statement.treatmentId : undefined)
  if (id === undefined) return undefined
  const start = startOf(statement.node)
  const expiry = expiryOf(statement.node)
  return {
    id,
    type: kind ?? (reseptId === undefined ? { V: NO_PRESCRIPTION } : { V: 'E' }),
    ...(reseptId === undefined ? {} : { reseptId }),
    ...(expiry === undefined ? {} : { utlopsdatoResept: expiry }),
    sistEndret: changedAt(frame, statement),
    ...(start === undefined ? {} : { datoOppstart: start.slice(0, 'YYYY-MM-DD'.length) }),
    roller: statement.registrations.flatMap(rolleOf),
    dok: prescribed.dok,
    ...(stop === undefined
      ? {}
      : {
          seponering: {
            tidspunkt: isDateTime(stop.at) ? stop.at : startOfDay(stop.at, frame.zone),
            arsak: stop.reason,
            ...(stop.note === undefined ? {} : { merknad: stop.note }),
          },
        }),
    sporsmal: [],
    ...(multidose === undefined ? {} : { inngarMultidose: { V: multidose ? '1' : '2' } }),
    utleveringer: [],
    at: statement.node.at,
  }
}

/**
 * When it was last changed: the newest act that the statement tells of. A stop that was decided later than `lastchanged`
 * must not count as older than a prescription that was given in between.
 */
function changedAt(frame: Frame, statement: SfmStatement): string {
  const { discontinuation, lastChanged, node, registrations } = statement
  const acts = [prescribedOn(node), lastChanged, ...registrations.map(({ at }) => at), discontinuation?.at]
    .filter((at) => at !== undefined)
    .map((at) => (isDateTime(at) ? at : startOfDay(at, frame.zone)))
    .filter((at) => toUtc(at, frame.zone) <= toUtc(frame.receivedAt, frame.zone))
    .sort((a, b) => (toUtc(a, frame.zone) < toUtc(b, frame.zone) ? -1 : 1))
  return acts.at(-1) ?? frame.genDate
}

function rolleOf({ party, role }: Registration): Rolle[] {
  const V = role === PRESCRIBED_BY ? 'R' : role === DISCONTINUED_BY ? 'S' : undefined
  if (V === undefined) return []
  if (party.person !== undefined) return [{ rolle: { V }, helseperson: party.person }]
  return party.organisation === undefined
    ? []
    : [{ rolle: { V }, organisasjon: asOrganisasjon(party.organisation) }]
}

function asRow(
  { statusReason, ...resource }: MedicationStatement,
  statement: SfmStatement,
): MedicationStatement {
  const { pllId, treatmentId } = statement
  const own =
    pllId === undefined && treatmentId !== undefined
      ? { system: senderSidUrl('sfm', 'treatment'), value: treatmentId.toLowerCase() }
      : undefined
  const reasons = statusReasonOf(statement)
  // A stop may come without its reason.
  const stopped = (statusReason ?? []).filter((reason) => Object.keys(reason).length > 0)
  const stated = statementStatus(statement)
  return {
    ...resource,
    ...asStated(resource, statement),
    extension: (resource.extension ?? []).filter(
      ({ url }) => url !== EXT.repeats || statement.prescribed.hasRepeats,
    ),
    ...(own === undefined
      ? {}
      : { identifier: [identifier(own, 'treatmentID'), ...(resource.identifier ?? []).slice(1)] }),
    ...(stated === undefined ? {} : { status: stated }),
    ...startInstant(resource, startOf(statement.node)),
    ...filled('statusReason', stopped.length > 0 ? stopped : reasons),
    ...filled('reasonCode', [...(resource.reasonCode ?? []), ...statement.reasons]),
    ...filled('note', [...(resource.note ?? []), ...statement.notes.map((words) => ({ text: words }))]),
    ...filled('dosage', withInstructions(resource.dosage, statement)),
  }
}

/** The row of an M25.1 knows days only. */
const startInstant = (
  { effectivePeriod }: MedicationStatement,
  start: string | undefined,
): Pick<MedicationStatement, 'effectivePeriod'> =>
  start !== undefined && isDateTime(start) && effectivePeriod?.start !== undefined
    ? { effectivePeriod: { ...effectivePeriod, start } }
    : {}

/**
 * A stop is told by its time; these states are told by the status alone. What is `completed` without having been renewed
 * has ended too.
 */
function statementStatus({
  discontinuation,
  head,
  status,
}: SfmStatement): MedicationStatement['status'] | undefined {
  switch (status) {
    case 'on-hold':
    case 'intended':
    case 'entered-in-error':
    case 'unknown':
      return status
    case 'stopped':
      return discontinuation === undefined ? 'stopped' : undefined
    case 'completed':
      return discontinuation === undefined && head === undefined ? 'completed' : undefined
    default:
      return undefined
  }
}
