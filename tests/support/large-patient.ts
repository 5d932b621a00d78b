/** Ten years of one person: the facts as the hub stores them, so that they need not all be sent first. */
import type { FhirResource, Reference } from 'fhir/r4.js'
import { ATC, extensionUrl, FEST_PACKAGE, FNR, sidUrl } from '../../src/core/canonical.js'
import type { PersonId } from '../../src/core/ids.js'
import type { SourceState, StoredResource } from '../../src/core/stored.js'

export interface LargeSize {
  /** Treatments in use. */
  readonly lines: number
  readonly years: number
  /** Prescriptions and list rows. */
  readonly decisions: number
  readonly supplies: number
  readonly intakes: number
}

export const TEN_YEARS: LargeSize = {
  lines: 40,
  years: 10,
  decisions: 1_500,
  supplies: 1_500,
  intakes: 100_000,
}

const DAY_MS = 86_400_000
/** One treatment in five that was ever begun goes on; the others were stopped. */
const ENDED_FOR_EACH_LINE = 4
/** Month + 80. */
export const FNR_OF_NOBODY = '15867910090'
export const CLINIC = 'hl7v2|EPJ|LEGEKONTORET'
const PHARMACY = 'eresept|pharmacy'
export const DISPENSER = 'device|urn:stafett-bench|D-1'

export const largePatientSources = (now: number): readonly SourceState[] => [
  { key: CLINIC, role: 'prescriber', name: 'Legekontoret', lastHeard: iso(now) },
  { key: PHARMACY, role: 'pharmacy', name: 'Apoteket', lastHeard: iso(now) },
  { key: DISPENSER, role: 'device', name: 'Dispenseren', lastHeard: iso(now) },
]

const iso = (instant: number): string => new Date(instant).toISOString()
const days = (count: number): number => count * DAY_MS

interface Treatment {
  readonly number: number
  readonly from: number
  /** Undefined while it goes on. */
  readonly to: number | undefined
  readonly prescriptions: number
}

/** Every fact of the person up to `now`, oldest kind by kind; ids and times follow from the numbers alone. */
export function* largePatientFacts(
  person: PersonId,
  now: number,
  size: LargeSize,
): Generator<StoredResource> {
  const treatments = treatmentsOf(now, size)
  yield* patient(person, now)
  for (const treatment of treatments) yield* prescriptionsOf(person, treatment, now)
  yield* suppliesOf(person, treatments, now, size)
  yield* intakesOf(person, treatments, now, size)
}

/** A dose taken now of one of the treatments in use. */
export const newIntake = (person: PersonId, at: number, number: number, size: LargeSize): FhirResource =>
  administration(person, number % size.lines, at, `new-${number}`)

/** A prescription that renews one of the treatments in use. */
export const newPrescription = (
  person: PersonId,
  at: number,
  number: number,
  size: LargeSize,
): FhirResource => prescription(person, number % size.lines, `new-${number}`, at, undefined, at + days(365))

function treatmentsOf(now: number, { lines, years, decisions }: LargeSize): Treatment[] {
  const ended = lines * ENDED_FOR_EACH_LINE
  // An ended treatment had three prescriptions, one that goes on has all the others.
  const own = Math.max(1, Math.floor((decisions - 3 * ended) / lines))
  const going = Array.from({ length: lines }, (_, number) => ({
    number,
    from: now - days(365 * years),
    to: undefined,
    prescriptions: own,
  }))
  const over = Array.from({ length: ended }, (_, index) => {
    const from = now - days(365 * years) + Math.floor((index / ended) * days(365 * years - 300))
    return { number: lines + index, from, to: from + days(250), prescriptions: 3 }
  })
  return [...going, ...over]
}

function* patient(person: PersonId, now: number): Generator<StoredResource> {
  yield stored(
    {
      resourceType: 'Patient',
      id: person,
      identifier: [{ system: FNR, value: FNR_OF_NOBODY }],
    },
    now - days(4_000),
    `id|${person}`,
    CLINIC,
  )
}

function* prescriptionsOf(
  person: PersonId,
  { number, from, to, prescriptions }: Treatment,
  now: number,
): Generator<StoredResource> {
  const step = Math.floor(((to ?? now) - from) / prescriptions)
  for (let turn = 0; turn < prescriptions; turn++) {
    const last = turn === prescriptions - 1
    const name = `${number}-${turn}`
    const resource = prescription(
      person,
      number,
      name,
      from + turn * step,
      // Every other renewal names what it renews, the others are known by their content.
      turn > 0 && turn % 2 === 0 ? `${number}-${turn - 1}` : undefined,
      from + (turn + 1) * step + (last && to === undefined ? days(200) : 0),
    )
    const stop =
      last && to !== undefined
        ? {
            status: 'stopped' as const,
            extension: [{ url: extensionUrl('status-date'), valueDateTime: iso(to) }],
          }
        : {}
    yield stored({ ...resource, ...stop } as FhirResource, from + turn * step, prescriptionKey(name), CLINIC)
  }
}

const prescriptionKey = (name: string): string => `urn:stafett-bench:prescription|${name}`
const prescriptionReference = (name: string): Reference => ({
  type: 'MedicationRequest',
  identifier: { system: 'urn:stafett-bench:prescription', value: name },
})

