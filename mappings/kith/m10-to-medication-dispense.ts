/** M10 Utleveringsrapport → MedicationDispense, or SupplyDelivery for merchandise (eresept.md 6, 11.4). */
import type {
  Extension,
  Identifier,
  MedicationDispense,
  MedicationDispensePerformer,
  Quantity,
  SupplyDelivery,
} from 'fhir/r4.js'
import { type Amendment, type Identity, SUBJECT_REFERENCE } from '../../src/core/message.js'
import { concept, ext, filled, identifier, idIdentity, keyOf, logical, quantity } from './build.js'
import { toDate } from './dates.js'
import { dispenseExtensions, substitutionOf } from './dispense-extensions.js'
import { DATA_ABSENT_REASON, EXT } from './extensions.js'
import { forskrivningToDosage } from './forskrivning-to-dosage.js'
import { type Frame, organisationIdent } from './frame.js'
import { legemiddelToMedication, MEDICATION_ID } from './legemiddel-to-medication.js'
import { merchandiseCode } from './m1-to-device-request.js'
import { PACKAGE_UNIT } from './m1-to-medication-request.js'
import type { DispenseReport, Utlevering } from './m10.js'
import { totalAmount } from './package-size.js'
import { addNamedOrganisation, hprPractitioner } from './parties.js'
import type { ReseptDokHandelsvare } from './resept-dok.js'
import {
  commonExtensions,
  reasonsOf,
  reseptDokExtensions,
  supplyExtensions,
} from './resept-dok-extensions.js'

const YES = '1'
const NOT_WANTED = '1'

/** The dispense that a report is about: the id of its M10, and what it weighs against other reports of the same. */
export interface ReportedDispense {
  readonly identity: Identity
  /** What the id is; `M10id` where nothing is said. */
  readonly idType?: string
  readonly order: string
}

/** Adds what was handed out (or given up, or cancelled) and gives the changes to what other messages own. */
export function m10ToMedicationDispense(
  frame: Frame,
  report: DispenseReport,
  dispense: ReportedDispense = { identity: frame.message, order: frame.order },
): readonly Amendment[] {
  const { utlevering } = report
  const { herId, navn } = utlevering.utleverer
  if (herId !== undefined) addNamedOrganisation(frame, organisationIdent(herId, frame.sender), navn)
  const identifiers = [identifier(dispense.identity, dispense.idType ?? 'M10id')]
  const resource =
    utlevering.dok?.kind === 'merchandise'
      ? supplyDelivery(frame, report, utlevering.dok, identifiers)
      : medicationDispense(frame, report, identifiers)
  frame.resources.push({ key: keyOf(dispense.identity), resource, order: dispense.order, scope: 'person' })
  return [
    ...cancellation(frame, utlevering, resource.resourceType, dispense.identity),
    ...finished(frame, utlevering, dispense.identity),
  ]
}

function medicationDispense(frame: Frame, report: DispenseReport, own: Identifier[]): MedicationDispense {
  const { utlevering } = report
  const dok = utlevering.dok?.kind === 'medicine' ? utlevering.dok : undefined
  const status = statusOf(report)
  const supplied = dok && suppliedQuantity(dok.antall, dok.mengde && quantity(dok.mengde))
  const total = dok && totalAmount(dok.antall, dok.forskrivning.legemiddel)
  const day = toDate(utlevering.utleveringsdato)
  const givenUp = status === 'cancelled' || status === 'declined'
  return {
    resourceType: 'MedicationDispense',
    ...(dok === undefined
      ? {}
      : { contained: [legemiddelToMedication(dok.forskrivning.legemiddel, utlevering.batchnr)] }),
    extension: [
      ...(dok === undefined ? [] : [...reseptDokExtensions(dok), ...supplyExtensions(dok)]),
      ...(dok === undefined
        ? []
        : reasonsOf(dok).map((reason) => ({ url: EXT.indication, valueCodeableConcept: reason }))),
      ...ext(EXT.totalAmount, 'valueQuantity', total),
      // Without product there is no Medication to carry the batch.
      ...ext(EXT.batch, 'valueString', dok === undefined ? utlevering.batchnr : undefined),
      ...ext(EXT.statusDate, 'valueDateTime', givenUp ? day : undefined),
      ...dispenseExtensions(frame, report),
    ],
    identifier: own,
    status,
    ...(report.kanselleringskode === undefined
      ? {}
      : { statusReasonCodeableConcept: concept(report.kanselleringskode, 7411) }),
    ...(dok === undefined
      ? { medicationCodeableConcept: { extension: [{ url: DATA_ABSENT_REASON, valueCode: 'unknown' }] } }
      : { medicationReference: { reference: `#${MEDICATION_ID}` } }),
    subject: { reference: SUBJECT_REFERENCE },
    performer: performers(frame, report),
    authorizingPrescription: [
      logical('MedicationRequest', idIdentity(utlevering.reseptId, frame.sender, 'ReseptId')),
    ],
    ...(supplied === undefined ? {} : { quantity: supplied }),
    ...(givenUp ? {} : { whenHandedOver: day }),
    ...(dok?.merknad === undefined ? {} : { note: [{ text: dok.merknad }] }),
    ...(dok === undefined ? {} : filled('dosageInstruction', forskrivningToDosage(frame, dok.forskrivning))),
    ...substitutionOf(utlevering.intervensjoner),
  }
}

