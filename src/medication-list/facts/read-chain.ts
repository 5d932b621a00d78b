/** Readers of the roll as a chain: what was packed, delivered, loaded, programmed and handed out (docs/facts.md). */
import type {
  Extension,
  Identifier,
  MedicationDispense,
  MedicationRequest,
  MedicationStatement,
  Reference,
  SupplyDelivery,
  Task,
} from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl } from '../../core/canonical.js'
import { localDate, rangeOfDateTime } from '../../core/zone.js'
import { readDosagePlan } from '../dosage/plan.js'
import type {
  Delivery,
  HandOut,
  Pack,
  PackingRow,
  Program,
  ProgramReceipt,
  ScheduleVersion,
} from './chain-fact.js'
import type { EngineFact, FactOrigin, TreatmentKey } from './fact.js'
import type { ReadContext } from './read-decision.js'
import { containedMedication, isSachet, readMedicine, sachetItems } from './read-medicine.js'
import { identifierToken, identityKeys, linkKeys, partyKey, tokensOf } from './tokens.js'

const extensionOf = (extensions: readonly Extension[] | undefined, name: string): Extension | undefined =>
  extensions?.find(({ url }) => url === extensionUrl(name))

const instantOf = (value: string | undefined, zone: string): number | undefined =>
  value === undefined ? undefined : rangeOfDateTime(value, zone)?.from

/** Ids typed `roll`: the packer's own number of a roll. */
export const rollTokens = (identifiers: readonly Identifier[] | undefined): string[] =>
  (identifiers ?? []).flatMap((identifier) =>
    identifier.type?.text === 'roll' ? (identifierToken(identifier) ?? []) : [],
  )

/** First and last day of a roll as local dates; a time of the first or last dose names its day. */
export function rollDays(
  extensions: readonly Extension[] | undefined,
  zone: string,
): { readonly from: string | undefined; readonly to: string | undefined } {
  const period = extensionOf(extensions, 'roll-period')?.valuePeriod
  const day = (value: string | undefined): string | undefined => {
    const range = value === undefined ? undefined : rangeOfDateTime(value, zone)
    return range === undefined || range.precision === 'year' || range.precision === 'month'
      ? undefined
      : localDate(range.from, zone)
  }
  return { from: day(period?.start), to: day(period?.end) }
}

/** A roll may be packed for at most this long; what claims more is no roll. */
const ROLL_DAYS_MAX = 120
const DAY_MS = 86_400_000

/** Undefined for a supply that lies in no roll, or of which the days are not known. */
export function readPack(dispense: MedicationDispense, { zone }: ReadContext): Pack | undefined {
  if (saysOutsideRoll(dispense.extension)) return undefined
  const { from, to } = rollDays(dispense.extension, zone)
  if (from === undefined || to === undefined || to < from) return undefined
  if (Date.parse(to) - Date.parse(from) > ROLL_DAYS_MAX * DAY_MS) return undefined
  return {
    rolls: rollTokens(dispense.identifier),
    from,
    to,
    plan: readDosagePlan(dispense.dosageInstruction),
    rows: (dispense.supportingInformation ?? []).flatMap(tokensOf),
    repacked: extensionOf(dispense.extension, 'repacking-reason') !== undefined,
  }
}

export const saysOutsideRoll = (extensions: readonly Extension[] | undefined): boolean =>
  extensionOf(extensions, 'multidose')?.valueBoolean === false

/** Rows of a list that packs and does not decide. */
export const readPackingRow = (statement: MedicationStatement, origin: FactOrigin): PackingRow => ({
  ...origin,
  kind: 'packing-row',
  tokens: [
    origin.ref,
    ...(statement.identifier ?? []).slice(0, 1).flatMap((identifier) => identifierToken(identifier) ?? []),
  ],
  treatments: (statement.identifier ?? [])
    .slice(1)
    .flatMap((identifier) => identifierToken(identifier) ?? []),
  plan: readDosagePlan(statement.dosage),
  multidose: extensionOf(statement.extension, 'multidose')?.valueBoolean,
})

/** A roll at home or in a device; another delivery (merchandise, an unfinished one) is none. */
export function readDelivery(
  delivery: SupplyDelivery,
  origin: FactOrigin,
  { zone }: ReadContext,
): Delivery | EngineFact {
  const kinds = extensionOf(delivery.extension, 'event-kind')?.valueCodeableConcept?.coding ?? []
  const loaded = kinds.some(
    ({ system, code }) => system === codeSystemUrl('device-event-kind') && code === 'supply.loaded',
  )
  const rolls = [
    ...rollTokens(delivery.identifier),
    ...rollTokens([delivery.suppliedItem?.itemReference?.identifier ?? {}]),
  ]
  const days = rollDays(delivery.extension, zone)
  const isRoll = loaded || rolls.length > 0 || days.from !== undefined
  if (delivery.status !== 'completed' || !isRoll) return { ...origin, kind: 'ignored', why: 'other-type' }
  const at = delivery.occurrenceDateTime ?? delivery.occurrencePeriod?.start
  return {
    ...origin,
    kind: 'delivery',
    place: loaded ? 'device' : 'home',
    device: loaded ? origin.sourceKey : undefined,
    rolls: [...new Set(rolls)],
    ...days,
    at: instantOf(at, zone) ?? origin.receivedAt,
    verifiedAt: instantOf(extensionOf(delivery.extension, 'supply-verified')?.valueDateTime, zone),
    removedAt: instantOf(extensionOf(delivery.extension, 'supply-removed')?.valueDateTime, zone),
  }
}

