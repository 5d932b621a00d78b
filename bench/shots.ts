/** What the client sends: messages and requests of synthetic people, each new. */
import type { Bundle, Device, DeviceUseStatement, MedicationRequest, Patient } from 'fhir/r4.js'
import { sidUrl } from '../src/core/canonical.js'
import { doseTaken, SERIAL_SYSTEM } from '../tests/support/device-fixtures.js'
import { orderMessage, patientNumber } from '../tests/support/hl7-orders.js'
import { m251 } from '../tests/support/kith-fixtures.js'
import { person } from '../tests/support/kith-people.js'
import { metoprolol, onceDaily } from '../tests/support/kith-prescribed.js'
import type { Shot } from './client.js'

type NextShot = (connection: number) => Shot

const HL7 = { 'content-type': 'application/hl7-v2' }
const XML = { 'content-type': 'application/xml' }
const JSON_TYPE = { 'content-type': 'application/json' }
const FHIR = { 'content-type': 'application/fhir+json' }

/** Ten orders for each of 200 patients in turn, then the next 200. */
export async function orderShots(_url: string): Promise<NextShot> {
  const state = { sent: 0 }
  const first = Math.floor(Math.random() * 1e6) * 1_000
  return () => {
    const number = state.sent++
    const patient = first + Math.floor(number / 2_000) * 200 + (number % 200)
    const body = orderMessage({ patient, order: Math.floor((number % 2_000) / 200) })
    return { method: 'POST', path: '/intake/hl7v2', body, headers: HL7, expect: 200 }
  }
}

/** Each connection sends one patient's ten orders one after the other, as a ward does at admission, then the next patient's. */
export async function admissionShots(_url: string): Promise<NextShot> {
  const state = { patient: Math.floor(Math.random() * 1e6) * 1_000 }
  const at = new Map<number, { readonly patient: number; order: number }>()
  return (connection) => {
    const known = at.get(connection)
    const place = known === undefined || known.order === 10 ? { patient: state.patient++, order: 0 } : known
    at.set(connection, place)
    const body = orderMessage({ patient: place.patient, order: place.order++ })
    return { method: 'POST', path: '/intake/hl7v2', body, headers: HL7, expect: 200 }
  }
}

const uuid = (prefix: string, number: number): string =>
  `${prefix}-0000-4000-8000-${number.toString(16).padStart(12, '0')}`

/** Whole lists of 15 entries, one a person. */
export async function m251Shots(_url: string): Promise<NextShot> {
  const state = { sent: 0 }
  const run = Math.floor(Math.random() * 0xffffffff)
    .toString(16)
    .padStart(8, '0')
  const people = Array.from({ length: 400 }, (_, index) =>
    person(
      'Prøve',
      `Person${index}`,
      `19${30 + (index % 60)}-0${1 + (index % 9)}-1${index % 10}`,
      Math.floor(index / 4) % 90,
    ),
  )
  return () => {
    const number = state.sent++
    const patient = people[number % people.length]
    const day = 1 + (Math.floor(number / people.length) % 27)
    const entries = Array.from({ length: 15 }, (_, entry) => ({
      id: uuid(`e${(number % people.length).toString(16).padStart(7, '0')}`, entry),
      prescriptionId: uuid(`d${(number % people.length).toString(16).padStart(7, '0')}`, entry),
      changed: `2026-10-${String(day).padStart(2, '0')}T09:15:00`,
      medicine: onceDaily({
        ...metoprolol,
        // Fifteen different substances, as a person has.
        atc: `${'ABCDGHJLMNPRSV'[entry % 14]}0${1 + (entry % 9)}AX${String(10 + entry)}`,
        varenr: String(100_000 + entry),
        nameFormStrength: `Prøvemedisin ${entry} Tab 10 mg`,
      }),
    }))
    const body = m251({
      msgId: uuid(run, number),
      genDate: `2026-10-${String(day).padStart(2, '0')}T09:15:30+01:00`,
      entries,
      ...(patient === undefined ? {} : { patient }),
    })
    return { method: 'POST', path: '/intake/eresept', body, headers: XML, expect: 200 }
  }
}

/** Doses taken from 200 assigned dispensers, a new dose each. */
export async function deviceEventShots(url: string): Promise<NextShot> {
  const run = Math.floor(Math.random() * 1e9).toString(36)
  for (let index = 0; index < 200; index++) await assignDispenser(url, `${run}-${index}`)
  const state = { sent: 0 }
  return () => {
    const number = state.sent++
    const at = new Date(Date.UTC(2026, 10, 1) + Math.floor(number / 200) * 60_000).toISOString()
    const event = doseTaken({
      serial: `${run}-${number % 200}`,
      eventId: `${run}-event-${number}`,
      occurredAt: at,
      scheduledAt: at,
      doseId: `dose-${number}`,
      dose: { window: { start: at, end: at } },
    })
    return {
      method: 'POST',
      path: '/intake/devices/canonical',
      body: JSON.stringify(event),
      headers: JSON_TYPE,
      expect: 202,
    }
  }
}

