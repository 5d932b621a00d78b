/**
 * PID and PD1 as Patient (hl7v2.md 3.1). A snapshot says nothing of the fields that it leaves out, so only what it
 * states stands in the resource; what it deletes (`""`) stands as null, and the hub keeps the rest (hl7v2.md 4.4).
 */
import type { Address, ContactPoint, Extension, Identifier, Patient, Reference } from 'fhir/r4.js'
import { senderSidUrl } from '../../src/core/canonical.js'
import type { Identity, MappedResource } from '../../src/core/message.js'
import { v2Table } from './code-systems.js'
import { cweToCodeableConcept } from './cwe-to-codeable-concept.js'
import { cxToPersonIdentifier, identifierType, readDate } from './identifiers.js'
import { xcnToPractitioner, xonToOrganization } from './parties.js'
import { xadToAddress, xpnToHumanName, xtnToContactPoint } from './person-data-types.js'
import { distinctIdentities, type Numbering } from './person-identity.js'
import { keyOf, readDateTime, type Scope } from './scope.js'
import type { SegmentReader, ValueReader } from './trail.js'

export interface MappedPatient {
  readonly identities: readonly Identity[]
  readonly resource: MappedResource | undefined
}

/** Elements in their FHIR names; null is "delete". */
type Statement = { [Element in keyof Patient]?: Patient[Element] | null | undefined }

/** @param deletes whether `""` deletes (ADT), or says nothing (an order) */
export function pidToPatient(
  pid: SegmentReader,
  pd1: SegmentReader | undefined,
  scope: Scope,
  deletes: boolean,
): MappedPatient {
  const { identifiers, identities } = readNumbers(pid, scope)
  const stated: Statement = {
    identifier: identifiers,
    ...names(pid, scope),
    ...telecom(pid, scope),
    ...gender(pid),
    ...birth(pid, scope),
    ...addresses(pid, scope),
    ...maritalStatus(pid, scope),
    ...communication(pid, scope),
    ...deceased(pid, scope),
    ...multipleBirth(pid),
    ...generalPractitioner(pd1, scope),
    ...extensions(pid, scope),
  }
  const [first] = identities
  if (first === undefined) return { identities, resource: undefined }
  const kept = Object.entries(stated).filter(
    ([, value]) => value !== undefined && (deletes || value !== null),
  )
  // Deleted elements are null, which the FHIR type has no word for; the hub takes them out when it merges.
  const patient = { resourceType: 'Patient', ...metaOf(scope), ...Object.fromEntries(kept) } as Patient
  return {
    identities,
    resource: { key: keyOf(first), resource: patient, order: scope.order, scope: 'person' },
  }
}

const metaOf = (scope: Scope) => (scope.tag === undefined ? {} : { meta: { tag: [{ ...scope.tag }] } })

const PID_NUMBERS: readonly (readonly [number, Numbering])[] = [
  [3, 'patient'],
  [2, 'external'],
  [4, 'alternate'],
]

function readNumbers(pid: SegmentReader, scope: Scope) {
  const numbers = PID_NUMBERS.flatMap(([field, numbering]) =>
    pid.repetitions(field).flatMap((value) => cxToPersonIdentifier(value, numbering, scope) ?? []),
  )
  const identities = distinctIdentities(numbers.map((number) => number.identity))
  const identifiers: Identifier[] = identities.flatMap(
    (identity) => numbers.find((number) => keyOf(number.identity) === keyOf(identity))?.identifier ?? [],
  )
  const social = pid.text(19)
  const licence = pid.text(20)
  if (social !== undefined)
    identifiers.push({ type: identifierType('SS'), system: senderSidUrl(scope.sender, 'SS'), value: social })
  if (licence !== undefined)
    identifiers.push({ type: identifierType('DL'), system: senderSidUrl(scope.sender, 'DL'), value: licence })
  return { identifiers, identities }
}

