/** Answers to queries out of what is stored: M9.2, M9.4, M9.6, M9.8, M9.12 (eresept.md 9; reliability.md 3, rule 1). */

import type { CareTeam } from 'fhir/r4.js'
import type { Known, OriginalRef, QueryContext } from '../../../src/core/query.js'
import { localDate } from '../../../src/core/zone.js'
import { encodeBase64, encodeBytes } from '../base64.js'
import { apotek, isResponsibility, lege, roleOf } from '../m271-to-m272.js'
import type { Head } from '../msghead.js'
import { NS } from '../namespaces.js'
import { bareId } from '../write/idents.js'
import { flag, ownCode, text } from '../write/values.js'
import { node, type XmlNode } from '../xml-write.js'
import { m6Of } from './dispense-report.js'
import { dispensesOf, listeelement, reseptinfo } from './listeelement.js'
import { findOriginal } from './originals.js'
import { numbersOf } from './person.js'
import type { Query } from './queries.js'
import { sharedList } from './shared-list.js'
import { isOpen, originalOf, type Prescription, prescriptionsOf } from './stored-prescriptions.js'

export type Answer =
  | { readonly kind: 'document'; readonly payload: XmlNode; readonly attachments: readonly Uint8Array[] }
  | { readonly kind: 'impossible'; readonly reason: string }

export type Originals = ReadonlyMap<string, readonly Uint8Array[]>

const NOTHING_FOUND = '4'
const INVALID_EMERGENCY_SEARCH = '3'
const INVALID = 'X'
const today = ({ now, zone }: QueryContext): string => localDate(Date.parse(now), zone)

/** The prescriptions that a query is to be told of, and whether there are locked ones that it is not. */
function chosen(
  query: Extract<Query, { kind: 'M9.1' | 'M9.5' }>,
  known: Known,
  context: QueryContext,
): { readonly shown: readonly Prescription[]; readonly locked: boolean } {
  const all = prescriptionsOf(known, today(context))
    .filter((one) => query.all || isOpen(one))
    .filter((one) => query.kind === 'M9.5' || query.withGuardianReserved || !one.guardianReserved)
  const asked = new Set(query.refNr)
  const byNumber = asked.size > 0 && query.fnr === undefined
  const knows = ({ refNr }: Prescription): boolean => refNr !== undefined && asked.has(refNr)
  return {
    shown: all.filter((one) => knows(one) || (!byNumber && !one.locked)),
    locked: all.some((one) => one.locked && !knows(one)),
  }
}

/** Which bytes the answer passes on: M1s of M9.6 and M9.4, M10s of M9.8, lists of M9.12. */
export function originalsWanted(
  query: Query,
  found: readonly Known[],
  context: QueryContext,
): readonly OriginalRef[] {
  const [known] = found
  if (known === undefined) return []
  switch (query.kind) {
    case 'M9.5':
      return chosen(query, known, context).shown.map(({ reseptId, stored }) => originalOf(stored, reseptId))
    case 'M9.3':
      return theOne(query, known, context).map(({ reseptId, stored }) => originalOf(stored, reseptId))
    case 'M9.7':
      return theOne(query, known, context).flatMap((one) =>
        dispensesOf(one, known).map((stored) => originalOf(stored, m10IdOf(stored.resource))),
      )
    case 'M9.11':
      return [
        ...rowsOf(known),
        newestList(known, new Set(['M25.2'])),
        newestList(known, new Set(['M25.3'])),
      ].flatMap((one) => (one?.messageId === undefined ? [] : [{ key: one.messageId, row: one.messageId }]))
    case 'M9.1':
    case 'M9.21':
      return []
  }
}

/** Rows of sources' lists: their messages hold the treatments in the sources' own bytes. */
const rowsOf = (known: Known): readonly Known['resources'][number][] =>
  known.resources.filter(({ layer, type }) => layer === 'fact' && type === 'MedicationStatement')

const m10IdOf = (resource: Known['resources'][number]['resource']): string =>
  resource.resourceType === 'MedicationDispense' || resource.resourceType === 'SupplyDelivery'
    ? (bareId(resource.identifier?.find(({ type }) => type?.text === 'M10id')) ?? '')
    : ''

