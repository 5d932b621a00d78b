/** A registered dispenser in the service of one synthetic person, as a client writes it. */
import type { Device, DeviceUseStatement, FhirResource, Patient } from 'fhir/r4.js'
import { FNR } from '../../src/core/canonical.js'
import { type WriteDeps, writeResource } from '../../src/hub/write-resource.js'
import { SERIAL_SYSTEM } from './device-fixtures.js'

/** @returns id of the Device */
export async function assignDevice(deps: WriteDeps, nationalNumber: string): Promise<string> {
  const create = async (body: FhirResource): Promise<string> =>
    (await writeResource(deps, { method: 'create', type: body.resourceType, body, clientId: 'test' })).id
  const person: Patient = { resourceType: 'Patient', identifier: [{ system: FNR, value: nationalNumber }] }
  const dispenser: Device = {
    resourceType: 'Device',
    identifier: [{ system: SERIAL_SYSTEM, value: 'PK-1001' }],
  }
  const subject = { reference: `Patient/${await create(person)}` }
  const device = await create(dispenser)
  const statement: DeviceUseStatement = {
    resourceType: 'DeviceUseStatement',
    status: 'active',
    subject,
    device: { reference: `Device/${device}` },
    timingPeriod: { start: '2026-01-01T00:00:00+01:00' },
    identifier: [{ system: 'http://stafett.internal/fhir/sid/assignment', value: 'a-1' }],
  }
  await create(statement)
  return device
}
