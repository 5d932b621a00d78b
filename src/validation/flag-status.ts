/** Which flag of a list entry goes with which status of its line (medication-list.md 2, allowed pairs). */
import { codeSystemUrl } from '../core/canonical.js'
import type { Problem } from '../core/errors.js'
import { listOf, type Node, nodeOf, own } from './json.js'

const IN_USE = ['active', 'intended', 'on-hold', 'unknown']

/** `unknown` is the provisional line, which is current though nobody decided it (medication-list.md 5). */
const STATUSES_OF_FLAG: Readonly<Record<string, readonly string[]>> = {
  new: IN_USE,
  changed: IN_USE,
  unchanged: IN_USE,
  split: IN_USE,
  held: ['on-hold'],
  resumed: ['active'],
  stopped: ['stopped'],
  completed: ['completed'],
  merged: ['completed'],
  error: ['entered-in-error'],
}

/** Whether a list entry with this flag may point to a line of this status. An unknown flag goes with nothing. */
export const flagAllowsStatus = (flag: string, status: string): boolean =>
  Object.hasOwn(STATUSES_OF_FLAG, flag) && (STATUSES_OF_FLAG[flag]?.includes(status) ?? false)

/** Entries of the lists in a Bundle whose flag does not go with the status of the statement in the same Bundle. */
export function flagProblems(bundle: Node, start: string): Problem[] {
  const resources = listOf(own(bundle, 'entry')).map((entry) => nodeOf(own(nodeOf(entry), 'resource')))
  const statuses = new Map<string, string>()
  for (const resource of resources)
    if (own(resource, 'resourceType') === 'MedicationStatement')
      statuses.set(`MedicationStatement/${String(own(resource, 'id'))}`, String(own(resource, 'status')))
  return resources.flatMap((resource, index) =>
    own(resource, 'resourceType') === 'List'
      ? entryProblems(resource, statuses, `${start}.entry[${index}].resource`)
      : [],
  )
}

function entryProblems(list: Node, statuses: ReadonlyMap<string, string>, start: string): Problem[] {
  return listOf(own(list, 'entry')).flatMap((entry, index) => {
    const reference = String(own(nodeOf(own(nodeOf(entry), 'item')), 'reference'))
    const status = statuses.get(reference.replace(/\/_history\/.*$/, ''))
    const flag = ownFlag(nodeOf(entry))
    if (status === undefined || flag === undefined || flagAllowsStatus(flag, status)) return []
    const text = 'flag does not go with the status of the line'
    return [{ at: `${start}.entry[${index}].flag`, text, code: 'RESOURCE_INVALID' as const }]
  })
}

function ownFlag(entry: Node): string | undefined {
  const codings = listOf(own(nodeOf(own(entry, 'flag')), 'coding')).map(nodeOf)
  const coding = codings.find((item) => own(item, 'system') === codeSystemUrl('medlist-entry-flag'))
  return coding === undefined ? undefined : String(own(coding, 'code'))
}