function theOne(
  query: { readonly reseptId?: string; readonly refNr?: string },
  known: Known,
  context: QueryContext,
): readonly Prescription[] {
  const id = query.reseptId?.toLowerCase()
  return prescriptionsOf(known, today(context)).filter(({ refNr, reseptId }) =>
    id === undefined ? refNr !== undefined && refNr === query.refNr : reseptId.toLowerCase() === id,
  )
}

export function answerM91(
  query: Extract<Query, { kind: 'M9.1' }>,
  found: readonly Known[],
  context: QueryContext,
): Answer {
  const [known] = found
  const shown = known === undefined ? [] : chosen(query, known, context).shown
  const infos = known === undefined ? [] : shown.flatMap((one) => reseptinfo(one, known) ?? [])
  const team = known && teamOf(known)
  const number = known && numbersOf(known, query.fnr).own
  const status = query.byName ? INVALID_EMERGENCY_SEARCH : shown.length === 0 ? NOTHING_FOUND : undefined
  const roles =
    team === undefined
      ? []
      : [
          apotek(inCharge(team, 'multidose-pharmacy', context)),
          lege(inCharge(team, 'multidose-doctor', context)),
        ]
  return document(
    node(
      'Reseptliste',
      [
        status === undefined ? undefined : ownCode('Status', status, 7407),
        ...infos,
        number === undefined || roles.every((one) => one === undefined)
          ? undefined
          : node('Multidosebruker', [node('Fnr', number), ...roles]),
      ],
      { xmlns: NS.m92 },
    ),
  )
}

export function answerM93(
  query: Extract<Query, { kind: 'M9.3' }>,
  found: readonly Known[],
  originals: Originals,
  context: QueryContext,
): Answer {
  const [known] = found
  const [one] = known === undefined ? [] : theOne(query, known, context)
  const original = one && findOriginal(originals, one.reseptId)
  return document(
    node('ReseptNedlasting', [ownCode('Status', one?.state ?? INVALID, 7408)], { xmlns: NS.m94 }),
    original === undefined ? [] : [original.bytes],
  )
}

export function answerM95(
  query: Extract<Query, { kind: 'M9.5' }>,
  found: readonly Known[],
  originals: Originals,
  context: QueryContext,
): Answer {
  const [known] = found
  const { locked, shown } = known === undefined ? { locked: false, shown: [] } : chosen(query, known, context)
  const { others, own } = known === undefined ? { own: query.fnr, others: [] } : numbersOf(known, query.fnr)
  const is2018 = query.format === '2018'
  const payload = node(
    'M96',
    [
      !is2018 || own === undefined
        ? undefined
        : node('PasientInfo', [node('Fnr', own), ...others.map((one) => node('AndreFnr', one))]),
      is2018 && locked ? flag('LastResept', true) : undefined,
      ...(known === undefined || shown.length === 0
        ? [ownCode('StatusSok', NOTHING_FOUND, 7407)]
        : shown.map((one) => listeelement(one, known, context.zone))),
    ],
    { xmlns: is2018 ? NS.m96 : NS.m96Of2015 },
  )
  return document(
    payload,
    shown.flatMap(({ reseptId }) => findOriginal(originals, reseptId)?.bytes ?? []),
  )
}

export function answerM97(
  query: Extract<Query, { kind: 'M9.7' }>,
  head: Head,
  found: readonly Known[],
  originals: Originals,
  context: QueryContext,
): Answer {
  const [known] = found
  const [one] = known === undefined ? [] : theOne(query, known, context)
  const is2018 = query.format === '2018'
  const ns = { xmlns: is2018 ? NS.m98 : NS.m98Of2015 }
  if (known === undefined || one === undefined) return document(node('M98', [flag('IngenResept', true)], ns))
  const reports = dispensesOf(one, known).flatMap(({ resource }, index) => {
    const original = findOriginal(originals, m10IdOf(resource))
    return m6Of(head, resource, m10IdOf(resource), original, index, context) ?? []
  })
  const count = node(is2018 ? 'AntallUtleveringer' : 'AntallUteveringer', String(reports.length))
  return document(node('M98', [count], ns), reports)
}

