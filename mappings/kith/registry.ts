/** The messages of the e-prescription family that the hub takes (eresept.md 1): add a row to `kinds.ts` and here. */
import { HubError, type Problem } from '../../src/core/errors.js'
import type { MessageType, Subject } from '../../src/core/message.js'
import {
  m21Kind,
  m92Kind,
  m94Kind,
  m96Kind,
  m98Kind,
  m241Kind,
  m242Kind,
  m912Kind,
  m922Kind,
} from './answer-kinds.js'
import { appRecType } from './apprec-type.js'
import type { OpenAttached } from './attachments.js'
import { m6Kind, m7Kind, m8Kind, m52Kind, m81Kind } from './broker-kinds.js'
import type { HeadMessage, KithKind } from './kind.js'
import { m1Kind, m5Kind, m10Kind, m251Kind, m252Kind, m253Kind, m254Kind } from './kinds.js'
import type { SyntheticIds } from './national-id.js'
import { openHeadMessage } from './open-message.js'
import { m91Kind, m93Kind, m95Kind, m97Kind, m911Kind, m921Kind } from './query/query-kinds.js'
import { m28Kind, m271Kind, m272Kind } from './register-kinds.js'
import { parseXml, type XmlElement } from './xml.js'

/** The door's view of a kind: faults of a message, and whom it is about (one for each part). */
export type CheckKind = (
  root: XmlElement,
  sender: string,
  synthetic: SyntheticIds,
) => { readonly problems: readonly Problem[]; readonly subjects: readonly Subject[] }

export interface KithRow {
  readonly type: MessageType
  readonly check: CheckKind
  readonly answeredBy: 'apprec' | 'transport' | 'query' | 'receipt'
  /** The same message inside another one. */
  readonly openAttached: OpenAttached
}

/** By `Envelope.kind`. */
export const kithRows: ReadonlyMap<string, KithRow> = new Map(
  [
    row(m1Kind),
    row(m5Kind),
    row(m52Kind),
    row(m6Kind),
    row(m7Kind),
    row(m8Kind),
    row(m81Kind),
    row(m10Kind),
    row(m251Kind),
    row(m252Kind),
    row(m253Kind),
    row(m254Kind),
    row(m271Kind),
    row(m272Kind),
    row(m28Kind),
    row(m21Kind),
    row(m91Kind),
    row(m92Kind),
    row(m93Kind),
    row(m94Kind),
    row(m95Kind),
    row(m96Kind),
    row(m97Kind),
    row(m98Kind),
    row(m911Kind),
    row(m912Kind),
    row(m921Kind),
    row(m922Kind),
    row(m241Kind),
    row(m242Kind),
  ].map((one) => [one.type.kind, one]),
)

/** By `Envelope.kind`, with AppRec, which comes without MsgHead. */
export const kithTypes: ReadonlyMap<string, MessageType> = new Map(
  [...[...kithRows.values()].map(({ type }) => type), appRecType].map((type) => [type.kind, type]),
)

const openAttached: OpenAttached = (root, kind, ...rest) =>
  kithRows.get(kind)?.openAttached(root, kind, ...rest)

function row<Payload>(kind: KithKind<Payload>): KithRow {
  const { receipt } = kind
  // What is given back to `map` and `receipt` is what `parse` of the same row returned.
  const own = (message: unknown) => message as HeadMessage<Payload>
  return {
    type: {
      kind: kind.kind,
      parse: (raw, part, context) => {
        // Which numbers are taken was decided at the door.
        const opened = openHeadMessage(kind, parseXml(raw), context.sender, 'accept', openAttached, part)
        if (opened.message !== undefined) return opened.message
        throw invalid(opened.problems)
      },
      map: (message, context) => kind.map(own(message), context),
      ...(receipt === undefined ? {} : { receipt: (message, context) => receipt(own(message), context) }),
    },
    check: (root, sender, synthetic) => openHeadMessage(kind, root, sender, synthetic, openAttached),
    answeredBy: receipt === undefined ? (kind.answeredBy ?? 'apprec') : 'receipt',
    openAttached: (root, _kind, sender, synthetic, problems) => {
      const opened = openHeadMessage(kind, root, sender, synthetic, setAside)
      problems.push(...opened.problems)
      const { message } = opened
      const [subject = { by: 'none' }] = opened.subjects
      return (
        message && {
          head: message.head,
          payload: message.payload,
          subject,
          map: (context) => kind.map(message, { ...context, sender }),
        }
      )
    },
  }
}

/** What is attached to an attachment stays where it is. */
const setAside: OpenAttached = () => undefined

function invalid(problems: readonly Problem[]): HubError {
  const [first] = problems
  return new HubError('MESSAGE_INVALID', first?.text ?? 'the message breaks its rules', {
    issues: problems,
    ...(first === undefined ? {} : { at: first.at }),
    ...(first?.protocolCode === undefined ? {} : { protocolCode: first.protocolCode }),
  })
}
