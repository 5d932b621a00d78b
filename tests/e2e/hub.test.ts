import assert from 'node:assert/strict'
import type { Bundle, Device, DeviceUseStatement, FhirResource, MedicationRequest, Patient } from 'fhir/r4.js'
import { Client } from 'fhir-kit-client'
import { FNR, sidUrl } from '../../src/core/canonical.js'
import { doseTaken, SERIAL_SYSTEM } from '../support/device-fixtures.js'
import { messageControlId, orderMessage, patientNumber } from '../support/hl7-orders.js'
import { m1, m5, m251 } from '../support/kith-fixtures.js'
import { inger, torstein } from '../support/kith-people.js'
import { type RunningHub, runHub } from '../support/running-hub.js'
import { testValidation } from '../support/validation.js'

const XML = 'application/xml'
const HL7 = 'application/hl7-v2'
const RX = 'd1b2c3d4-0000-4000-8000-000000000001'

/** What the client library answers with is the resource itself. */
const as = <T>(answer: unknown): T => answer as T

describe('the hub as its users see it', function () {
  this.timeout(60_000)
  let hub: RunningHub
  let fhir: Client

  before(async () => {
    hub = await runHub()
    fhir = new Client({ baseUrl: `${hub.url}/fhir` })
  })
  after(() => hub.hub.stop())

  const listOf = async (system: string, value: string): Promise<Bundle> => {
    const parameters = {
      resourceType: 'Parameters',
      parameter: [{ name: 'identifier', valueIdentifier: { system, value } }],
    }
    const answer = await fhir.operation({
      resourceType: 'Patient',
      name: '$medication-list',
      method: 'POST',
      input: parameters,
    })
    return as<Bundle>(answer)
  }
  type Typed<K extends FhirResource['resourceType']> = Extract<FhirResource, { resourceType: K }>
  const ofType = <K extends FhirResource['resourceType']>(bundle: Bundle, type: K): Typed<K>[] =>
    (bundle.entry ?? []).flatMap(({ resource }) =>
      resource?.resourceType === type ? [resource as unknown as Typed<K>] : [],
    )

  it('turns a prescription into a line, and a recall into a receipt and no stop', async () => {
    const prescribed = await hub.send(
      'eresept',
      m1({
        msgId: RX,
        genDate: '2026-11-01T09:00:00+01:00',
        prescribed: '2026-11-01',
        expires: '2027-11-01',
      }),
      XML,
    )
    assert.equal(prescribed.status, 200)
    assert.match(prescribed.text, /<Status V="1"/)
    assert.equal((await hub.settled(prescribed.messageId)).state, 'done')
    const list = await listOf(FNR, inger.id)
    assert.equal(ofType(list, 'MedicationStatement').length, 1)
    assert.equal(ofType(list, 'MedicationRequest')[0]?.identifier?.[0]?.value, `urn:uuid:${RX}`)

    const recalled = await hub.send('eresept', m5({ prescriptionId: RX, reason: '2' }), XML)
    assert.equal(recalled.status, 200)
    assert.match(recalled.text, /ERM52/)
    const after = await listOf(FNR, inger.id)
    assert.equal(ofType(after, 'MedicationStatement')[0]?.status, 'active', 'a recall ends no treatment')
    assert.equal(ofType(after, 'MedicationRequest')[0]?.status, 'cancelled')
  })

  it('gives a duplicate the same answer, one effect, and refuses the id with other content', async () => {
    const message = m251({ patient: torstein, msgId: 'd1b2c3d4-0000-4000-8000-000000000251' })
    const first = await hub.send('eresept', message, XML)
    const again = await hub.send('eresept', message, XML)
    assert.equal(again.text, first.text)
    assert.equal(again.messageId, first.messageId)
    const other = await hub.send('eresept', message.replace('Fastlegesen', 'Vikar'), XML)
    assert.equal(other.status, 409)
    assert.match(other.text, /"status":409/)
    await hub.settled(first.messageId)
    const versions = as<Bundle>(await fhir.search({ resourceType: 'List', searchParams: { code: 'M25.1' } }))
    assert.equal(versions.entry?.filter(({ resource }) => resource?.meta?.versionId === '1').length, 1)
  })

  it('refuses what it cannot read in the words of each protocol, and lives on', async () => {
    const xml = await hub.send('eresept', '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', XML)
    assert.equal(xml.status, 400)
    const hl7 = await hub.send('hl7v2', 'MSH|^~\\&|A|B|C|D|20260101||ORU^R01|x1|P|2.5\r', HL7)
    assert.equal(hl7.status, 400)
    assert.match(hl7.text, /MSA\|AR\|x1/)
    const device = await hub.send('devices/canonical', '{"specVersion":"1"}', 'application/json')
    assert.equal(device.status, 422)
    assert.match(device.text, /\/eventId/)
    assert.equal((await hub.send('devices/nobody', '{}', 'application/json')).status, 404)
    assert.equal((await fetch(`${hub.url}/health/ready`)).status, 200)
  })

  it('takes orders over MLLP in order, and merges two persons without losing either history', async () => {
    for (const patient of [501, 502]) {
      const answer = await hub.sendMllp(orderMessage({ patient, order: 1 }))
      assert.match(answer, new RegExp(`MSA\\|CA\\|${messageControlId(patient, 1)}`))
    }
    const system = 'http://stafett.internal/fhir/sid/sender/EPJ%7CLEGEKONTORET/LEGEKONTORET'
    let prior: Bundle | undefined
    for (let attempt = 0; attempt < 200 && prior === undefined; attempt++)
      prior = await listOf(system, patientNumber(502)).catch(() => undefined)
    const priorRef = prior === undefined ? undefined : ofType(prior, 'List')[0]?.subject?.reference
    const merge = [
      'MSH|^~\\&|EPJ|LEGEKONTORET|STAFETT|HUB|20261121080000+0100||ADT^A40^ADT_A39|merge-1|P|2.5.1',
      'EVN|A40|20261121080000+0100',
      `PID|1||${patientNumber(501)}^^^LEGEKONTORET^MR||Prøve^Person501`,
      `MRG|${patientNumber(502)}^^^LEGEKONTORET^MR`,
      '',
    ].join('\r')
    assert.match(await hub.sendMllp(merge), /MSA\|AA\|merge-1/)
    let survivor: Bundle | undefined
    for (let attempt = 0; attempt < 200; attempt++) {
      survivor = await listOf(system, patientNumber(501)).catch(() => undefined)
      const found = survivor === undefined ? [] : ofType(survivor, 'MedicationRequest')
      if (found.length === 2) break
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    assert.ok(survivor)
    const both = ofType(survivor, 'MedicationRequest')
    assert.equal(both.length, 2, 'both orders stand on one list')
    assert.equal(new Set(both.map(({ subject }) => subject.reference)).size, 1)
    const again = await listOf(system, patientNumber(502))
    assert.deepEqual(again, survivor, 'the old number leads to the same list')
    const searched = as<Bundle>(
      await fhir.search({ resourceType: 'MedicationRequest', searchParams: { patient: priorRef ?? '' } }),
    )
    assert.equal(
      searched.entry?.length,
      2,
      'a search by the Patient that was merged away finds the survivor’s',
    )
    const old = as<Patient>(await fhir.read({ resourceType: 'Patient', id: priorRef?.split('/')[1] ?? '' }))
    assert.equal(old.active, false)
    assert.equal(old.link?.[0]?.type, 'replaced-by')
    const survivorRef = ofType(survivor, 'List')[0]?.subject?.reference ?? ''
    const now = as<Patient>(await fhir.read({ resourceType: 'Patient', id: survivorRef.split('/')[1] ?? '' }))
    assert.deepEqual(now.link, [{ other: { reference: priorRef }, type: 'replaces' }])
    assert.equal(now.identifier?.find(({ value }) => value === patientNumber(502))?.use, 'old')
    const { validate } = await testValidation()
    for (const type of [
      'List',
      'Patient',
      'MedicationRequest',
      'MedicationStatement',
      'DetectedIssue',
      'Provenance',
    ])
      for (const { resource } of as<Bundle>(await fhir.search({ resourceType: type, searchParams: {} }))
        .entry ?? [])
        assert.deepEqual(validate(resource), [], `${type} after the merge`)
  })

  it('lets a client write, guards versions, and shows the written prescription on the list', async () => {
    const patient = as<Patient>(
      await fhir.create({
        resourceType: 'Patient',
        body: { resourceType: 'Patient', name: [{ family: 'Klient' }] },
      }),
    )
    const body: MedicationRequest = {
      resourceType: 'MedicationRequest',
      status: 'active',
      intent: 'order',
      subject: { reference: `Patient/${patient.id}` },
      authoredOn: '2026-11-20T10:00:00+01:00',
      medicationCodeableConcept: {
        coding: [{ system: 'http://www.whocc.no/atc', code: 'N02BE01' }],
        text: 'Paracetamol 500 mg',
      },
      dosageInstruction: [{ text: '1 tablett morgen' }],
    }
    const created = as<MedicationRequest>(
      await fhir.create({ resourceType: 'MedicationRequest', body: { ...body } }),
    )
    assert.equal(created.meta?.versionId, '1')
    const update = (version: string, status: MedicationRequest['status']) =>
      fhir.update({
        resourceType: 'MedicationRequest',
        id: created.id ?? '',
        body: { ...created, status },
        options: { headers: { 'If-Match': `W/"${version}"` } },
      })
    assert.equal(as<MedicationRequest>(await update('1', 'stopped')).meta?.versionId, '2')
    await assert.rejects(
      update('1', 'active'),
      (error: { response?: { status?: number } }) => error.response?.status === 412,
    )
    const list = as<Bundle>(
      await fhir.operation({
        resourceType: 'Patient',
        id: patient.id ?? '',
        name: '$medication-list',
        method: 'GET',
      }),
    )
    assert.equal(ofType(list, 'MedicationStatement')[0]?.status, 'stopped')
    const history = as<Bundle>(
      await fhir.history({ resourceType: 'MedicationRequest', id: created.id ?? '' }),
    )
    assert.equal(history.entry?.length, 2)
  })

  it('knows whose dispenser it was, and keeps the dose of an unassigned one away from everybody', async () => {
    const patient = as<Patient>(
      await fhir.create({
        resourceType: 'Patient',
        body: { resourceType: 'Patient', name: [{ family: 'Dispenser' }] },
      }),
    )
    const device: Device = { resourceType: 'Device', identifier: [{ system: SERIAL_SYSTEM, value: 'E2E-1' }] }
    const created = as<Device>(await fhir.create({ resourceType: 'Device', body: { ...device } }))
    const use: DeviceUseStatement = {
      resourceType: 'DeviceUseStatement',
      identifier: [{ system: sidUrl('assignment'), value: 'e2e-assignment' }],
      status: 'active',
      subject: { reference: `Patient/${patient.id}` },
      device: { reference: `Device/${created.id}` },
      timingPeriod: { start: '2026-02-01T00:00:00+01:00' },
    }
    await fhir.create({ resourceType: 'DeviceUseStatement', body: { ...use } })
    const taken = await hub.send(
      'devices/canonical',
      JSON.stringify(doseTaken({ serial: 'E2E-1', eventId: 'e2e-event-1' })),
      'application/json',
    )
    assert.equal(taken.status, 202)
    assert.equal((await hub.settled(taken.messageId)).state, 'done')
    const doses = as<Bundle>(
      await fhir.search({
        resourceType: 'MedicationAdministration',
        searchParams: { patient: patient.id ?? '' },
      }),
    )
    assert.equal(doses.entry?.length, 1)
    const earlier = doseTaken({
      serial: 'E2E-1',
      eventId: 'e2e-event-2',
      occurredAt: '2026-01-15T08:00:00+01:00',
      scheduledAt: '2026-01-15T08:00:00+01:00',
      dose: { window: { start: '2026-01-15T07:30:00+01:00', end: '2026-01-15T10:00:00+01:00' } },
    })
    const nobody = await hub.send('devices/canonical', JSON.stringify(earlier), 'application/json')
    const parked = await hub.settled(nobody.messageId)
    assert.equal(parked.state, 'dead')
    assert.equal(parked.reason?.code, 'DEVICE_UNASSIGNED')
    const replayed = await fetch(`${hub.url}/ops/messages/${nobody.messageId}/replay`, { method: 'POST' })
    assert.ok(replayed.ok)
    assert.equal((await hub.settled(nobody.messageId)).state, 'dead', 'it is still nobody’s')
  })

  it('answers an unchanged list with 304', async () => {
    const first = await fetch(`${hub.url}/fhir/Patient/$medication-list`, {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify({
        resourceType: 'Parameters',
        parameter: [{ name: 'identifier', valueIdentifier: { system: FNR, value: inger.id } }],
      }),
    })
    const patient = ((await first.json()) as Bundle).entry?.[0]?.resource
    const reference =
      patient?.resourceType === 'List'
        ? as<{ subject: { reference: string } }>(patient).subject.reference
        : ''
    const get = (headers: Record<string, string>) =>
      fetch(`${hub.url}/fhir/${reference}/$medication-list`, { headers })
    const etag = (await get({})).headers.get('etag') ?? ''
    assert.match(etag, /^W\/"\d+"$/)
    assert.equal((await get({ 'if-none-match': etag })).status, 304)
  })
})
