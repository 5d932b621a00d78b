/**
 * A line's statement is made anew only when something that it is made of changed. What goes in is compared by identity:
 * facts are read once for each version of their resource (read-facts.ts), so an unchanged fact is the same object.
 */
import type { MedicationRequest, MedicationStatement } from 'fhir/r4.js'
import { remembered } from '../remember.js'
import { fingerprintOf } from './flags.js'
import { type LineModel, lastGiven } from './line.js'
import { planRequest } from './plan-request.js'
import { buildStatement, type StatementContext, unreadSince } from './statement.js'

export interface BuiltLine {
  readonly statement: MedicationStatement
  readonly plan: MedicationRequest | undefined
  readonly fingerprint: string
}

const builtBefore = remembered<BuiltLine>()

/** The same object as before while nothing changed. */
export function builtLine(line: LineModel, context: StatementContext): BuiltLine {
  const anchor = line.group.facts[0]
  if (anchor === undefined) return build(line, context)
  return builtBefore(anchor, partsOf(line, context), () => build(line, context))
}

function build(line: LineModel, context: StatementContext): BuiltLine {
  const statement = buildStatement(line, context)
  return { statement, plan: planRequest(line, statement), fingerprint: fingerprintOf(statement) }
}

/** Everything that buildStatement reads. */
function partsOf(line: LineModel, context: StatementContext): unknown[] {
  const { patientRef, language, zone } = context
  const { group, state } = line
  const effect = state?.decision.effect
  const parts: unknown[] = [
    line.id,
    line.status,
    line.category,
    line.confirmed,
    line.dosageFact,
    line.dosages,
    line.cycles.day,
    line.neverDaily,
    line.words,
    line.medicine?.atc,
    line.medicine?.name,
    patientRef,
    language,
    zone,
    unreadSince(line, context),
    state?.since,
    state?.decision.fact,
    effect?.kind,
  ]
  if (effect !== undefined) parts.push(...Object.values(effect))
  for (const fact of group.facts) parts.push(fact, group.basis.get(fact.ref))
  for (const { fact, basis } of group.supplies) parts.push(fact, basis)
  for (const { fact, basis } of group.reports) parts.push(fact, basis)
  const intake = lastGiven(line) ?? group.intakes[0]
  parts.push(intake?.fact, intake?.basis, intake?.medicine)
  return parts
}
