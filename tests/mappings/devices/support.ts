import assert from 'node:assert/strict'
import type { FhirResource } from 'fhir/r4.js'
import { type CanonicalEvent, parseCanonicalEvent } from '../../../mappings/devices/canonical-event.js'
import { deviceEventToFhir } from '../../../mappings/devices/device-event-to-fhir.js'
import type { Mapped } from '../../../src/core/message.js'

export const RECEIVED_AT = '2026-02-03T12:00:00.000Z'

export const mapEvent = (event: CanonicalEvent, receivedAt = RECEIVED_AT): Mapped =>
  deviceEventToFhir(parseCanonicalEvent(event), { receivedAt })

export function resourcesOf<T extends FhirResource['resourceType']>(
  mapped: Mapped,
  type: T,
): Extract<FhirResource, { resourceType: T }>[] {
  const found = mapped.resources.map(({ resource }) => resource).filter((one) => one.resourceType === type)
  return found as Extract<FhirResource, { resourceType: T }>[]
}

export function only<T>(list: readonly T[]): T {
  assert.equal(list.length, 1)
  return list[0]!
}
