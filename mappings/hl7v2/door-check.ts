/**
 * The door check of HL7 v2 (reliability.md 3, rule 1): by hand from the bytes, bounded, without the parser. What it lets
 * in can be parsed; whom the message is about is known.
 */
import { HubError, type HubErrorCode, isHubError, type Problem } from '../../src/core/errors.js'
import type { DoorResult, DoorSettings, Envelope, Identity, Subject } from '../../src/core/message.js'
import { YEAR_RULE } from '../../src/core/zone.js'
import { isBeyondYears, toDateTime } from './date-time.js'
import { readLines } from './frame.js'
import {
  lenientHeader,
  partText,
  type RawFields,
  rawFields,
  rawText,
  repetitionsOf,
  senderOf,
  versionOf,
} from './header.js'
import { MERGE_PAIRS_MAX } from './limits.js'
import { distinctIdentities, type Numbering, readPersonIdentity } from './person-identity.js'
import type { Separators } from './separators.js'

interface DoorLine {
  readonly name: string
  readonly occurrence: number
  readonly fields: RawFields
}

interface DoorMessage {
  readonly separators: Separators
  readonly sender: string
  readonly kind: string
  readonly lines: readonly DoorLine[]
  readonly settings: DoorSettings
}

/** Segments that the door reads; the rest is left to the parser. */
const READ_AT_THE_DOOR = new Set(['MSH', 'PID', 'MRG', 'ORC', 'RXE', 'RXD'])

/** @param kinds message kinds (`ADT^A01`) that the hub maps */
export function checkMessage(
  raw: Uint8Array,
  settings: DoorSettings,
  kinds: ReadonlyMap<string, unknown>,
): DoorResult {
  try {
    return checkReadable(raw, settings, kinds)
  } catch (error) {
    if (!isHubError(error)) throw error
    return refuseUnread(raw, error)
  }
}

function checkReadable(
  raw: Uint8Array,
  settings: DoorSettings,
  kinds: ReadonlyMap<string, unknown>,
): DoorResult {
  const { separators, lines } = readLines(raw)
  const msh = rawFields(lines[0] ?? '', separators)
  const envelope = readEnvelope(msh, separators, settings.zone)
  if (envelope.messageId === '') {
    const problem = { at: 'MSH-10', text: 'a message has a control id', protocolCode: '101' }
    return { kind: 'unreadable', refusal: { code: 'MESSAGE_INVALID', problems: [problem] } }
  }
  const header = checkHeader(msh, envelope.kind, separators, settings, kinds)
  if (header !== undefined) return refuse(envelope, 'MESSAGE_TYPE_UNSUPPORTED', [header])
  if (isBeyondYears(rawText(msh, 7, 1, separators) ?? ''))
    return refuse(envelope, 'MESSAGE_INVALID', [{ at: 'MSH-7', text: YEAR_RULE, protocolCode: '102' }])
  const message: DoorMessage = {
    separators,
    sender: envelope.sender,
    kind: envelope.kind,
    lines: doorLines(lines, separators),
    settings,
  }
  const sequence = checkSequence(message)
  if (sequence.length > 0) return refuse(envelope, 'MESSAGE_INVALID', sequence)
  const subjects = envelope.kind === 'ADT^A40' ? mergeSubjects(message) : [personSubject(message)]
  return { kind: 'accept', items: subjects.map((subject, part) => ({ ...envelope, part, subject })) }
}

/** What the bytes still say of sender and id, when the message as a whole cannot be read. */
function refuseUnread(raw: Uint8Array, error: HubError): DoorResult {
  const problems: Problem[] =
    error.issues.length > 0
      ? [...error.issues]
      : [
          {
            at: error.at ?? 'MSH',
            text: error.message,
            code: error.code,
            ...(error.protocolCode === undefined ? {} : { protocolCode: error.protocolCode }),
          },
        ]
  const header = lenientHeader(raw)
  const messageId = header === undefined ? '' : (header.fields[10] ?? '').trim()
  if (header === undefined || messageId === '')
    return { kind: 'unreadable', refusal: { code: error.code, problems } }
  const { fields, separators } = header
  const envelope: Envelope = {
    channel: 'hl7v2',
    kind: kindOf(fields, separators),
    sender: senderOf(fields, separators),
    messageId,
    part: 0,
    subject: { by: 'none' },
  }
  return refuse(envelope, error.code, problems)
}

