/** What the parties of the demo's story send: the GP, the hospital, the pharmacy, home care and the dispenser. */
import type { Basic, Device, DeviceUseStatement, MedicationRequest } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl, sidUrl } from '../src/core/canonical.js'
import { rollLoaded, SERIAL_SYSTEM } from '../tests/support/device-fixtures.js'
import { m251, m253, packedXml } from '../tests/support/kith-fixtures.js'
import { fastlege, inger } from '../tests/support/kith-people.js'
import {
  type MedicineFixture,
  metoprolol,
  onceDaily,
  type ProductFixture,
} from '../tests/support/kith-prescribed.js'
import { type DemoMessage, deviceEvent, type Story, written } from './demo-messages.js'

const tablet = (name: string, atc: string, atcName: string, varenr: string): ProductFixture => ({
  kind: 'package',
  atc,
  atcName,
  nameFormStrength: name,
  group: 'C',
  form: ['53', 'Tablett'],
  brand: name.split(' ').slice(0, 2).join(' '),
  varenr,
  size: '100',
  sizeUnit: 'stk',
})
const levotyroksin = tablet('Tyrosin Prøve Tab 75 mikrog', 'H03AA01', 'Levotyroksin', '001122')
const metformin = tablet('Metfor Prøve Tab 500 mg', 'A10BA02', 'Metformin', '003344')

export const MEDICINES = ['metoprolol', 'levotyroksin', 'metformin'] as const
export type Name = (typeof MEDICINES)[number]
const PRODUCTS: Readonly<Record<Name, ProductFixture>> = { metoprolol, levotyroksin, metformin }

/** Rolls of the story: first and last day. */
export const FIRST_ROLL = { id: 'R-1', from: 4, to: 17 } as const
export const SECOND_ROLL = { id: 'R-2', from: 18, to: 31 } as const
const THIRD_PERIOD = { from: 32, to: 45 } as const
export type Roll = typeof FIRST_ROLL | typeof SECOND_ROLL

/** In use from the first day of the first roll on. */
export const medicine = (story: Story, name: Name, amount = '1'): MedicineFixture => {
  const day = FIRST_ROLL.from
  const morning = onceDaily(PRODUCTS[name], amount, story.date(day))
  if (name !== 'metformin') return morning
  return {
    ...morning,
    text: `${amount} tablett morgen og kveld`,
    blocks: [
      {
        start: story.date(day),
        doses: [
          { amount, part: '1' },
          { amount, part: '5' },
        ],
      },
    ],
  }
}

export function medicinesInUse(
  story: Story,
  name: string,
  day: number,
  time: string,
  stopped: string | undefined,
): string {
  return m251({
    msgId: story.id(name),
    genDate: story.moment(day, time),
    roles: ['M'],
    doctor: fastlege,
    entries: MEDICINES.map((one) => ({
      id: story.id(`entry ${one}`),
      prescriptionId: story.id(`rx ${one}`),
      changed: `${stopped !== undefined && one === 'levotyroksin' ? story.date(day) : story.date(0)}T${one === 'levotyroksin' ? time : '09:30'}:00`,
      started: story.date(FIRST_ROLL.from),
      medicine: medicine(story, one),
      ...(stopped !== undefined && one === 'levotyroksin' ? { stop: { at: stopped, reason: 'A' } } : {}),
    })),
  })
}

/** What lies in a roll, as the pharmacy tells it. */
export function rollOf(
  story: Story,
  roll: Roll,
  name: string,
  day: number,
  contents: readonly Name[],
  metforminAmount = '1',
): string {
  return m253({
    msgId: story.id(name),
    genDate: story.moment(day, name === 'pack 3' ? '11:00' : '10:00'),
    entries: contents.map((one) => {
      const packed = medicine(story, one, one === 'metformin' ? metforminAmount : '1')
      return {
        id: story.id(`entry ${one}`),
        prescriptionId: story.id(`rx ${one}`),
        packedCentrally: '1',
        changed: `${story.date(0)}T09:30:00`,
        started: story.date(FIRST_ROLL.from),
        medicine: medicine(story, one),
        packed: packedXml({
          from: story.date(roll.from),
          to: story.date(roll.to),
          dispense: {
            prescriptionId: story.id(`rx ${one}`),
            date: story.date(roll.from - 1),
            medicine: packed,
          },
        }),
      }
    }),
  })
}

