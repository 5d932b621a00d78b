/** A medication list → M25.1 Legemidler i bruk, the full snapshot that replaces the one before (eresept.md 7, 11.5). */
import type { AllergyIntolerance, CodeableConcept, Extension } from 'fhir/r4.js'
import { NS } from '../namespaces.js'
import { node, type XmlNode } from '../xml-write.js'
import { allergyToAllergi } from './allergy-to-allergi.js'
import { medicineName } from './medicine-name.js'
import { lacks, openSheet, type Sheet, unwritten } from './sheet.js'
import {
  entryIdOf,
  isStated,
  type LibEntry,
  roleNode,
  statementToOppforing,
} from './statement-to-oppforing.js'
import { cs, partOf, text } from './values.js'

export interface Lib {
  /** `list-role` extensions of list level (Volven 7490). */
  readonly roles: readonly Extension[]
  /** Every line that is in use or was stopped lately, in the order of the list. */
  readonly entries: readonly LibEntry[]
  /** Lines that have ended and are not on this list: each with its stop, the newest end first. */
  readonly ended?: readonly LibEntry[]
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
  const { nodes, untold } = endedNodes(sheet, lib.ended ?? [], stated)
  return node(
    'LegemidlerIBruk',
    [
      ...lib.roles.map((role) => roleNode(sheet, role, 'List')),
      ...stated.map((entry, index) => statementToOppforing(sheet, entry, `List.entry[${index}]`)),
      ...nodes,
      ...lib.allergies.map((allergy, index) =>
        allergyToAllergi(sheet, allergy, `AllergyIntolerance[${index}]`),
      ),
      text('Merknad', noteOf(lib.note, untold)),
      cs('Vikar', lib.locum, 1101),
    ],
    { xmlns: NS.m251 },
  )
}

/**
 * An entry's id names one treatment: what goes on under it, or ended under it later, has not ended so. One that cannot be
 * written is told in words, and keeps no list from being sent.
 */
function endedNodes(sheet: Sheet, ended: readonly LibEntry[], stated: readonly LibEntry[]) {
  const nodes: XmlNode[] = []
  const untold: string[] = []
  const taken = new Set(stated.map(entryIdOf))
  for (const [index, entry] of ended.entries()) {
    const id = entryIdOf(entry)
    if (taken.has(id)) continue
    taken.add(id)
    const own = openSheet(sheet.zone)
    const at = `ended[${index}]`
    const made = statementToOppforing(own, entry, at)
    if (own.problems.length === 0) {
      nodes.push(made)
      sheet.unwritten.push(...own.unwritten)
    } else {
      untold.push(medicineName(entry.statement))
      for (const problem of own.problems)
        unwritten(sheet, problem.at, `a stop, told in words: ${problem.text}`)
    }
  }
  return { nodes, untold }
}

const noteOf = (note: string | undefined, untold: readonly string[]): string | undefined =>
  untold.length === 0
    ? note
    : [...(note === undefined ? [] : [note]), `Avsluttet, skal ikke pakkes: ${untold.join('; ')}.`].join(' ')

const isResponsible = (role: Extension): boolean =>
  RESPONSIBLE.has(partOf(role, 'role')?.valueCodeableConcept?.coding?.[0]?.code ?? '')
