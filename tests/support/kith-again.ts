/** A message read, made again out of its resources, and read again. */
import assert from 'node:assert/strict'
import type { Communication, MedicationStatement } from 'fhir/r4.js'
import type { HeadMessage } from '../../mappings/kith/kind.js'
import type { Envelope, Party } from '../../mappings/kith/write/msghead.js'
import { type Outgoing, produce } from '../../mappings/kith/write/produce.js'
import type { Question } from '../../mappings/kith/write/question-nodes.js'
import type { Produced } from '../../mappings/kith/write/sheet.js'
import { extensionUrl } from '../../src/core/canonical.js'
import { all, only, type Ran, RECEIVED_AT, run, SETTINGS } from './kith-run.js'

/** Envelope of a message as its sender would make it from its own configuration. */
export function envelopeOf(ran: Ran): Omit<Envelope, 'type'> {
  const { head } = ran.message as HeadMessage<unknown>
  const idOf = (type: string) => head.sender.idents.find((ident) => ident.type.V === type)?.id
  const person = head.sender.professional
  const hpr = person?.idents.find((ident) => ident.type.V === 'HPR')?.id
  const organisationNumber = idOf('ENH')
  const sender: Party = {
    name: head.sender.name ?? '',
    her: idOf('HER') ?? '',
    ...(organisationNumber === undefined ? {} : { organisationNumber }),
  }
  return {
    msgId: head.msgId,
    genDate: head.genDate,
    sender,
    ...(hpr === undefined
      ? {}
      : {
          person: {
            hpr,
            ...(person?.givenName === undefined ? {} : { given: person.givenName }),
            ...(person?.familyName === undefined ? {} : { family: person.familyName }),
          },
        }),
    receiver: { name: 'Mottaker', her: '8900098' },
    ...(head.refToParent === undefined
      ? {}
      : {
          conversation: { parent: head.refToParent, thread: head.refToConversation ?? head.refToParent },
        }),
  }
}

/** What a read message says, as what is to be sent. */
export function outgoingOf(ran: Ran, fragments: ReadonlyMap<string, string> = new Map()): Outgoing {
  switch (ran.envelope.kind) {
    case 'M1': {
      const [request] = [...all(ran, 'MedicationRequest'), ...all(ran, 'DeviceRequest')]
      assert.ok(request)
      return { kind: 'M1', request }
    }
    case 'M10': {
      const [dispense] = [...all(ran, 'MedicationDispense'), ...all(ran, 'SupplyDelivery')]
      assert.ok(dispense)
      return { kind: 'M10', dispense }
    }
    default: {
      const list = only(ran, 'List')
      const locum = list.extension?.find(({ url }) => url === extensionUrl('locum'))?.valueCodeableConcept
      const [note] = list.note ?? []
      return {
        kind: 'M25.1',
        lib: {
          roles: (list.extension ?? []).filter(({ url }) => url === extensionUrl('list-role')),
          entries: all(ran, 'MedicationStatement').map((statement) => {
            const fragment = fragments.get(statement.identifier?.[0]?.value?.slice('urn:uuid:'.length) ?? '')
            return {
              statement,
              questions: questionsOf(ran, statement),
              ...(fragment === undefined ? {} : { fragment }),
            }
          }),
          allergies: all(ran, 'AllergyIntolerance'),
          ...(note === undefined ? {} : { note: note.text }),
          ...(locum === undefined ? {} : { locum }),
        },
      }
    }
  }
}

function questionsOf(ran: Ran, statement: MedicationStatement): Question[] {
  const id = statement.identifier?.[0]?.value
  const about = all(ran, 'Communication').filter((one) => one.about?.[0]?.identifier?.value === id)
  const answerTo = (asked: Communication) =>
    about.find((one) => one.inResponseTo?.[0]?.identifier?.value === asked.identifier?.[0]?.value)
  return about.flatMap((asked) => {
    if (asked.inResponseTo !== undefined) return []
    const answer = answerTo(asked)
    return [{ asked, ...(answer === undefined ? {} : { answer }) }]
  })
}

export function again(ran: Ran, fragments?: ReadonlyMap<string, string>): Produced {
  return produce(outgoingOf(ran, fragments), envelopeOf(ran), only(ran, 'Patient'), SETTINGS.zone)
}

/** The text of a message that could be made. */
export function made(produced: Produced): string {
  assert.equal(
    produced.kind,
    'produced',
    produced.kind === 'refused' ? JSON.stringify(produced.problems) : '',
  )
  return produced.kind === 'produced' ? produced.xml : ''
}

const PARTIES = new Set(['Patient', 'Practitioner', 'PractitionerRole', 'Organization'])

/** The clinical resources of a message, comparable with those of another: names of codes aside, which the lists give. */
export const clinical = (ran: Ran): unknown[] =>
  ran.resources
    .filter(({ resource }) => !PARTIES.has(resource.resourceType))
    .map(({ resource }) => JSON.parse(JSON.stringify(resource, withoutCodeName)))

const withoutCodeName = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'code' in value && 'display' in value
    ? { ...value, display: undefined }
    : value

/** Reads a message that the hub made. */
export const reread = (xml: string): Ran => run(xml, RECEIVED_AT)
