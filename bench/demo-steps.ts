/** The story of the demo: each step is what somebody sends, at times around now. */
import type { Bundle, Device, DeviceUseStatement, List } from 'fhir/r4.js'
import type { HubClient, HubReply } from '../src/cli/hub-client.js'
import { FNR, sidUrl } from '../src/core/canonical.js'
import { doseNotDispensed, doseTaken, SERIAL_SYSTEM } from '../tests/support/device-fixtures.js'
import { m1, m5, m10, m251 } from '../tests/support/kith-fixtures.js'
import { fastlege, inger } from '../tests/support/kith-people.js'
import { metoprolol, onceDaily, type ProductFixture } from '../tests/support/kith-prescribed.js'

export interface DemoMessage {
  readonly name: string
  readonly send: (hub: HubClient) => Promise<HubReply>
}
export interface DemoStep {
  readonly title: { readonly nb: string; readonly en: string }
  readonly messages: readonly DemoMessage[]
}

const levotyroksin: ProductFixture = {
  kind: 'package',
  atc: 'H03AA01',
  atcName: 'Levotyroksin',
  nameFormStrength: 'Tyrosin Prøve Tab 75 mikrog',
  group: 'C',
  form: ['53', 'Tablett'],
  brand: 'Tyrosin Prøve',
  varenr: '001122',
  size: '100',
  sizeUnit: 'stk',
}

const RX_METOPROLOL = 'b1b2c3d4-0000-4000-8000-000000000001'
const RX_LEVOTYROKSIN = 'b1b2c3d4-0000-4000-8000-000000000002'
const ENTRY_METOPROLOL = 'b1b2c3d4-0000-4000-8000-00000000e001'
const ENTRY_LEVOTYROKSIN = 'b1b2c3d4-0000-4000-8000-00000000e002'
const SERIAL = 'PK-DEMO-1'
const DAY_MS = 86_400_000

/** @param now the story ends here; it began three weeks earlier */
export function demoSteps(now: Date): readonly DemoStep[] {
  const day = (offset: number, time: string): string => oslo(new Date(now.getTime() + offset * DAY_MS), time)
  const date = (offset: number): string => day(offset, '12:00:00').slice(0, 10)
  const stopAt = day(-1, '06:00:00')
  return [
    {
      title: {
        nb: 'fastlegen forskriver metoprolol og levotyroksin (M1)',
        en: 'the GP prescribes metoprolol and levothyroxine (M1)',
      },
      messages: [
        eresept(
          'M1 metoprolol',
          m1({
            msgId: RX_METOPROLOL,
            genDate: day(-21, '09:00:00'),
            prescribed: date(-21),
            expires: date(300),
            medicine: onceDaily(metoprolol, '1', date(-21)),
          }),
        ),
        eresept(
          'M1 levotyroksin',
          m1({
            msgId: RX_LEVOTYROKSIN,
            genDate: day(-21, '09:05:00'),
            prescribed: date(-21),
            expires: date(300),
            medicine: onceDaily(levotyroksin, '1', date(-21)),
          }),
        ),
      ],
    },
    {
      title: {
        nb: 'multidoselegen sender legemidler i bruk (M25.1)',
        en: 'the multidose doctor sends medicines in use (M25.1)',
      },
      messages: [
        eresept('M25.1', wholeList('b1b2c3d4-0000-4000-8000-000000000251', day(-20, '10:00:00'), undefined)),
      ],
    },
    {
      title: { nb: 'apoteket melder utlevering (M10)', en: 'the pharmacy reports a dispense (M10)' },
      messages: [
        eresept(
          'M10 metoprolol',
          m10({
            msgId: 'b1b2c3d4-0000-4000-8000-000000000010',
            genDate: day(-19, '14:00:00'),
            prescriptionId: RX_METOPROLOL,
            date: date(-19),
            medicine: onceDaily(metoprolol, '1', date(-21)),
          }),
        ),
      ],
    },
    {
      title: {
        nb: 'sykehuset bestiller en annen styrke (RDE^O11)',
        en: 'the hospital orders another strength (RDE^O11)',
      },
      messages: [
        {
          name: 'RDE^O11 metoprolol 100 mg',
          send: (hub) => hub.send('hl7v2', Buffer.from(hospitalOrder(now)), 'application/hl7-v2'),
        },
      ],
    },
    {
      title: {
        nb: 'dispenseren settes i drift, gir doser og melder én som ikke ble tatt',
        en: 'the dispenser is put to use, gives doses and reports one missed',
      },
      messages: [
        { name: 'Device, DeviceUseStatement', send: assignDispenser(day(-4, '10:00:00')) },
        ...[-3, -2].map((offset) =>
          dose('dose.taken', offset, day(offset, '08:00:00'), day(offset, '08:04:00'), levotyroksin, now),
        ),
        missed(day(-1, '08:00:00'), day(-1, '10:00:00'), now),
      ],
    },
    {
      title: {
        nb: 'fastlegen seponerer levotyroksin (M5 og M25.1)',
        en: 'the GP stops levothyroxine (M5 and M25.1)',
      },
      messages: [
        eresept(
          'M5',
          m5({
            msgId: 'b1b2c3d4-0000-4000-8000-000000000005',
            genDate: day(-1, '06:00:10'),
            prescriptionId: RX_LEVOTYROKSIN,
            reason: '2',
          }),
        ),
        eresept('M25.1', wholeList('b1b2c3d4-0000-4000-8000-000000000252', day(-1, '06:00:20'), stopAt)),
      ],
    },
    {
      title: { nb: 'dispenseren melder den likevel tatt', en: 'the dispenser still reports it taken' },
      messages: [dose('dose.taken', 0, day(-1, '20:00:00'), day(-1, '20:04:00'), levotyroksin, now)],
    },
  ]
}

