/** Rows of the table for queries: they change nothing, and are answered in the request (reliability.md 3, rule 1). */
import { frameOf } from '../frame.js'
import type { KithKind, PayloadFormat } from '../kind.js'
import { mapped } from '../mapped-message.js'
import { NS } from '../namespaces.js'
import { whomOfNumber } from '../whom.js'
import {
  FORESPORSEL,
  M93_SHAPE,
  M95_SHAPE,
  M95_SHAPE_OF_2015,
  M97_SHAPE,
  M97_SHAPE_OF_2015,
  M911_SHAPE,
  M911_SHAPE_OF_2014,
  M921_SHAPE,
  type Query,
  readM91,
  readM93,
  readM95,
  readM97,
  readM911,
  readM921,
} from './queries.js'

export const m91Kind = queryKind('M9.1', readM91, [
  { ns: NS.m91, local: 'ForesporselReseptUtleverer', shape: FORESPORSEL },
])
export const m93Kind = queryKind('M9.3', readM93, [{ ns: NS.m93, local: 'M93', shape: M93_SHAPE }])
export const m95Kind = queryKind('M9.5', readM95, [
  { ns: NS.m95, local: 'M95', shape: M95_SHAPE },
  { ns: NS.m95Of2015, local: 'M95', shape: M95_SHAPE_OF_2015 },
])
export const m97Kind = queryKind('M9.7', readM97, [
  { ns: NS.m97, local: 'M97', shape: M97_SHAPE },
  { ns: NS.m97Of2015, local: 'M97', shape: M97_SHAPE_OF_2015 },
])
export const m911Kind = queryKind('M9.11', readM911, [
  { ns: NS.m911, local: 'M911', shape: M911_SHAPE },
  { ns: NS.m911Of2014, local: 'M911', shape: M911_SHAPE_OF_2014 },
])
export const m921Kind = queryKind('M9.21', readM921, [{ ns: NS.m921, local: 'M921', shape: M921_SHAPE }])

function queryKind(
  kind: Query['kind'],
  read: KithKind<Query>['read'],
  [first, ...others]: readonly [PayloadFormat, ...PayloadFormat[]],
): KithKind<Query> {
  return {
    kind,
    payload: first,
    otherFormats: others,
    patient: 'elsewhere',
    whom: ({ payload }, context) => {
      const number = 'fnr' in payload ? payload.fnr : undefined
      if (number === undefined) return { problems: [], subjects: [{ by: 'none' }] }
      return whomOfNumber(number, [], `MsgHead/Document/RefDoc/Content/${first.local}/Fnr`, context)
    },
    answeredBy: 'query',
    read,
    map: (message, context) => {
      const frame = frameOf(message.head, message.unmapped, context)
      frame.unmapped.push({
        at: 'MsgHead',
        reason: 'administrative',
        note: 'a question: answered, nothing kept',
      })
      return mapped(frame, message, 'client', 'READ')
    },
  }
}
