/** M9.8 (dispenses of one prescription, M6s attached) and M9.22 (multidose patients with changes) (eresept.md 9). */
import type { Unmapped } from '../../src/core/message.js'
import { given } from './msghead.js'
import { NS } from './namespaces.js'
import { administrative, child, flag, type Reader, text, texts } from './reader.js'
import { choice, one, type Shape, shape, some } from './shape.js'
import type { XmlElement } from './xml.js'

export interface M98 {
  readonly ingenResept?: boolean
  readonly antall?: number
  /** The patient has reserved against the prescriber seeing dispenses. */
  readonly pasientreservasjon?: boolean
}

export const M98_SHAPE: Shape = shape(NS.m98, [
  choice(
    one('IngenResept', 'boolean'),
    one('AntallUtleveringer', 'int'),
    one('Pasientreservasjon', 'boolean'),
  ),
])
/** The schema of 2015 spells the count so. */
export const M98_SHAPE_OF_2015: Shape = shape(NS.m98Of2015, [
  choice(one('IngenResept', 'boolean'), one('AntallUteveringer', 'int')),
])

export function readM98(reader: Reader, element: XmlElement): M98 {
  const antall = text(reader, element, 'AntallUtleveringer') ?? text(reader, element, 'AntallUteveringer')
  const read = {
    ...given('ingenResept', flag(reader, element, 'IngenResept')),
    ...given('antall', antall === undefined ? undefined : Number(antall)),
    ...given('pasientreservasjon', flag(reader, element, 'Pasientreservasjon')),
  }
  for (const name of ['IngenResept', 'AntallUtleveringer', 'AntallUteveringer', 'Pasientreservasjon'])
    administrative(reader, child(element, name), 'outcome of the query, about no dispense')
  return read
}

/** Dispenses that the answer counts and does not bring along. */
export const missingDispenses = (answer: M98, attached: number): readonly Unmapped[] =>
  answer.antall === undefined || answer.antall === attached
    ? []
    : [
        {
          at: 'MsgHead/Document',
          reason: 'invalid-value',
          note: 'the answer counts other dispenses than are attached',
        },
      ]

export interface M922 {
  readonly fnr: readonly string[]
}

export const M922_SHAPE: Shape = shape(NS.m922, [choice(some('Fnr', 'text'), one('IngenEndring', 'boolean'))])

export function readM922(reader: Reader, element: XmlElement): M922 {
  administrative(reader, child(element, 'IngenEndring'), 'nothing changed')
  return { fnr: texts(reader, element, 'Fnr') }
}