const refuse = (envelope: Envelope, code: HubErrorCode, problems: readonly Problem[]): DoorResult => ({
  kind: 'refuse',
  envelope,
  refusal: { code, problems },
})

function readEnvelope(msh: RawFields, separators: Separators, zone: string): Envelope {
  const time = rawText(msh, 7, 1, separators)
  const sentAt = time === undefined ? undefined : toDateTime(time, { offset: undefined, zone })
  return {
    channel: 'hl7v2',
    kind: kindOf(msh, separators),
    sender: senderOf(msh, separators),
    messageId: rawText(msh, 10, 1, separators) ?? '',
    part: 0,
    ...(sentAt === undefined ? {} : { sentAt }),
    subject: { by: 'none' },
  }
}

/** Message code and trigger event decide; the structure of MSH-9.3 is often wrong and never asked (hl7v2.md 1). */
const kindOf = (msh: RawFields, separators: Separators): string =>
  `${rawText(msh, 9, 1, separators) ?? ''}^${rawText(msh, 9, 2, separators) ?? ''}`

function checkHeader(
  msh: RawFields,
  kind: string,
  separators: Separators,
  settings: DoorSettings,
  kinds: ReadonlyMap<string, unknown>,
): Problem | undefined {
  if (!kinds.has(kind)) {
    const code = `${kind.split('^')[0]}^`
    const knownCode = [...kinds.keys()].some((known) => known.startsWith(code))
    return knownCode
      ? { at: 'MSH-9.2', text: 'trigger event is not taken', protocolCode: '201' }
      : { at: 'MSH-9.1', text: 'message type is not taken', protocolCode: '200' }
  }
  if (!settings.processingIds.includes(rawText(msh, 11, 1, separators) ?? ''))
    return { at: 'MSH-11', text: 'processing id is not taken', protocolCode: '202' }
  if (versionOf(msh, separators) === undefined)
    return { at: 'MSH-12', text: 'version is not one of 2.1 to 2.8', protocolCode: '203' }
  return undefined
}

function doorLines(lines: readonly string[], separators: Separators): readonly DoorLine[] {
  const counts = new Map<string, number>()
  const result: DoorLine[] = []
  for (const line of lines) {
    const name = line.slice(0, 3)
    if (!READ_AT_THE_DOOR.has(name)) continue
    const occurrence = (counts.get(name) ?? 0) + 1
    counts.set(name, occurrence)
    result.push({ name, occurrence, fields: rawFields(line, separators) })
  }
  return result
}

/** What can be told of the order groups without parsing them (hl7v2.md 2, 5.2). */
function checkSequence(message: DoorMessage): readonly Problem[] {
  const { kind, lines, separators } = message
  if (!lines.some((line) => line.name === 'PID'))
    return [{ at: 'PID', text: 'a person is named', protocolCode: '101' }]
  if (!kind.startsWith('RDE') && !kind.startsWith('RDS')) return []
  const orders = lines.filter((line) => line.name === 'ORC')
  const content = kind.startsWith('RDE') ? 'RXE' : 'RXD'
  if (!lines.some((line) => line.name === content))
    return [{ at: content, text: `${kind} has at least one ${content}`, protocolCode: '100' }]
  const first = lines.find((line) => line.name === 'ORC' || line.name === content)
  if (first?.name !== 'ORC')
    return [{ at: content, text: 'an order group begins with ORC', protocolCode: '100' }]
  const numberless = orders.filter((line) => !hasValue(line, 2, separators) && !hasValue(line, 3, separators))
  if (numberless.length > 0)
    return numberless.map((line) => ({
      at: `ORC[${line.occurrence}]-2`,
      text: 'an order has a placer or a filler order number',
      protocolCode: '101',
    }))
  const controls = orders.map((line) => rawText(line.fields, 1, 1, separators))
  if (controls.includes('RP') && !controls.includes('RO'))
    return [{ at: 'ORC-1', text: 'RP comes with the RO that replaces it', protocolCode: '100' }]
  return []
}

