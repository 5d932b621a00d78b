/** Builders of the roll as a chain: packed, loaded, programmed, handed out, opened; for the person of clinical-facts.ts. */
import type {
  Dosage,
  Medication,
  MedicationDispense,
  MedicationRequest,
  SupplyDelivery,
  Task,
} from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl, senderSidUrl, URI_SYSTEM } from '../../src/core/canonical.js'
import type { Fact, SourceFact } from '../../src/medication-list/contract.js'
import { fact, type IntakeOptions, intake, MORNING, PATIENT } from './clinical-facts.js'
import { medicineConcept } from './product-catalogue.js'

export const DEVICE_KEY = 'device|urn:example:device|d1'
const DEVICE = { type: 'Device', identifier: { system: 'urn:example:device', value: 'd1' } }

export const dispenser = (lastHeard: string, more: Partial<SourceFact> = {}): SourceFact => ({
  key: DEVICE_KEY,
  role: 'device',
  name: 'Dispenser',
  lastHeard,
  waiting: 0,
  ...more,
})

export interface PackedOptions {
  readonly brand: string
  readonly from: string
  readonly to: string
  readonly dosage?: Dosage[]
  /** Number of the roll, as the packer writes it. */
  readonly roll?: string
  /** PLL id of the row that it is of. */
  readonly row?: string
  readonly handedOver?: string
  readonly receivedAt?: string
  readonly more?: Partial<MedicationDispense>
}

const roll = (system: string, value: string) => ({ type: { text: 'roll' }, system, value })

/** One medicine in a roll. */
export function packed(id: string, options: PackedOptions): Fact {
  const resource: MedicationDispense = {
    resourceType: 'MedicationDispense',
    identifier: [
      { system: URI_SYSTEM, value: `urn:uuid:${id}` },
      ...(options.roll === undefined ? [] : [roll('urn:example:packer:roll', options.roll)]),
    ],
    status: 'completed',
    subject: { reference: PATIENT },
    extension: [
      { url: extensionUrl('roll-period'), valuePeriod: { start: options.from, end: options.to } },
      { url: extensionUrl('multidose'), valueBoolean: true },
    ],
    medicationCodeableConcept: medicineConcept(options.brand),
    ...(options.handedOver === undefined ? {} : { whenHandedOver: options.handedOver }),
    performer: [{ actor: { type: 'Organization', display: 'Apoteket' } }],
    dosageInstruction: options.dosage ?? MORNING,
    ...(options.row === undefined
      ? {}
      : {
          supportingInformation: [
            {
              type: 'MedicationStatement',
              identifier: { system: URI_SYSTEM, value: `urn:uuid:${options.row}` },
            },
          ],
        }),
    ...options.more,
  }
  return fact(resource, id, 'pharmacy', options.receivedAt ?? '2026-11-20T10:00:00Z')
}

export interface LoadOptions {
  readonly roll?: string
  readonly from?: string
  readonly to?: string
  readonly removed?: string
  readonly receivedAt?: string
}

/** A roll put into the dispenser, as the canonical event `supply.loaded` is mapped. */
export function load(id: string, at: string, options: LoadOptions = {}): Fact {
  const resource: SupplyDelivery = {
    resourceType: 'SupplyDelivery',
    extension: [
      {
        url: extensionUrl('event-kind'),
        valueCodeableConcept: {
          coding: [{ system: codeSystemUrl('device-event-kind'), code: 'supply.loaded' }],
        },
      },
      ...(options.from === undefined
        ? []
        : [
            {
              url: extensionUrl('roll-period'),
              valuePeriod: { start: options.from, ...(options.to === undefined ? {} : { end: options.to }) },
            },
          ]),
      ...(options.removed === undefined
        ? []
        : [{ url: extensionUrl('supply-removed'), valueDateTime: options.removed }]),
    ],
    identifier: [
      { system: 'urn:example:load', value: id },
      ...(options.roll === undefined ? [] : [roll(senderSidUrl('vendor', 'roll'), options.roll)]),
    ],
    status: 'completed',
    patient: { reference: PATIENT },
    occurrenceDateTime: at,
    suppliedItem: { itemCodeableConcept: { text: 'multidose roll' } },
  }
  return fact(
    resource,
    id,
    'device',
    options.receivedAt ?? new Date(Date.parse(at) + 1000).toISOString(),
    DEVICE_KEY,
  )
}

