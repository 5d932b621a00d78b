/** The e-prescription channel's queries: what is asked, what is needed for the answer, and the answer itself. */
import { HubError } from '../../../src/core/errors.js'
import { assertNever } from '../../../src/core/exhaustive.js'
import type { Envelope, Reply } from '../../../src/core/message.js'
import type { Ask, Known, QueryContext, QueryProtocol } from '../../../src/core/query.js'
import { appRecAnswer } from '../apprec-answer.js'
import { idIdentity } from '../build.js'
import { toUtc } from '../dates.js'
import { organisationIdent } from '../frame.js'
import type { HeadMessage } from '../kind.js'
import { NS } from '../namespaces.js'
import { kithRows } from '../registry.js'
import { replyHead } from '../reply-head.js'
import { numberIdentity, PRESCRIPTION_TYPES } from '../whom.js'
import { parseXml } from '../xml.js'
import { node, writeXml, XML_DECLARATION } from '../xml-write.js'
import {
  type Answer,
  answerM91,
  answerM93,
  answerM95,
  answerM97,
  answerM911,
  type Originals,
  originalsWanted,
  typeOfAnswer,
} from './answers.js'
import { numbersOf } from './person.js'
import type { Query } from './queries.js'

export const kithQueries: QueryProtocol = {
  kinds: new Set([...kithRows].flatMap(([kind, { answeredBy }]) => (answeredBy === 'query' ? [kind] : []))),
  ask: (raw, envelope, context) => ask(open(raw, envelope), envelope, context),
  originals: (raw, envelope, found, context) => originalsWanted(open(raw, envelope).payload, found, context),
  answer,
}

/** What the door accepted, read again. */
function open(raw: Uint8Array, envelope: Envelope): HeadMessage<Query> {
  const type = kithRows.get(envelope.kind)?.type
  if (type === undefined) throw new HubError('UNEXPECTED', 'no such query')
  // Rows that are answered as queries have the payload of a query.
  return type.parse(raw, envelope.part, {
    zone: 'UTC',
    receivedAt: '',
    sender: envelope.sender,
  }) as HeadMessage<Query>
}

function ask({ head, payload: query }: HeadMessage<Query>, envelope: Envelope, context: QueryContext): Ask {
  switch (query.kind) {
    case 'M9.1':
    case 'M9.5':
      if (query.fnr !== undefined) return { by: 'person', identifiers: [numberIdentity(query.fnr)] }
      return query.refNr.length === 0
        ? { by: 'nobody' }
        : {
            by: 'resource',
            types: PRESCRIPTION_TYPES,
            identifiers: query.refNr.map((value) => ({ system: '*', value })),
          }
    case 'M9.3': {
      const id = query.reseptId
      const identifier =
        id === undefined
          ? { system: '*', value: query.refNr ?? '' }
          : idIdentity(id, envelope.sender, 'ReseptId')
      return { by: 'resource', types: PRESCRIPTION_TYPES, identifiers: [identifier] }
    }
    case 'M9.7':
      return {
        by: 'resource',
        types: PRESCRIPTION_TYPES,
        identifiers: [idIdentity(query.reseptId, envelope.sender, 'ReseptId')],
      }
    case 'M9.11':
      return { by: 'person', identifiers: [numberIdentity(query.fnr)] }
    case 'M9.21':
      return {
        by: 'member',
        identifiers: head.sender.idents.map((ident) => organisationIdent(ident, envelope.sender)),
        types: ['MedicationRequest', 'DeviceRequest', 'List'],
        since: toUtc(query.since, context.zone),
      }
    default:
      return assertNever(query)
  }
}

function answer(
  raw: Uint8Array,
  envelope: Envelope,
  found: readonly Known[],
  originals: Originals,
  context: QueryContext,
): Reply {
  const { head, payload: query } = open(raw, envelope)
  const made = answerOf(query, head, found, originals, context)
  const contentType = 'application/xml; charset=utf-8'
  if (made.kind === 'impossible') {
    const problems = [
      { at: 'MsgHead', text: made.reason, code: 'RESOURCE_INVALID' as const, protocolCode: 'X99' },
    ]
    const refusal = { code: 'RESOURCE_INVALID' as const, problems }
    const body = appRecAnswer(parseXml(raw, { until: 'MsgInfo' }), { kind: 'refused', refusal }, context)
    return { status: 422, contentType, body }
  }
  const message = replyHead(head, typeOfAnswer[query.kind], made.payload, context, made.attachments)
  return { status: 200, contentType, body: XML_DECLARATION + writeXml(message) }
}

function answerOf(
  query: Query,
  head: HeadMessage<Query>['head'],
  found: readonly Known[],
  originals: Originals,
  context: QueryContext,
): Answer {
  switch (query.kind) {
    case 'M9.1':
      return answerM91(query, found, context)
    case 'M9.3':
      return answerM93(query, found, originals, context)
    case 'M9.5':
      return answerM95(query, found, originals, context)
    case 'M9.7':
      return answerM97(query, head, found, originals, context)
    case 'M9.11':
      return answerM911(query, head, found, originals, context)
    case 'M9.21':
      return answerM921(query, found, context)
    default:
      return assertNever(query)
  }
}

/** Patients with a new prescription or a new list since then (eresept.md 7). */
function answerM921(
  query: Extract<Query, { kind: 'M9.21' }>,
  found: readonly Known[],
  context: QueryContext,
): Answer {
  const since = toUtc(query.since, context.zone)
  const changed = found.flatMap((known) => (hasNewer(known, since) ? (numbersOf(known).own ?? []) : []))
  const content =
    changed.length === 0 ? [node('IngenEndring', 'true')] : changed.map((number) => node('Fnr', number))
  return { kind: 'document', payload: node('M922', content, { xmlns: NS.m922 }), attachments: [] }
}

const hasNewer = (known: Known, since: string): boolean =>
  known.resources.some(
    ({ lastUpdated, layer, resource }) =>
      layer === 'fact' &&
      lastUpdated > since &&
      (resource.resourceType === 'MedicationRequest' ||
        resource.resourceType === 'DeviceRequest' ||
        (resource.resourceType === 'List' && resource.code?.coding?.[0]?.code === 'M25.1')),
  )
