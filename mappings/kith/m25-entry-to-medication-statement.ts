/** EnkeltoppforingLIB → MedicationStatement (eresept.md 11.5). */
import type { CodeableConcept, Dosage, Extension, MedicationStatement, Reference } from 'fhir/r4.js'
import { senderSidUrl } from '../../src/core/canonical.js'
import { type Identity, SUBJECT_REFERENCE } from '../../src/core/message.js'
import { concept, ext, filled, identifier, idIdentity, keyOf, logical, nested } from './build.js'
import { toDate, toDateTime, toUtc } from './dates.js'
import { EXT } from './extensions.js'
import { forskrivningToDosage } from './forskrivning-to-dosage.js'
import type { Frame } from './frame.js'
import { legemiddelToMedication, MEDICATION_ID } from './legemiddel-to-medication.js'
import { merchandiseCode } from './m1-to-device-request.js'
import type { Enkeltoppforing, ListKind } from './m25.js'
import { helsepersonReference, organisasjonReference } from './parties.js'
import {
  commonExtensions,
  reasonsOf,
  reseptDokExtensions,
  supplyExtensions,
} from './resept-dok-extensions.js'
import type { Rolle } from './roles.js'

/** Entries without a prescription: U today, F in the requirements of 2015. */
const WITHOUT_PRESCRIPTION = new Set(['U', 'F'])
const PRESCRIBER = 'R'

/** The PLL id: of the treatment, and of the row that a prescriber's list (M25.1) has for it. */
export const entryIdentity = (frame: Frame, entry: Enkeltoppforing): Identity =>
  idIdentity(entry.id, frame.sender, 'PLL')

/**
 * A pharmacy's or the broker's list repeats the treatments under their PLL ids: it never takes the place of the
 * prescriber's row, so its rows have ids of their own.
 */
export const rowIdentity = (frame: Frame, list: ListKind, entry: Enkeltoppforing): Identity =>
  list === 'M25.1'
    ? entryIdentity(frame, entry)
    : { system: senderSidUrl('eresept', list), value: entry.id.toLowerCase() }

/** Newest change wins; of two statements of one change the newer message. */
export const entryOrder = (frame: Frame, entry: Enkeltoppforing): string =>
  `${toUtc(entry.sistEndret, frame.zone)}|${frame.order}`

/** Whether the stop has come at the time of receipt; a stop ahead leaves the medicine in use until then. */
export const isStopped = (frame: Frame, entry: Enkeltoppforing): boolean =>
  entry.seponering !== undefined &&
  toUtc(entry.seponering.tidspunkt, frame.zone) <= toUtc(frame.receivedAt, frame.zone)

/** Adds the entry; the same PLL id in a later list updates it. */
export function m25EntryToMedicationStatement(frame: Frame, list: ListKind, entry: Enkeltoppforing): void {
  const identity = rowIdentity(frame, list, entry)
  const { dok, seponering } = entry
  const prescription =
    entry.reseptId === undefined ? undefined : idIdentity(entry.reseptId, frame.sender, 'ReseptId')
  const roles = entry.roller.map((role) => ({ role, actor: actorOf(frame, role) }))
  const prescribed = prescribedPart(frame, dok)
  // A prescription of goods is no MedicationRequest; its id is kept all the same.
  const basedOn =
    prescription !== undefined && dok.kind === 'medicine' && !WITHOUT_PRESCRIPTION.has(entry.type.V ?? '')
  const stop = seponering && toDateTime(seponering.tidspunkt, frame.zone)
  const notes = [
    ...(dok.merknad === undefined ? [] : [{ text: dok.merknad }]),
    ...(seponering?.merknad === undefined || stop === undefined
      ? []
      : [{ time: stop, text: seponering.merknad }]),
  ]
  const resource: MedicationStatement = {
    resourceType: 'MedicationStatement',
    ...prescribed.medicine,
    extension: [
      ...entryExtensions(entry),
      ...ext(EXT.statusDate, 'valueDateTime', stop),
      ...ext(EXT.statedStart, 'valueDate', isStartAfter(frame, entry) ? startDay(entry) : undefined),
      ...roles.flatMap(({ role, actor }) => roleExtension(role, actor)),
      ...prescribed.extension,
    ],
    identifier: [
      ...(list === 'M25.1' ? [] : [identifier(identity, list)]),
      identifier(entryIdentity(frame, entry), 'PLL'),
      ...(prescription === undefined ? [] : [identifier(prescription, 'ReseptId')]),
    ],
    ...(basedOn ? { basedOn: [logical('MedicationRequest', prescription)] } : {}),
    status: isStopped(frame, entry) ? 'stopped' : 'active',
    ...(seponering === undefined ? {} : { statusReason: [concept(seponering.arsak, 7494)] }),
    subject: { reference: SUBJECT_REFERENCE },
    ...effective(isStartAfter(frame, entry) ? undefined : startDay(entry), stop),
    dateAsserted: toDateTime(entry.sistEndret, frame.zone),
    informationSource: (list === 'M25.1' ? prescriberOf(roles) : undefined) ?? frame.author,
    ...filled('reasonCode', prescribed.reasons),
    ...filled('note', notes),
    ...filled('dosage', prescribed.dosage),
  }
  frame.resources.push({
    key: keyOf(identity),
    resource,
    order: entryOrder(frame, entry),
    scope: 'person',
  })
}

