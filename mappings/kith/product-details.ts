/**
 * What a message repeats of the drug catalogue about a product and no element of Medication takes: routes, whether it may
 * be crushed, excipients, make-up of packages. Kept value by value under the names of the message (Forskrivning-2013-10-08).
 */
import type { Extension } from 'fhir/r4.js'
import { codingOf, ext, nested, quantity } from './build.js'
import { EXT } from './extensions.js'
import {
  type Amount,
  administrative,
  type Coded,
  ownAmount,
  ownCoded,
  ownText,
  type Reader,
} from './reader.js'
import type { XmlElement } from './xml.js'

export interface ProductDetail {
  /** Names of the elements from below the product: `AdministreringLegemiddel/KanKnuses`. */
  readonly name: string
  readonly value:
    | { readonly kind: 'code'; readonly code: Coded }
    | { readonly kind: 'amount'; readonly amount: Amount }
    | { readonly kind: 'text'; readonly text: string }
}

const DETAILS = new Set([
  'AdministreringLegemiddel',
  'BestanddelMatr',
  'Hjelpestoff',
  'Leverandor',
  'PakningByttegruppe',
  'Pakningsinfo',
  'Pakningskomponent',
  'ProduktInfo',
  'ProduktInfoVare',
  'Refusjon',
  'Refvirkestoff',
  'Reseptgyldighet',
  'Smak',
  'StyrkeFormStoff',
])
/** Says nothing about the patient's medicine. */
const ASIDE = new Set(['Markedsforingsinfo', 'Preparatomtaleavsnitt', 'PrisVare'])
/** Has an extension of its own. */
const ELSEWHERE = new Set(['RefByttegruppe'])

/** The details among the children of a product; price, marketing and leaflets are set aside. */
export function readDetails(reader: Reader, product: XmlElement): readonly ProductDetail[] {
  for (const part of product.children)
    if (ASIDE.has(part.local))
      administrative(reader, part, 'price, marketing or leaflet in the drug catalogue')
  return product.children
    .filter(({ local }) => DETAILS.has(local))
    .flatMap((part) => detailsOf(reader, part, part.local))
}

function detailsOf(reader: Reader, element: XmlElement, name: string): readonly ProductDetail[] {
  if (element.children.length > 0)
    return element.children
      .filter(({ local }) => !ELSEWHERE.has(local))
      .flatMap((inner) => detailsOf(reader, inner, `${name}/${inner.local}`))
  const value = detailValue(reader, element)
  return value === undefined ? [] : [{ name, value }]
}

function detailValue(reader: Reader, element: XmlElement): ProductDetail['value'] | undefined {
  const { attributes } = element
  if ('U' in attributes) {
    const amount = ownAmount(reader, element)
    return amount && { kind: 'amount', amount }
  }
  if ('V' in attributes || 'OT' in attributes || 'DN' in attributes) {
    const code = ownCoded(reader, element)
    return code && { kind: 'code', code }
  }
  const text = ownText(reader, element)
  return text === undefined ? undefined : { kind: 'text', text }
}

export const detailExtensions = (details: readonly ProductDetail[]): readonly Extension[] =>
  details.flatMap(({ name, value }) =>
    nested(EXT.productDetail, [ext('name', 'valueString', name), valueExtension(value)]),
  )

function valueExtension(value: ProductDetail['value']): readonly Extension[] {
  switch (value.kind) {
    case 'code':
      return ext('value', 'valueCodeableConcept', conceptOf(value.code))
    case 'amount':
      return Number.isFinite(Number(value.amount.V))
        ? ext('value', 'valueQuantity', quantity(value.amount))
        : ext('value', 'valueString', [value.amount.V, value.amount.U].join(' '))
    default:
      return ext('value', 'valueString', value.text)
  }
}

/** Which code list an element without S means is not known here: then the code is only a word. */
function conceptOf(code: Coded) {
  const words = code.OT ?? ([code.V, code.DN].filter((word) => word !== undefined).join(' ') || undefined)
  if (code.S === undefined || code.V === undefined) return words === undefined ? undefined : { text: words }
  const coding = codingOf(code, 0)
  return {
    ...(coding === undefined ? {} : { coding: [coding] }),
    ...(code.OT === undefined ? {} : { text: code.OT }),
  }
}
