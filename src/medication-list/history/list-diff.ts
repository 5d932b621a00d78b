/** What became of the lines between two lists of one person (medication-list.md 10). Pure. */
import type { CodeableConcept, Extension, Medication, MedicationStatement } from 'fhir/r4.js'
import { extensionUrl } from '../../core/canonical.js'

export const DIFF_KINDS = ['started', 'stopped', 'changed', 'held', 'resumed', 'product'] as const
export type DiffKind = (typeof DIFF_KINDS)[number]

export interface FieldChange {
  /** Element of the line, such as `dosage` or `effectivePeriod.end`. */
  readonly path: string
  /** Undefined where it was not stated, or is no longer. */
  readonly from: string | undefined
  readonly to: string | undefined
}

export interface LineDiff {
  readonly kind: DiffKind
  /** As it stands at the end; of a line that is no longer on the list, as it ended. */
  readonly line: MedicationStatement
  /** Of what changed; of a stopped line what it is now. */
  readonly fields: readonly FieldChange[]
}

/**
 * In the order of DIFF_KINDS, within a kind as the lists have them. A line that was paused or resumed and changed besides
 * is told twice.
 * @param before lines of the earlier list
 * @param after lines of the later one
 * @param ended how a line ended that only the earlier list has
 */
export function listDiff(
  before: readonly MedicationStatement[],
  after: readonly MedicationStatement[],
  ended: (id: string) => MedicationStatement | undefined,
): readonly LineDiff[] {
  const later = new Map(after.map((line) => [line.id, line]))
  const earlier = new Map(before.filter(isOpen).map((line) => [line.id, line]))
  const found: LineDiff[] = []
  for (const line of after) {
    const former = earlier.get(line.id)
    if (former === undefined) {
      if (isOpen(line)) found.push({ kind: 'started', line, fields: [] })
    } else if (isOpen(line)) found.push(...between(former, line))
  }
  for (const [id, former] of earlier) {
    const line = later.get(id) ?? ended(id ?? '') ?? former
    if (later.has(id) && isOpen(line)) continue
    found.push({ kind: 'stopped', line, fields: changesOf(former, line, ENDING) })
  }
  return DIFF_KINDS.flatMap((kind) => found.filter((one) => one.kind === kind))
}

const OPEN: ReadonlySet<MedicationStatement['status']> = new Set(['active', 'intended', 'on-hold', 'unknown'])
const isOpen = ({ status }: MedicationStatement): boolean => OPEN.has(status)

function between(former: MedicationStatement, line: MedicationStatement): LineDiff[] {
  const found: LineDiff[] = []
  const held = former.status !== 'on-hold' && line.status === 'on-hold'
  const resumed = former.status === 'on-hold' && line.status === 'active'
  const fields = changesOf(former, line, FIELDS).filter(
    ({ path }) => !(path === 'status' && (held || resumed)) && !(path === 'statusReason' && held),
  )
  const product = fields.filter(({ path }) => path === PRODUCT)
  if (product.length === fields.length && product.length > 0)
    found.push({ kind: 'product', line, fields: product })
  else if (fields.length > 0) found.push({ kind: 'changed', line, fields })
  if (held) found.push({ kind: 'held', line, fields: changesOf(former, line, HOLDING) })
  if (resumed) found.push({ kind: 'resumed', line, fields: [] })
  return found
}

type Field = (line: MedicationStatement) => string | undefined
type Fields = Readonly<Record<string, Field>>

const PRODUCT = 'medication'

const extensionText =
  (name: string): Field =>
  ({ extension }) => {
    const found = extension?.find(({ url }) => url === extensionUrl(name))
    return found === undefined ? undefined : valueText(found)
  }

const FIELDS: Fields = {
  status: ({ status }) => status,
  statusReason: ({ statusReason }) => conceptTexts(statusReason),
  category: ({ category }) => conceptTexts(category === undefined ? undefined : [category]),
  [PRODUCT]: medicationText,
  'effectivePeriod.start': ({ effectivePeriod }) => effectivePeriod?.start,
  'effectivePeriod.end': ({ effectivePeriod }) => effectivePeriod?.end,
  informationSource: ({ informationSource }) =>
    informationSource?.display ?? informationSource?.identifier?.value,
  reasonCode: ({ reasonCode }) => conceptTexts(reasonCode),
  note: ({ note }) => note?.map(({ text }) => text).join('; '),
  dosage: ({ dosage }) =>
    dosage === undefined ? undefined : dosage.map(({ text }) => text ?? '').join('; '),
  multidose: extensionText('multidose'),
  'not-confirmed': extensionText('not-confirmed'),
}
const ENDING: Fields = pick('status', 'statusReason', 'effectivePeriod.end')
const HOLDING: Fields = pick('statusReason')

function pick(...names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(FIELDS).filter(([name]) => names.includes(name)))
}

function changesOf(former: MedicationStatement, line: MedicationStatement, fields: Fields): FieldChange[] {
  return Object.entries(fields).flatMap(([path, read]) => {
    const [from, to] = [read(former), read(line)]
    // Two dosages may read the same and differ in what no text says.
    const same = path === 'dosage' ? sameDosage(former, line) : from === to
    return same ? [] : [{ path, from, to }]
  })
}

const sameDosage = (a: MedicationStatement, b: MedicationStatement): boolean =>
  JSON.stringify(a.dosage) === JSON.stringify(b.dosage)

function medicationText(line: MedicationStatement): string | undefined {
  const concept = conceptOf(line)
  return concept === undefined ? line.medicationReference?.display : productText(concept)
}

const conceptOf = ({
  contained,
  medicationCodeableConcept,
}: MedicationStatement): CodeableConcept | undefined =>
  medicationCodeableConcept ??
  contained?.find((one): one is Medication => one.resourceType === 'Medication')?.code

/** Name and codes: two products may have one name. */
const productText = ({ coding, text }: CodeableConcept): string =>
  [text, ...(coding ?? []).map(({ code, display }) => [display, code].filter(Boolean).join(' '))]
    .filter(Boolean)
    .join(' · ')

const conceptTexts = (concepts: readonly CodeableConcept[] | undefined): string | undefined =>
  concepts
    ?.map(({ coding, text }) => text ?? coding?.map(({ code, display }) => display ?? code).join(', ') ?? '')
    .join('; ')

const valueText = ({ url: _url, ...value }: Extension): string => String(Object.values(value)[0])

/** What to call a line's medicine. */
export function nameOfLine(line: MedicationStatement): string | undefined {
  const concept = conceptOf(line)
  return concept?.text ?? concept?.coding?.find(({ display }) => display !== undefined)?.display
}
