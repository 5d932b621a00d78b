/** Which lines are to lie in the roll, and which are supplied beside it. */
import { addDays } from '../../core/zone.js'
import type { FactSet } from '../facts/fact.js'
import type { LineModel } from '../lines/line.js'
import { decidedMultidose } from '../lines/multidose.js'
import { packsOf } from './packed.js'

/** A line of the roll before this one is still one of the roll. */
const FORMER_ROLL_DAYS = 35
/** A pack handed out may last this long. */
const SUPPLY_MS = 100 * 86_400_000
const DAY_MS = 86_400_000

/** As decided; where nobody has decided, packed lately and not said by the pharmacy to be outside the roll since. */
export function isMultidose(line: LineModel, facts: FactSet, at: number): boolean {
  const decided = decidedMultidose(line.group)
  if (decided !== undefined) return decided
  if (saidOutside(line, facts)) return false
  const since = addDays(new Date(at).toISOString().slice(0, 10), -FORMER_ROLL_DAYS)
  return packsOf(line).some(({ fact }) => fact.pack.to >= since)
}

/** The pharmacy's own row of the treatment says that it is not in the roll. */
export const saidOutside = ({ group }: LineModel, { packingRows }: FactSet): boolean =>
  packingRows.length > 0 &&
  packingRows.some(
    ({ multidose, treatments }) =>
      multidose === false &&
      group.facts.some(({ keys }) => keys.some(({ token }) => treatments.includes(token))),
  )

/** A completed supply outside the roll that may still last. */
export const suppliedOutside = ({ group }: LineModel, at: number): boolean =>
  group.supplies.some(
    ({ fact }) =>
      fact.pack === undefined &&
      fact.status === 'completed' &&
      fact.handedOver !== undefined &&
      fact.handedOver.from <= at + DAY_MS &&
      at - fact.handedOver.from <= SUPPLY_MS,
  )

/** Local date on which the person's first known roll begins; undefined without any. */
export const firstRollDay = (facts: FactSet): string | undefined =>
  facts.supplies.flatMap(({ pack }) => (pack === undefined ? [] : [pack.from])).sort()[0]
