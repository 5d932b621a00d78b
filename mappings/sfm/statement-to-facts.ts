/**
 * A statement of the document → MedicationRequest of its ReseptId and MedicationStatement of its PLL id: the facts that an
 * M1 and an M25.1 of the same would be (eresept.md 11.2, 11.5). The register's copy never replaces the message itself.
 */
import type { Dosage, MedicationRequest, MedicationStatement, Resource } from 'fhir/r4.js'
import { senderSidUrl } from '../../src/core/canonical.js'
import type { Amendment, MappedResource } from '../../src/core/message.js'
import { filled, identifier, idIdentity, keyOf, logical } from '../kith/build.js'
import { isDateTime, startOfDay, toDateTime, toUtc } from '../kith/dates.js'
import { EXT } from '../kith/extensions.js'
import type { Frame } from '../kith/frame.js'
import { m1ToMedicationRequest } from '../kith/m1-to-medication-request.js'
import type { Enkeltoppforing } from '../kith/m25.js'
import { m25EntryToMedicationStatement } from '../kith/m25-entry-to-medication-statement.js'
import { helsepersonReference } from '../kith/parties.js'
import {
  medicineStatus,
  type RegisterEntry,
  registerEntryExtension,
  registerStatus,
} from '../kith/register-status.js'
import type { Rolle } from '../kith/roles.js'
import { asOrganisasjon } from './parties.js'
import { expiryOf, prescribedOn, readResept, startOf } from './prescribed.js'
import { type Registration, type SfmStatement, statusReasonOf } from './statement.js'

const PRESCRIBED_BY = '1'
const DISCONTINUED_BY = '3'
/** Above the broker's summary, below the M1 itself: those begin with `0|` and with a year. */
const REGISTER_COPY = '0~'
const NO_PRESCRIPTION = 'U'

/** The prescription, with what the register says of its state. `prior`: the ReseptId that it renews. */
export function statementToMedicationRequest(
  frame: Frame,
  statement: SfmStatement,
  prior: string | undefined,
): readonly Amendment[] {
  const { reseptId, prescribed } = statement
  if (reseptId === undefined) return []
  const resept = readResept(statement.node, prescribed.dok)
  if (resept === undefined) {
    // The row says what is known of it.
    if (statement.pllId !== undefined) return []
    frame.unmapped.push({
      at: `${statement.node.at}.extension.where(url='reseptdate')`,
      reason: 'invalid-value',
      note: 'a prescription without its date',
    })
    return []
  }
  const prescriber = statement.registrations.find(({ role }) => role === PRESCRIBED_BY)
  const message = idIdentity(reseptId, frame.sender, 'ReseptId')
  const genDate = timeOn(prescriber, frame.zone)
  const known = prescriber?.party.person
  const own: Frame = {
    ...frame,
    message,
    order: REGISTER_COPY + frame.order,
    ...(genDate === undefined ? {} : { genDate }),
    author: known === undefined ? { type: 'Practitioner' } : helsepersonReference(frame, known),
    resources: [],
  }
  m1ToMedicationRequest(own, resept, prescribed.dok)
  const entry = registerEntry(statement, reseptId)
  for (const mapped of own.resources)
    frame.resources.push(
      changed(mapped, 'MedicationRequest', (resource) =>
        asPrescribed(frame, resource, statement, entry, prior),
      ),
    )
  return entry === undefined
    ? []
    : registerStatus(frame, entry).filter(({ type }) => type === 'MedicationRequest')
}

function registerEntry({ recall, register }: SfmStatement, reseptId: string): RegisterEntry | undefined {
  return register === undefined
    ? undefined
    : { reseptId, ...register, ...(recall === undefined ? {} : { recallReason: recall }) }
}