async function assignDispenser(url: string, serial: string): Promise<void> {
  const patient = await create<Patient>(url, {
    resourceType: 'Patient',
    identifier: [{ system: 'urn:stafett-bench', value: serial }],
  })
  const device = await create<Device>(url, {
    resourceType: 'Device',
    identifier: [{ system: SERIAL_SYSTEM, value: serial }],
  })
  await create<DeviceUseStatement>(url, {
    resourceType: 'DeviceUseStatement',
    identifier: [{ system: sidUrl('assignment'), value: `a-${serial}` }],
    status: 'active',
    subject: { reference: `Patient/${patient.id}` },
    device: { reference: `Device/${device.id}` },
    timingPeriod: { start: '2026-01-01T00:00:00+01:00' },
  })
}

async function create<T extends { id?: string | undefined }>(
  url: string,
  resource: T & { readonly resourceType: string },
): Promise<T> {
  const response = await fetch(`${url}/fhir/${resource.resourceType}`, {
    method: 'POST',
    body: JSON.stringify(resource),
    headers: FHIR,
  })
  if (response.status !== 201)
    throw new Error(`${resource.resourceType}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T // What was created is what is answered.
}

const prescription = (patient: string, number: number): MedicationRequest => ({
  resourceType: 'MedicationRequest',
  identifier: [{ system: 'urn:stafett-bench:prescription', value: `${patient}-${number}` }],
  status: 'active',
  intent: 'order',
  medicationCodeableConcept: {
    coding: [
      {
        system: 'http://www.whocc.no/atc',
        code: `C0${1 + (number % 9)}A${'ABCDEFGH'[number % 8]}0${1 + (number % 9)}`,
      },
    ],
    text: `Prøvemedisin ${number} tablett 10 mg`,
  },
  subject: { reference: `Patient/${patient}` },
  authoredOn: '2026-11-01T09:00:00+01:00',
  requester: { display: 'Fastlege Prøve' },
  dosageInstruction: [
    {
      text: '1 tablett morgen',
      timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd', when: ['MORN'] } },
      doseAndRate: [{ doseQuantity: { value: 1, unit: 'tablett' } }],
    },
  ],
  dispenseRequest: { validityPeriod: { start: '2026-11-01', end: '2027-11-01' } },
})

/** Prescriptions over 500 patients, so that lists stay of a size that people have. */
export async function prescriptionShots(url: string): Promise<NextShot> {
  const patients: string[] = []
  for (let index = 0; index < 500; index++)
    patients.push((await create<Patient>(url, { resourceType: 'Patient' })).id ?? '')
  const state = { sent: 0 }
  return () => {
    const number = state.sent++
    const body = JSON.stringify(prescription(patients[number % patients.length] ?? '', number))
    return { method: 'POST', path: '/fhir/MedicationRequest', body, headers: FHIR, expect: 201 }
  }
}

export interface ListReaders {
  readonly listShot: NextShot
  readonly readShot: NextShot
  readonly resourceText: string
  readonly texts: readonly string[]
}

/** Patients with `lines` lines each, and requests that read them. */
export async function listReaders(url: string, lines: number, patients: number): Promise<ListReaders> {
  const numbers = Array.from({ length: patients }, (_, index) => 9_000_000 + index)
  for (const patient of numbers)
    for (let order = 0; order < lines; order++) {
      const body = orderMessage({
        patient,
        order,
        atc: `N0${order}XX${order}`,
        name: `Prøvemedisin ${order} tablett 10 mg`,
      })
      const response = await fetch(`${url}/intake/hl7v2`, { method: 'POST', body, headers: HL7 })
      if (response.status !== 200) throw new Error(await response.text())
    }
  const ids: string[] = []
  for (const number of numbers) ids.push(await untilListed(url, number, lines))
  const bundle = (await (await fetch(`${url}/fhir/Patient/${ids[0]}/$medication-list`)).json()) as Bundle
  const texts = (bundle.entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === 'MedicationStatement' ? [JSON.stringify(resource)] : [],
  )
  const requests = (await (await fetch(`${url}/fhir/MedicationRequest?patient=${ids[0]}`)).json()) as Bundle
  const one = requests.entry?.[0]?.resource
  const state = { sent: 0 }
  return {
    listShot: () => ({
      method: 'GET',
      path: `/fhir/Patient/${ids[state.sent++ % ids.length]}/$medication-list`,
      expect: 200,
    }),
    readShot: () => ({ method: 'GET', path: `/fhir/MedicationRequest/${one?.id}`, expect: 200 }),
    resourceText: JSON.stringify(one),
    texts,
  }
}

async function untilListed(url: string, number: number, lines: number): Promise<string> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const found = (await (
      await fetch(`${url}/fhir/Patient/_search`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ identifier: patientNumber(number) }).toString(),
      })
    ).json()) as Bundle
    const id = found.entry?.[0]?.resource?.id
    const list =
      id === undefined
        ? undefined
        : ((await (await fetch(`${url}/fhir/Patient/${id}/$medication-list`)).json()) as Bundle)
    const count = (list?.entry ?? []).filter(
      ({ resource }) => resource?.resourceType === 'MedicationStatement',
    ).length
    if (id !== undefined && count === lines) return id
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('a list did not get its lines')
}
