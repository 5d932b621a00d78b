/**
 * Invariants of R4 by their key, and the hub's own beside them. Each is total: it may be asked about an element whose
 * shape is wrong (that is reported elsewhere) and then answers true or false, never throws.
 */
import {
  allContainedUsed,
  noContainedSecurity,
  noContainedVersions,
  noNestedContained,
  resolvesLocally,
} from './contained.js'
import { isAfter } from './fhir-times.js'
import { HUB_INVARIANTS } from './hub-invariants.js'
import { has, isNode, listOf, type Node, nodeOf, own } from './json.js'
import { isSafeNarrative } from './narrative.js'

export type Invariant = (element: unknown, root: unknown) => boolean

const UCUM = 'http://unitsofmeasure.org'
const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem'

/** Lifts a rule about an object: what is no object is not its business. */
const on =
  (rule: (node: Node, root: unknown) => boolean): Invariant =>
  (element, root) =>
    !isNode(element) || rule(element, root)

const needs = (name: string, other: string): Invariant => on((node) => !has(node, name) || has(node, other))
const notBoth = (name: string, other: string): Invariant =>
  on((node) => !(has(node, name) && has(node, other)))
const anyOf = (...names: string[]): Invariant => on((node) => names.some((name) => has(node, name)))
const notNegative = (name: string): Invariant =>
  on((node) => {
    const value = own(node, name)
    return typeof value !== 'number' || value >= 0
  })
const notBefore = (later: string, earlier: string): Invariant =>
  on((node) => !isAfter(own(node, earlier), own(node, later)))

const hasCoding = (concept: unknown, system: string, codes: readonly string[]): boolean =>
  listOf(own(nodeOf(concept), 'coding')).some(
    (coding) =>
      own(nodeOf(coding), 'system') === system && codes.includes(String(own(nodeOf(coding), 'code'))),
  )

const inUcum = (node: Node): boolean =>
  (has(node, 'code') || !has(node, 'value')) && (!has(node, 'system') || own(node, 'system') === UCUM)

const isError = (node: Node, system: string): boolean =>
  hasCoding(own(node, 'verificationStatus'), `${TERMINOLOGY}/${system}`, ['entered-in-error'])

const low = (node: Node): unknown => own(nodeOf(own(node, 'low')), 'value')
const high = (node: Node): unknown => own(nodeOf(own(node, 'high')), 'value')

const typeIs = (node: Node, ...types: string[]): boolean => types.includes(String(own(node, 'type')))
const entries = (bundle: Node): Node[] => listOf(own(bundle, 'entry')).map(nodeOf)
const firstType = (bundle: Node): unknown =>
  own(nodeOf(own(entries(bundle)[0] ?? {}, 'resource')), 'resourceType')

