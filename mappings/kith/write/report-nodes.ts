/** What a dispense report says beyond the dispense: interventions, payment, paper prescriptions (eresept.md 6). */
import type { Extension } from 'fhir/r4.js'
import { HPR } from '../../../src/core/canonical.js'
import { EXT } from '../extensions.js'
import { NS } from '../namespaces.js'
import { node, type XmlNode } from '../xml-write.js'
import { fk1Ident } from './parties.js'
import { cs, cv, decimal, extOf, extsOf, flag, partOf, text } from './values.js'

type Extensions = readonly Extension[] | undefined

export const intervention = (one: Extension): XmlNode =>
  node('Intervensjon', [
    cv('Kode', partOf(one, 'reason')?.valueCodeableConcept, 7412),
    cs('EndringsType', partOf(one, 'change')?.valueCodeableConcept, 7413),
    flag('KonfKunde', partOf(one, 'confirmed-by-customer')?.valueBoolean),
    personNumber('KonfLege', partOf(one, 'confirmed-with')),
    text('Begrunnelse', partOf(one, 'note')?.valueString),
  ])

function personNumber(name: string, extension: Extension | undefined): XmlNode | undefined {
  const { system, value } = extension?.valueIdentifier ?? {}
  const type = system === HPR ? 'HPR' : /8116-([A-Z]{3})$/.exec(system ?? '')?.[1]
  return value === undefined || type === undefined ? undefined : fk1Ident(name, value, type, 8116)
}

export function priceNode(extension: Extensions): XmlNode | undefined {
  const price = extOf(extension, EXT.price)?.valueMoney
  return price && node('PrisLegemiddelUtenMt', undefined, { V: decimal(price.value), U: price.currency })
}

export const coPayments = (extension: Extensions): readonly XmlNode[] =>
  extsOf(extension, EXT.coPayment).map((one) => {
    const paid = partOf(one, 'paid')?.valueMoney
    return node('Egenandel', [
      text('StartEgenandelsperiode', partOf(one, 'period-start')?.valueDate),
      node('BetaltEgenandel', undefined, { V: decimal(paid?.value), U: paid?.currency }),
    ])
  })

export function paperPrescriber(extension: Extensions): XmlNode | undefined {
  const one = extOf(extension, EXT.paperPrescriber)
  if (one === undefined) return undefined
  const words = (name: string, part: string) => text(name, partOf(one, part)?.valueString)
  return node(
    'RekvirentPapir',
    [
      personNumber('Ident', partOf(one, 'identifier')),
      words('Fornavn', 'given'),
      words('Etternavn', 'family'),
      cv('Spesialitet', partOf(one, 'specialty')?.valueCodeableConcept, 7426),
      words('Inst', 'institution'),
      words('Dept', 'department'),
      flag('RekvirentNordisk', partOf(one, 'nordic')?.valueBoolean),
      cv('InstitusjonsID', partOf(one, 'institution-id')?.valueCodeableConcept, 9051),
    ],
    { xmlns: NS.utlevering },
  )
}
