/** A medication list → M25.1 Legemidler i bruk, the full snapshot that replaces the one before (eresept.md 7, 11.5). */
import type { AllergyIntolerance, CodeableConcept, Extension } from 'fhir/r4.js'
import { NS } from '../namespaces.js'
import { node, type XmlNode } from '../xml-write.js'
import { allergyToAllergi } from './allergy-to-allergi.js'
import { lacks, type Sheet, unwritten } from './sheet.js'
import { isStated, type LibEntry, roleNode, statementToOppforing } from './statement-to-oppforing.js'
import { cs, partOf, text } from './values.js'

export interface Lib {
  /** `list-role` extensions of list level (Volven 7490). */
  readonly roles: readonly Extension[]
  /** Every line that is in use or was stopped lately, in the order of the list. */
  readonly entries: readonly LibEntry[]
  readonly allergies: readonly AllergyIntolerance[]
  readonly note?: string
  /** Volven 1101: the sender acts as locum of the registered doctor. */
  readonly locum?: CodeableConcept
}

const RESPONSIBLE = new Set(['L', 'M'])

export function listToM251(sheet: Sheet, lib: Lib): XmlNode {
  if (!lib.roles.some(isResponsible))
    lacks(sheet, 'List.extension', 'nobody is named as responsible for the list (role L or M)')
  const stated = lib.entries.filter(({ statement }) => isStated(statement))
  if (stated.length < lib.entries.length)
    unwritten(sheet, 'List.entry', 'lines that nobody decided, or that were errors')
  return node(
    'LegemidlerIBruk',
    [
      ...lib.roles.map((role) => roleNode(sheet, role, 'List')),
      ...stated.map((entry, index) => statementToOppforing(sheet, entry, `List.entry[${index}]`)),
      ...lib.allergies.map((allergy, index) =>
        allergyToAllergi(sheet, allergy, `AllergyIntolerance[${index}]`),
      ),
      text('Merknad', lib.note),
      cs('Vikar', lib.locum, 1101),
    ],
    { xmlns: NS.m251 },
  )
}

const isResponsible = (role: Extension): boolean =>
  RESPONSIBLE.has(partOf(role, 'role')?.valueCodeableConcept?.coding?.[0]?.code ?? '')