const hasValue = (line: DoorLine, field: number, separators: Separators): boolean =>
  rawText(line.fields, field, 1, separators) !== undefined

/** @throws HubError MESSAGE_INVALID (101), IDENTITY_INVALID (102) */
function personSubject(message: DoorMessage): Subject {
  const pid = message.lines.find((line) => line.name === 'PID')
  return { by: 'person', identifiers: pid === undefined ? [] : personIdentities(message, pid) }
}

/**
 * One subject for each PID and the MRG that follows it (hl7v2.md 3.4).
 * @throws HubError MESSAGE_INVALID (100) for a broken pair and for more than MERGE_PAIRS_MAX
 */
function mergeSubjects(message: DoorMessage): readonly Subject[] {
  const subjects: Subject[] = []
  const relevant = message.lines.filter((line) => line.name === 'PID' || line.name === 'MRG')
  if (relevant.filter((line) => line.name === 'PID').length > MERGE_PAIRS_MAX)
    throw new HubError('MESSAGE_INVALID', `a message has at most ${MERGE_PAIRS_MAX} pairs of PID and MRG`, {
      at: `PID[${MERGE_PAIRS_MAX + 1}]`,
      protocolCode: '100',
    })
  for (let i = 0; i < relevant.length; i += 2) {
    const pid = relevant[i]
    const mrg = relevant[i + 1]
    if (pid?.name !== 'PID' || mrg?.name !== 'MRG')
      throw new HubError('MESSAGE_INVALID', 'each PID is followed by its MRG', {
        at: pid === undefined ? 'PID' : `${pid.name}[${pid.occurrence}]`,
        protocolCode: '100',
      })
    subjects.push({
      by: 'merge',
      survivor: personIdentities(message, pid),
      prior: priorIdentities(message, mrg),
    })
  }
  return subjects
}

const PID_NUMBERS: readonly (readonly [number, Numbering])[] = [
  [3, 'patient'],
  [2, 'external'],
  [4, 'alternate'],
]
const MRG_NUMBERS: readonly (readonly [number, Numbering])[] = [
  [1, 'patient'],
  [4, 'external'],
]

const personIdentities = (message: DoorMessage, pid: DoorLine): readonly Identity[] =>
  readIdentities(message, pid, PID_NUMBERS)

const priorIdentities = (message: DoorMessage, mrg: DoorLine): readonly Identity[] =>
  readIdentities(message, mrg, MRG_NUMBERS)

function readIdentities(
  message: DoorMessage,
  line: DoorLine,
  numbers: readonly (readonly [number, Numbering])[],
): readonly Identity[] {
  const { separators, sender, settings } = message
  const place = line.occurrence === 1 ? line.name : `${line.name}[${line.occurrence}]`
  const found: Identity[] = []
  for (const [field, numbering] of numbers) {
    for (const repetition of repetitionsOf(line.fields[field] ?? '', separators)) {
      const part = (component: number, subcomponent = 1) =>
        partText(repetition, component, separators, subcomponent)
      const authority = { namespace: part(4, 1), universalId: part(4, 2), universalIdType: part(4, 3) }
      const read = readPersonIdentity(
        { value: part(1), authority, type: part(5) },
        numbering,
        sender,
        settings.syntheticIds === 'accept',
      )
      if (read.kind === 'invalid')
        throw new HubError('IDENTITY_INVALID', 'a national number holds, and is of a kind that is taken', {
          at: `${place}-${field}`,
          protocolCode: '102',
        })
      if (read.kind === 'identity') found.push(read.identity)
    }
  }
  if (found.length === 0)
    throw new HubError('MESSAGE_INVALID', 'a person has a number', {
      at: `${place}-${numbers[0]?.[0] ?? 1}`,
      protocolCode: '101',
    })
  return distinctIdentities(found)
}
