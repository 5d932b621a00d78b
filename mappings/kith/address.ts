/** Names, addresses and telecom of MsgHead as FHIR data types. */
import type { ContactPoint, Address as FhirAddress, HumanName } from 'fhir/r4.js'
import { codingOf, ext, filled } from './build.js'
import { NO_BASIS_MIDDLENAME, NO_BASIS_MUNICIPALITY } from './extensions.js'
import type { Address, Person, Telecom } from './msghead.js'

export function humanName(person: Pick<Person, 'familyName' | 'middleName' | 'givenName'>): HumanName[] {
  const { familyName, givenName, middleName } = person
  if (familyName === undefined && givenName === undefined && middleName === undefined) return []
  return [
    {
      ...filled('extension', ext(NO_BASIS_MIDDLENAME, 'valueString', middleName)),
      ...(familyName === undefined ? {} : { family: familyName }),
      ...(givenName === undefined ? {} : { given: [givenName] }),
    },
  ]
}

export function addressOf(address: Address): FhirAddress {
  const type = address.type?.V ?? ''
  const use = ADDRESS_USES.get(type)
  const kind = ADDRESS_TYPES.get(type)
  const municipality = address.county && codingOf(address.county, 3402)
  return {
    ...(use === undefined ? {} : { use }),
    ...(kind === undefined ? {} : { type: kind }),
    ...filled(
      'line',
      [address.street, address.postbox].filter((line) => line !== undefined),
    ),
    ...(address.city === undefined ? {} : { city: address.city }),
    ...(address.county?.DN === undefined ? {} : { district: address.county.DN }),
    ...(municipality === undefined
      ? {}
      : { _district: { extension: [...ext(NO_BASIS_MUNICIPALITY, 'valueCoding', municipality)] } }),
    ...(address.postalCode === undefined ? {} : { postalCode: address.postalCode }),
    ...(address.country === undefined ? {} : { country: address.country.V ?? address.country.DN ?? '' }),
  }
}

export const telecomOf = (telecom: readonly Telecom[]): ContactPoint[] =>
  telecom.map((one) => {
    const use = TELECOM_USES.get(one.type?.V ?? '')
    const scheme = /^([a-z]+):(.+)$/i.exec(one.address)
    return {
      system: TELECOM_SYSTEMS.get(scheme?.[1]?.toLowerCase() ?? '') ?? 'other',
      value: scheme?.[2] ?? one.address,
      ...(use === undefined ? {} : { use }),
    }
  })

const ADDRESS_USES = new Map<string, 'home' | 'work' | 'temp'>([
  ['H', 'home'],
  ['HP', 'home'],
  ['HV', 'temp'],
  ['TMP', 'temp'],
  ['WP', 'work'],
])
const ADDRESS_TYPES = new Map<string, 'postal' | 'physical'>([
  ['PST', 'postal'],
  ['RES', 'physical'],
])
const TELECOM_USES = new Map<string, 'home' | 'work' | 'mobile'>([
  ['H', 'home'],
  ['HP', 'home'],
  ['HV', 'home'],
  ['WP', 'work'],
  ['WC', 'work'],
  ['MC', 'mobile'],
])
const TELECOM_SYSTEMS = new Map<string, 'phone' | 'email' | 'fax' | 'url'>([
  ['tel', 'phone'],
  ['mailto', 'email'],
  ['fax', 'fax'],
  ['http', 'url'],
  ['https', 'url'],
])