function supplyDelivery(
  frame: Frame,
  report: DispenseReport,
  dok: ReseptDokHandelsvare,
  own: Identifier[],
): SupplyDelivery {
  const { utlevering } = report
  const status = statusOf(report)
  const supplied = suppliedQuantity(dok.antall, undefined)
  const pharmacist = report.ansattId === undefined ? undefined : hprPractitioner(report.ansattId)
  return {
    resourceType: 'SupplyDelivery',
    extension: [
      ...commonExtensions(dok),
      ...ext(
        EXT.authorizingPrescription,
        'valueReference',
        logical('DeviceRequest', idIdentity(utlevering.reseptId, frame.sender, 'ReseptId')),
      ),
      ...ext(EXT.usageInstruction, 'valueString', dok.bruksveiledning),
      ...ext(EXT.note, 'valueString', dok.merknad),
      ...ext(EXT.batch, 'valueString', utlevering.batchnr),
      ...ext(
        EXT.statusReason,
        'valueCodeableConcept',
        report.kanselleringskode && concept(report.kanselleringskode, 7411),
      ),
      ...dispenseExtensions(frame, report),
      ...ext(EXT.performer, 'valueReference', performers(frame, report)[0]?.actor),
    ],
    identifier: own,
    status: status === 'completed' || status === 'entered-in-error' ? status : 'abandoned',
    patient: { reference: SUBJECT_REFERENCE },
    suppliedItem: {
      ...(supplied === undefined ? {} : { quantity: supplied }),
      itemCodeableConcept: merchandiseCode(dok),
    },
    occurrenceDateTime: toDate(utlevering.utleveringsdato),
    ...(pharmacist === undefined ? {} : { supplier: pharmacist }),
  }
}

function statusOf(report: DispenseReport): 'completed' | 'entered-in-error' | 'cancelled' | 'declined' {
  if (report.utlevering.annullering) return 'entered-in-error'
  if (report.kanselleringskode === undefined) return 'completed'
  return report.kanselleringskode.V === NOT_WANTED ? 'declined' : 'cancelled'
}

/** Packages where the pharmacy counted packages, else the amount. */
const suppliedQuantity = (
  packages: string | undefined,
  amount: Quantity | undefined,
): Quantity | undefined => (packages === undefined ? amount : { value: Number(packages), unit: PACKAGE_UNIT })

function performers(frame: Frame, report: DispenseReport): MedicationDispensePerformer[] {
  const { herId, navn } = report.utlevering.utleverer
  const organisation =
    herId === undefined
      ? { type: 'Organization', ...(navn === undefined ? {} : { display: navn }) }
      : logical('Organization', organisationIdent(herId, frame.sender), navn)
  return [
    { actor: organisation },
    ...(report.ansattId === undefined ? [] : [{ actor: hprPractitioner(report.ansattId) }]),
  ]
}

/** A cancelling M10 makes the one that it names an error; what that one said about the prescription goes with it. */
function cancellation(
  frame: Frame,
  utlevering: Utlevering,
  type: 'MedicationDispense' | 'SupplyDelivery',
  own: Identity,
): readonly Amendment[] {
  if (!utlevering.annullering || utlevering.annulleringsId === undefined) return []
  const cancelled = idIdentity(utlevering.annulleringsId, frame.sender, 'MsgId')
  // A cancelling report need not repeat the product: then it is not said which kind the cancelled one is.
  const kinds = utlevering.dok === undefined ? DISPENSE_TYPES : [type]
  return [
    ...kinds.map((kind) => ({
      type: kind,
      key: keyOf(cancelled),
      name: `cancelled:${own.value}`,
      at: frame.order,
      set: { status: 'entered-in-error', extension: statusExtensions(frame) },
    })),
    ...prescriptionTypes(utlevering).map((kind) => ({
      type: kind,
      key: keyOf(idIdentity(utlevering.reseptId, frame.sender, 'ReseptId')),
      name: `finished:${cancelled.value}`,
      at: frame.order,
      set: {},
    })),
  ]
}
const DISPENSE_TYPES = ['MedicationDispense', 'SupplyDelivery'] as const

/** What kind the prescription is, as far as the dispense says it. */
function prescriptionTypes({ dok }: Utlevering): readonly ('MedicationRequest' | 'DeviceRequest')[] {
  if (dok === undefined) return ['MedicationRequest', 'DeviceRequest']
  return [dok.kind === 'merchandise' ? 'DeviceRequest' : 'MedicationRequest']
}

function finished(frame: Frame, utlevering: Utlevering, own: Identity): readonly Amendment[] {
  if (utlevering.annullering || utlevering.avsluttet?.V !== YES) return []
  return prescriptionTypes(utlevering).map((type) => ({
    type,
    key: keyOf(idIdentity(utlevering.reseptId, frame.sender, 'ReseptId')),
    name: `finished:${own.value}`,
    at: frame.order,
    set: { status: 'completed', extension: statusExtensions(frame) },
  }))
}

const statusExtensions = (frame: Frame): Extension[] => [
  ...ext(EXT.statusDate, 'valueDateTime', frame.genDate),
]
