/** sfm-Patient → Patient. */
import type { Address, HumanName, Patient } from 'fhir/r4.js'
import type { Identity } from '../../src/core/message.js'
import { filled } from '../kith/build.js'
import { isDate } from '../kith/dates.js'
import { NO_BASIS_MIDDLENAME } from '../kith/extensions.js'
import { children, extension, type Node, text, texts } from './json-trail.js'
import { textValue } from './values.js'

const GENDERS = ['male', 'female', 'other', 'unknown'] as const

export function patientResource(node: Node, identities: readonly Identity[]): Patient {
  const gender = GENDERS.find((known) => known === text(node, 'gender'))
  const birthDate = text(node, 'birthDate')
  text(node, 'active')
  return {
    resourceType: 'Patient',
    identifier: identities.map(({ system, value }) => ({ system, value })),
    ...filled('name', children(node, 'name').flatMap(nameOf)),
    ...(gender === undefined ? {} : { gender }),
    ...(birthDate !== undefined && isDate(birthDate) ? { birthDate } : {}),
    ...filled('address', children(node, 'address').flatMap(addressOf)),
  }
}

function nameOf(node: Node): HumanName[] {
  const family = text(node, 'family')
  const given = texts(node, 'given')
  const middle = textValue(extension(node, 'no-basis-middlename'))
  if (family === undefined && given.length === 0) return []
  return [
    {
      ...(middle === undefined ? {} : { extension: [{ url: NO_BASIS_MIDDLENAME, valueString: middle }] }),
      ...(family === undefined ? {} : { family }),
      ...filled('given', given),
    },
  ]
}

function addressOf(node: Node): Address[] {
  const line = texts(node, 'line')
  const words = text(node, 'text')
  const city = text(node, 'city')
  const postalCode = text(node, 'postalCode')
  const country = text(node, 'country')
  if (line.length + [words, city, postalCode, country].filter((part) => part !== undefined).length === 0)
    return []
  return [
    {
      ...(words === undefined ? {} : { text: words }),
      ...filled('line', line),
      ...(city === undefined ? {} : { city }),
      ...(postalCode === undefined ? {} : { postalCode }),
      ...(country === undefined ? {} : { country }),
    },
  ]
}