export const isDevice = (reference: Reference | undefined): boolean =>
  reference?.type === 'Device' || reference?.reference?.split('/').at(-2) === 'Device'

export function readProgram(
  request: MedicationRequest,
  origin: FactOrigin,
  context: ReadContext,
): Program | EngineFact {
  const status = programStatus(request.status)
  if (status === undefined) return { ...origin, kind: 'ignored', why: 'error' }
  const contained = containedMedication(request)
  const sachets =
    (contained !== undefined && isSachet(contained)) ||
    request.medicationCodeableConcept?.text === SACHET_TEXT
  const dosages = request.dosageInstruction ?? []
  const treatments = [...(request.basedOn ?? []), ...(request.supportingInformation ?? [])]
  const links: TreatmentKey[] = linkKeys([...treatments.filter(isTreatment), request.priorPrescription])
  return {
    ...origin,
    kind: 'program',
    status,
    device: isDevice(request.performer) ? partyKey(request.performer) : undefined,
    medicine: sachets ? undefined : readMedicine(request, context.products, dosages[0]?.route),
    plan: readDosagePlan(dosages),
    tokens: [origin.ref, ...identityKeys(request.identifier).map(({ token }) => token)],
    keys: links,
    madeAt: instantOf(request.authoredOn, context.zone) ?? origin.receivedAt,
    schedule: (request.basedOn ?? []).flatMap((reference) => scheduleOf(reference) ?? [])[0],
    list: treatments.find(({ reference }) => /(^|\/)List\/[^/]+\/_history\//.test(reference ?? ''))
      ?.reference,
  }
}

const SACHET_TEXT = 'multidose sachet'

const isTreatment = ({ type, reference }: Reference): boolean =>
  ['MedicationRequest', 'MedicationStatement'].includes(
    type ?? reference?.split('/_history/')[0]?.split('/').at(-2) ?? '',
  )

function programStatus(status: MedicationRequest['status']): Program['status'] | undefined {
  switch (status) {
    case 'active':
      return 'active'
    case 'draft':
      return 'planned'
    case 'on-hold':
      return 'paused'
    case 'stopped':
    case 'completed':
    case 'cancelled':
      return 'ended'
    case 'entered-in-error':
    case 'unknown':
      return undefined
  }
}

/** The plan that a device runs; the version stands in the display, the only place that R4 has for it. */
function scheduleOf(reference: Reference | undefined): ScheduleVersion | undefined {
  const named = reference?.type === 'CarePlan' || reference?.reference?.includes('CarePlan/') === true
  const token = named ? partyKey(reference) : undefined
  if (token === undefined) return undefined
  const version = /^version (\d+)$/.exec(reference?.display ?? '')?.[1]
  return { token, version: version === undefined ? undefined : Number(version) }
}

/** What became of a program on its way to the device; other tasks are no fact of the chain. */
export function readProgramReceipt(
  task: Task,
  origin: FactOrigin,
  { zone }: ReadContext,
): ProgramReceipt | undefined {
  const schedule = scheduleOf(task.focus)
  const answer = receiptAnswer(task.status)
  if (schedule === undefined || answer === undefined) return undefined
  const at = task.executionPeriod?.end ?? task.lastModified ?? task.authoredOn
  return {
    ...origin,
    kind: 'program-receipt',
    schedule,
    answer,
    at: instantOf(at, zone) ?? origin.receivedAt,
  }
}

function receiptAnswer(status: Task['status']): ProgramReceipt['answer'] | undefined {
  switch (status) {
    case 'received':
      return 'received'
    case 'completed':
      return 'accepted'
    case 'rejected':
    case 'failed':
      return 'rejected'
    default:
      return undefined
  }
}

export function readHandOut(
  dispense: MedicationDispense,
  origin: FactOrigin,
  { zone, products }: ReadContext,
): HandOut | EngineFact {
  if (dispense.status === 'entered-in-error') return { ...origin, kind: 'ignored', why: 'error' }
  const contained = containedMedication(dispense)
  const sachet = contained !== undefined && isSachet(contained) ? contained : undefined
  const travel = extensionOf(dispense.extension, 'travel-period')?.valuePeriod
  const from = instantOf(travel?.start, zone)
  const to = travel?.end === undefined ? undefined : rangeOfDateTime(travel.end, zone)?.to
  return {
    ...origin,
    kind: 'hand-out',
    at: instantOf(dispense.whenHandedOver, zone) ?? origin.receivedAt,
    scheduled: instantOf(extensionOf(dispense.extension, 'scheduled')?.valueDateTime, zone),
    device: partyKey((dispense.performer ?? []).find(({ actor }) => isDevice(actor))?.actor),
    sachets: (sachet?.identifier ?? []).flatMap((identifier) =>
      identifier.type?.text === 'sachet' ? (identifierToken(identifier) ?? []) : [],
    ),
    rolls: rollTokens(sachet?.identifier),
    medicines: sachet === undefined ? [] : sachetItems(sachet, products),
    travel: from === undefined || to === undefined ? undefined : { from, to },
    doses: dispense.quantity?.value,
  }
}
