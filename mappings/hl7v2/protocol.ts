/** HL7 v2 as a channel: door check, answers, message types. */
import type { ChannelProtocol } from '../../src/core/message.js'
import { acknowledge } from './acknowledgement.js'
import { checkMessage } from './door-check.js'
import { hl7v2Types } from './registry.js'

export const hl7v2Protocol: ChannelProtocol = {
  channel: 'hl7v2',
  check: (raw, settings) => checkMessage(raw, settings, hl7v2Types),
  answer: (_envelope, raw, outcome, context) => acknowledge(raw, outcome, context),
  // CA and AA promise durability, and that is given at the commit.
  answersWithEffect: new Set(),
  types: hl7v2Types,
}
