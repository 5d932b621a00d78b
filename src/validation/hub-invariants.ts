/**
 * Invariants of the hub's own profiles, named as the constraints in fhir-profiles name them (medication-list.md 2
 * and 5), and those that hold for every resource.
 */
import { codeSystemUrl, extensionUrl, LAYER_SYSTEM } from '../core/canonical.js'
import { containedIdsUnique } from './contained.js'
import { isNode, listOf, type Node, nodeOf, own } from './json.js'

const SUBSETTED = 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue'
const FLAG_SYSTEM = codeSystemUrl('medlist-entry-flag')
const VERSIONED_STATEMENT = /^MedicationStatement\/[A-Za-z0-9\-.]{1,64}\/_history\/[A-Za-z0-9\-.]{1,64}$/
const EMPTY_REASONS = ['nilknown', 'notstarted', 'unavailable', 'withheld']
const LINE_STATUSES = ['active', 'completed', 'entered-in-error', 'intended', 'stopped', 'on-hold', 'unknown']

const tags = (resource: Node): Node[] => listOf(own(nodeOf(own(resource, 'meta')), 'tag')).map(nodeOf)

/** The layers that the resource is tagged with; a sound one has exactly one. */
export const layersOf = (resource: Node): string[] =>
  tags(resource)
    .filter((tag) => own(tag, 'system') === LAYER_SYSTEM)
    .map((tag) => String(own(tag, 'code')))

const codes = (concept: unknown, system?: string): string[] =>
  listOf(own(nodeOf(concept), 'coding'))
    .map(nodeOf)
    .filter((coding) => system === undefined || own(coding, 'system') === system)
    .map((coding) => String(own(coding, 'code')))

const entries = (list: Node): Node[] => listOf(own(list, 'entry')).map(nodeOf)

const on =
  (rule: (node: Node) => boolean) =>
  (element: unknown): boolean =>
    !isNode(element) || rule(element)

export const HUB_INVARIANTS: Readonly<Record<string, (element: unknown) => boolean>> = {
  'hub-subsetted': on(
    (resource) =>
      !tags(resource).some((tag) => own(tag, 'system') === SUBSETTED && own(tag, 'code') === 'SUBSETTED'),
  ),
  'hub-contained-ids': on(containedIdsUnique),
  'hub-layer-line': on((resource) => layersOf(resource).join() === 'line'),
  'hub-layer-not-line': on((resource) => !layersOf(resource).includes('line')),
  'hub-line-status': on((line) => LINE_STATUSES.includes(String(own(line, 'status')))),
  'hub-list-empty': on((list) => entries(list).length > 0 || own(list, 'emptyReason') !== undefined),
  'hub-list-empty-code': on((list) => {
    const reason = own(list, 'emptyReason')
    return reason === undefined || codes(reason).some((code) => EMPTY_REASONS.includes(code))
  }),
  'hub-list-unavailable-note': on(
    (list) =>
      !codes(own(list, 'emptyReason')).includes('unavailable') || listOf(own(list, 'note')).length > 0,
  ),
  'hub-list-versioned-item': on((entry) =>
    VERSIONED_STATEMENT.test(String(own(nodeOf(own(entry, 'item')), 'reference'))),
  ),
  'hub-list-flag': on((entry) => codes(own(entry, 'flag'), FLAG_SYSTEM).length === 1),
  'hub-packing-periods': on((calendar) =>
    listOf(own(calendar, 'extension')).some(
      (extension) => own(nodeOf(extension), 'url') === extensionUrl('packing-period'),
    ),
  ),
  'hub-administration-reason': on(
    (node) => own(node, 'status') !== 'not-done' || listOf(own(node, 'statusReason')).length > 0,
  ),
  'hub-administration-amount': on((node) => {
    const dose = nodeOf(own(nodeOf(own(node, 'dosage')), 'dose'))
    return own(node, 'status') !== 'completed' || own(dose, 'value') !== 0
  }),
}