export interface ProgramOptions {
  /** Absent: the program says when sachets are given. */
  readonly brand?: string
  readonly dosage: Dosage[]
  readonly made?: string
  readonly status?: MedicationRequest['status']
  readonly schedule?: { readonly id: string; readonly version: number }
  readonly basedOn?: MedicationRequest['basedOn']
}

const schedule = ({ id, version }: NonNullable<ProgramOptions['schedule']>) => ({
  type: 'CarePlan',
  identifier: { system: senderSidUrl('vendor', 'schedule'), value: id },
  display: `version ${version}`,
})

/** What the dispenser is set to. */
export function program(id: string, options: ProgramOptions): Fact {
  const made = options.made ?? '2026-11-20T10:00:00+01:00'
  const resource: MedicationRequest = {
    resourceType: 'MedicationRequest',
    identifier: [{ system: 'urn:example:program', value: id }],
    status: options.status ?? 'active',
    intent: 'filler-order',
    subject: { reference: PATIENT },
    authoredOn: made,
    performer: DEVICE,
    medicationCodeableConcept:
      options.brand === undefined ? { text: 'multidose sachet' } : medicineConcept(options.brand),
    ...(options.schedule === undefined && options.basedOn === undefined
      ? {}
      : {
          basedOn: [
            ...(options.basedOn ?? []),
            ...(options.schedule === undefined ? [] : [schedule(options.schedule)]),
          ],
        }),
    dosageInstruction: options.dosage,
  }
  return fact(resource, id, 'home-care', new Date(Date.parse(made) + 1000).toISOString())
}

/** What the device answered to a program sent to it. */
export function programReceipt(
  id: string,
  at: string,
  status: Task['status'],
  of: { readonly id: string; readonly version: number },
): Fact {
  const resource: Task = {
    resourceType: 'Task',
    identifier: [{ system: 'urn:example:receipt', value: id }],
    status,
    intent: 'order',
    for: { reference: PATIENT },
    focus: schedule(of),
    lastModified: at,
  }
  return fact(resource, id, 'device', new Date(Date.parse(at) + 1000).toISOString(), DEVICE_KEY)
}

export interface SachetOptions extends IntakeOptions {
  readonly roll?: string
  readonly scheduled?: string
  /** Brands and how many of each, where the event lists them. */
  readonly content?: readonly (readonly [brand: string, amount: number])[]
}

/** A sachet that the dispenser gave: opened unless `status` says otherwise. */
export function sachet(id: string, at: string, options: SachetOptions = {}): Fact {
  const medication: Medication = {
    resourceType: 'Medication',
    id: 'medication',
    identifier: [
      { type: { text: 'sachet' }, system: senderSidUrl('vendor', 'sachet'), value: id },
      ...(options.roll === undefined ? [] : [roll(senderSidUrl('vendor', 'roll'), options.roll)]),
    ],
    code: { text: 'multidose sachet' },
    ...(options.content === undefined
      ? {}
      : {
          ingredient: options.content.map(([brand, value]) => ({
            itemCodeableConcept: medicineConcept(brand),
            strength: {
              numerator: { value, unit: 'tablett' },
              denominator: { value: 1, unit: 'sachet' },
            },
          })),
        }),
  }
  const made = intake(id, at, {
    ...options,
    more: {
      medicationCodeableConcept: undefined,
      medicationReference: { reference: '#medication' },
      contained: [medication],
      extension: [
        { url: extensionUrl('intake-evidence'), valueCode: 'sachet-torn' },
        ...(options.scheduled === undefined
          ? []
          : [{ url: extensionUrl('scheduled'), valueDateTime: options.scheduled }]),
      ],
      ...options.more,
    },
  })
  return { ...made, source: { key: DEVICE_KEY, role: 'device' } }
}

/** A sachet or several given along for days away. */
export function travel(id: string, at: string, start: string, end: string, doses: number): Fact {
  const resource: MedicationDispense = {
    resourceType: 'MedicationDispense',
    identifier: [{ system: 'urn:example:travel', value: id }],
    status: 'completed',
    subject: { reference: PATIENT },
    extension: [{ url: extensionUrl('travel-period'), valuePeriod: { start, end } }],
    medicationCodeableConcept: { text: 'Ukjent medisin' },
    whenHandedOver: at,
    performer: [{ actor: DEVICE }],
    quantity: { value: doses, unit: 'dose' },
  }
  return fact(resource, id, 'device', new Date(Date.parse(at) + 1000).toISOString(), DEVICE_KEY)
}
