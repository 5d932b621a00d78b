/** Facts from below the prescriber's side: supplies, intakes, roll alerts. They never decide a dose or a state. */
import type {
  CodeableConcept,
  DetectedIssue,
  MedicationAdministration,
  MedicationDispense,
  Reference,
} from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl } from '../../core/canonical.js'
import { rangeOfDateTime } from '../../core/zone.js'
import { amountOfQuantity } from '../dosage/amount.js'
import { decimal, isPositive } from '../dosage/decimal.js'
import type { EngineFact, FactOrigin, Intake, IntakeGrade, RollAlert, Supply } from './fact.js'
import { isDevice, readHandOut, readPack, rollTokens, saysOutsideRoll } from './read-chain.js'
import type { ReadContext } from './read-decision.js'
import {
  containedMedication,
  isSachet,
  productStatement,
  readMedicine,
  sachetItems,
} from './read-medicine.js'
import { suppliedAmount } from './supplied-amount.js'
import { identifierToken, linkKeys, partyKey, tokensOf } from './tokens.js'

export function readDispense(
  dispense: MedicationDispense,
  origin: FactOrigin,
  context: ReadContext,
): EngineFact {
  if ((dispense.performer ?? []).some(({ actor }) => isDevice(actor)))
    return readHandOut(dispense, origin, context)
  if (dispense.status === 'entered-in-error') return { ...origin, kind: 'ignored', why: 'error' }
  return {
    ...origin,
    kind: 'supply',
    status: supplyStatus(dispense.status),
    medicine: readMedicine(dispense, context.products, dispense.dosageInstruction?.[0]?.route),
    product: productStatement(dispense),
    handedOver:
      dispense.whenHandedOver === undefined
        ? undefined
        : rangeOfDateTime(dispense.whenHandedOver, context.zone),
    keys: linkKeys([...(dispense.authorizingPrescription ?? []), ...treatments(dispense)]),
    supplier: dispense.performer?.[0]?.actor,
    quantity: suppliedAmount(dispense),
    pack: readPack(dispense, context),
    outsideRoll: saysOutsideRoll(dispense.extension),
  }
}

/** What was packed names its treatment also where there is no prescription. */
const treatments = ({ supportingInformation }: MedicationDispense): Reference[] =>
  (supportingInformation ?? []).filter(
    ({ type, reference }) => type === 'MedicationStatement' || reference?.includes('MedicationStatement/'),
  )

function supplyStatus(status: MedicationDispense['status']): Supply['status'] {
  switch (status) {
    case 'completed':
      return 'completed'
    case 'preparation':
    case 'in-progress':
    case 'on-hold':
      return 'pending'
    case 'cancelled':
    case 'stopped':
    case 'declined':
    case 'unknown':
    case 'entered-in-error':
      return 'other'
  }
}

export function readAdministration(
  administration: MedicationAdministration,
  origin: FactOrigin,
  context: ReadContext,
): Intake {
  const contained = containedMedication(administration)
  const sachet = contained !== undefined && isSachet(contained)
  const at = administration.effectiveDateTime ?? administration.effectivePeriod?.start
  const scheduled = administration.extension?.find(
    ({ url }) => url === extensionUrl('scheduled'),
  )?.valueDateTime
  const items = sachet
    ? sachetItems(contained, context.products)
    : [
        {
          medicine: readMedicine(administration, context.products, administration.dosage?.route),
          amount: amountOfQuantity(administration.dosage?.dose),
        },
      ]
  return {
    ...origin,
    kind: 'intake',
    outcome: outcomeOf(administration),
    medicines: items.map(({ medicine }) => medicine),
    amounts: items.map(({ amount }) => amount),
    sachet,
    rolls: sachet ? rollTokens(contained.identifier) : [],
    grade: gradeOf(administration, origin),
    product: productStatement(administration),
    at: at === undefined ? undefined : rangeOfDateTime(at, context.zone),
    scheduled: scheduled === undefined ? undefined : rangeOfDateTime(scheduled, context.zone)?.from,
    keys: linkKeys([administration.request]),
    partOf: (administration.partOf ?? []).flatMap(tokensOf),
    device: partyKey(administration.device?.[0]),
  }
}