interface Prescribed {
  readonly medicine: Pick<
    MedicationStatement,
    'contained' | 'medicationReference' | 'medicationCodeableConcept'
  >
  readonly extension: readonly Extension[]
  readonly reasons: readonly CodeableConcept[]
  readonly dosage: readonly Dosage[]
}

function prescribedPart(frame: Frame, dok: Enkeltoppforing['dok']): Prescribed {
  if (dok.kind === 'medicine')
    return {
      medicine: {
        contained: [legemiddelToMedication(dok.forskrivning.legemiddel)],
        medicationReference: { reference: `#${MEDICATION_ID}` },
      },
      extension: [...reseptDokExtensions(dok), ...supplyExtensions(dok)],
      reasons: reasonsOf(dok),
      dosage: forskrivningToDosage(frame, dok.forskrivning),
    }
  return {
    medicine: { medicationCodeableConcept: merchandiseCode(dok) },
    extension: [
      ...commonExtensions(dok),
      ...ext(EXT.packageCount, 'valueDecimal', dok.antall === undefined ? undefined : Number(dok.antall)),
    ],
    reasons: [],
    dosage: dok.bruksveiledning === undefined ? [] : [{ sequence: 1, text: dok.bruksveiledning }],
  }
}

const prescriberOf = (roles: readonly { readonly role: Rolle; readonly actor: Reference }[]) =>
  roles.find(({ role }) => role.rolle.V === PRESCRIBER)?.actor

function entryExtensions(entry: Enkeltoppforing): readonly Extension[] {
  const expiry = entry.utlopsdatoResept
  return [
    ...ext(EXT.prescriptionType, 'valueCodeableConcept', concept(entry.type, 7491)),
    ...ext(EXT.prescriptionExpiry, 'valueDate', expiry === undefined ? undefined : toDate(expiry)),
    ...ext(EXT.medicalChange, 'valueBoolean', entry.medEndring),
    ...multidoseExtension(entry),
  ]
}

/** Volven 1101. */
export const multidoseExtension = ({ inngarMultidose }: Enkeltoppforing): readonly Extension[] =>
  ext(EXT.multidose, 'valueBoolean', inngarMultidose && inngarMultidose.V === '1')

const startDay = (entry: Enkeltoppforing): string | undefined =>
  entry.datoOppstart === undefined ? undefined : toDate(entry.datoOppstart)

/** A start later than the stop makes no period; it is then kept beside it. */
function isStartAfter(frame: Frame, entry: Enkeltoppforing): boolean {
  const start = startDay(entry)
  if (start === undefined || entry.seponering === undefined) return false
  return toUtc(start, frame.zone) > toUtc(entry.seponering.tidspunkt, frame.zone)
}

function effective(
  start: string | undefined,
  end: string | undefined,
): Pick<MedicationStatement, 'effectivePeriod'> {
  if (start === undefined && end === undefined) return {}
  return {
    effectivePeriod: { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) },
  }
}

export const actorOf = (frame: Frame, role: Rolle): Reference =>
  role.helseperson !== undefined
    ? helsepersonReference(frame, role.helseperson)
    : organisasjonReference(frame, role.organisasjon ?? {})

export function roleExtension(role: Rolle, actor: Reference): readonly Extension[] {
  const specialty = role.helseperson?.spesialitet
  return nested(EXT.listRole, [
    ext('role', 'valueCodeableConcept', concept(role.rolle, 7490)),
    ext('actor', 'valueReference', actor),
    ext('specialty', 'valueCodeableConcept', specialty && concept(specialty, 7426)),
  ])
}
