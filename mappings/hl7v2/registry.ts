/** The HL7 v2 messages that the hub maps, by message code and trigger event. Adding one touches this list and its own file. */
import type { MapContext, Mapped, MessageType } from '../../src/core/message.js'
import { mapAdt, readAdt } from './adt.js'
import { mapRde, mapRds } from './orders.js'
import { parseMessage } from './parse.js'
import type { Hl7Message } from './tree.js'

/** A message type whose parsed form stays its own business. */
function messageType<Parsed>(
  kind: string,
  read: (message: Hl7Message, part: number) => Parsed,
  map: (parsed: Parsed, context: MapContext) => Mapped,
): [string, MessageType] {
  const type: MessageType<Parsed> = { kind, parse: (raw, part) => read(parseMessage(raw), part), map }
  // What `map` gets is what `parse` of the same entry gave: the registry never mixes them.
  return [kind, type as MessageType]
}

const adt = (trigger: string): [string, MessageType] =>
  messageType(`ADT^${trigger}`, (message, part) => readAdt(message, trigger, part), mapAdt)
const order = (kind: string, map: typeof mapRde): [string, MessageType] =>
  messageType(kind, (message) => message, map)

export const hl7v2Types: ReadonlyMap<string, MessageType> = new Map([
  adt('A01'),
  adt('A04'),
  adt('A08'),
  adt('A40'),
  order('RDE^O11', mapRde),
  // Before 2.4 the events had other numbers.
  order('RDE^O01', mapRde),
  order('RDS^O13', mapRds),
  order('RDS^O01', mapRds),
])
