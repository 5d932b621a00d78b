/** Narrative of a list in plain words: for the person that it is about, and in documents. */
import type { Extension, List, MedicationStatement, Narrative } from 'fhir/r4.js'
import { extensionUrl } from '../../core/canonical.js'
import { localDate } from '../../core/zone.js'
import { DOSAGE_WORDS } from '../dosage/text-words.js'
import { PATIENT_WORDS, type PatientWords } from './patient-words.js'
import { GROUPS, type PlainRow, plainRows } from './plain-rows.js'
import type { ViewContext } from './view-context.js'

export function listNarrative(
  list: List,
  lines: readonly MedicationStatement[],
  context: ViewContext,
): Narrative {
  const rows = plainRows(list, lines, context)
  const words = PATIENT_WORDS[context.language]
  const tables = GROUPS.flatMap((group) => {
    const own = rows.filter((row) => row.group === group)
    return own.length === 0 ? [] : [`<h2>${escaped(words.groups[group])}</h2>${tableOf(own, words)}`]
  })
  const notes = notesOf(list, rows.length, context).map((text) => `<p>${escaped(text)}</p>`)
  return {
    status: 'generated',
    div: `<div xmlns="http://www.w3.org/1999/xhtml" lang="${context.language}" xml:lang="${context.language}">${notes.join('')}${tables.join('')}</div>`,
  }
}

/** What stands over the lines: why there are none, how many are not shown, whether all sources are in, who went through it. */
export function notesOf(list: List, rows: number, context: ViewContext): string[] {
  const words = PATIENT_WORDS[context.language]
  const hidden = list.extension
    ?.find(({ url }) => url === extensionUrl('hidden'))
    ?.extension?.find(({ url }) => url === 'lines')?.valueUnsignedInt
  const complete = list.extension?.find(({ url }) => url === extensionUrl('completeness'))?.valueCode
  return [
    ...(rows === 0 ? [nothingText(list, words)] : []),
    ...(hidden === undefined || hidden === 0 ? [] : [words.hidden(hidden)]),
    complete === 'complete' ? words.complete : words.incomplete,
    attestationText(list, context),
  ]
}

/** The badge of the list (medication-list.md 9). */
function attestationText({ extension }: List, { language, zone }: ViewContext): string {
  const words = PATIENT_WORDS[language]
  const parts = extension?.find(({ url }) => url === extensionUrl('attestation'))?.extension ?? []
  const part = (name: string): Extension | undefined => parts.find(({ url }) => url === name)
  const { valueReference: by } = part('who') ?? {}
  const when = part('when')?.valueInstant
  const who = by?.display ?? by?.identifier?.value ?? '–'
  const day = when === undefined ? '' : DOSAGE_WORDS[language].date(localDate(Date.parse(when), zone))
  switch (part('state')?.valueCode) {
    case 'attested':
      return words.attestedBy(who, day)
    case 'changed-since':
      return words.attestedAndChanged(who, day, part('changed')?.valueUnsignedInt ?? 0)
    case 'partly':
      return words.attestedPartly
    default:
      return words.neverAttested
  }
}

/** Why a list has no line, in words (medication-list.md 2). */
function nothingText({ emptyReason }: List, words: PatientWords): string {
  const code = emptyReason?.coding?.[0]?.code
  switch (code) {
    case 'nilknown':
    case 'unavailable':
    case 'withheld':
      return words.nothing[code]
    default:
      return words.nothing.notstarted
  }
}

function tableOf(rows: readonly PlainRow[], words: PatientWords): string {
  const head = [words.medicine, words.how, words.why, words.when].map((text) => `<th>${escaped(text)}</th>`)
  const body = rows.map(({ medicine, how, why, when, mark }) => {
    const name = mark === '' ? escaped(medicine) : `${escaped(medicine)} (${escaped(mark)})`
    return `<tr><td>${name}</td><td>${how.map(escaped).join('<br/>')}</td><td>${escaped(why)}</td><td>${escaped(when)}</td></tr>`
  })
  return `<table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign)
