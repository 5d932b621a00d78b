/**
 * The answer of `$medication-list`: a collection Bundle joined from stored texts. The completeness part (the List's
 * extensions) stands first in the List, so that a reader's answer can have it made anew without parsing the rest.
 */
import type { Extension, List } from 'fhir/r4.js'
import type { StoredResource } from '../core/stored.js'
import type { ListResult } from '../medication-list/contract.js'
import type { Workspace } from './workspace.js'

const EXTENSION_START = '{"resourceType":"List","extension":'
const EXTENSION_END = '],"id":"'

/** Order: the List, its lines, the prescriptions that govern them, open discrepancies. */
export function listBundle(
  workspace: Workspace,
  list: StoredResource,
  result: ListResult,
  publicUrl: string,
): string {
  const lines: StoredResource[] = []
  const prescriptions = new Map<string, StoredResource>()
  for (const line of result.lines) {
    const stored = workspace.resources.get(`MedicationStatement/${line.id}`)
    if (stored?.resource.resourceType !== 'MedicationStatement') continue
    lines.push(stored)
    for (const { reference } of stored.resource.basedOn ?? []) {
      const target = reference === undefined ? undefined : workspace.resources.get(reference)
      if (reference !== undefined && target !== undefined) prescriptions.set(reference, target)
    }
  }
  const issues = [...workspace.resources.values()].filter(
    (stored) =>
      stored.layer === 'line' &&
      stored.resource.resourceType === 'DetectedIssue' &&
      stored.resource.status === 'preliminary',
  )
  const entries = [
    entry(publicUrl, list.type, list.id, listText(list)),
    ...[...lines, ...prescriptions.values(), ...issues].map((stored) =>
      entry(publicUrl, stored.type, stored.id, stored.text),
    ),
  ]
  return `{"resourceType":"Bundle","type":"collection","timestamp":"${list.lastUpdated}","entry":[${entries.join(',')}]}`
}

const entry = (publicUrl: string, type: string, id: string, text: string): string =>
  `{"fullUrl":"${publicUrl}/fhir/${type}/${id}","resource":${text}}`

function listText(list: StoredResource): string {
  // The stored resource of the working list is a List: derive-list made it.
  const { resourceType, extension, ...rest } = list.resource as List
  return JSON.stringify({ resourceType, extension: extension ?? [], ...rest })
}

/** The same Bundle with the List's extensions replaced. */
export function withExtensions(bundle: string, extensions: readonly Extension[]): string {
  const start = bundle.indexOf(EXTENSION_START)
  const end = bundle.indexOf(EXTENSION_END, start)
  if (start < 0 || end < 0) return bundle
  const from = start + EXTENSION_START.length
  const text = JSON.stringify(extensions)
  return bundle.slice(from, end + 1) === text ? bundle : bundle.slice(0, from) + text + bundle.slice(end + 1)
}
