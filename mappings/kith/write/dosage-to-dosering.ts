/**
 * Dosage[] → the dosing of a Forskrivning: the way back of forskrivning-to-dosage (eresept.md 4). What the structure of
 * the message cannot say whole is not structured at all: half a dosing would be another dosing. Then its words carry it,
 * and where there are none no message is made.
 */
import type { CodeableConcept, Dosage } from 'fhir/r4.js'
import { startOfDay } from '../dates.js'
import { EXT } from '../extensions.js'
import { node, type XmlNode } from '../xml-write.js'
import { doseNodes } from './dose-nodes.js'
import { lacks, type Sheet, unwritten } from './sheet.js'
import { cs, cv, extOf, partOf, text } from './values.js'

export interface WrittenDosing {
  readonly text: XmlNode | undefined
  readonly shortDose: XmlNode | undefined
  readonly blocks: readonly XmlNode[]
}

const AS_NEEDED = '3'

/**
 * @param use Volven 9101, as it will stand in the message: with `3` every fixed dose is meant as needed
 * @param at place of the dosages, for problems
 */
export function dosageToDosering(
  sheet: Sheet,
  dosages: readonly Dosage[],
  use: string | undefined,
  at: string,
): WrittenDosing {
  const structured = dosages.filter(hasDose)
  const blocks = blocksOf(structured).map((block) => blockNode(sheet, block, use === AS_NEEDED))
  const whole = blocks.every((block) => block !== undefined) && areOrdered(structured)
  const words = wordsOf(dosages, whole)
  if (!whole && words === undefined)
    lacks(sheet, at, 'the dosing cannot be said in the structure of the message and has no text')
  else if (!whole) unwritten(sheet, at, 'dosing that only its text can say')
  const [first] = dosages
  return {
    text: text('DosVeiledEnkel', words),
    shortDose: cv('Kortdose', extOf(first?.extension, EXT.shortDose)?.valueCodeableConcept, 7478),
    blocks: whole ? blocks.flatMap((block) => block ?? []) : [],
  }
}

/** The stated use; "as needed" (Volven 9101: 3) where all doses are and some have no maximum that would say so itself. */
export function useOf(
  dosages: readonly Dosage[],
  stated: CodeableConcept | undefined,
): CodeableConcept | undefined {
  if (stated !== undefined) return stated
  const doses = dosages.filter(hasDose)
  const all = doses.every(({ asNeededBoolean }) => asNeededBoolean === true)
  const some = doses.some(({ maxDosePerPeriod }) => maxDosePerPeriod === undefined)
  return all && some ? { coding: [{ code: AS_NEEDED }] } : undefined
}

const hasDose = ({ doseAndRate, timing }: Dosage): boolean =>
  doseAndRate !== undefined || timing !== undefined

interface Block {
  readonly key: string
  readonly dosages: Dosage[]
}

/** Neighbours of one time, rule and kind make one block. */
function blocksOf(dosages: readonly Dosage[]): readonly Block[] {
  const blocks: Block[] = []
  for (const dosage of dosages) {
    const key = JSON.stringify([
      dosage.sequence,
      dosage.timing?.repeat?.boundsPeriod,
      extOf(dosage.extension, EXT.dosingRule),
      dosage.maxDosePerPeriod !== undefined,
    ])
    const last = blocks.at(-1)
    if (last?.key === key) last.dosages.push(dosage)
    else blocks.push({ key, dosages: [dosage] })
  }
  return blocks
}

/** Several fixed blocks are placed in time by their dates and by nothing else. */
function areOrdered(dosages: readonly Dosage[]): boolean {
  const fixed = blocksOf(dosages.filter(({ maxDosePerPeriod }) => maxDosePerPeriod === undefined))
  return (
    fixed.length < 2 ||
    fixed.every(({ dosages: [one] }) => one?.timing?.repeat?.boundsPeriod?.start !== undefined)
  )
}

function blockNode(sheet: Sheet, { dosages }: Block, asNeeded: boolean): XmlNode | undefined {
  const [first] = dosages
  const doses = dosages.map((dosage) => doseNodes(dosage, asNeeded))
  const bounds = first?.timing?.repeat?.boundsPeriod
  const end = endOf(bounds?.start, bounds?.end, sheet.zone)
  if (doses.some((dose) => dose === undefined) || end === 'unknown') return undefined
  const rule = extOf(first?.extension, EXT.dosingRule)
  const basis = cs('DoseresEtter', partOf(rule, 'basis')?.valueCodeableConcept, 9080)
  return node('Dosering', [
    pointNode('Starttidspunkt', bounds?.start),
    pointNode('Sluttidspunkt', end),
    rule === undefined || basis === undefined
      ? undefined
      : node('Doseringsregel', [basis, text('Merknad', partOf(rule, 'note')?.valueString)]),
    ...doses.flatMap((dose) => dose ?? []),
  ])
}

const pointNode = (name: string, point: string | undefined): XmlNode | undefined =>
  point === undefined ? undefined : node(name, undefined, { V: point })

/**
 * The end of a block written as a day is the first day without a dose, where a FHIR date is the last day with one: such
 * a date goes out as it is only where it is that of the start too, which the way back reads as that one day.
 */
function endOf(
  start: string | undefined,
  end: string | undefined,
  zone: string,
): string | undefined | 'unknown' {
  if (end === undefined || end.includes('T') || end === start) return end
  if (!/^\d{4}-\d{2}-\d{2}$/.test(end)) return 'unknown'
  const next = new Date(`${end}T00:00:00Z`)
  next.setUTCDate(next.getUTCDate() + 1)
  return startOfDay(next.toISOString().slice(0, 10), zone)
}

/** Texts in order, each once; those that stand for amounts in words are made again from the structure. */
function wordsOf(dosages: readonly Dosage[], whole: boolean): string | undefined {
  const words = new Set<string>()
  for (const [index, dosage] of dosages.entries()) {
    const made = whole && index > 0 && hasAmountInWords(dosage)
    for (const line of made ? [] : linesOf(dosage)) words.add(line)
  }
  return words.size === 0 ? undefined : [...words].join('\n')
}

const linesOf = (dosage: Dosage): readonly string[] => {
  const { additionalInstruction, patientInstruction, text: own } = dosage
  return [
    !hasDose(dosage) && own === shortDoseOf(dosage) ? undefined : own,
    ...(additionalInstruction ?? []).map((one) => one.text ?? one.coding?.[0]?.display),
    patientInstruction,
  ].filter((line) => line !== undefined)
}

/** The words of the short dose, which goes out as itself: alone they are what reading makes of it. */
function shortDoseOf({ extension }: Dosage): string | undefined {
  const concept = extOf(extension, EXT.shortDose)?.valueCodeableConcept
  return concept?.text ?? concept?.coding?.[0]?.display
}

const hasAmountInWords = (dosage: Dosage): boolean =>
  dosage.doseAndRate?.some(({ extension }) => extOf(extension, EXT.originalText) !== undefined) ?? false
