/** Tokens by which facts name each other: `<type>/<id>` of a reference, `<system>|<value>` of an identifier. */
import type { Identifier, Reference } from 'fhir/r4.js'
import { codeSystemUrl, sidUrl, URI_SYSTEM } from '../../core/canonical.js'
import type { TreatmentKey } from './fact.js'

export function identifierToken(identifier: Identifier | undefined): string | undefined {
  if (identifier?.value === undefined) return undefined
  // UUIDs are compared without case (surfaces.md, names of our own).
  const value = identifier.system === URI_SYSTEM ? identifier.value.toLowerCase() : identifier.value
  return `${identifier.system ?? ''}|${value}`
}

/** `Type/id` without base and version; undefined for contained and logical references. */
export function referenceToken(reference: string | undefined): string | undefined {
  if (reference === undefined || reference.startsWith('#')) return undefined
  const parts = reference.split('/_history/')[0]?.split('/') ?? []
  const id = parts[parts.length - 1]
  const type = parts[parts.length - 2]
  return id === undefined || type === undefined ? undefined : `${type}/${id}`
}

/** Both tokens of a reference, as far as it has them. */
export const tokensOf = (reference: Reference | undefined): string[] =>
  [referenceToken(reference?.reference), identifierToken(reference?.identifier)].filter(
    (token) => token !== undefined,
  )

/** One key for who or what a reference names: the identifier before the id, since every source states identifiers. */
export const partyKey = (reference: Reference | undefined): string | undefined =>
  identifierToken(reference?.identifier) ?? referenceToken(reference?.reference)

/** Links to other treatments or prescriptions are decisive (K0). */
export const linkKeys = (references: readonly (Reference | undefined)[]): TreatmentKey[] =>
  references.flatMap((reference) => tokensOf(reference).map((token) => ({ token, basis: 'K0' as const })))

const ORDER_TYPES = new Set(['PLAC', 'FILL'])

/**
 * Ids that name a treatment (K0) or a prescription (K1): those typed as such, the hub's own line id, and the natural
 * (first) identifier. Others, such as a reference number printed on paper, may be shared by several prescriptions.
 */
export function identityKeys(identifiers: readonly Identifier[] | undefined): TreatmentKey[] {
  return (identifiers ?? []).flatMap((identifier, index): TreatmentKey[] => {
    const token = identifierToken(identifier)
    if (token === undefined || idKind(identifier) === 'parallel-chain') return []
    if (isTreatmentId(identifier)) return [{ token, basis: 'K0' }]
    const typed =
      identifier.type?.text === 'ReseptId' ||
      (identifier.type?.coding ?? []).some(({ code }) => ORDER_TYPES.has(code ?? ''))
    return typed || index === 0 ? [{ token, basis: 'K1' }] : []
  })
}

export const isTreatmentId = (identifier: Identifier): boolean =>
  identifier.type?.text === 'PLL' ||
  identifier.system === sidUrl('line') ||
  idKind(identifier) === 'treatment' ||
  idKind(identifier) === 'chain'

const ID_KINDS = ['treatment', 'chain', 'parallel-chain'] as const

/** What a national id of a treatment stands for, where its source says so (code system `treatment-id`). */
const idKind = ({ type }: Identifier): (typeof ID_KINDS)[number] | undefined =>
  ID_KINDS.find((kind) =>
    type?.coding?.some(({ system, code }) => system === codeSystemUrl('treatment-id') && code === kind),
  )

/** Chains whose source says that their prescriptions run in parallel: one family, and a treatment each. */
export const isFamilyId = (identifier: Identifier): boolean => idKind(identifier) === 'parallel-chain'

export const familyTokens = (identifiers: readonly Identifier[] | undefined): string[] =>
  (identifiers ?? []).filter(isFamilyId).flatMap((identifier) => identifierToken(identifier) ?? [])

/** Whether they name two treatments of one nation: two values of one kind in one system. */
export function namesTwoTreatments(identifiers: readonly Identifier[]): boolean {
  const bySystem = new Map<string, string>()
  for (const identifier of identifiers) {
    const token = identifierToken(identifier)
    if (token === undefined || !isTreatmentId(identifier) || identifier.system === sidUrl('line')) continue
    const kind = `${identifier.type?.text ?? idKind(identifier)} ${identifier.system}`
    const known = bySystem.get(kind)
    if (known !== undefined && known !== token) return true
    bySystem.set(kind, token)
  }
  return false
}
