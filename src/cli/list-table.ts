/** The shared list as a table for people, in Norwegian or English. */
import type { Bundle, DetectedIssue, Extension, List, Medication, MedicationStatement } from 'fhir/r4.js'
import { extensionUrl } from '../core/canonical.js'

export type TableLanguage = 'nb' | 'en'

const WORDS = {
  nb: {
    title: 'Felles legemiddelliste',
    version: 'versjon',
    medicine: 'Legemiddel',
    dosage: 'Dosering',
    state: 'Status',
    sources: 'Kilder',
    issues: 'Avvik',
    none: 'Ingen legemidler på listen',
    complete: 'fullstendig',
    partial: 'ufullstendig',
    unknown: 'ukjent',
    notConfirmed: 'ikke bekreftet',
    completeness: 'Listen er',
    noDosage: 'dosering ikke oppgitt',
  },
  en: {
    title: 'Shared medication list',
    version: 'version',
    medicine: 'Medicine',
    dosage: 'Dosage',
    state: 'State',
    sources: 'Sources',
    issues: 'Discrepancies',
    none: 'No medicines on the list',
    complete: 'complete',
    partial: 'partial',
    unknown: 'unknown',
    notConfirmed: 'not confirmed',
    completeness: 'The list is',
    noDosage: 'no dosage stated',
  },
} as const

const STATES: Readonly<Record<TableLanguage, Readonly<Record<MedicationStatement['status'], string>>>> = {
  nb: {
    active: 'i bruk',
    intended: 'planlagt',
    'on-hold': 'pause',
    stopped: 'seponert',
    completed: 'avsluttet',
    'entered-in-error': 'feilført',
    unknown: 'uavklart',
    'not-taken': 'ikke tatt',
  },
  en: {
    active: 'in use',
    intended: 'planned',
    'on-hold': 'on hold',
    stopped: 'stopped',
    completed: 'ended',
    'entered-in-error': 'in error',
    unknown: 'provisional',
    'not-taken': 'not taken',
  },
}

const COLUMN_WIDTH_MAX = 44

export function listTable(bundle: Bundle, language: TableLanguage): string {
  const words = WORDS[language]
  const resources = (bundle.entry ?? []).flatMap(({ resource }) => (resource === undefined ? [] : [resource]))
  const list = resources.find((resource): resource is List => resource.resourceType === 'List')
  const statements = resources.filter(
    (resource): resource is MedicationStatement => resource.resourceType === 'MedicationStatement',
  )
  const issues = resources.filter(
    (resource): resource is DetectedIssue => resource.resourceType === 'DetectedIssue',
  )
  const flags = new Map(
    (list?.entry ?? []).map((entry) => [
      entry.item.reference?.split('/')[1],
      entry.flag?.coding?.[0]?.code ?? '',
    ]),
  )
  const rows = statements.map((statement) => [
    medicationText(statement),
    dosageOf(statement) || words.noDosage,
    stateText(statement, flags.get(statement.id) ?? '', language),
  ])
  const lines = [
    `${words.title}, ${words.version} ${list?.meta?.versionId ?? '?'}. ${words.completeness} ${completenessText(list, language)}.`,
    ...(rows.length === 0 ? [`  (${words.none})`] : table([words.medicine, words.dosage, words.state], rows)),
  ]
  if (issues.length > 0)
    lines.push(
      `${words.issues}:`,
      ...issues.map(
        (issue) =>
          `  ! [${issue.severity ?? '-'}] ${issue.code?.coding?.[0]?.code ?? ''}: ${issue.detail ?? ''}`,
      ),
    )
  return lines.join('\n')
}

export function medicationText(statement: MedicationStatement): string {
  const concept = statement.medicationCodeableConcept ?? containedCode(statement)
  return (
    concept?.text ??
    concept?.coding?.[0]?.display ??
    concept?.coding?.[0]?.code ??
    statement.medicationReference?.display ??
    '?'
  )
}

function containedCode(statement: MedicationStatement) {
  const id = statement.medicationReference?.reference?.replace(/^#/, '')
  const found = statement.contained?.find((resource) => resource.id === id)
  // Contained resources are FHIR resources; R4 typings say only `Resource`.
  return found?.resourceType === 'Medication' ? (found as Medication).code : undefined
}

/** The whole dosage as the hub says it, else what its parts say. */
function dosageOf({ dosage = [], extension }: MedicationStatement): string {
  const whole = extension?.find(({ url }) => url === extensionUrl('dosage-text'))?.valueString
  return whole ?? dosage.flatMap(({ text }) => text ?? []).join('; ')
}

function stateText(statement: MedicationStatement, flag: string, language: TableLanguage): string {
  const state = STATES[language][statement.status]
  const confirmed = !hasBadge(statement.extension ?? [])
  return [
    state,
    flag === '' || flag === 'unchanged' ? '' : `(${flag})`,
    confirmed ? '' : `– ${WORDS[language].notConfirmed}`,
  ]
    .filter((part) => part !== '')
    .join(' ')
}

const hasBadge = (extensions: readonly Extension[]): boolean =>
  extensions.some(
    (extension) => extension.url === extensionUrl('not-confirmed') && extension.valueBoolean === true,
  )

function completenessText(list: List | undefined, language: TableLanguage): string {
  const code = list?.extension?.find((extension) => extension.url === extensionUrl('completeness'))?.valueCode
  const words = WORDS[language]
  return code === 'complete' ? words.complete : code === 'partial' ? words.partial : words.unknown
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) =>
    Math.min(COLUMN_WIDTH_MAX, Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length))),
  )
  const line = (cells: readonly string[]): string[] => {
    const wrapped = cells.map((cell, column) => wrap(cell, widths[column] ?? COLUMN_WIDTH_MAX))
    const height = Math.max(...wrapped.map((parts) => parts.length))
    return Array.from({ length: height }, (_, index) =>
      `  ${wrapped.map((parts, column) => (parts[index] ?? '').padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
    )
  }
  return [...line(head), `  ${widths.map((width) => '─'.repeat(width)).join('  ')}`, ...rows.flatMap(line)]
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let current = ''
  for (const word of text.split(/\s+/)) {
    if (current !== '' && current.length + 1 + word.length > width) {
      lines.push(current)
      current = word
    } else {
      current = current === '' ? word : `${current} ${word}`
    }
  }
  return [...lines, current]
}
