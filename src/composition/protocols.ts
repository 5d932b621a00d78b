/** The protocols that this hub speaks: by channel for the worker, by surface for intake. */
import { canonicalDeviceProtocol } from '../../mappings/devices/protocol.js'
import { hl7v2Protocol } from '../../mappings/hl7v2/protocol.js'
import { kithProtocol } from '../../mappings/kith/protocol.js'
import { kithQueries } from '../../mappings/kith/query/protocol.js'
import { sfmProtocol } from '../../mappings/sfm/protocol.js'
import type { ChannelProtocol, Envelope } from '../core/message.js'
import type { QueryProtocol } from '../core/query.js'

export const PROTOCOLS: ReadonlyMap<Envelope['channel'], ChannelProtocol> = new Map([
  ['hl7v2', hl7v2Protocol],
  ['eresept', kithProtocol],
  ['sfm', sfmProtocol],
  ['devices', canonicalDeviceProtocol],
])

export const SURFACES: ReadonlyMap<string, ChannelProtocol> = new Map([
  ['hl7v2', hl7v2Protocol],
  ['eresept', kithProtocol],
  ['sfm', sfmProtocol],
  ['devices/canonical', canonicalDeviceProtocol],
])

/** Channels that answer queries. */
export const QUERIES: ReadonlyMap<Envelope['channel'], QueryProtocol> = new Map([['eresept', kithQueries]])
