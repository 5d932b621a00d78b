/** DeviceRequest → M1 Resept with merchandise: the way back of m1-to-device-request (eresept.md 4). */
import type { CodeableConcept, DeviceRequest, Extension } from 'fhir/r4.js'
import { FEST } from '../../../src/core/canonical.js'
import { EXT } from '../extensions.js'
import { NS } from '../namespaces.js'
import { node, type XmlNode } from '../xml-write.js'
import { reseptNodes } from './resept-nodes.js'
import { checkModifiers, lacks, type Sheet } from './sheet.js'
import { cs, cv, decimal, extOf, text } from './values.js'

const AT = 'DeviceRequest'

export function deviceRequestToM1(sheet: Sheet, request: DeviceRequest): XmlNode {
  const extension = request.extension ?? []
  checkModifiers(sheet, request, AT)
  if (request.status !== 'active' || request.intent !== 'order')
    lacks(sheet, `${AT}.status`, 'only an active order is a prescription')
  const { after, before } = reseptNodes(sheet, {
    at: AT,
    authoredOn: request.authoredOn,
    validity: extOf(extension, EXT.validity)?.valuePeriod,
    identifier: request.identifier ?? [],
    extension,
  })
  const dok = reseptDokHandelsvare(sheet, {
    code: request.codeCodeableConcept,
    extension,
    note: request.note?.map((one) => one.text).join('\n'),
    packages: extOf(extension, EXT.packageCount)?.valueDecimal,
    at: AT,
  })
  return node('Resept', [...before, dok, ...after], { xmlns: NS.m1 })
}

export interface Merchandise {
  readonly code: CodeableConcept | undefined
  readonly extension: readonly Extension[]
  readonly note: string | undefined
  readonly packages: number | undefined
  readonly at: string
}

export function reseptDokHandelsvare(sheet: Sheet, given: Merchandise): XmlNode {
  const { at, code, extension } = given
  const item = code?.coding?.find(({ system }) => system === FEST)?.code
  const group = code?.coding?.find(({ system }) => system?.endsWith('.7403'))
  const kind = extOf(extension, EXT.merchandiseKind)?.valueCode
  if (kind === undefined && item !== undefined)
    lacks(sheet, `${at}.extension`, 'the kind of merchandise is missing, without which it cannot be named')
  const name = kind === undefined ? undefined : code?.text
  return node(
    'ReseptDokHandelsvare',
    [
      cs('Varegruppekode', extOf(extension, EXT.itemGroup)?.valueCodeableConcept, 7402) ??
        lacks(sheet, `${at}.extension`, 'the item group (Volven 7402) is missing'),
      text('Antall', decimal(given.packages)),
      text('Merknad', given.note),
      cv('RefHjemmel', extOf(extension, EXT.reimbursementParagraph)?.valueCodeableConcept, 7427),
      text('Bruksveiledning', extOf(extension, EXT.usageInstruction)?.valueString),
      group &&
        cv(
          'ProdGruppe',
          { coding: [group], ...(kind === undefined && code?.text !== undefined ? { text: code.text } : {}) },
          7403,
        ),
      kind === undefined
        ? undefined
        : node(kind, [node('Nr', item ?? ''), node('Navn', name ?? '')], { xmlns: NS.forskrivning }),
    ],
    { xmlns: NS.m1 },
  )
}
