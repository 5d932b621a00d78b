/**
 * What a reader is shown of the list, by what the reader does with it (medication-list.md 11). A view leaves out; it never
 * changes what a line says, and it says how much it left out.
 */
import type { Bundle, BundleEntry, FhirResource, List, MedicationStatement } from 'fhir/r4.js'
import { extensionUrl } from '../../core/canonical.js'
import type { View } from '../../core/list-view.js'
import type { IssueCode } from '../discrepancies/discrepancy.js'
import { codesOwnedBy } from '../discrepancies/owners.js'
import { referenceToken } from '../facts/tokens.js'
import { listNarrative } from './list-narrative.js'
import { isIssue, isLine, isList, isMerged } from './shown-resource.js'
import { hasDoseToday } from './today.js'
import type { ViewContext } from './view-context.js'

interface Shown {
  readonly line: (line: MedicationStatement) => boolean
  readonly issue: (code: string) => boolean
  /** Types of the other entries that belong to the view. */
  readonly types: ReadonlySet<string>
}

/** What others answer, and whoever supplies has to know (6.2). */
const TOLD_TO_PHARMACIES: readonly IssueCode[] = [
  'allergy-conflict',
  'duplicate-substance',
  'interaction',
  'interaction-split',
  'measure-overdue',
  'missing-structured-dose',
  'product-substituted',
  'row-vanished',
  'stopped-prescription-open',
  'text-structure-conflict',
  'unconfirmed-multidose-change',
  'wrong-roll',
]
/** Discrepancies that a pharmacy has a part in. */
const OF_PHARMACIES: ReadonlySet<string> = new Set<IssueCode>([
  ...codesOwnedBy('multidose-pharmacy'),
  ...TOLD_TO_PHARMACIES,
])
/** What a person is told about the own list; the rest is work of those who treat. */
const OF_PATIENTS: ReadonlySet<string> = new Set<IssueCode>(['product-substituted', 'source-unavailable'])

const SHOWN: Readonly<Record<Exclude<View, 'all'>, Shown>> = {
  // What is given by a clinic out of its own stock is never supplied by a pharmacy.
  supply: {
    line: (line) => categoryOf(line) !== 'admin-by-clinic' && line.status !== 'entered-in-error',
    issue: (code) => OF_PHARMACIES.has(code),
    types: new Set(['MedicationRequest', 'CareTeam', 'Task']),
  },
  // What is given today, what may be asked for, and what has just ended or waits.
  today: {
    line: (line) =>
      hasDoseToday(line.extension) ||
      categoryOf(line) === 'prn' ||
      line.status === 'on-hold' ||
      line.status === 'stopped' ||
      line.status === 'unknown',
    issue: () => true,
    types: new Set(['CareTeam', 'Task']),
  },
  patient: {
    line: (line) => line.status !== 'entered-in-error' && !isMerged(line),
    issue: (code) => OF_PATIENTS.has(code),
    types: new Set(['CareTeam']),
  },
}

/** @param bundle of `$medication-list`, the List first */
export function viewOf(bundle: Bundle<FhirResource>, view: View, context: ViewContext): Bundle<FhirResource> {
  if (view === 'all') return bundle
  const shown = SHOWN[view]
  const kept = (bundle.entry ?? []).filter(
    ({ resource }) => resource !== undefined && belongs(resource, shown),
  )
  const hidden = (bundle.entry ?? []).length - kept.length
  const lines = new Set(
    kept.flatMap(({ resource }) => (isLine(resource) ? [`MedicationStatement/${resource.id}`] : [])),
  )
  return {
    ...bundle,
    entry: kept.map((entry) =>
      isList(entry.resource)
        ? { ...entry, resource: listOf(entry.resource, lines, hidden, view, kept, context) }
        : entry,
    ),
  }
}

function belongs(resource: FhirResource, shown: Shown): boolean {
  if (isList(resource)) return true
  if (isLine(resource)) return shown.line(resource)
  if (isIssue(resource)) return shown.issue(resource.code?.coding?.[0]?.code ?? '')
  return shown.types.has(resource.resourceType)
}

function listOf(
  list: List,
  lines: ReadonlySet<string>,
  hidden: number,
  view: Exclude<View, 'all'>,
  kept: NonNullable<Bundle<FhirResource>['entry']>,
  context: ViewContext,
): List {
  const entry = (list.entry ?? []).filter(({ item }) => lines.has(referenceToken(item.reference) ?? ''))
  const left = (list.entry ?? []).length - entry.length
  const extension = [
    ...(list.extension ?? []),
    {
      url: extensionUrl('hidden'),
      extension: [
        { url: 'view', valueCode: view },
        { url: 'lines', valueUnsignedInt: left },
        { url: 'others', valueUnsignedInt: hidden - left },
      ],
    },
  ]
  const { entry: _entry, ...rest } = list
  const shown: List = {
    ...rest,
    extension,
    ...(entry.length > 0 ? { entry } : {}),
    // Lines are there, and the view has none of them: no reason to say that the person uses nothing.
    ...(entry.length === 0 && left > 0 ? { emptyReason: WITHHELD } : {}),
  }
  return view === 'patient'
    ? { ...shown, text: listNarrative(shown, kept.flatMap(statementOf), context) }
    : shown
}

const WITHHELD = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/list-empty-reason', code: 'withheld' }],
}

const statementOf = ({ resource }: BundleEntry<FhirResource>): MedicationStatement[] =>
  isLine(resource) ? [resource] : []
const categoryOf = ({ category }: MedicationStatement): string | undefined => category?.coding?.[0]?.code
