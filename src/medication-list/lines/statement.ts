/** A line as MedicationStatement of profile HubLine (medication-list.md 2). */
import type { Dosage, Extension, Identifier, MedicationStatement, Reference } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl, LAYER_SYSTEM, profileUrl, sidUrl } from '../../core/canonical.js'
import { dateTimeText, rangeOfDateTime } from '../../core/zone.js'
import { readDosagePlan } from '../dosage/plan.js'
import { dosageShortText } from '../dosage/short-text.js'
import { dosageText, notDailyWarning } from '../dosage/text.js'
import type { Language } from '../dosage/units.js'
import type { DecisionFact, ProductStatement, Row } from '../facts/fact.js'
import { treatmentIdentifiers } from '../facts/read-decision.js'
import { isFamilyId } from '../facts/tokens.js'
import type { LineGroup, MatchBasis } from '../grouping/line-group.js'
import { withDatedCycle } from './cycles.js'
import { type LineModel, lastGiven } from './line.js'
import { decidedMultidose } from './multidose.js'

export interface StatementContext {
  readonly patientRef: string
  readonly language: Language
  readonly zone: string
  /** Sources that could not be read, by key: the instant at which each was last heard. */
  readonly unread: ReadonlyMap<string, string>
}

/** Since when the line may have changed without the hub knowing: its deciding source could not be read (4.2). */
export const unreadSince = ({ state }: LineModel, { unread }: StatementContext): string | undefined =>
  state === undefined ? undefined : unread.get(state.decision.fact.sourceKey)

/** Supplies named in `derivedFrom`, newest first; the others lead here by their prescription. */
const SUPPLIES_NAMED_MAX = 4

export function buildStatement(line: LineModel, context: StatementContext): MedicationStatement {
  const { group, state } = line
  const fact = state?.decision.fact ?? group.facts[group.facts.length - 1]
  const extension = extensionsOf(line, context)
  const dosage = lineDosage(line, context)
  const basedOn = governingPrescription(line)
  const period = effectivePeriod(line, context.zone)
  const source = informationSource(group, fact)
  return {
    resourceType: 'MedicationStatement',
    id: line.id,
    meta: { profile: [profileUrl('hub-line')], tag: [{ system: LAYER_SYSTEM, code: 'line' }] },
    ...containedOf(productOf(group, fact)),
    ...(extension.length === 0 ? {} : { extension }),
    identifier: identifiersOf(line),
    ...(basedOn === undefined ? {} : { basedOn: [{ reference: basedOn, type: 'MedicationRequest' }] }),
    status: line.status,
    ...(fact !== undefined && fact.statusReason.length > 0 && saysWhy(line)
      ? { statusReason: [...fact.statusReason] }
      : {}),
    ...(line.category === undefined
      ? {}
      : { category: { coding: [{ system: codeSystemUrl('medlist-category'), code: line.category }] } }),
    ...medicationOf(productOf(group, fact), line),
    subject: { reference: context.patientRef },
    ...(period === undefined ? {} : { effectivePeriod: period }),
    ...(fact?.decidedText === undefined ? {} : { dateAsserted: fact.decidedText }),
    ...(source === undefined ? {} : { informationSource: source }),
    derivedFrom: derivedFrom(line),
    ...(fact === undefined || fact.reasonCode.length === 0 ? {} : { reasonCode: [...fact.reasonCode] }),
    ...(line.words === undefined ? {} : { note: [{ text: line.words }] }),
    ...(dosage.length === 0 ? {} : { dosage }),
  }
}

/** Also of a stop that lies ahead. */
function saysWhy({ state, status }: LineModel): boolean {
  const effect = state?.decision.effect
  return (
    status === 'stopped' ||
    status === 'on-hold' ||
    effect?.kind === 'stop' ||
    (effect?.kind === 'use' && effect.to !== undefined && effect.ending === 'stopped')
  )
}

function extensionsOf(line: LineModel, context: StatementContext): Extension[] {
  const { language, zone } = context
  const text = dosageText(line.plan, language, 'patient', zone)
  const short = dosageShortText(line.plan, language, zone)
  const open = line.status === 'active' || line.status === 'intended' || line.status === 'on-hold'
  const asOf = open ? unreadSince(line, context) : undefined
  return [
    ...(text === undefined ? [] : [{ url: extensionUrl('dosage-text'), valueString: text }]),
    ...(short === undefined || short === text
      ? []
      : [{ url: extensionUrl('dosage-short-text'), valueString: short }]),
    ...(decidedMultidose(line.group) === true
      ? [{ url: extensionUrl('multidose'), valueBoolean: true }]
      : []),
    ...(open && !line.confirmed ? [{ url: extensionUrl('not-confirmed'), valueBoolean: true }] : []),
    ...familyOf(line.group),
    ...(asOf === undefined ? [] : [{ url: extensionUrl('as-of'), valueInstant: asOf }]),
  ]
}

