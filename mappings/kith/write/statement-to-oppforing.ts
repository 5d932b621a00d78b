/**
 * One line of a list → EnkeltoppforingLIB of M25.1 (eresept.md 7, 11.5). A line of the shared list says what is in
 * force; the source's own row and the prescription say what the line does not carry: kind of prescription, roles,
 * reimbursement, package.
 */
import type { CodeableConcept, Dosage, Extension, MedicationRequest, MedicationStatement } from 'fhir/r4.js'
import { extensionUrl, sidUrl } from '../../../src/core/canonical.js'
import { mergeDatedCycles } from '../../../src/core/dated-cycle.js'
import { encodeBase64 } from '../base64.js'
import { startOfDay } from '../dates.js'
import { EXT } from '../extensions.js'
import { node, writeXml, type XmlNode } from '../xml-write.js'
import { bareId, uuidOf } from './idents.js'
import { prescribedOf } from './medication-request-to-m1.js'
import { partyNode } from './parties.js'
import { type Question, questionNode } from './question-nodes.js'
import { medicationOf, type Prescribed, reseptDokLegemiddel } from './resept-dok.js'
import { checkModifiers, lacks, type Sheet, unwritten } from './sheet.js'
import { codeIn, cs, dayOf, extOf, extsOf, flag, ownCode, partOf, text } from './values.js'

export interface LibEntry {
  /** The line, or the row of a source's own list. */
  readonly statement: MedicationStatement
  /** The source's row behind the line. */
  readonly row?: MedicationStatement
  readonly prescription?: MedicationRequest
  /** Text of the source's ReseptDokLegemiddelB64, where the treatment is still the one that it says. */
  readonly fragment?: string
  readonly questions: readonly Question[]
}

const WITHOUT_PRESCRIPTION: CodeableConcept = { coding: [{ code: 'U' }] }
const E_PRESCRIPTION: CodeableConcept = { coding: [{ code: 'E' }] }
/** What nobody decided is not part of an ordination; what was an error is no treatment. */
const STATED = new Set(['active', 'intended', 'on-hold', 'stopped', 'completed'])

export const isStated = ({ status }: MedicationStatement): boolean => STATED.has(status)

/** @param at place of the entry, for problems */
export function statementToOppforing(sheet: Sheet, entry: LibEntry, at: string): XmlNode {
  const { prescription, row, statement } = entry
  for (const resource of [statement, row, prescription]) checkModifiers(sheet, resource, at)
  const { expires, reseptId } = namedPrescription(entry)
  const facts = row?.extension ?? statement.extension
  const start =
    dayOf(statement.effectivePeriod?.start) ?? extOf(statement.extension, EXT.statedStart)?.valueDate
  const fragment = entry.fragment ?? encodeBase64(writeXml(reseptDokLegemiddel(sheet, prescribed(entry, at))))
  return node('EnkeltoppforingLIB', [
    text('Id', entryIdOf(entry)) ?? lacks(sheet, `${at}.identifier`, 'the line has no id'),
    cs('Type', kindOf(sheet, entry, reseptId, at), 7491),
    text('ReseptId', reseptId),
    text('UtlopsdatoResept', expires),
    changedNode(sheet, statement, at),
    text('DatoOppstart', start),
    flag('MedEndring', extOf(facts, EXT.medicalChange)?.valueBoolean),
    ...roleNodes(sheet, entry, at),
    node('ReseptDokLegemiddelB64', fragment),
    discontinuation(sheet, entry),
    ...entry.questions.map((question) => questionNode(sheet, question, at)),
  ])
}

/** Id of the entry that this makes, the same over versions and renewals. */
export const entryIdOf = ({ row, statement }: LibEntry): string | undefined => entryId(row ?? statement)

/** The treatment's own id, the same over versions and renewals; a line that no list has named yet gives its own. */
function entryId({ identifier = [] }: MedicationStatement): string | undefined {
  const pll = identifier.find(({ type }) => type?.text === 'PLL')
  return bareId(pll) ?? identifier.find(({ system }) => system === sidUrl('line'))?.value
}

