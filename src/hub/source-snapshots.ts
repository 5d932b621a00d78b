/** A source's own lists (M25.1): the newest is current, former ones are retired (eresept.md 11.5). */
import type { FhirResource, List } from 'fhir/r4.js'
import { compareText } from '../core/compare-text.js'
import type { StoredResource } from '../core/stored.js'
import { type Draft, stage } from './draft.js'
import { storedOf } from './workspace.js'

/** Of a source's list snapshots of one kind the newest is current, the others are retired (eresept.md 11.5). */
export function retireFormerSnapshots(draft: Draft): void {
  const incoming = [...draft.staged.values()].filter((entry) => entry.content.resourceType === 'List')
  if (incoming.length === 0) return
  const snapshots = new Map<
    string,
    { ref: string; order: string; list: List; stored: StoredResource | undefined }[]
  >()
  const add = (ref: string, order: string, content: FhirResource, stored: StoredResource | undefined) => {
    if (content.resourceType !== 'List' || content.mode !== 'snapshot') return
    const kind = content.code?.coding?.[0]?.code ?? ''
    const known = snapshots.get(kind) ?? []
    snapshots.set(kind, [
      ...known.filter((other) => other.ref !== ref),
      { ref, order, list: content, stored },
    ])
  }
  for (const [ref, stored] of storedOf(draft.workspace, 'List'))
    if (stored.layer === 'fact') add(ref, stored.order, stored.resource, stored)
  for (const [ref, entry] of draft.staged) add(ref, entry.order, entry.content, undefined)
  for (const lists of snapshots.values()) {
    const newest = lists.reduce((a, b) => (compareText(b.order, a.order) > 0 ? b : a))
    for (const { ref, list, stored } of lists) {
      const status = ref === newest.ref ? 'current' : 'retired'
      if (list.status === status || list.status === 'entered-in-error') continue
      restage(draft, ref, { ...list, status }, stored)
    }
  }
}

function restage(draft: Draft, ref: string, content: FhirResource, stored: StoredResource | undefined): void {
  const staged = draft.staged.get(ref)
  if (staged !== undefined) stage(draft, { ...staged, content })
  else if (stored !== undefined)
    stage(draft, {
      id: stored.id,
      previous: stored,
      content,
      key: stored.key,
      order: stored.order,
      layer: stored.layer,
      sourceKey: stored.sourceKey,
      shared: false,
    })
}