export function answerM911(
  query: Extract<Query, { kind: 'M9.11' }>,
  head: Head,
  found: readonly Known[],
  originals: Originals,
  context: QueryContext,
): Answer {
  const [known] = found
  const is2018 = query.format === '2018'
  const wrap = (content: readonly (XmlNode | undefined)[]): Answer =>
    document(
      node('M912', [node(is2018 ? 'Pasient' : 'Multidosepasient', content)], {
        xmlns: is2018 ? NS.m912 : NS.m912Of2014,
      }),
    )
  if (known === undefined) return wrap([node('Fnr', query.fnr)])
  const shared = sharedList(head, known, originals, context)
  if (shared.kind === 'impossible') return shared
  const { others, own = query.fnr } = numbersOf(known, query.fnr)
  const team = teamOf(known)
  const prescriptions = query.withPrescriptions
    ? prescriptionsOf(known, today(context)).filter(({ locked }) => !locked)
    : []
  return wrap([
    node('Fnr', own),
    ...(is2018 ? others.map((one) => node('AndreFnr', one)) : []),
    text('RefMsgId', newestList(known, LISTS)?.id),
    team && lege(inCharge(team, 'multidose-doctor', context)),
    team && apotek(inCharge(team, 'multidose-pharmacy', context)),
    ...prescriptions.map((one) => reseptinfo(one, known)),
    shared.kind === 'list' ? node('VarerIBrukB64', encodeBase64(shared.xml)) : undefined,
    ...['M25.2', 'M25.3'].flatMap((kind) => receivedList(known, kind, originals)),
  ])
}

const LISTS = new Set(['M25.1', 'M25.2', 'M25.3'])

/** The newest list message of a kind that sources have sent. */
function newestList(known: Known, kinds: ReadonlySet<string>) {
  const lists = known.resources.flatMap(({ layer, messageId, resource }) =>
    layer === 'fact' && resource.resourceType === 'List' && kinds.has(resource.code?.coding?.[0]?.code ?? '')
      ? [{ date: Date.parse(resource.date ?? ''), id: bareId(resource.identifier?.[0]), messageId }]
      : [],
  )
  return lists.sort((a, b) => a.date - b.date).at(-1)
}

/** The pharmacy's newest question and packing, whole and byte for byte. */
function receivedList(known: Known, kind: string, originals: Originals): readonly XmlNode[] {
  const newest = newestList(known, new Set([kind]))
  const raw = newest?.messageId && originals.get(newest.messageId)
  const original =
    raw && newest?.id !== undefined
      ? findOriginal(new Map([[newest.id.toLowerCase(), raw]]), newest.id)
      : undefined
  return original === undefined ? [] : [node('VarerIBrukB64', encodeBytes(original.bytes))]
}

const teamOf = (known: Known): CareTeam | undefined =>
  known.resources.flatMap(({ layer, resource }) =>
    layer === 'line' && resource.resourceType === 'CareTeam' && isResponsibility(resource) ? [resource] : [],
  )[0]

const inCharge = (team: CareTeam, role: string, { now }: QueryContext) =>
  (team.participant ?? []).findLast(
    (one) => roleOf(one) === role && (one.period?.end === undefined || one.period.end > now),
  )

const document = (payload: XmlNode, attachments: readonly Uint8Array[] = []): Answer => ({
  kind: 'document',
  payload,
  attachments,
})

export const typeOfAnswer = {
  'M9.1': { V: 'ERM92', DN: 'Reseptliste (utleverer)' },
  'M9.3': { V: 'ERM94', DN: 'Nedlasting av resept' },
  'M9.5': { V: 'ERM96', DN: 'Reseptliste (rekvirent)' },
  'M9.7': { V: 'ERM98', DN: 'Utleveringer på resept' },
  'M9.11': { V: 'ERM912', DN: 'Nedlasting av varer i bruk' },
  'M9.21': { V: 'ERM922', DN: 'Endrede multidosepasienter' },
} as const