const reseptIdOf = ({ identifier }: MedicationStatement | MedicationRequest): string | undefined =>
  bareId(identifier?.find(({ type }) => type?.text === 'ReseptId'))

/** The row's own prescription, unless an active one that was written later governs the line: a renewal since then. */
function namedPrescription(entry: LibEntry): { readonly reseptId?: string; readonly expires?: string } {
  const { prescription, row, statement } = entry
  const source = row ?? statement
  const own = reseptIdOf(source)
  const governing =
    prescription && uuidOf(prescription.identifier?.find(({ type }) => type?.text === 'ReseptId'))
  const reseptId = own === undefined || isRenewed(entry) ? (governing ?? own) : own
  const stated = extOf(source.extension, EXT.prescriptionExpiry)?.valueDate
  const end = dayOf(prescription?.dispenseRequest?.validityPeriod?.end)
  const expires = reseptId === governing ? (end ?? stated) : stated
  return {
    ...(reseptId === undefined ? {} : { reseptId }),
    ...(expires === undefined ? {} : { expires }),
  }
}

function isRenewed({ prescription, row }: LibEntry): boolean {
  if (prescription?.status !== 'active' || row === undefined) return false
  const own = reseptIdOf(row)
  const governing = uuidOf(prescription.identifier?.find(({ type }) => type?.text === 'ReseptId'))
  const since = Date.parse(prescription.authoredOn ?? '') > Date.parse(row.dateAsserted ?? '')
  return governing !== undefined && governing !== own && since
}

function kindOf(
  sheet: Sheet,
  entry: LibEntry,
  reseptId: string | undefined,
  at: string,
): CodeableConcept | undefined {
  const { prescription, row, statement } = entry
  if (isRenewed(entry)) return E_PRESCRIPTION
  const stated = extOf((row ?? statement).extension, EXT.prescriptionType)?.valueCodeableConcept
  if (stated !== undefined) return stated
  if (reseptId !== undefined) return E_PRESCRIPTION
  if (prescription === undefined) return WITHOUT_PRESCRIPTION
  return lacks(sheet, `${at}.basedOn`, 'the prescription is none of the e-prescription network')
}

function changedNode(sheet: Sheet, { dateAsserted }: MedicationStatement, at: string): XmlNode | undefined {
  if (dateAsserted === undefined)
    return lacks(sheet, `${at}.dateAsserted`, 'the time of the last decision is missing')
  const day = dayOf(dateAsserted)
  if (day === undefined) return lacks(sheet, `${at}.dateAsserted`, 'the day of the last decision is missing')
  return node('SistEndret', dateAsserted.includes('T') ? dateAsserted : startOfDay(day, sheet.zone))
}

function roleNodes(sheet: Sheet, entry: LibEntry, at: string): readonly XmlNode[] {
  const { row, statement } = entry
  // Who prescribed it anew stands on the line, who stands in the row prescribed the former.
  const stated = isRenewed(entry) ? [] : extsOf((row ?? statement).extension, EXT.listRole)
  if (stated.length > 0) return stated.flatMap((role) => roleNode(sheet, role, at) ?? [])
  const prescriber = statement.informationSource && partyNode(statement.informationSource)
  if (prescriber !== undefined) return [node('Rolle', [ownCode('Rolle', 'R', 7490), prescriber])]
  unwritten(sheet, `${at}.informationSource`, 'who decided, without a number')
  return []
}

/** A `list-role` extension as Rolle. */
export function roleNode(sheet: Sheet, role: Extension, at: string): XmlNode | undefined {
  const actor = partOf(role, 'actor')?.valueReference
  const party = actor && partyNode(actor, partOf(role, 'specialty')?.valueCodeableConcept)
  const kind = cs('Rolle', partOf(role, 'role')?.valueCodeableConcept, 7490)
  if (party === undefined || kind === undefined)
    return unwritten(sheet, `${at}.extension`, 'a role without a number of its holder')
  return node('Rolle', [kind, party])
}