/** The chain that the newest of its facts names. */
function familyOf({ facts }: LineGroup): Extension[] {
  const ids = facts.flatMap(({ identifiers }) => identifiers.filter(isFamilyId))
  const newest = ids[ids.length - 1]
  return newest === undefined ? [] : [{ url: extensionUrl('treatment-family'), valueIdentifier: newest }]
}

/** The line's own id, then the treatment and prescription ids of all its sources, each once. */
function identifiersOf({ id, group }: LineModel): Identifier[] {
  const seen = new Map<string, Identifier>()
  for (const fact of group.facts)
    for (const identifier of treatmentIdentifiers(fact.identifiers))
      if (identifier.system !== sidUrl('line') && identifier.system !== sidUrl('decision'))
        seen.set(`${identifier.system}|${identifier.value}`, identifier)
  return [
    { system: sidUrl('line'), value: id },
    ...[...seen.keys()].sort().flatMap((key) => seen.get(key) ?? []),
  ]
}

/** The deciding prescription, or the newest one beside the row that decides. */
function governingPrescription({ group, state }: LineModel): string | undefined {
  const deciding = state?.decision.fact
  if (deciding?.kind === 'prescription') return deciding.ref
  return group.facts.filter(({ kind, status }) => kind === 'prescription' && status !== 'error').at(-1)?.ref
}

/** The medicine as the governing fact states it; a provisional line shows what was supplied or taken. */
function productOf(group: LineGroup, fact: DecisionFact | undefined): ProductStatement {
  const stated = [fact, ...[...group.facts].reverse()].find(
    (one) => one !== undefined && hasProduct(one.product),
  )?.product
  if (stated !== undefined) return stated
  const supply = newestSupplies(group)[0]
  if (supply !== undefined && hasProduct(supply.fact.product)) return supply.fact.product
  const intake = group.intakes[0]
  if (intake === undefined) return {}
  if (!intake.fact.sachet && hasProduct(intake.fact.product)) return intake.fact.product
  const { codings, name } = intake.medicine
  return {
    medicationCodeableConcept: { coding: [...codings], ...(name === undefined ? {} : { text: name }) },
  }
}

const hasProduct = (product: ProductStatement): boolean =>
  product.medicationCodeableConcept !== undefined || product.medicationReference !== undefined

const containedOf = ({ contained }: ProductStatement): Pick<MedicationStatement, 'contained'> =>
  contained === undefined ? {} : { contained: [...contained] }

const UNKNOWN = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason'

function medicationOf(product: ProductStatement, line: LineModel): Partial<MedicationStatement> {
  if (product.medicationReference !== undefined) return { medicationReference: product.medicationReference }
  if (product.medicationCodeableConcept !== undefined)
    return { medicationCodeableConcept: product.medicationCodeableConcept }
  const name = line.medicine?.name
  return {
    medicationCodeableConcept:
      name === undefined ? { extension: [{ url: UNKNOWN, valueCode: 'unknown' }] } : { text: name },
  }
}

/** The source's dates as it wrote them; a computed instant where the line ended otherwise. */
function effectivePeriod(line: LineModel, zone: string): MedicationStatement['effectivePeriod'] {
  const { state } = line
  if (state === undefined) return undefined
  const { fact, effect } = state.decision
  const stated = fact.kind === 'row' ? fact.period : undefined
  const start = stated?.start ?? (fact.kind === 'prescription' ? startOfUse(fact) : formerStart(line, fact))
  const end = stated?.end ?? endText(line, effect, zone)
  if (start === undefined && end === undefined) return undefined
  const from = start === undefined ? undefined : rangeOfDateTime(start, zone)?.from
  const to = end === undefined ? undefined : rangeOfDateTime(end, zone)?.to
  const backwards = from !== undefined && to !== undefined && from > to
  return {
    ...(start === undefined || backwards ? {} : { start }),
    ...(end === undefined ? {} : { end }),
  }
}

