/** A multidose line has a dose on a day of a packed period, none is packed, and nothing is supplied outside the roll. */
import { localDate } from '../../core/zone.js'
import type { LineModel } from '../lines/line.js'
import { isMultidose, suppliedOutside } from '../quantities/multidose.js'
import type { Roll } from '../quantities/rolls.js'
import { comingDays, slotInstants, startOfDay, stillToCome } from './coming-days.js'
import { discrepancy, nameOf, type Sentences, type Situation } from './discrepancy.js'
import { counted } from './words.js'

type NotPacked = {
  readonly medicine: string | undefined
  readonly day: string
  readonly last: string
  readonly days: number
}
const sentences: Sentences<NotPacked> = {
  nb: ({ medicine, day: first, last, days }, { name, day }) =>
    `${name(medicine)} skal pakkes i multidose, men er ikke pakket ${day(first)}–${day(last)} (${counted(days, 'dag', 'dager')} med dose).`,
  da: ({ medicine, day: first, last, days }, { name, day }) =>
    `${name(medicine)} skal dosispakkes, men er ikke pakket ${day(first)}–${day(last)} (${counted(days, 'dag', 'dage')} med dosis).`,
  en: ({ medicine, day: first, last, days }, { name, day }) =>
    `${name(medicine)} is to be packed in the roll but is not packed ${day(first)}–${day(last)} (${counted(days, 'day', 'days')} with a dose).`,
  sv: ({ medicine, day: first, last, days }, { name, day }) =>
    `${name(medicine)} ska dospackas men är inte packat ${day(first)}–${day(last)} (${counted(days, 'dag', 'dagar')} med dos).`,
  fi: ({ medicine, day: first, last, days }, { name, day }) =>
    `${name(medicine)} kuuluu annosjakeluun, mutta sitä ei ole pakattu ${day(first)}–${day(last)} (${counted(days, 'annospäivä', 'annospäivää')}).`,
}

export const onListNotPacked = discrepancy<NotPacked>({
  code: 'on-list-not-packed',
  sentences,
  find: (situation) => {
    const { lines, quantities, versioned } = situation
    const findings = []
    const next: number[] = []
    const rolls = quantities.rolls().all
    const today = localDate(situation.at, situation.config.zone)
    for (const line of rolls.some(({ to }) => to >= today) ? lines : []) {
      if (!isMultidose(line, situation.facts, situation.at) || suppliedOutside(line, situation.at)) continue
      const { days, roll } = missingDays(line, rolls, situation)
      const [first, last] = [days[0], days.at(-1)]
      if (first === undefined || last === undefined || roll === undefined) continue
      next.push(
        startOfDay(first, situation),
        ...slotInstants(quantities.intended(line, first).doses, first, situation),
      )
      const packs = roll.supplies.map(({ ref }) => versioned(ref)).sort()
      const decided = line.state === undefined ? [] : [versioned(line.state.decision.fact.ref)]
      findings.push({
        about: [line.id, roll.key],
        severity: 'high' as const,
        implicated: [line.ref, ...decided, ...packs],
        evidence: [...decided, ...packs],
        numbers: { medicine: nameOf(line), day: first, last, days: days.length },
      })
    }
    return { findings, next }
  },
})

/** Coming days of a roll with a dose of the line and none packed, with the first roll that lacks it. */
function missingDays(
  line: LineModel,
  rolls: readonly Roll[],
  situation: Situation,
): { days: string[]; roll: Roll | undefined } {
  const { quantities } = situation
  for (const roll of rolls) {
    const days = comingDays(roll.from, roll.to, situation).filter((day) => {
      const intended = stillToCome(quantities.intended(line, day), day, situation)
      const packed = quantities.packed(line, day)
      return intended.known && intended.doses.length > 0 && packed.known && packed.doses.length === 0
    })
    if (days.length > 0) return { days, roll }
  }
  return { days: [], roll: undefined }
}
