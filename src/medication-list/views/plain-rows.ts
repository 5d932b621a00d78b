/** The lines of a list in plain words, grouped as a person looks for them: what narrative, card and summary are made of. */
import type { List, Medication, MedicationStatement } from 'fhir/r4.js'
import { extensionUrl } from '../../core/canonical.js'
import { localDate, rangeOfDateTime } from '../../core/zone.js'
import { DOSAGE_WORDS } from '../dosage/text-words.js'
import { dosageTextOf } from './in-language.js'
import { PATIENT_WORDS, type PatientWords } from './patient-words.js'
import type { ViewContext } from './view-context.js'

export type Group = keyof PatientWords['groups']

export interface PlainRow {
  readonly group: Group
  readonly medicine: string
  /** Empty where no source gives any. */
  readonly how: readonly string[]
  readonly why: string
  readonly when: string
  /** Set where the holder of the list has not decided on it. */
  readonly mark: string
}

export const GROUPS: readonly Group[] = ['use', 'planned', 'hold', 'seen', 'ended']

/** In the order of the list; merged lines are part of another, and errors never were. */
export function plainRows(
  list: List,
  lines: readonly MedicationStatement[],
  context: ViewContext,
): PlainRow[] {
  const byId = new Map(lines.map((line) => [line.id, line]))
  return (list.entry ?? []).flatMap(({ item, flag }) => {
    const line = byId.get(item.reference?.split('/')[1])
    const group = line === undefined ? undefined : GROUP[line.status]
    if (line === undefined || group === undefined || flag?.coding?.[0]?.code === 'merged') return []
    return [rowOf(line, group, context)]
  })
}

const GROUP: Readonly<Record<MedicationStatement['status'], Group | undefined>> = {
  active: 'use',
  intended: 'planned',
  'on-hold': 'hold',
  stopped: 'ended',
  completed: 'ended',
  unknown: 'seen',
  'entered-in-error': undefined,
  'not-taken': undefined,
}

function rowOf(line: MedicationStatement, group: Group, context: ViewContext): PlainRow {
  const words = PATIENT_WORDS[context.language]
  const unconfirmed = line.extension?.some(
    ({ url, valueBoolean }) => url === extensionUrl('not-confirmed') && valueBoolean === true,
  )
  return {
    group,
    medicine: medicineText(line),
    how: howOf(line, words),
    why: (line.reasonCode ?? [])
      .map(({ text, coding }) => text ?? coding?.[0]?.display)
      .filter((text) => text !== undefined)
      .join(', '),
    when: whenOf(line, context),
    mark: unconfirmed === true ? words.notConfirmed : '',
  }
}

/** As the sources name it; a line is never without a name or code that a source gave. */
export function medicineText(line: MedicationStatement): string {
  const contained = line.contained?.find(
    (one) => one.resourceType === 'Medication' && `#${one.id}` === line.medicationReference?.reference,
  )
  // A contained Medication is one of R4.
  const concept = line.medicationCodeableConcept ?? (contained as Medication | undefined)?.code
  const coding = concept?.coding?.find(({ display }) => display !== undefined) ?? concept?.coding?.[0]
  return concept?.text ?? coding?.display ?? coding?.code ?? line.medicationReference?.display ?? '–'
}

/** The whole dosage as one sentence, warnings, and the source's own words where no sentence could be made. */
function howOf(line: MedicationStatement, words: PatientWords): string[] {
  const own = dosageTextOf(line.extension)
  const stated = (line.dosage ?? []).flatMap(
    ({ text, patientInstruction }) => text ?? patientInstruction ?? [],
  )
  const warnings = (line.dosage ?? []).flatMap(({ additionalInstruction }) =>
    (additionalInstruction ?? []).flatMap(({ text }) => text ?? []),
  )
  const notes = (line.note ?? []).map(({ text }) => text)
  const dose = own === undefined ? stated : [own]
  return [...new Set([...(dose.length > 0 ? dose : [words.noDose]), ...warnings, ...notes])]
}

function whenOf({ effectivePeriod }: MedicationStatement, { language, zone }: ViewContext): string {
  const { from, to } = PATIENT_WORDS[language]
  const day = (value: string, side: 'from' | 'to'): string | undefined => {
    const instant = rangeOfDateTime(value, zone)?.[side]
    // The end of a range is the first instant after it.
    return instant === undefined
      ? undefined
      : DOSAGE_WORDS[language].date(localDate(side === 'to' ? instant - 1 : instant, zone))
  }
  const start = effectivePeriod?.start && day(effectivePeriod.start, 'from')
  const end = effectivePeriod?.end && day(effectivePeriod.end, 'to')
  const [first, last] =
    language === 'fi'
      ? [start && `${start} ${from}`, end && `${end} ${to}`]
      : [start && `${from} ${start}`, end && `${to} ${end}`]
  return [first, last].filter((part) => part !== undefined && part !== '').join(' ')
}