export const calendar =
  (story: Story) =>
  (patient: string): Basic => ({
    resourceType: 'Basic',
    identifier: [{ system: sidUrl('event'), value: story.id('card') }],
    code: { coding: [{ system: codeSystemUrl('record-kind'), code: 'packing-calendar' }] },
    subject: { reference: patient },
    author: { display: 'Apotek Eksempel', type: 'Organization' },
    extension: [FIRST_ROLL, SECOND_ROLL, THIRD_PERIOD].map(({ from, to }) => ({
      url: extensionUrl('packing-period'),
      extension: [
        { url: 'order-deadline', valueDateTime: story.moment(from - 3, '12:00') },
        { url: 'first-dose', valueDate: story.date(from) },
        { url: 'last-dose', valueDate: story.date(to) },
        { url: 'expected-delivery', valueDateTime: story.moment(from - 1, '12:00') },
      ],
    })),
  })

/** A device of the vendor, assigned to the person and set to two times of the day. */
export function dispenser(story: Story): DemoMessage[] {
  let device = ''
  const start = story.instant(3, '09:00')
  return [
    {
      name: 'Device',
      at: start,
      send: async (hub) => {
        const resource: Device = {
          resourceType: 'Device',
          identifier: [{ system: SERIAL_SYSTEM, value: story.serial }],
          modelNumber: 'Pillekassen 2',
        }
        const created = await hub.post('/fhir/Device', JSON.stringify(resource), 'application/fhir+json')
        // A created resource has an id.
        if (created.status === 201) device = `Device/${(JSON.parse(created.text) as { id: string }).id}`
        return created
      },
    },
    written(
      'DeviceUseStatement',
      start + 60_000,
      (patient): DeviceUseStatement => ({
        resourceType: 'DeviceUseStatement',
        identifier: [{ system: sidUrl('assignment'), value: story.id('assignment') }],
        status: 'active',
        subject: { reference: patient },
        device: { reference: device },
        timingPeriod: { start: story.moment(3, '09:00') },
      }),
    ),
    written(
      'program',
      start + 120_000,
      (patient): MedicationRequest => ({
        resourceType: 'MedicationRequest',
        identifier: [{ system: sidUrl('event'), value: story.id('program') }],
        status: 'active',
        intent: 'filler-order',
        subject: { reference: patient },
        authoredOn: story.moment(3, '09:00'),
        performer: { reference: device, type: 'Device' },
        medicationCodeableConcept: { text: 'multidose sachet' },
        dosageInstruction: [{ timing: { repeat: { timeOfDay: ['08:00:00', '20:00:00'] } } }],
      }),
    ),
  ]
}

export const loaded = (story: Story, roll: Roll, day: number): DemoMessage =>
  deviceEvent(
    'supply.loaded',
    story.instant(day, '21:00'),
    rollLoaded({
      serial: story.serial,
      eventId: story.id(`loaded ${roll.id}`),
      occurredAt: story.moment(day, '21:00'),
      over: {
        supply: {
          rollId: roll.id,
          packedBy: 'Apotek Eksempel',
          periodStart: story.moment(roll.from, '08:00'),
          periodEnd: story.moment(roll.to, '20:00'),
          remainingDoses: 28,
        },
      },
    }),
  )

export function hospitalOrder(story: Story, control: 'NW' | 'CA', day: number, time: string): string {
  const hl7 = (moment: string): string => moment.replaceAll(/[-:T]/g, '')
  const at = hl7(story.moment(day, time))
  const ordered = hl7(story.moment(11, '13:00'))
  return [
    `MSH|^~\\&|DIPS|TESTFJORD|STAFETT|HUB|${at}||RDE^O11^RDE_O11|${story.id(`order ${control}`)}|P|2.5.1|||AL|NE||UNICODE UTF-8`,
    `PID|1||${inger.id}^^^&2.16.578.1.12.4.1.4.1&ISO^NNNOR||Prøve^Inger||19430517|F`,
    `ORC|${control}|${story.id('order').slice(0, 20)}^DIPS|||||||${at}|||9900025^Vakthavende^Jonas^^^^^^&2.16.578.1.12.4.1.4.4&ISO`,
    `RXE|^^^${ordered}|C07AB02^Metoprolol depottablett 100 mg^ATC|1||{tablett}^tablett^UCUM`,
    `TQ1|1||QAM||||${ordered}`,
    'RXR|PO^Oral^HL70162',
    '',
  ].join('\r')
}
