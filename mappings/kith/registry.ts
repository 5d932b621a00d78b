/** The messages of the e-prescription family that the hub takes (eresept.md 1): add a row to `kinds.ts` and here. */
import { HubError, type Problem } from '../../src/core/errors.js'
import type { Identity, MessageType } from '../../src/core/message.js'
import { appRecType } from './apprec-type.js'
import type { HeadMessage, KithKind } from './kind.js'
import { m1Kind, m5Kind, m10Kind, m251Kind } from './kinds.js'
import type { SyntheticIds } from './national-id.js'
import { openHeadMessage } from './open-message.js'
import { parseXml, type XmlElement } from './xml.js'

/** The door's view of a kind: faults of a message, and whom it is about. */
export type CheckKind = (
  root: XmlElement,
  sender: string,
  synthetic: SyntheticIds,
) => { readonly problems: readonly Problem[]; readonly identities: readonly Identity[] }

interface Row {
  readonly type: MessageType
  readonly check: CheckKind
}

const rows: readonly Row[] = [row(m1Kind), row(m5Kind), row(m10Kind), row(m251Kind)]

/** By `Envelope.kind`. */
export const kithTypes: ReadonlyMap<string, MessageType> = new Map(
  [...rows.map(({ type }) => type), appRecType].map((type) => [type.kind, type]),
)

/** Door checks of the kinds that come in a MsgHead. */
export const kithChecks: ReadonlyMap<string, CheckKind> = new Map(
  rows.map(({ type, check }) => [type.kind, check]),
)

function row<Payload>(kind: KithKind<Payload>): Row {
  const { receipt } = kind
  // What is given back to `map` and `receipt` is what `parse` of the same row returned.
  const own = (message: unknown) => message as HeadMessage<Payload>
  return {
    type: {
      kind: kind.kind,
      parse: (raw, _part, context) => {
        // Which numbers are taken was decided at the door.
        const { message, problems } = openHeadMessage(kind, parseXml(raw), context.sender, 'accept')
        if (message !== undefined) return message
        const [first] = problems
        throw new HubError('MESSAGE_INVALID', first?.text ?? 'the message breaks its rules', {
          issues: problems,
          ...(first === undefined ? {} : { at: first.at }),
          ...(first?.protocolCode === undefined ? {} : { protocolCode: first.protocolCode }),
        })
      },
      map: (message, context) => kind.map(own(message), context),
      ...(receipt === undefined ? {} : { receipt: (message, context) => receipt(own(message), context) }),
    },
    check: (root, sender, synthetic) => openHeadMessage(kind, root, sender, synthetic),
  }
}