function prescribed(entry: LibEntry, at: string): Prescribed {
  const { prescription, row, statement } = entry
  const common = {
    medication: medicationOf(statement),
    dosages: sourceDosages(statement.dosage ?? []),
    reasons: statement.reasonCode ?? [],
    at,
  }
  if (prescription !== undefined && (row === undefined || isRenewed(entry)))
    return { ...prescribedOf(prescription), ...common }
  const { extension = [], note } = row ?? statement
  return {
    ...common,
    extension,
    note: note?.find(({ time }) => time === undefined)?.text,
    // Nothing is dispensed on what has no prescription.
    repeats: extOf(extension, EXT.repeats)?.valueInteger ?? 0,
    packages: extOf(extension, EXT.packageCount)?.valueDecimal,
    amount: extOf(extension, EXT.dispenseAmount)?.valueQuantity,
    reserved: extOf(extension, EXT.substitutionReserved)?.valueCodeableConcept,
  }
}

/** A line's text is made from its structure; the source's own words, kept beside it, are what goes out. */
export const sourceDosages = (dosages: readonly Dosage[]): readonly Dosage[] =>
  mergeDatedCycles(dosages).map(({ extension = [], ...dosage }) => {
    const words = extOf(extension, extensionUrl('original-text'))?.valueString
    const kept = extension.filter(({ url }) => url !== extensionUrl('original-text'))
    return {
      ...dosage,
      ...(kept.length === 0 ? {} : { extension: kept }),
      ...(words === undefined ? {} : { text: words }),
    }
  })

/**
 * A stop, come or ahead. The message knows no pause: what is held is stopped from then on, with the words that it is a
 * pause, so that nobody packs it; the entry keeps its id and is taken up again under it.
 */
function discontinuation(sheet: Sheet, { row, statement }: LibEntry): XmlNode | undefined {
  const source = row ?? statement
  const reason = statement.statusReason?.[0] ?? source.statusReason?.[0]
  const end = statement.effectivePeriod?.end ?? extOf(statement.extension, EXT.statusDate)?.valueDateTime
  const since = end ?? statement.dateAsserted
  const note = source.note?.find(({ time }) => time !== undefined)?.text
  switch (statement.status) {
    case 'on-hold':
      return stopNode(sheet, since, ownCode('Arsak', 'X', 7494), [
        'Midlertidig stoppet (pause)',
        wordsOf(reason),
      ])
    case 'completed':
      return stopNode(sheet, since, ownCode('Arsak', 'A', 7494), [note])
    case 'stopped':
      return reasonedStop(sheet, since, reason, note)
    default:
      return end === undefined || reason === undefined ? undefined : reasonedStop(sheet, end, reason, note)
  }
}

/** A reason of another list is "other" in its own words; where none was given, that is what is said. */
function reasonedStop(
  sheet: Sheet,
  since: string | undefined,
  reason: CodeableConcept | undefined,
  note: string | undefined,
): XmlNode | undefined {
  const known = codeIn(reason, 7494)
  if (known !== undefined) return stopNode(sheet, since, cs('Arsak', reason, 7494), [note])
  return stopNode(sheet, since, ownCode('Arsak', 'X', 7494), [wordsOf(reason) ?? 'Årsak ikke oppgitt', note])
}

function stopNode(
  sheet: Sheet,
  since: string | undefined,
  reason: XmlNode | undefined,
  notes: readonly (string | undefined)[],
): XmlNode | undefined {
  if (since === undefined || dayOf(since) === undefined)
    return lacks(sheet, 'MedicationStatement.effectivePeriod.end', 'the time of the stop is missing')
  return node('Seponering', [
    node('Tidspunkt', since.includes('T') ? since : startOfDay(since, sheet.zone)),
    reason,
    text('Merknad', notes.filter((one) => one !== undefined).join('. ')),
  ])
}

const wordsOf = (reason: CodeableConcept | undefined): string | undefined =>
  reason?.text ?? reason?.coding?.find(({ display }) => display !== undefined)?.display