const R4_INVARIANTS: Readonly<Record<string, Invariant>> = {
  'dom-2': on(noNestedContained),
  'dom-3': on(allContainedUsed),
  'dom-4': on(noContainedVersions),
  'dom-5': on(noContainedSecurity),
  'ref-1': on(resolvesLocally),
  'ext-1': on(extensionHasOneContent),
  'txt-1': (div) => typeof div !== 'string' || isSafeNarrative(div),
  'pat-1': anyOf('name', 'telecom', 'address', 'organization'),
  'mdd-1': notBefore('whenHandedOver', 'whenPrepared'),
  'mad-1': anyOf('dose', 'rateRatio', 'rateQuantity'),
  'lst-1': notBoth('emptyReason', 'entry'),
  'lst-2': on(
    (list) => own(list, 'mode') === 'changes' || entries(list).every((entry) => !has(entry, 'deleted')),
  ),
  'lst-3': on(
    (list) => own(list, 'mode') === 'working' || entries(list).every((entry) => !has(entry, 'date')),
  ),
  'org-1': anyOf('identifier', 'name'),
  'org-2': on((address) => own(address, 'use') !== 'home'),
  'org-3': on((telecom) => own(telecom, 'use') !== 'home'),
  'ait-1': on((node) => has(node, 'clinicalStatus') || isError(node, 'allergyintolerance-verification')),
  'ait-2': on((node) => !has(node, 'clinicalStatus') || !isError(node, 'allergyintolerance-verification')),
  'obs-3': anyOf('low', 'high', 'text'),
  'obs-6': on((node) => !has(node, 'dataAbsentReason') || !hasValue(node)),
  'obs-7': on(componentsDiffer),
  'inv-1': notBefore('lastModified', 'authoredOn'),
  'cpl-3': notBoth('detail', 'reference'),
  'sev-1': notBoth('name', 'query'),
  'con-1': anyOf('summary', 'assessment'),
  'con-2': anyOf('code', 'detail'),
  'con-4': on(
    (node) =>
      !Object.keys(node).some((name) => name.startsWith('abatement')) ||
      hasCoding(own(node, 'clinicalStatus'), `${TERMINOLOGY}/condition-clinical`, [
        'resolved',
        'remission',
        'inactive',
      ]),
  ),
  'con-5': on((node) => !has(node, 'clinicalStatus') || !isError(node, 'condition-ver-status')),
  'ppc-1': anyOf('policy', 'policyRule'),
  'imm-1': anyOf('documentType', 'reference'),
  'prr-1': needs('orderDetail', 'code'),
  'cmp-1': anyOf('text', 'entry', 'section'),
  'cmp-2': notBoth('emptyReason', 'entry'),
  'bdl-1': on((bundle) => !has(bundle, 'total') || typeIs(bundle, 'searchset', 'history')),
  'bdl-2': on(
    (bundle) => typeIs(bundle, 'searchset') || entries(bundle).every((entry) => !has(entry, 'search')),
  ),
  'bdl-3': on((bundle) => {
    const wanted = typeIs(bundle, 'batch', 'transaction', 'history')
    return entries(bundle).every((entry) => has(entry, 'request') === wanted)
  }),
  'bdl-4': on((bundle) => {
    const wanted = typeIs(bundle, 'batch-response', 'transaction-response', 'history')
    return entries(bundle).every((entry) => has(entry, 'response') === wanted)
  }),
  'bdl-5': anyOf('resource', 'request', 'response'),
  'bdl-7': on(fullUrlsUnique),
  'bdl-8': on((entry) => !String(own(entry, 'fullUrl') ?? '').includes('/_history/')),
  'bdl-9': on((bundle) => !typeIs(bundle, 'document') || identified(own(bundle, 'identifier'))),
  'bdl-10': on((bundle) => !typeIs(bundle, 'document') || own(bundle, 'timestamp') !== undefined),
  'bdl-11': on((bundle) => !typeIs(bundle, 'document') || firstType(bundle) === 'Composition'),
  'bdl-12': on((bundle) => !typeIs(bundle, 'message') || firstType(bundle) === 'MessageHeader'),
  'age-1': on(
    (age) => inUcum(age) && (typeof own(age, 'value') !== 'number' || Number(own(age, 'value')) > 0),
  ),
  'cnt-3': on(
    (count) =>
      inUcum(count) &&
      (!has(count, 'code') || own(count, 'code') === '1') &&
      (own(count, 'value') === undefined || Number.isInteger(own(count, 'value'))),
  ),
  'dis-1': on(inUcum),
  'drt-1': on((node) => !has(node, 'code') || (own(node, 'system') === UCUM && has(node, 'value'))),
  'sqty-1': on((node) => !has(node, 'comparator')),
  'qty-3': needs('code', 'system'),
  'att-1': needs('data', 'contentType'),
  'cpt-2': needs('value', 'system'),
  'exp-1': anyOf('expression', 'reference'),
  'per-1': notBefore('end', 'start'),
  'rng-2': on((range) => !(Number(low(range)) > Number(high(range)))),
  'rat-1': on(
    (ratio) =>
      has(ratio, 'numerator') === has(ratio, 'denominator') &&
      (has(ratio, 'numerator') || has(ratio, 'extension')),
  ),
  'tim-1': needs('duration', 'durationUnit'),
  'tim-2': needs('period', 'periodUnit'),
  'tim-4': notNegative('duration'),
  'tim-5': notNegative('period'),
  'tim-6': needs('periodMax', 'period'),
  'tim-7': needs('durationMax', 'duration'),
  'tim-8': needs('countMax', 'count'),
  'tim-9': on(
    (repeat) =>
      !has(repeat, 'offset') ||
      (has(repeat, 'when') &&
        !listOf(own(repeat, 'when')).some((when) => ['C', 'CM', 'CD', 'CV'].includes(String(when)))),
  ),
  'tim-10': notBoth('timeOfDay', 'when'),
  'drq-1': on((node) => has(node, 'path') !== has(node, 'searchParam')),
  'drq-2': on((node) => has(node, 'path') !== has(node, 'searchParam')),
  'trd-1': on((node) => !has(node, 'data') || !Object.keys(node).some((name) => name.startsWith('timing'))),
  'trd-2': needs('condition', 'data'),
}

/** All invariants by key. */
export const INVARIANTS: Readonly<Record<string, Invariant>> = { ...R4_INVARIANTS, ...HUB_INVARIANTS }

/** Keys that other means check, or that cannot be judged from one resource alone. */
export const NOT_CHECKED: ReadonlySet<string> = new Set([
  'ele-1', // the keyword notEmpty
  'txt-2', // with txt-1
  'ctm-1', // needs the member resolved
  'trd-3', // TriggerDefinition is not used by the hub
  // Published for a code system that is called 'something': they can never apply.
  'ppc-2',
  'ppc-3',
  'ppc-4',
  'ppc-5',
])

export const isInvariant = (key: string): boolean => Object.hasOwn(INVARIANTS, key)

function extensionHasOneContent(extension: Node): boolean {
  const value = Object.keys(extension).some((name) => name.startsWith('value') || name.startsWith('_value'))
  return value !== has(extension, 'extension')
}

const hasValue = (node: Node): boolean => Object.keys(node).some((name) => /^_?value[A-Z]/.test(name))

/** obs-7: with a value of its own, no component repeats the observation's code. */
function componentsDiffer(observation: Node): boolean {
  if (!hasValue(observation)) return true
  const codes = codingKeys(own(observation, 'code'))
  return listOf(own(observation, 'component')).every((component) =>
    codingKeys(own(nodeOf(component), 'code')).every((key) => !codes.includes(key)),
  )
}

const codingKeys = (concept: unknown): string[] =>
  listOf(own(nodeOf(concept), 'coding')).map((coding) => {
    const { system, version, code, display } = nodeOf(coding)
    return JSON.stringify([system, version, code, display])
  })

function fullUrlsUnique(bundle: Node): boolean {
  if (typeIs(bundle, 'history')) return true
  const urls = entries(bundle)
    .filter((entry) => own(entry, 'fullUrl') !== undefined)
    .map((entry) => {
      const version = own(nodeOf(own(nodeOf(own(entry, 'resource')), 'meta')), 'versionId')
      return JSON.stringify([own(entry, 'fullUrl'), version])
    })
  return new Set(urls).size === urls.length
}

const identified = (identifier: unknown): boolean =>
  own(nodeOf(identifier), 'system') !== undefined && own(nodeOf(identifier), 'value') !== undefined
