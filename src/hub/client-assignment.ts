/** A DeviceUseStatement that a client writes also changes the device register, in the same transaction (devices.md 6.2). */
import type { Device } from 'fhir/r4.js'
import { deviceUseStatementToAssignmentChange } from '../../mappings/devices/device-use-statement-to-assignment-change.js'
import { HubError } from '../core/errors.js'
import type { Store } from '../store/contract.js'
import type { AssignmentWrite } from '../store/effect.js'
import { identifiersOf } from './references.js'
import type { Workspace } from './workspace.js'
import type { WriteRequest } from './write-request.js'

/** @throws HubError REFERENCE_UNKNOWN, RESOURCE_INVALID */
export async function clientAssignment(
  store: Pick<Store, 'read'>,
  request: WriteRequest,
  workspace: Workspace,
): Promise<AssignmentWrite | undefined> {
  const statement = request.body
  if (statement.resourceType !== 'DeviceUseStatement' || statement.status === 'entered-in-error')
    return undefined
  const deviceId = /^Device\/([A-Za-z0-9\-.]{1,64})$/.exec(statement.device.reference ?? '')?.[1]
  const found = deviceId === undefined ? undefined : await store.read('Device', deviceId)
  if (deviceId === undefined || found === undefined || found.deleted)
    throw new HubError(
      'REFERENCE_UNKNOWN',
      'the device must be a reference Device/<id> that this server holds',
      {
        at: 'DeviceUseStatement.device',
      },
    )
  const device = JSON.parse(found.text) as Device // The store holds Devices under this type.
  const identities = identifiersOf(device)
  const change = deviceUseStatementToAssignmentChange(statement, identities, workspace.identities)
  const { person: _person, device: _device, ...rest } = change
  return { ...rest, deviceId, deviceIdentities: identities, personId: workspace.personId }
}