const medicine = (number: number) => ({
  coding: [
    { system: FEST_PACKAGE, code: String(100_000 + number) },
    { system: ATC, code: atcOf(number), display: `Prøvestoff ${number}` },
  ],
  text: `Prøvemedisin ${number} tablett 10 mg`,
})

/** A substance of its own for each treatment. */
const atcOf = (number: number): string =>
  `${'ABCDGHJLMNPRSV'[number % 14]}0${1 + (Math.floor(number / 14) % 9)}AX${String(10 + (Math.floor(number / 126) % 90))}`

function prescription(
  person: PersonId,
  number: number,
  name: string,
  at: number,
  prior: string | undefined,
  validTo: number,
): FhirResource {
  return {
    resourceType: 'MedicationRequest',
    id: `mr-${name}`,
    meta: { tag: [{ system: 'http://stafett.internal/fhir/CodeSystem/medlist-layer', code: 'fact' }] },
    identifier: [
      {
        type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'PLAC' }] },
        system: 'urn:stafett-bench:prescription',
        value: name,
      },
    ],
    status: 'active',
    intent: 'order',
    medicationCodeableConcept: medicine(number),
    subject: { reference: `Patient/${person}` },
    authoredOn: iso(at),
    requester: {
      type: 'Practitioner',
      identifier: { system: 'urn:oid:2.16.578.1.12.4.1.4.4', value: '9144900' },
    },
    ...(prior === undefined ? {} : { priorPrescription: prescriptionReference(prior) }),
    dosageInstruction: [
      {
        sequence: 1,
        timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd', when: ['MORN'] } },
        route: { coding: [{ system: 'urn:oid:2.16.578.1.12.4.1.1.7477', code: '53' }] },
        doseAndRate: [{ doseQuantity: { value: 1, unit: 'tablett' } }],
      },
    ],
    dispenseRequest: { validityPeriod: { end: iso(validTo) } },
  }
}

function* suppliesOf(
  person: PersonId,
  treatments: readonly Treatment[],
  now: number,
  { supplies }: LargeSize,
): Generator<StoredResource> {
  const total = treatments.reduce((sum, { prescriptions }) => sum + prescriptions, 0)
  for (let index = 0; index < supplies; index++) {
    const [treatment, turn] = place(treatments, Math.floor((index / supplies) * total))
    if (treatment === undefined) continue
    const { number, from, to, prescriptions } = treatment
    const at = from + turn * Math.floor(((to ?? now) - from) / prescriptions) + days(2)
    yield stored(
      {
        resourceType: 'MedicationDispense',
        id: `md-${index}`,
        identifier: [{ system: 'urn:stafett-bench:dispense', value: String(index) }],
        status: 'completed',
        medicationCodeableConcept: medicine(number),
        subject: { reference: `Patient/${person}` },
        performer: [{ actor: { type: 'Organization', display: 'Apoteket' } }],
        authorizingPrescription: [
          {
            reference: `MedicationRequest/mr-${number}-${turn}`,
            ...prescriptionReference(`${number}-${turn}`),
          },
        ],
        quantity: { value: 98, unit: 'tablett' },
        whenHandedOver: iso(at),
      },
      at,
      `urn:stafett-bench:dispense|${index}`,
      PHARMACY,
    )
  }
}

/** The treatment and the turn of the n-th prescription of all. */
function place(treatments: readonly Treatment[], nth: number): [Treatment | undefined, number] {
  let left = nth
  for (const treatment of treatments) {
    if (left < treatment.prescriptions) return [treatment, left]
    left -= treatment.prescriptions
  }
  return [undefined, 0]
}

function* intakesOf(
  person: PersonId,
  treatments: readonly Treatment[],
  now: number,
  { intakes, lines, years }: LargeSize,
): Generator<StoredResource> {
  const step = Math.floor(days(365 * years) / intakes)
  for (let index = 0; index < intakes; index++) {
    const at = now - days(365 * years) + index * step
    const number = treatments[index % lines]?.number ?? 0
    yield stored(
      administration(person, number, at, String(index)),
      at + 60_000,
      `${sidUrl('dose')}|urn/D-1/${index}`,
      DISPENSER,
    )
  }
}

function administration(person: PersonId, number: number, at: number, name: string): FhirResource {
  return {
    resourceType: 'MedicationAdministration',
    id: `ma-${name}`,
    extension: [
      { url: extensionUrl('intake-evidence'), valueCode: 'button' },
      { url: extensionUrl('scheduled'), valueDateTime: iso(at) },
      {
        url: extensionUrl('dose-window'),
        valuePeriod: { start: iso(at - 1_800_000), end: iso(at + 7_200_000) },
      },
    ],
    identifier: [{ system: sidUrl('dose'), value: `urn/D-1/${name}` }],
    status: 'completed',
    medicationCodeableConcept: medicine(number),
    subject: { reference: `Patient/${person}` },
    effectiveDateTime: iso(at),
    device: [{ type: 'Device', reference: 'Device/bench-dispenser' }],
    dosage: { dose: { value: 1, unit: 'tablett' } },
  }
}

function stored(resource: FhirResource, at: number, key: string, sourceKey: string): StoredResource {
  const { resourceType: type, id = '' } = resource
  const lastUpdated = iso(at)
  return {
    type,
    id,
    version: 1,
    key,
    order: lastUpdated,
    layer: 'fact',
    resource: { ...resource, meta: { ...resource.meta, versionId: '1', lastUpdated } },
    sourceKey,
    messageId: undefined,
    lastUpdated,
  }
}
