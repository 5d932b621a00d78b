/**
 * Which other product the next roll will probably hold of a line, shown from three days before its delivery on
 * (medication-list.md 8.4). It changes nothing that is intended.
 */
import type { Extension, MedicationStatement } from 'fhir/r4.js'
import { extensionUrl } from '../../core/canonical.js'
import { startOfLocalDay } from '../../core/zone.js'
import type { ListConfig } from '../contract.js'
import { handedOutAt } from '../facts/event-time.js'
import type { FactSet, Medicine } from '../facts/fact.js'
import { type LineModel, prescriptionsOf } from '../lines/line.js'
import { isMultidose } from '../quantities/multidose.js'
import type { Quantities } from '../quantities/quantities.js'
import type { PackingPeriod } from './calendar.js'
import { cardsOf } from './cards.js'
import { type ExpectedChange, expectedChange, shownFrom } from './price-periods.js'

export interface ExpectedProducts {
  /** By id of the line. */
  readonly changes: ReadonlyMap<string, ExpectedChange>
  /** Instants after T at which it may be another. */
  readonly next: readonly number[]
}

const NOTHING: ExpectedProducts = { changes: new Map(), next: [] }

export function expectedProducts(
  lines: readonly LineModel[],
  {
    at,
    config,
    facts,
    quantities,
  }: {
    readonly at: number
    readonly config: ListConfig
    readonly facts: FactSet
    readonly quantities: Quantities
  },
): ExpectedProducts {
  const { prices, zone } = config
  if (prices.length === 0) return NOTHING
  const changes = new Map<string, ExpectedChange>()
  const next: number[] = []
  for (const { periods } of cardsOf(facts, at, zone)) {
    const coming = periods.find((period) => isComing(period, at, zone))
    // What was packed is known then, and told by what it is.
    if (coming === undefined || quantities.rolls().covers(coming.start)) continue
    next.push(shownFrom(coming, zone), startOfLocalDay(coming.start, zone))
    for (const line of lines) {
      if (line.status !== 'active' || !isMultidose(line, facts, at)) continue
      const medicine = inHand(line)
      const change =
        medicine === undefined
          ? undefined
          : expectedChange(prices, coming, medicine, isSubstitutable(line), at, zone)
      if (change !== undefined) changes.set(line.id, change)
    }
  }
  return { changes, next }
}

const isComing = ({ acute, start, state }: PackingPeriod, at: number, zone: string): boolean =>
  !acute && state !== 'cancelled' && state !== 'closed' && startOfLocalDay(start, zone) > at

/** The product that was supplied last, else the one of the line. */
function inHand({ group, medicine }: LineModel): Medicine | undefined {
  let newest: { readonly at: number; readonly medicine: Medicine } | undefined
  for (const { fact, medicine: supplied } of group.supplies) {
    const at = handedOutAt(fact)
    if (fact.status === 'completed' && (newest === undefined || at > newest.at))
      newest = { at, medicine: supplied }
  }
  return newest?.medicine ?? medicine
}

const isSubstitutable = (line: LineModel): boolean =>
  prescriptionsOf(line).every(
    ({ status, substitutionAllowed }) => status !== 'active' || substitutionAllowed !== false,
  )

/** The statement as it is where nothing is expected. */
export function withExpectedProduct(
  statement: MedicationStatement,
  change: ExpectedChange | undefined,
): MedicationStatement {
  if (change === undefined) return statement
  const { period, to } = change
  const expected: Extension = {
    url: extensionUrl('expected-product'),
    extension: [
      { url: 'from', valueDate: period.start },
      { url: 'product', valueString: to.name },
      ...(change.from === undefined ? [] : [{ url: 'instead-of', valueString: change.from }]),
      ...(to.look === undefined ? [] : [{ url: 'look', valueString: to.look }]),
    ],
  }
  return { ...statement, extension: [...(statement.extension ?? []), expected] }
}