/** Date of `at` in Oslo with a local time, as dateTime with offset. */
function oslo(at: Date, time: string): string {
  const date = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Oslo' }).format(at)
  const zone = new Intl.DateTimeFormat('en', { timeZone: 'Europe/Oslo', timeZoneName: 'longOffset' })
    .formatToParts(at)
    .find((part) => part.type === 'timeZoneName')?.value
  return `${date}T${time}${zone?.replace('GMT', '') || '+00:00'}`
}

const eresept = (name: string, xml: string): DemoMessage => ({
  name,
  send: (hub) => hub.send('eresept', Buffer.from(xml), 'application/xml'),
})

function wholeList(msgId: string, genDate: string, stopped: string | undefined): string {
  const changed = genDate.slice(0, 19)
  return m251({
    msgId,
    genDate,
    roles: ['M'],
    doctor: fastlege,
    entries: [
      {
        id: ENTRY_METOPROLOL,
        prescriptionId: RX_METOPROLOL,
        changed: '2026-01-01T10:00:00',
        medicine: onceDaily(metoprolol, '1', genDate.slice(0, 10)),
      },
      {
        id: ENTRY_LEVOTYROKSIN,
        prescriptionId: RX_LEVOTYROKSIN,
        changed,
        medicine: onceDaily(levotyroksin, '1', genDate.slice(0, 10)),
        ...(stopped === undefined ? {} : { stop: { at: stopped, reason: 'A' } }),
      },
    ],
  })
}

function hospitalOrder(now: Date): string {
  const at = oslo(new Date(now.getTime() - 5 * DAY_MS), '13:00:00')
    .replaceAll(/[-:T]/g, '')
    .replace(/(\d{14})(\d{4})/, '$1+$2')
  return [
    `MSH|^~\\&|DIPS|TESTFJORD|STAFETT|HUB|${at}||RDE^O11^RDE_O11|demo-rde-${now.getTime()}|P|2.5.1|||AL|NE||UNICODE UTF-8`,
    `PID|1||${inger.id}^^^&2.16.578.1.12.4.1.4.1&ISO^NNNOR||Prøve^Inger||19430517|F`,
    `ORC|NW|demo-${now.getTime()}^DIPS|||||||${at}|||9900025^Vakthavende^Jonas^^^^^^&2.16.578.1.12.4.1.4.4&ISO`,
    `RXE|^^^${at}|C07AB02^Metoprolol depottablett 100 mg^ATC|1||{tablett}^tablett^UCUM`,
    `TQ1|1||QAM||||${at}`,
    'RXR|PO^Oral^HL70162',
    '',
  ].join('\r')
}

const assignDispenser =
  (from: string) =>
  async (hub: HubClient): Promise<HubReply> => {
    const list: Bundle | undefined = await hub.list(FNR, inger.id)
    const shared = list?.entry?.find(({ resource }) => resource?.resourceType === 'List')?.resource
    // Just found by its type.
    const patient = (shared as List | undefined)?.subject?.reference
    const device: Device = {
      resourceType: 'Device',
      identifier: [{ system: SERIAL_SYSTEM, value: SERIAL }],
      modelNumber: 'Pillekassen 2',
    }
    const created = await hub.post('/fhir/Device', JSON.stringify(device), 'application/fhir+json')
    if (created.status !== 201) return created
    const { id } = JSON.parse(created.text) as { id: string } // A created resource has an id.
    const use: DeviceUseStatement = {
      resourceType: 'DeviceUseStatement',
      identifier: [{ system: sidUrl('assignment'), value: 'demo-assignment' }],
      status: 'active',
      subject: { reference: patient ?? '' },
      device: { reference: `Device/${id}` },
      timingPeriod: { start: from },
    }
    return hub.post('/fhir/DeviceUseStatement', JSON.stringify(use), 'application/fhir+json')
  }

const event = (name: string, body: object): DemoMessage => ({
  name,
  send: (hub) => hub.send('devices/canonical', Buffer.from(JSON.stringify(body)), 'application/json'),
})

function dose(
  name: string,
  offset: number,
  due: string,
  at: string,
  product: ProductFixture,
  now: Date,
): DemoMessage {
  return event(
    name,
    doseTaken({
      serial: SERIAL,
      eventId: `demo-taken-${now.getTime()}-${offset}`,
      doseId: `demo-dose-${due}`,
      scheduledAt: due,
      occurredAt: at,
      dose: {
        window: { start: due, end: at },
        items: [
          {
            medication: {
              coding: [{ system: 'http://www.whocc.no/atc', code: product.atc }],
              text: product.nameFormStrength,
            },
            quantity: 1,
            unit: 'tablett',
            requestRef: `urn:uuid:${RX_LEVOTYROKSIN}`,
          },
        ],
      },
    }),
  )
}

const missed = (due: string, windowEnd: string, now: Date): DemoMessage =>
  event(
    'dose.not-dispensed',
    doseNotDispensed({
      serial: SERIAL,
      eventId: `demo-missed-${now.getTime()}`,
      doseId: `demo-dose-${due}`,
      scheduledAt: due,
      occurredAt: windowEnd,
      dose: {
        window: { start: due, end: windowEnd },
        items: [
          {
            medication: {
              coding: [{ system: 'http://www.whocc.no/atc', code: metoprolol.atc }],
              text: metoprolol.nameFormStrength,
            },
            quantity: 1,
            unit: 'tablett',
            requestRef: `urn:uuid:${RX_METOPROLOL}`,
          },
        ],
      },
    }),
  )
