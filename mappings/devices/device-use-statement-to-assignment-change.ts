/**
 * A DeviceUseStatement that a client writes, as a change of the device register (devices.md 6.2). This is how a person
 * gets a device at all: no device event may name a person together with an assignment.
 */
import type { DeviceUseStatement } from 'fhir/r4.js'
import { sidUrl } from '../../src/core/canonical.js'
import { HubError } from '../../src/core/errors.js'
import type { AssignmentChange, Identity } from '../../src/core/message.js'
import { isInstant } from './json-shape.js'

type Status = AssignmentChange['status']

const STATUSES: ReadonlySet<string> = new Set<Status>([
  'intended',
  'active',
  'on-hold',
  'completed',
  'stopped',
])

/** Statuses that hold since a certain time; an intended assignment may not have begun. */
const BEGUN: ReadonlySet<Status> = new Set<Status>(['active', 'on-hold', 'completed', 'stopped'])
const ENDED: ReadonlySet<Status> = new Set<Status>(['completed', 'stopped'])

/**
 * @param device identifiers of the Device that the statement refers to
 * @param person identifiers of its subject
 * @throws HubError RESOURCE_INVALID with the place, when register and statement could not agree
 */
export function deviceUseStatementToAssignmentChange(
  statement: DeviceUseStatement,
  device: readonly Identity[],
  person: readonly Identity[],
): AssignmentChange {
  const ref = statement.identifier?.find(({ system }) => system === sidUrl('assignment'))?.value
  if (ref === undefined || ref.trim() === '')
    throw invalid('identifier', `needs an identifier of system ${sidUrl('assignment')}`)
  if (!isStatus(statement.status)) throw invalid('status', 'is none that an assignment can have')
  if (device.length === 0) throw invalid('device', 'names no device that is registered')
  const { start, end } = statement.timingPeriod ?? {}
  if (BEGUN.has(statement.status)) requireInstant(start, 'timingPeriod.start')
  else if (start !== undefined) requireInstant(start, 'timingPeriod.start')
  if (ENDED.has(statement.status)) requireInstant(end, 'timingPeriod.end')
  else if (end !== undefined) requireInstant(end, 'timingPeriod.end')
  if (start !== undefined && end !== undefined && Date.parse(end) < Date.parse(start))
    throw invalid('timingPeriod.end', 'must not lie before the start')
  return {
    device,
    ref,
    person,
    status: statement.status,
    ...(start === undefined ? {} : { from: start }),
    ...(end === undefined ? {} : { to: end }),
  }
}

const isStatus = (status: string): status is Status => STATUSES.has(status)

/** Events are told apart by the second at a change of hands, so a day is not enough. */
function requireInstant(value: string | undefined, place: string): void {
  if (value === undefined || !isInstant(value)) throw invalid(place, 'must be a date and time with offset')
}

const invalid = (place: string, rule: string): HubError =>
  new HubError('RESOURCE_INVALID', `DeviceUseStatement.${place} ${rule}`, {
    at: `DeviceUseStatement.${place}`,
  })
