/** What ajv reports, in the words of FHIR: place as FHIRPath, rule as text; never a value of the resource. */
import type { ErrorObject } from 'ajv'
import type { HubErrorCode, Problem } from '../core/errors.js'
import { ruleText } from './rule-texts.js'

export interface ProblemNames {
  readonly choiceNames: Readonly<Record<string, string>>
  readonly primitiveOfPattern: Readonly<Record<string, string>>
}

const PLAIN_NAME = /^_?[A-Za-z][A-Za-z]{0,63}$/

/** `/dosageInstruction/0/timing` under `MedicationRequest` → `MedicationRequest.dosageInstruction[0].timing`. */
export function placeOf(start: string, pointer: string, names: ProblemNames): string {
  let place = start
  for (const part of pointer.split('/').slice(1)) {
    if (/^\d+$/.test(part)) place += `[${part}]`
    else place += `.${elementName(part, names)}`
  }
  return place
}

/** `_birthDate` → `birthDate`, `medicationReference` → `medication`: FHIRPath knows neither twin nor choice suffix. */
function elementName(property: string, names: ProblemNames): string {
  const bare = property.startsWith('_') ? property.slice(1) : property
  return Object.hasOwn(names.choiceNames, bare) ? (names.choiceNames[bare] ?? bare) : bare
}

/** One problem for one error of ajv. */
export function problemOf(start: string, error: ErrorObject, names: ProblemNames): Problem {
  const place = placeOf(start, error.instancePath, names)
  const { below, text, code } = describe(error, names)
  return { at: below === undefined ? place : `${place}.${below}`, text, code }
}

interface Description {
  readonly below?: string
  readonly text: string
  readonly code: HubErrorCode
}

const structure = (text: string, below?: string): Description => ({
  text,
  code: 'RESOURCE_STRUCTURE',
  ...(below !== undefined && { below }),
})
const invalid = (text: string, below?: string): Description => ({
  text,
  code: 'RESOURCE_INVALID',
  ...(below !== undefined && { below }),
})

function describe(error: ErrorObject, names: ProblemNames): Description {
  const name = String(error.params['name'] ?? '')
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownProperty(String(error.params['additionalProperty']))
    case 'required':
      return invalid('element is required', String(error.params['missingProperty']))
    case 'needs':
      return invalid('element is required', name)
    case 'choices':
      return invalid('only one type of a choice may be given', name)
    case 'pairedNulls':
      return structure('null may only stand where the value or its extension stands in the twin list', name)
    case 'notEmpty':
      return structure('an element may not be empty')
    case 'minItems':
      return structure('a list may not be empty')
    case 'maxItems':
      return invalid('too many repetitions')
    case 'type':
      return structure(`must be ${typeText(error.params['type'])}`)
    case 'pattern':
      return structure(
        `is not a valid ${names.primitiveOfPattern[String(error.params['pattern'])] ?? 'value'}`,
      )
    case 'minimum':
    case 'maximum':
      return structure('number is out of range')
    case 'const':
      return structure('is not the type that it should be')
    case 'enum':
    case 'codingIn':
      return { text: 'code is not in the required value set', code: 'CODE_UNMAPPED' }
    case 'targets':
      return invalid('reference leads to a type that is not allowed here')
    case 'knownModifiers':
      return invalid('modifier extension is not known to the hub')
    case 'hubExtensions':
      return invalid(
        "extension of the hub's own base is not defined, or its value is not what its definition gives",
      )
    case 'matches':
      return invalid('is not the value that the profile fixes')
    case 'false schema':
      return invalid('element is not allowed by the profile')
    case 'invariants':
      return invalid(ruleText(name))
    default:
      return structure(`breaks the rule ${error.keyword}`)
  }
}

/** A name that looks like an element's is told; any other might be data and is not. */
const unknownProperty = (property: string): Description =>
  PLAIN_NAME.test(property)
    ? structure('property is not known', property.startsWith('_') ? property.slice(1) : property)
    : structure('holds a property that is not known')

const typeText = (type: unknown): string =>
  (Array.isArray(type) ? type.map(String) : [String(type)])
    .filter((name) => name !== 'null')
    .map((name) => (name === 'array' ? 'a list' : name === 'object' ? 'an object' : `a ${name}`))
    .join(' or ')
