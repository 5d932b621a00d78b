/**
 * The answer of `$medication-list`: a collection Bundle joined from stored texts. Only the completeness part (the List's
 * last extensions, which stand right before its status) is made anew for each answer.
 */
import type { Extension } from 'fhir/r4.js'
import { extensionUrl } from '../core/canonical.js'
import type { StoredResource } from '../core/stored.js'
import type { ListResult } from '../medication-list/contract.js'
import { storedOf, type Workspace } from './workspace.js'

/** Where the completeness part begins, behind what the version says of itself (buildList). */
const COMPLETENESS_STARTS = ['source-state', 'completeness'].map((name) => `{"url":"${extensionUrl(name)}"`)
const EXTENSION_START = ',"extension":['
const EXTENSION_ENDS = ['current', 'retired'].map((status) => `],"status":"${status}","mode":"working"`)

/** What the Bundle shows: the List, its lines, the prescriptions that govern them, open discrepancies, who is responsible. */
export function shownBy(workspace: Workspace, list: StoredResource, result: ListResult): StoredResource[] {
  const lines: StoredResource[] = []
  const prescriptions = new Set<StoredResource>()
  for (const line of result.lines) {
    const stored = workspace.resources.get(`MedicationStatement/${line.id}`)
    if (stored?.resource.resourceType !== 'MedicationStatement') continue
    lines.push(stored)
    for (const { reference } of stored.resource.basedOn ?? []) {
      const target = reference === undefined ? undefined : workspace.resources.get(reference)
      if (target !== undefined) prescriptions.add(target)
    }
  }
  const derived = (type: string) =>
    [...storedOf(workspace, type).values()].filter(({ layer }) => layer === 'line')
  const issues = derived('DetectedIssue').filter(
    ({ resource }) => resource.resourceType === 'DetectedIssue' && resource.status === 'preliminary',
  )
  const teams = derived('CareTeam').filter(
    ({ resource }) => resource.resourceType === 'CareTeam' && resource.status === 'active',
  )
  const flags = derived('Flag').filter(
    ({ resource }) => resource.resourceType === 'Flag' && resource.status === 'active',
  )
  return [list, ...lines, ...prescriptions, ...issues, ...teams, ...flags]
}

export interface BundleTexts {
  /** Stored texts in order, the List first. */
  readonly texts: readonly string[]
  /** ISO instant of the list version. */
  readonly timestamp: string
  readonly publicUrl: string
}

/** A Bundle around the completeness part: the last of the List's extensions, without the brackets. */
export interface OpenBundle {
  readonly before: string
  readonly extensions: string
  readonly after: string
}

/** The Bundle of one list version, the List's extensions as they stood when it was made. */
export function openBundle({ texts, timestamp, publicUrl }: BundleTexts): OpenBundle {
  const [list = '{}', ...others] = texts
  const entry = (text: string) => `{"fullUrl":"${publicUrl}/fhir/${nameOf(text)}","resource":`
  const extensions = list.indexOf(EXTENSION_START)
  const end = Math.max(...EXTENSION_ENDS.map((text) => list.indexOf(text, extensions)))
  const places = COMPLETENESS_STARTS.map((text) => list.indexOf(text, extensions)).filter((at) => at >= 0)
  const start = places.length === 0 ? extensions + EXTENSION_START.length : Math.min(...places)
  const [from, to] = extensions < 0 || end < 0 ? [0, 0] : [start, end]
  const rest = others.map((text) => `,${entry(text)}${text}}`).join('')
  return {
    before: `{"resourceType":"Bundle","type":"collection","timestamp":"${timestamp}","entry":[${entry(list)}${list.slice(0, from)}`,
    extensions: list.slice(from, to),
    after: `${list.slice(to)}}${rest}]}`,
  }
}

/** @param extensions the completeness part as it is now, never empty; absent: as it stood when the version was made */
export const bundleText = (bundle: OpenBundle, extensions?: readonly Extension[]): string =>
  bundle.before +
  (extensions === undefined ? bundle.extensions : JSON.stringify(extensions).slice(1, -1)) +
  bundle.after

/** Stored texts begin with type and id. */
const STORED_TEXT = /^\{"resourceType":"([A-Za-z]+)","id":"([A-Za-z0-9.-]+)"/

const nameOf = (text: string): string => {
  const [, type = '', id = ''] = STORED_TEXT.exec(text) ?? []
  return `${type}/${id}`
}
