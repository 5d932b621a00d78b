/** What the engine is given of a person's workspace: the facts, and what was derived from them before. */
import type { List, MedicationStatement } from 'fhir/r4.js'
import { HubError } from '../core/errors.js'
import type { SourceRole } from '../core/message.js'
import type { StoredResource } from '../core/stored.js'
import type {
  EntryFlag,
  Fact,
  ListInput,
  Previous,
  PreviousIssue,
  PreviousLine,
  SourceFact,
} from '../medication-list/contract.js'
import { ownTeam } from './stage-care-team.js'
import { storedOf, type Workspace } from './workspace.js'

/** Types that can be facts of the list. */
export const FACT_TYPES: ReadonlySet<string> = new Set([
  'MedicationRequest',
  'MedicationStatement',
  'MedicationDispense',
  'MedicationAdministration',
  'SupplyDelivery',
  'List',
  'DetectedIssue',
  'DeviceUseStatement',
  'AllergyIntolerance',
  'Encounter',
  'Basic',
  'CareTeam',
  'Communication',
  'Task',
  'Provenance',
  'Patient',
])

/** @param at ISO instant */
export const engineInput = (
  workspace: Workspace,
  { config, products }: Pick<ListInput, 'config' | 'products'>,
  at: string,
): ListInput => ({
  patientRef: `Patient/${workspace.personId}`,
  facts: readFacts(workspace),
  sources: [...workspace.sources.values()].map((source): SourceFact => ({ ...source, waiting: 0 })),
  previous: readPrevious(workspace),
  products,
  config,
  at,
})

/** A fact is the same object as long as the resource is the same and its source has the same role. */
export function readFacts(workspace: Workspace): Fact[] {
  const { facts, resources, sources, touched } = workspace
  const roleOf = (key: string): SourceRole => sources.get(key)?.role ?? 'client'
  for (const ref of touched) {
    const stored = resources.get(ref)
    if (stored?.layer === 'fact' && FACT_TYPES.has(stored.type)) facts.set(ref, toFact(ref, stored, roleOf))
    else facts.delete(ref)
  }
  touched.clear()
  const all: Fact[] = []
  for (const [ref, fact] of facts) {
    const stored = fact.source.role === roleOf(fact.source.key) ? undefined : resources.get(ref)
    const current = stored === undefined ? fact : toFact(ref, stored, roleOf)
    if (current !== fact) facts.set(ref, current)
    all.push(current)
  }
  return all
}

const toFact = (ref: string, stored: StoredResource, roleOf: (key: string) => SourceRole): Fact => ({
  ref,
  version: stored.version,
  resource: stored.resource,
  source: { key: stored.sourceKey, role: roleOf(stored.sourceKey) },
  receivedAt: stored.lastUpdated,
})

export function readPrevious(workspace: Workspace): Previous {
  const entries = new Map<string, { flag: EntryFlag; date: string }>()
  const list = currentList(workspace)
  for (const entry of list?.entry ?? []) {
    const id = entry.item.reference?.split('/')[1]
    // Flags are written by buildList from EntryFlag and by nobody else.
    const flag = entry.flag?.coding?.[0]?.code as EntryFlag | undefined
    if (id !== undefined && flag !== undefined) entries.set(id, { flag, date: entry.date ?? '' })
  }
  const lines: PreviousLine[] = []
  for (const stored of storedOf(workspace, 'MedicationStatement').values()) {
    if (stored.layer !== 'line' || stored.resource.resourceType !== 'MedicationStatement') continue
    const entry = entries.get(stored.id)
    const { status } = stored.resource
    lines.push({
      id: stored.id,
      status,
      facts: refsOf(stored.resource),
      date: entry?.date ?? stored.lastUpdated.slice(0, 10),
      flag: entry?.flag ?? closingFlag(status),
      fingerprint: stored.order,
    })
  }
  const issues: PreviousIssue[] = []
  for (const { id, lastUpdated, layer, resource } of storedOf(workspace, 'DetectedIssue').values()) {
    if (layer !== 'line' || resource.resourceType !== 'DetectedIssue') continue
    issues.push({
      id,
      // The hub's own issues have one of three states (medication-list.md 6.1).
      status: resource.status as PreviousIssue['status'],
      identified: resource.identifiedDateTime ?? lastUpdated,
      resource,
    })
  }
  return { lines, issues, team: ownTeam(workspace)?.participant ?? [] }
}

const refsBefore = new WeakMap<MedicationStatement, readonly string[]>()

/** Of the facts that a line names, without versions. */
function refsOf(line: MedicationStatement): readonly string[] {
  const known = refsBefore.get(line)
  if (known !== undefined) return known
  const refs = (line.derivedFrom ?? []).flatMap(({ reference }) =>
    reference === undefined ? [] : [reference.split('/').slice(0, 2).join('/')],
  )
  refsBefore.set(line, refs)
  return refs
}

function closingFlag(status: MedicationStatement['status']): EntryFlag {
  switch (status) {
    case 'stopped':
      return 'stopped'
    case 'entered-in-error':
      return 'error'
    case 'active':
    case 'completed':
    case 'intended':
    case 'on-hold':
    case 'unknown':
    case 'not-taken':
      return 'completed'
    default:
      throw new HubError('UNEXPECTED', 'a line has a status that R4 does not know')
  }
}

/** The working list, as far as there is one. */
export function storedList(workspace: Workspace): StoredResource | undefined {
  for (const stored of storedOf(workspace, 'List').values()) if (stored.layer === 'line') return stored
  return undefined
}

export function currentList(workspace: Workspace): List | undefined {
  const resource = storedList(workspace)?.resource
  return resource?.resourceType === 'List' ? resource : undefined
}
