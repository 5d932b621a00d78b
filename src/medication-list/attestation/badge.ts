/** What the list and each line show of who attested them, and what changed since (medication-list.md 9). */
import type { Extension, MedicationStatement } from 'fhir/r4.js'
import { extensionUrl } from '../../core/canonical.js'
import type { Attestation } from '../facts/responsibility-fact.js'
import { remembered } from '../remember.js'
import { lineContent } from './line-content.js'

export type BadgeState = 'attested' | 'changed-since' | 'partly' | 'never'

export interface Badge {
  readonly state: BadgeState
  /** Newest one that counts; of the list: newest full one, else the newest of lines. */
  readonly attestation: Attestation | undefined
  /** Ids of lines that changed since; of a list only. */
  readonly changed: readonly string[]
  /** It was attested that the person uses no medicines, and that is no longer so. */
  readonly contradicted: boolean
}

export interface AttestedList {
  readonly list: Badge
  /** By line id; lines that nobody attested are not there. */
  readonly lines: ReadonlyMap<string, Badge>
  /** The newest full attestation. */
  readonly full: Attestation | undefined
}

/** A line of the list as it stands; `open`: in use, planned, paused or provisional. */
export interface StandingLine {
  readonly id: string
  readonly statement: MedicationStatement
  readonly open: boolean
}

/** @param attestations in any order; those of supply alone say nothing of the lines */
export function attestedList(
  attestations: readonly Attestation[],
  standing: readonly StandingLine[],
): AttestedList {
  const counting = attestations
    .filter(({ scope }) => scope !== 'supply-only')
    .sort((a, b) => a.at - b.at || (a.ref < b.ref ? -1 : 1))
  if (counting.length === 0) return NEVER
  const full = counting.findLast(({ scope }) => scope === 'full')
  const lines = new Map<string, Badge>()
  const changed: string[] = []
  for (const { id, open, statement } of standing) {
    const newest = counting.findLast((one) => one.lines.has(id))
    const content = newest === undefined ? undefined : lineContent(statement)
    const same = newest !== undefined && newest.lines.get(id) === content
    const since = full !== undefined && newest !== undefined && newest.at >= full.at
    if (newest !== undefined && open) lines.set(id, badge(same ? 'attested' : 'changed-since', newest, []))
    if (full === undefined || statement.status === 'completed') continue
    if (open ? !(same && since) : full.lines.has(id)) changed.push(id)
  }
  return { list: listBadge(counting, full, changed, lines), lines, full }
}

const badge = (state: BadgeState, attestation: Attestation, changed: readonly string[]): Badge => ({
  state,
  attestation,
  changed,
  contradicted: attestation.usesNone && changed.length > 0,
})

function listBadge(
  counting: readonly Attestation[],
  full: Attestation | undefined,
  changed: readonly string[],
  lines: ReadonlyMap<string, Badge>,
): Badge {
  if (full !== undefined) return badge(changed.length === 0 ? 'attested' : 'changed-since', full, changed)
  const newest = counting.at(-1)
  const some = [...lines.values()].some(({ state }) => state === 'attested')
  return newest === undefined || !some ? NEVER.list : badge('partly', newest, [])
}

const NEVER: AttestedList = {
  list: { state: 'never', attestation: undefined, changed: [], contradicted: false },
  lines: new Map(),
  full: undefined,
}

/** Extension `attestation` of List and line. */
export function badgeExtension({ attestation, changed, contradicted, state }: Badge): Extension {
  return {
    url: extensionUrl('attestation'),
    extension: [
      { url: 'state', valueCode: state },
      ...(attestation === undefined ? [] : saidBy(attestation)),
      ...(changed.length === 0 ? [] : [{ url: 'changed', valueUnsignedInt: changed.length }]),
      ...(attestation?.usesNone === true ? [{ url: 'usesNone', valueBoolean: true }] : []),
      ...(contradicted ? [{ url: 'contradicted', valueBoolean: true }] : []),
    ],
  }
}

function saidBy({ at, listVersion, who }: Attestation): Extension[] {
  return [
    ...(listVersion === undefined ? [] : [{ url: 'version', valuePositiveInt: listVersion }]),
    ...(who === undefined ? [] : [{ url: 'who', valueReference: who }]),
    { url: 'when', valueInstant: new Date(at).toISOString() },
  ]
}

const badgedBefore = remembered<MedicationStatement>()

/** The statement with its badge; the same object as before while both are the same. */
export function withBadge(statement: MedicationStatement, own: Badge | undefined): MedicationStatement {
  if (own === undefined) return statement
  const badgeOfLine = badgeExtension(own)
  return badgedBefore(statement, [JSON.stringify(badgeOfLine)], () =>
    withExtension(statement, [...(statement.extension ?? []), badgeOfLine]),
  )
}

/** `extension` where it stands in FHIR JSON of the hub's other lines. */
function withExtension(statement: MedicationStatement, extension: Extension[]): MedicationStatement {
  if (statement.extension !== undefined) return { ...statement, extension }
  const { id, meta, contained, resourceType, ...rest } = statement
  return {
    resourceType,
    ...(id === undefined ? {} : { id }),
    ...(meta === undefined ? {} : { meta }),
    ...(contained === undefined ? {} : { contained }),
    extension,
    ...rest,
  }
}
