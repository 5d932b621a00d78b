/**
 * Which unit an event comes from (devices.md 6.1). Every number of the unit finds it; one of them, chosen by what lasts
 * longest, is the natural key of its Device resource.
 */
import type { Identifier, Reference } from 'fhir/r4.js'
import { senderSidUrl, URI_SYSTEM } from '../../src/core/canonical.js'
import { HubError } from '../../src/core/errors.js'
import type { Identity } from '../../src/core/message.js'
import type { CanonicalEvent, EventDevice, EventIdentifier } from './canonical-event.js'
import { isAbsoluteUri } from './json-shape.js'
import { present, said } from './present.js'

export interface DeviceIdentity {
  /** Natural identifier of the Device. */
  readonly primary: Identity
  /** All identifiers of the unit, the primary first; an IMEI in the URN form and as sent. */
  readonly identities: readonly Identity[]
  readonly identifiers: readonly Identifier[]
}

type IdentifierType = NonNullable<EventIdentifier['type']>

/** Serial numbers stay with the housing; modem and SIM are changed and move to other housings. */
const LASTING: readonly IdentifierType[] = [
  'serial',
  'vendor-device-id',
  'eui64',
  'mac',
  'imei',
  'other',
  'udi-carrier',
  'iccid',
]

/** Systems under which vendors have been seen to send an IMEI. */
const IMEI_SYSTEMS: ReadonlySet<string> = new Set([
  'urn:gsma:imei',
  'http://dignio.no/IMEInummer',
  'https://fhir.vkp.com/system-codes/IMEI',
])

/** `<vendor>|<source system>`: the sender of device events (reliability.md 3, rule 5). */
export const senderOf = (source: CanonicalEvent['source']): string =>
  `${said(source.vendor) ?? ''}|${source.system}`

/** @throws HubError MESSAGE_INVALID when no identifier names the unit */
export function deviceIdentity(device: EventDevice, sender: string): DeviceIdentity {
  const ranked = device.identifiers
    .map((identifier) => ({ identifier, type: typeOf(identifier) }))
    .filter(({ identifier, type }) => namesUnit(type, identifier.value))
    .sort((a, b) => LASTING.indexOf(a.type) - LASTING.indexOf(b.type))
  const identifiers = ranked.flatMap(({ identifier, type }) => forms(identifier, type, sender))
  const identities = identifiers.map(({ system, value }) => ({ system, value }))
  const primary = identities[0]
  if (primary === undefined)
    throw new HubError('MESSAGE_INVALID', 'no identifier names the unit', { at: '/device/identifiers' })
  return { primary, identities, identifiers }
}

/** A logical reference to the unit. `display` is the model: the Device has no person and gives none away. */
export const deviceReference = (device: DeviceIdentity, event: CanonicalEvent): Reference => ({
  type: 'Device',
  identifier: { ...device.primary },
  ...present({ display: said(event.device.model) }),
})

/** A URI that may stand in FHIR; what is none is a local name of the sender. */
export const systemOf = (system: string, sender: string): string =>
  isAbsoluteUri(system) ? system : senderSidUrl(sender, system)

const typeOf = ({ type, system }: EventIdentifier): IdentifierType =>
  IMEI_SYSTEMS.has(system) ? 'imei' : (type ?? 'other')

/** A UDI device identifier names the product; a UDI carrier names the unit when it has a serial number. */
function namesUnit(type: IdentifierType, value: string): boolean {
  if (type === 'udi-di') return false
  return type !== 'udi-carrier' || value.includes('(21)')
}

type NamedIdentifier = Identifier & Identity

function forms(
  { system, value }: EventIdentifier,
  type: IdentifierType,
  sender: string,
): readonly NamedIdentifier[] {
  const asSent = { type: identifierType(type), system: systemOf(system, sender), value }
  const urn = type === 'imei' ? imeiUrn(value) : undefined
  return urn === undefined ? [asSent] : [{ ...asSent, system: URI_SYSTEM, value: urn }, asSent]
}

/** `urn:gsma:imei:TAC-SNR-CD`; undefined when it is not fifteen digits. */
function imeiUrn(value: string): string | undefined {
  const parts = /^(\d{8})(\d{6})(\d)$/.exec(value)
  return parts === null ? undefined : `urn:gsma:imei:${parts[1]}-${parts[2]}-${parts[3]}`
}

function identifierType(type: IdentifierType): NonNullable<Identifier['type']> {
  if (type !== 'serial') return { text: type }
  return {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'SNO' }],
    text: type,
  }
}

/** Whether the last digit of an IMEI is right (Luhn). A wrong one is worth a warning, and no more. */
export function imeiCheckDigitHolds(value: string): boolean {
  const sum = [...value].reverse().reduce((total, digit, index) => {
    const weighted = Number(digit) * (index % 2 === 0 ? 1 : 2)
    return total + (weighted > 9 ? weighted - 9 : weighted)
  }, 0)
  return /^\d{15}$/.test(value) && sum % 10 === 0
}

/** Places of IMEIs whose check digit is wrong. */
export const doubtfulImeis = (device: EventDevice): readonly string[] =>
  device.identifiers.flatMap((identifier, index) =>
    typeOf(identifier) === 'imei' && !imeiCheckDigitHolds(identifier.value)
      ? [`/device/identifiers/${index}/value`]
      : [],
  )