/** What a decision on the list goes on with began when the facts before it say. */
function formerStart({ group }: LineModel, fact: Row): string | undefined {
  if (fact.decidedOn === undefined) return undefined
  const before = group.facts.slice(0, group.facts.indexOf(fact)).reverse()
  for (const one of before) {
    const start = one.kind === 'row' ? one.period?.start : startOfUse(one)
    if (start !== undefined) return start
  }
  return undefined
}

/** The earliest start of the dosage, else the day of the decision. */
function startOfUse(fact: DecisionFact): string | undefined {
  const starts = fact.plan.kind === 'structured' ? fact.plan.entries.map(({ start }) => start) : []
  const stated = starts.every((start) => start !== undefined) ? [...starts].sort()[0] : undefined
  return stated ?? fact.decidedText
}

function endText(
  { state, status }: LineModel,
  effect: NonNullable<LineModel['state']>['decision']['effect'],
  zone: string,
): string | undefined {
  const ended = status === 'stopped' || status === 'completed'
  const instant = ended
    ? state?.since
    : effect.kind === 'use'
      ? effect.to
      : effect.kind === 'stop'
        ? effect.from
        : undefined
  return instant === undefined || !Number.isFinite(instant) ? undefined : dateTimeText(instant, zone)
}

/** Who decided; for a provisional line the supplier. A device is no source of information in R4. */
function informationSource(group: LineGroup, fact: DecisionFact | undefined): Reference | undefined {
  const source = fact === undefined ? newestSupplies(group)[0]?.fact.supplier : fact.authorReference
  return source?.type === 'Device' || source?.reference?.includes('Device/') ? undefined : source
}

const newestSupplies = (group: LineGroup): LineGroup['supplies'] =>
  [...group.supplies].sort(
    (a, b) =>
      (b.fact.handedOver?.from ?? 0) - (a.fact.handedOver?.from ?? 0) || (a.fact.ref < b.fact.ref ? -1 : 1),
  )

/**
 * All facts that decide, the newest supplies, patients' reports; the last dose given of a line given elsewhere, whose
 * next due date depends on it; other intakes only where nothing else carries the line,
 * since each day brings more of them and each names its request itself.
 */
function derivedFrom(line: LineModel): Reference[] {
  const { group } = line
  const named: [ref: string, basis: MatchBasis][] = group.facts.map(({ ref }) => [
    ref,
    group.basis.get(ref) ?? 'K0',
  ])
  const below = [...newestSupplies(group).slice(0, SUPPLIES_NAMED_MAX), ...group.reports]
  named.push(...below.map(({ fact, basis }): [string, MatchBasis] => [fact.ref, basis]))
  const intake = lastGiven(line) ?? (named.length === 0 ? group.intakes[0] : undefined)
  if (intake !== undefined) named.push([intake.fact.ref, intake.basis])
  return named.map(([reference, basis]) => ({
    reference,
    extension: [{ url: extensionUrl('match-basis'), valueCode: basis }],
  }))
}

/** Each entry with a text made from its structure; the source's own words beside it where they differ (12.1). */
function lineDosage(line: LineModel, { language, zone }: StatementContext): Dosage[] {
  const warned = line.neverDaily !== undefined
  return line.dosages
    .map((dosage) => worded(dosage, { language, zone }, warned))
    .flatMap((dosage) => withDatedCycle(dosage, line.cycles.day, line.dosageFact?.start, zone))
}

/** What a source wrote before another hub made its text. */
const hasOriginal = ({ extension = [] }: Dosage): boolean =>
  extension.some(({ url }) => url === extensionUrl('original-text'))

function worded(
  dosage: Dosage,
  { language, zone }: Pick<StatementContext, 'language' | 'zone'>,
  warned: boolean,
): Dosage {
  const plan = readDosagePlan([dosage])
  const text = dosageText(plan, language, 'patient', zone)
  if (plan.kind === 'none' || plan.kind === 'text' || text === undefined) return dosage
  const original =
    plan.wording === undefined || plan.wording === text || hasOriginal(dosage)
      ? []
      : [{ url: extensionUrl('original-text'), valueString: plan.wording }]
  const extension = [...(dosage.extension ?? []), ...original]
  const [entry] = plan.kind === 'structured' ? plan.entries : []
  const warning = warned && entry !== undefined ? notDailyWarning(entry, language) : undefined
  return {
    ...dosage,
    ...(extension.length === 0 ? {} : { extension }),
    text,
    ...(warning === undefined
      ? {}
      : { additionalInstruction: [...(dosage.additionalInstruction ?? []), { text: warning }] }),
  }
}
