/** The shared list as a FHIR List of profile HubList (medication-list.md 2 and 4.3). Pure. */
import type { Extension, List, ListEntry, Reference } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl, LAYER_SYSTEM, LIST_CODE, profileUrl } from '../core/canonical.js'
import type { Completeness, Line, ListResult, SourceCondition, SourceFact } from './contract.js'

const EMPTY_REASON = 'http://terminology.hl7.org/CodeSystem/list-empty-reason'

export interface ListInputs {
  readonly result: Omit<ListResult, 'responsibility' | 'attestation' | 'tasks'> &
    Partial<Pick<ListResult, 'responsibility'>>
  /** Line id to versioned reference `MedicationStatement/<id>/_history/<n>`. */
  readonly references: ReadonlyMap<string, string>
  readonly patientRef: string
  /** ISO instant of this version. */
  readonly date: string
  /** Last deciding person; a Device only for the first, empty list. */
  readonly source?: Reference
  /** What a version says of itself; stands before the part that is made anew for each answer. */
  readonly extensions?: readonly Extension[]
  /** What the reader is told when the list is empty because sources could not be read. */
  readonly note?: string
}

/** Without id and version: the hub gives them. */
export function buildList(inputs: ListInputs): List {
  const { result, references, patientRef, date, source, note } = inputs
  const entry = result.lines.map((line) => listEntry(line, references))
  return {
    resourceType: 'List',
    meta: { profile: [profileUrl('hub-list')], tag: [{ system: LAYER_SYSTEM, code: 'line' }] },
    extension: [...(inputs.extensions ?? []), ...completenessExtensions(result)],
    status: result.responsibility?.retired === true ? 'retired' : 'current',
    mode: 'working',
    code: { coding: [{ ...LIST_CODE }] },
    subject: { reference: patientRef },
    date,
    ...(source === undefined ? {} : { source }),
    orderedBy: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/list-order', code: 'category' }],
    },
    ...(emptyNote(result, note) === undefined ? {} : { note: [{ text: emptyNote(result, note) ?? '' }] }),
    ...(entry.length > 0 ? { entry } : {}),
    ...(result.emptyReason === undefined
      ? {}
      : { emptyReason: { coding: [{ system: EMPTY_REASON, code: result.emptyReason }] } }),
  }
}

function listEntry({ id, flag, date }: Line, references: ReadonlyMap<string, string>): ListEntry {
  return {
    flag: { coding: [{ system: codeSystemUrl('medlist-entry-flag'), code: flag }] },
    date,
    item: { reference: references.get(id) ?? `MedicationStatement/${id}`, type: 'MedicationStatement' },
  }
}

/** `unavailable` must name the sources that could not be read. */
function emptyNote(
  { emptyReason, sources }: Pick<ListResult, 'emptyReason' | 'sources'>,
  note: string | undefined,
): string | undefined {
  if (emptyReason !== 'unavailable') return note
  const names = sources.filter(({ condition }) => condition === 'failed').map(({ name }) => name)
  return [note, names.join(', ')].filter((text) => text !== undefined && text !== '').join(' ')
}

export interface Knowledge {
  readonly completeness: Completeness
  readonly sources: readonly (SourceFact & { readonly condition: SourceCondition })[]
  readonly waiting?: number
  readonly dead?: number
}

/** One `source-state` for each source, then `completeness`; the part of a list that may be made anew at read time. */
export function completenessExtensions(knowledge: Knowledge): Extension[] {
  return [
    ...knowledge.sources.map((source) => ({
      url: extensionUrl('source-state'),
      extension: sourceState(source),
    })),
    { url: extensionUrl('completeness'), valueCode: knowledge.completeness },
  ]
}

function sourceState(source: SourceFact & { readonly condition: SourceCondition }): Extension[] {
  return [
    { url: 'key', valueString: source.key },
    { url: 'role', valueCode: source.role },
    { url: 'name', valueString: source.name },
    { url: 'state', valueCode: source.condition },
    ...(source.lastHeard === '' ? [] : [{ url: 'lastHeard', valueInstant: source.lastHeard }]),
    ...(source.waiting > 0 ? [{ url: 'waiting', valueUnsignedInt: source.waiting }] : []),
    ...(source.failed === undefined ? [] : [{ url: 'reason', valueCode: source.failed }]),
  ]
}