/** Evidence by which the device itself saw that the dose was taken out; a carer's word is a witness's, an app's the person's own. */
const SEEN_BY_DEVICE = new Set(['sachet-torn', 'weight', 'lid', 'button'])
const WITNESSES = new Set(['Practitioner', 'PractitionerRole'])
const OWN_VOICES = new Set(['Patient', 'RelatedPerson'])

/** device-confirmed > witnessed by carer > self-reported > inferred (section 4). */
function gradeOf(
  { extension, performer, device }: MedicationAdministration,
  { role }: FactOrigin,
): IntakeGrade {
  const evidence = extension?.find(({ url }) => url === extensionUrl('intake-evidence'))?.valueCode
  if (evidence === 'carer') return 'witnessed'
  if (evidence === 'app') return 'self-reported'
  if (evidence !== undefined) return SEEN_BY_DEVICE.has(evidence) ? 'device-confirmed' : 'inferred'
  const actors = (performer ?? []).map(({ actor }) => actor.type ?? actor.reference?.split('/').at(-2) ?? '')
  if (actors.some((type) => WITNESSES.has(type))) return 'witnessed'
  if (role === 'patient' || actors.some((type) => OWN_VOICES.has(type))) return 'self-reported'
  if (role === 'home-care' || role === 'hospital') return 'witnessed'
  return device === undefined ? 'self-reported' : 'inferred'
}

/** Reasons for which nobody expected the dose to be taken. */
const EXCUSED = new Set(['paused', 'travelling', 'hospitalised', 'b'])
const REFUSED = new Set(['refused', 'carer-decision'])

function outcomeOf({ status, statusReason, dosage }: MedicationAdministration): Intake['outcome'] {
  const codes = (statusReason ?? []).flatMap((reason: CodeableConcept) =>
    (reason.coding ?? []).map(({ code }) => code ?? ''),
  )
  switch (status) {
    case 'completed': {
      // Sources exist that write "completed" with dose 0 for a refused dose (section 5, trap b).
      const value = dosage?.dose?.value === undefined ? undefined : decimal(dosage.dose.value)
      return value === undefined || isPositive(value) ? 'taken' : 'refused'
    }
    case 'not-done':
      if (codes.some((code) => EXCUSED.has(code))) return 'excused'
      return codes.some((code) => REFUSED.has(code)) ? 'refused' : 'not-taken'
    case 'in-progress':
    case 'on-hold':
    case 'unknown':
    case 'stopped':
      return 'uncertain'
    case 'entered-in-error':
      return 'error'
  }
}

/** Kinds of device event that say a roll is not the person's, or not the current one. */
const WRONG_ROLL: readonly RollAlert['code'][] = ['supply.wrong-person', 'supply.wrong-period']
const CLOSED = new Set<DetectedIssue['status']>(['final', 'cancelled', 'entered-in-error'])

export function readAlert(issue: DetectedIssue, origin: FactOrigin, context: ReadContext): EngineFact {
  const codings = issue.code?.coding ?? []
  const code = WRONG_ROLL.find((kind) =>
    codings.some((coding) => coding.system === codeSystemUrl('device-event-kind') && coding.code === kind),
  )
  if (code === undefined) return { ...origin, kind: 'ignored', why: 'other-type' }
  const time = issue.identifiedDateTime ?? issue.identifiedPeriod?.start
  const alert: RollAlert = {
    ...origin,
    kind: 'roll-alert',
    open: !CLOSED.has(issue.status),
    code,
    at: (time === undefined ? undefined : rangeOfDateTime(time, context.zone)?.from) ?? origin.receivedAt,
    rolls: (issue.implicated ?? []).flatMap((reference) => identifierToken(reference.identifier) ?? []),
  }
  return alert
}