function asPrescribed(
  frame: Frame,
  { requester, dispenseRequest, ...resource }: MedicationRequest,
  statement: SfmStatement,
  entry: RegisterEntry | undefined,
  prior: string | undefined,
): MedicationRequest {
  const { numberOfRepeatsAllowed, ...supply } = dispenseRequest ?? {}
  return {
    ...resource,
    ...asStated(resource, statement),
    extension: [...(resource.extension ?? []), ...(entry === undefined ? [] : registerEntryExtension(entry))],
    ...(requester?.identifier === undefined && requester?.display === undefined ? {} : { requester }),
    ...(entry === undefined ? {} : medicineStatus(entry)),
    ...(prior === undefined
      ? {}
      : {
          priorPrescription: logical('MedicationRequest', idIdentity(prior, frame.sender, 'ReseptId')),
        }),
    dispenseRequest: {
      ...supply,
      ...(statement.prescribed.hasRepeats && numberOfRepeatsAllowed !== undefined
        ? { numberOfRepeatsAllowed }
        : {}),
    },
    ...filled('dosageInstruction', withInstructions(resource.dosageInstruction, statement)),
  }
}

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

function asRow(resource: MedicationStatement, statement: SfmStatement): MedicationStatement {
  const { pllId, treatmentId } = statement
  const own =
    pllId === undefined && treatmentId !== undefined
      ? { system: senderSidUrl('sfm', 'treatment'), value: treatmentId.toLowerCase() }
      : undefined
  const reasons = statusReasonOf(statement)
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
    ...(resource.statusReason === undefined && reasons.length > 0 ? { statusReason: reasons } : {}),
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

/** The product in its own words, where it is none of the catalogue's kinds. */
function asStated(
  resource: { readonly contained?: readonly Resource[] | undefined },
  { prescribed }: SfmStatement,
): { contained?: Resource[] } {
  const { local } = prescribed.product
  return local === undefined || resource.contained === undefined ? {} : { contained: [local] }
}

/** Its own dosing where it is written as R4 has it; words, short dose and instructions stand on the first. */
function withInstructions(dosages: readonly Dosage[] | undefined, { prescribed }: SfmStatement): Dosage[] {
  const { instructions, patientInstruction, structured } = prescribed
  const wording = prescribed.dok.forskrivning.dosVeiledEnkel
  const [words] = dosages ?? []
  const [first = words, ...rest] = structured.length > 0 ? structured : (dosages ?? [])
  if (first === undefined && instructions.length === 0 && patientInstruction === undefined) return []
  const shortDose = (words?.extension ?? []).filter(({ url }) => url === EXT.shortDose)
  const told: Dosage = {
    ...(first ?? { sequence: 1 }),
    ...(structured.length > 0 && wording !== undefined ? { text: wording } : {}),
    ...(structured.length > 0 ? filled('extension', [...shortDose, ...(first?.extension ?? [])]) : {}),
    ...(instructions.length === 0 ? {} : { additionalInstruction: [...instructions] }),
    ...(patientInstruction === undefined ? {} : { patientInstruction }),
  }
  return [told, ...rest]
}

function changed<Type extends 'MedicationRequest' | 'MedicationStatement'>(
  mapped: MappedResource,
  type: Type,
  change: (
    resource: Extract<MappedResource['resource'], { resourceType: Type }>,
  ) => MappedResource['resource'],
): MappedResource {
  const { resource } = mapped
  if (resource.resourceType !== type) return mapped
  // The comparison above has decided the type.
  const next = change(resource as Extract<MappedResource['resource'], { resourceType: Type }>)
  const [first] = 'identifier' in next && Array.isArray(next.identifier) ? next.identifier : []
  return {
    ...mapped,
    ...(first?.system === undefined || first.value === undefined
      ? {}
      : { key: keyOf({ system: first.system, value: first.value }) }),
    resource: next,
  }
}

/** Clock time of the act, so that decisions of one day have their order. */
const timeOn = (registration: Registration | undefined, zone: string): string | undefined =>
  registration?.at !== undefined && isDateTime(registration.at)
    ? toDateTime(registration.at, zone)
    : undefined
