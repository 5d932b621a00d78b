/** Messages of synthetic people for the tests of this folder, and a short way through the mapping. */
import assert from 'node:assert/strict'
import type { FhirResource, MedicationDispense, MedicationRequest, Patient } from 'fhir/r4.js'
import { hl7v2Protocol } from '../../../mappings/hl7v2/protocol.js'
import type { DoorResult, DoorSettings, Mapped, Refusal } from '../../../src/core/message.js'

export const SETTINGS: DoorSettings = {
  zone: 'Europe/Oslo',
  syntheticIds: 'accept',
  processingIds: ['P'],
}
export const RECEIVED_AT = '2026-11-22T10:00:00.000Z'

export interface HeaderOptions {
  readonly type: string
  readonly id?: string
  readonly time?: string
  readonly version?: string
  readonly processing?: string
  /** MSH-15 and MSH-16. */
  readonly modes?: readonly [string, string]
  readonly charset?: string
}

export function msh(options: HeaderOptions): string {
  const { type, id = 'M-1', time = '20261120080000+0100', version = '2.5.1', processing = 'P' } = options
  const [accept, application] = options.modes ?? ['', '']
  return `MSH|^~\\&|KURVE|SYKEHUSET|STAFETT|HUB|${time}||${type}|${id}|${processing}|${version}|||${accept}|${application}||${options.charset ?? ''}`
}

export const PID = 'PID|1||T-1^^^SYKEHUSET&2.16.578.1.99.1&ISO^MR||Prøve^Kari||19500101|F'

export const bytesOf = (...lines: readonly string[]): Uint8Array =>
  new TextEncoder().encode(lines.map((line) => `${line}\r`).join(''))

export const check = (raw: Uint8Array, settings: DoorSettings = SETTINGS): DoorResult =>
  hl7v2Protocol.check(raw, settings)

/** Door, parse and map of one part; fails the test when the door refuses. */
export function mapMessage(raw: Uint8Array, part = 0): Mapped {
  const door = check(raw)
  if (door.kind !== 'accept') throw new Error(`refused: ${JSON.stringify(door.refusal)}`)
  const envelope = door.items[part]
  const type = envelope === undefined ? undefined : hl7v2Protocol.types.get(envelope.kind)
  if (envelope === undefined || type === undefined) throw new Error('no such part')
  const context = { zone: 'Europe/Oslo', receivedAt: RECEIVED_AT, sender: envelope.sender }
  return type.map(type.parse(raw, part, context), context)
}

export const order = (...lines: readonly string[]): Mapped =>
  mapMessage(bytesOf(msh({ type: 'RDE^O11^RDE_O11' }), PID, ...lines))
export const dispense = (...lines: readonly string[]): Mapped =>
  mapMessage(bytesOf(msh({ type: 'RDS^O13^RDS_O13' }), PID, ...lines))
export const admission = (trigger: string, ...lines: readonly string[]): Mapped =>
  mapMessage(bytesOf(msh({ type: `ADT^${trigger}` }), `EVN|${trigger}|20261120075500+0100`, ...lines))

export function resourcesOf<T extends FhirResource['resourceType']>(
  mapped: Mapped,
  type: T,
): Extract<FhirResource, { resourceType: T }>[] {
  return mapped.resources.flatMap(({ resource }) =>
    resource.resourceType === type ? [resource as Extract<FhirResource, { resourceType: T }>] : [],
  )
}

export const requestOf = (mapped: Mapped): MedicationRequest => resourcesOf(mapped, 'MedicationRequest')[0]!
export const dispenseOf = (mapped: Mapped): MedicationDispense =>
  resourcesOf(mapped, 'MedicationDispense')[0]!
export const patientOf = (mapped: Mapped): Patient => resourcesOf(mapped, 'Patient')[0]!

/** Places of one reason, in order. */
export const unmappedAt = (mapped: Mapped, reason?: string): string[] =>
  mapped.unmapped.filter((entry) => reason === undefined || entry.reason === reason).map(({ at }) => at)

/** Eleven digits with right control digits; undefined digits are tried until both hold. @param date DDMMYY as it stands */
export function nationalNumber(date: string, from = 100): string {
  for (let individual = from; individual < 1000; individual++) {
    const nine = [...`${date}${individual}`].map(Number)
    const k1 = control([3, 7, 6, 1, 8, 9, 4, 5, 2], nine)
    const k2 = control([5, 4, 3, 2, 7, 6, 5, 4, 3, 2], [...nine, k1])
    if (k1 < 10 && k2 < 10) return [...nine, k1, k2].join('')
  }
  throw new Error('no number fits')
}

function control(weights: readonly number[], digits: readonly number[]): number {
  const sum = weights.reduce((total, weight, index) => total + weight * digits[index]!, 0)
  return (11 - (sum % 11)) % 11
}

/** A resource as the hub would store it: what is null is taken out. */
export const withoutNulls = (resource: unknown): unknown =>
  JSON.parse(JSON.stringify(resource, (_key, value) => (value === null ? undefined : value)))

/** The refusal of a door check that must have refused. */
export function refusal(result: DoorResult): Refusal & { kind: DoorResult['kind'] } {
  if (result.kind === 'accept') throw new Error('accepted')
  return { ...result.refusal, kind: result.kind }
}

export const assertRefused = (
  result: DoorResult,
  kind: DoorResult['kind'],
  code: string,
  at: string,
  protocolCode: string,
) => {
  const found = refusal(result)
  assert.equal(found.kind, kind)
  assert.equal(found.code, code)
  assert.equal(found.problems[0]?.at, at)
  assert.equal(found.problems[0]?.protocolCode, protocolCode)
}