/** All fields deleted, or some deleted and none valued: null. */
const allNull = (pid: SegmentReader, fields: readonly number[]): boolean => {
  const deleted = fields.map((field) => pid.isNull(field))
  return deleted.some(Boolean)
}

function names(pid: SegmentReader, scope: Scope): Statement {
  const name = [
    ...pid.repetitions(5).flatMap((value) => xpnToHumanName(value, scope) ?? []),
    ...pid.repetitions(9).flatMap((value) => xpnToHumanName(value, scope, 'nickname') ?? []),
  ]
  return statement('name', name, allNull(pid, [5, 9]))
}

function telecom(pid: SegmentReader, scope: Scope): Statement {
  const points = (field: number, use: ContactPoint['use'] | undefined) =>
    pid.repetitions(field).flatMap((value) => xtnToContactPoint(value, scope, use) ?? [])
  const all = [...points(13, 'home'), ...points(14, 'work'), ...points(40, undefined)]
  const seen = new Set<string>()
  const distinct = all.filter((point) => {
    const key = `${point.system}|${point.use}|${point.value}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
  return statement('telecom', distinct, allNull(pid, [13, 14, 40]))
}

function addresses(pid: SegmentReader, scope: Scope): Statement {
  const county = pid.text(12)
  const address = pid.repetitions(11).flatMap((value): Address[] => {
    const read = xadToAddress(value, scope)
    if (read === undefined) return []
    return [county === undefined || read.district !== undefined ? read : { ...read, district: county }]
  })
  if (county !== undefined && address.length === 0) pid.field(12).reject('no-element')
  return statement('address', address, pid.isNull(11))
}

const statement = <E extends keyof Patient>(
  element: E,
  values: readonly unknown[],
  isNull: boolean,
): Statement => (values.length > 0 ? { [element]: values } : isNull ? { [element]: null } : {})

const GENDERS: Readonly<Record<string, Patient['gender']>> = {
  F: 'female',
  M: 'male',
  O: 'other',
  A: 'other',
  N: 'other',
  U: 'unknown',
}
const ALTERNATE_CODES = 'http://hl7.org/fhir/StructureDefinition/alternate-codes'

function gender(pid: SegmentReader): Statement {
  if (pid.isNull(8)) return { gender: null, _gender: null }
  const code = pid.text(8)
  if (code === undefined) return {}
  const value = GENDERS[code]
  if (value === undefined) {
    pid.field(8).reject('unknown-code')
    return {}
  }
  const coding = [{ system: v2Table('0001'), code }]
  const inexact = code === 'A' || code === 'N'
  return {
    gender: value,
    _gender: inexact ? { extension: [{ url: ALTERNATE_CODES, valueCodeableConcept: { coding } }] } : null,
  }
}

const BIRTH_TIME = 'http://hl7.org/fhir/StructureDefinition/patient-birthTime'
const DATE_CHARACTERS = 8

function birth(pid: SegmentReader, scope: Scope): Statement {
  if (pid.isNull(7)) return { birthDate: null, _birthDate: null }
  const date = readDate(pid.field(7))
  if (date === undefined) return {}
  const hasTime = (pid.text(7) ?? '').length > DATE_CHARACTERS
  const time = hasTime ? readDateTime(scope, pid.field(7)) : undefined
  return {
    birthDate: date,
    _birthDate: time === undefined ? null : { extension: [{ url: BIRTH_TIME, valueDateTime: time }] },
  }
}

function maritalStatus(pid: SegmentReader, scope: Scope): Statement {
  if (pid.isNull(16)) return { maritalStatus: null }
  const concept = cweToCodeableConcept(pid.field(16), scope, MARITAL_TABLE)
  if (concept === undefined) return {}
  const code = concept.coding?.[0]?.code
  const v3 = code === undefined ? undefined : MARITAL_V3[code]
  if (v3 === undefined || !isTable(concept.coding?.[0]?.system, '0002')) return { maritalStatus: concept }
  const coding = { system: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', code: v3 }
  return { maritalStatus: { ...concept, coding: [coding, ...(concept.coding ?? [])] } }
}

const isTable = (system: string | undefined, table: string): boolean => system === v2Table(table)

/** Codes of table 0002 that v3-MaritalStatus has too. */
const MARITAL_V3: Readonly<Record<string, string>> = {
  A: 'L',
  D: 'D',
  M: 'M',
  S: 'S',
  W: 'W',
  P: 'T',
  T: 'U',
}
const MARITAL_TABLE = { number: '0002', codes: new Set([...'ADMSWCGPREBTNIOU']) }

function communication(pid: SegmentReader, scope: Scope): Statement {
  if (pid.isNull(15)) return { communication: null }
  const language = cweToCodeableConcept(pid.field(15), scope)
  return language === undefined ? {} : { communication: [{ language }] }
}

function deceased(pid: SegmentReader, scope: Scope): Statement {
  if (pid.isNull(29) || pid.isNull(30)) return { deceasedDateTime: null, deceasedBoolean: null }
  const at = readDateTime(scope, pid.field(29))
  const dead = yesNo(pid.field(30))
  if (at !== undefined) return { deceasedDateTime: at, deceasedBoolean: null }
  return dead === undefined ? {} : { deceasedBoolean: dead, deceasedDateTime: null }
}

function multipleBirth(pid: SegmentReader): Statement {
  const order = pid.text(25)
  const multiple = yesNo(pid.field(24))
  if (order !== undefined && /^\d{1,2}$/.test(order))
    return { multipleBirthInteger: Number(order), multipleBirthBoolean: null }
  if (order !== undefined) pid.field(25).reject('invalid-value')
  return multiple === undefined ? {} : { multipleBirthBoolean: multiple, multipleBirthInteger: null }
}

/** Table 0136. */
function yesNo(value: ValueReader): boolean | undefined {
  const text = value.text()?.toUpperCase()
  if (text === 'Y') return true
  if (text === 'N') return false
  if (text !== undefined) value.reject('unknown-code')
  return undefined
}

/** PD1-3 and PD1-4: who has the list in hand outside the hospital. */
function generalPractitioner(pd1: SegmentReader | undefined, scope: Scope): Statement {
  if (pd1 === undefined) return {}
  const references: Reference[] = [
    ...pd1.repetitions(4).flatMap((value) => xcnToPractitioner(value, scope) ?? []),
    ...pd1.repetitions(3).flatMap((value) => xonToOrganization(value, scope) ?? []),
  ]
  return statement('generalPractitioner', references, pd1.isNull(3) || pd1.isNull(4))
}

const PATIENT_EXTENSION = 'http://hl7.org/fhir/StructureDefinition/patient-'

function extensions(pid: SegmentReader, scope: Scope): Statement {
  const list: Extension[] = []
  // The extension holds a family name; what else PID-6 says is listed as unmapped.
  const motherName = pid.text(6)
  if (motherName !== undefined)
    list.push({ url: `${PATIENT_EXTENSION}mothersMaidenName`, valueString: motherName })
  const religion = cweToCodeableConcept(pid.field(17), scope)
  if (religion !== undefined)
    list.push({ url: `${PATIENT_EXTENSION}religion`, valueCodeableConcept: religion })
  const place = pid.text(23)
  if (place !== undefined) list.push({ url: `${PATIENT_EXTENSION}birthPlace`, valueAddress: { text: place } })
  for (const [field, name] of [
    [26, 'citizenship'],
    [28, 'nationality'],
  ] as const)
    for (const value of pid.repetitions(field)) {
      const code = cweToCodeableConcept(value, scope)
      if (code !== undefined)
        list.push({
          url: `${PATIENT_EXTENSION}${name}`,
          extension: [{ url: 'code', valueCodeableConcept: code }],
        })
    }
  return statement('extension', list, allNull(pid, [6, 17, 23, 26, 28]))
}
