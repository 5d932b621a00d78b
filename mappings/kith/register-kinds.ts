/** The rows for multidose responsibility: M27.1, its answer M27.2, and M28 (eresept.md 8). */
import type { Identity, Subject } from '../../src/core/message.js'
import { idIdentity } from './build.js'
import { frameOf, isPharmacy } from './frame.js'
import type { KithKind } from './kind.js'
import {
  type M28,
  M28_SHAPE,
  type M271,
  M271_SHAPE,
  type M272,
  M272_SHAPE,
  readM28,
  readM271,
  readM272,
} from './m27.js'
import { checkM271, m28ToCareTeam, m271ToCareTeam, m272ToCareTeam } from './m27-to-care-team.js'
import { m271ToM272 } from './m271-to-m272.js'
import { addShared, mapped } from './mapped-message.js'
import type { Head } from './msghead.js'
import { NS } from './namespaces.js'

export const m271Kind: KithKind<M271> = {
  kind: 'M27.1',
  payload: { ns: NS.m271, local: 'M271', shape: M271_SHAPE },
  patient: 'national-id',
  read: readM271,
  check: checkM271,
  map: (message, context) => {
    const frame = frameOf(message.head, message.unmapped, context)
    addShared(frame, message)
    m271ToCareTeam(frame, message.head, message.payload)
    return mapped(frame, message, isPharmacy(message.head.sender) ? 'pharmacy' : 'prescriber', 'CREATE')
  },
  receipt: (message, context) => m271ToM272(message.head, context),
}

/** Its MsgHead names no patient as a rule: it belongs to the person of the M27.1 that it answers. */
export const m272Kind: KithKind<M272> = {
  kind: 'M27.2',
  payload: { ns: NS.m272, local: 'M272', shape: M272_SHAPE },
  patient: 'elsewhere',
  whom: ({ head }, { stated, sender }) => ({ problems: [], subjects: [aboutWhom(head, stated, sender)] }),
  answeredBy: 'transport',
  read: readM272,
  map: (message, context) => {
    const frame = frameOf(message.head, message.unmapped, context)
    addShared(frame, message)
    const amendments = m272ToCareTeam(frame, message.head, message.payload)
    return { ...mapped(frame, message, 'source-list', 'UPDATE'), amendments }
  },
}

export const m28Kind: KithKind<M28> = {
  kind: 'M28',
  payload: { ns: NS.m28, local: 'M28', shape: M28_SHAPE },
  patient: 'national-id',
  read: readM28,
  map: (message, context) => {
    const frame = frameOf(message.head, message.unmapped, context)
    addShared(frame, message)
    m28ToCareTeam(frame, message.head, message.payload)
    return mapped(frame, message, 'source-list', 'UPDATE')
  },
}

function aboutWhom(head: Head, stated: readonly Identity[], sender: string): Subject {
  if (stated.length > 0) return { by: 'person', identifiers: stated }
  return head.refToParent === undefined
    ? { by: 'none' }
    : { by: 'resource', types: ['CareTeam'], identifier: idIdentity(head.refToParent, sender, 'MsgId') }
}
