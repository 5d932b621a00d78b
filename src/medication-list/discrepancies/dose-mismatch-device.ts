/** What the dispenser will offer of a line in the next days is not what is intended (6.2, C). */
import { addDays, localDate } from '../../core/zone.js'
import { intervalMinutes } from '../dosage/interval.js'
import type { LineModel } from '../lines/line.js'
import { type DayAmounts, NO_DOSES } from '../quantities/day-amounts.js'
import {
  type DayMismatch,
  mismatchOn,
  refsOf,
  slotInstants,
  startOfDay,
  sumTexts,
  timesOf,
  whileInUse,
} from './coming-days.js'
import { discrepancy, type Finding, nameOf, type Sentences, type Situation } from './discrepancy.js'

/** Days from today on that hold the next 48 hours; of a line that is not daily, 8 days. */
const DAYS = 3
const INTERVAL_DAYS = 8
const DAY_MINUTES = 1440
/** A program on its way to the device is no difference yet. */
const SENDING_MS = 2 * 3_600_000

type Programmed = {
  readonly medicine: string | undefined
  readonly day: string
  readonly intended: string | undefined
  readonly programmed: string | undefined
  readonly intendedTimes: readonly string[]
  readonly programmedTimes: readonly string[]
  readonly onlySlots: boolean
  /** The device gives what stands on no line. */
  readonly unlisted: boolean
}
const sentences: Sentences<Programmed> = {
  nb: (n, { name, day, amount, clock }) =>
    n.unlisted
      ? `Dispenseren er satt til å gi ${name(n.medicine)}, som ikke står på listen.`
      : n.onlySlots
        ? `Dispenseren gir ${name(n.medicine)} ${day(n.day)} kl. ${clock(n.programmedTimes)}, ordinert kl. ${clock(n.intendedTimes)}.`
        : `Dispenseren gir ${amount(n.programmed ?? '?')} ${name(n.medicine)} ${day(n.day)}, ordinert ${amount(n.intended ?? '?')}.`,
  da: (n, { name, day, amount, clock }) =>
    n.unlisted
      ? `Dispenseren er sat til at give ${name(n.medicine)}, som ikke står på listen.`
      : n.onlySlots
        ? `Dispenseren giver ${name(n.medicine)} ${day(n.day)} kl. ${clock(n.programmedTimes)}, ordineret kl. ${clock(n.intendedTimes)}.`
        : `Dispenseren giver ${amount(n.programmed ?? '?')} ${name(n.medicine)} ${day(n.day)}, ordineret ${amount(n.intended ?? '?')}.`,
  en: (n, { name, day, amount, clock }) =>
    n.unlisted
      ? `The dispenser is set to give ${name(n.medicine)}, which is not on the list.`
      : n.onlySlots
        ? `The dispenser gives ${name(n.medicine)} ${day(n.day)} at ${clock(n.programmedTimes)}, intended at ${clock(n.intendedTimes)}.`
        : `The dispenser gives ${amount(n.programmed ?? '?')} of ${name(n.medicine)} ${day(n.day)}, intended ${amount(n.intended ?? '?')}.`,
  sv: (n, { name, day, amount, clock }) =>
    n.unlisted
      ? `Dispensern är inställd på att ge ${name(n.medicine)}, som inte står på listan.`
      : n.onlySlots
        ? `Dispensern ger ${name(n.medicine)} ${day(n.day)} kl. ${clock(n.programmedTimes)}, ordinerat kl. ${clock(n.intendedTimes)}.`
        : `Dispensern ger ${amount(n.programmed ?? '?')} ${name(n.medicine)} ${day(n.day)}, ordinerat ${amount(n.intended ?? '?')}.`,
  fi: (n, { name, day, amount, clock }) =>
    n.unlisted
      ? `Annostelija on asetettu antamaan ${name(n.medicine)}, joka ei ole listalla.`
      : n.onlySlots
        ? `Annostelija antaa ${name(n.medicine)} ${day(n.day)} klo ${clock(n.programmedTimes)}, määrätty klo ${clock(n.intendedTimes)}.`
        : `Annostelija antaa ${amount(n.programmed ?? '?')} ${name(n.medicine)} ${day(n.day)}, määrätty ${amount(n.intended ?? '?')}.`,
}

export const doseMismatchDevice = discrepancy<Programmed>({
  code: 'dose-mismatch-device',
  sentences,
  find: (situation) => {
    const { lines, quantities, versioned } = situation
    const findings: (Finding & { readonly numbers: Programmed })[] = []
    const next: number[] = []
    for (const line of lines) {
      next.push(...awaited(line, situation))
      const [first, second] = deviceDays(line, situation)
      if (second === undefined || first === undefined) continue
      // A further day comes into view at midnight.
      if (offers(line, first, situation) !== undefined || offers(line, second, situation) !== undefined)
        next.push(startOfDay(second, situation))
      const mismatch = firstMismatch(line, situation)
      if (mismatch === undefined) continue
      next.push(
        ...slotInstants([...mismatch.expected.doses, ...mismatch.found.doses], mismatch.day, situation),
      )
      findings.push(finding(line, mismatch, situation))
    }
    for (const { key, ref, medicine } of quantities.devices().strangers)
      findings.push({
        about: [key],
        severity: 'high',
        implicated: [versioned(ref)],
        evidence: [versioned(ref)],
        numbers: { ...UNLISTED, medicine: medicine?.name },
      })
    return { findings, next }
  },
})

const UNLISTED: Omit<Programmed, 'medicine'> = {
  day: '',
  intended: undefined,
  programmed: undefined,
  intendedTimes: [],
  programmedTimes: [],
  onlySlots: false,
  unlisted: true,
}

/** Days from today on on which the device's program of the line is watched. */
export function deviceDays(line: LineModel, { at, config }: Situation): string[] {
  const today = localDate(at, config.zone)
  return Array.from({ length: isDaily(line) ? DAYS : INTERVAL_DAYS }, (_, days) => addDays(today, days))
}

const isDaily = ({ plan }: LineModel): boolean =>
  plan.kind !== 'structured' ||
  plan.entries.every(
    ({ weekdays, period, cycle, events }) =>
      weekdays.length === 0 &&
      cycle === undefined &&
      events.length === 0 &&
      (period === undefined || intervalMinutes(period) <= DAY_MINUTES),
  )

export function firstMismatch(line: LineModel, situation: Situation): DayMismatch | undefined {
  const { quantities } = situation
  if (line.group.decisions.length === 0) return undefined
  for (const day of deviceDays(line, situation)) {
    const offered = offers(line, day, situation)
    if (offered === undefined) continue
    const found = whileInUse(offered, day, line, situation)
    const mismatch = mismatchOn(line, day, quantities.intended(line, day), found, situation)
    if (mismatch !== undefined) return mismatch
  }
  return undefined
}

/** What the device gives that day; nothing of a line that it is decided to carry and does not. */
function offers(line: LineModel, day: string, situation: Situation): DayAmounts | undefined {
  const { at, facts, quantities } = situation
  // During a stay the ward gives the medicines (7, R8).
  if (facts.stays.some(({ from, to }) => from <= at && (to === undefined || at < to))) return undefined
  const programmed = quantities.programmed(line, day)
  if (programmed !== undefined) return programmed
  const planned = quantities.devices().plannedOf(line)
  return planned.some(({ madeAt }) => at - madeAt >= SENDING_MS) ? NO_DOSES : undefined
}

const awaited = (line: LineModel, { at, quantities }: Situation): number[] =>
  quantities
    .devices()
    .plannedOf(line)
    .map(({ madeAt }) => madeAt + SENDING_MS)
    .filter((instant) => instant > at)

function finding(
  line: LineModel,
  { day, kind, expected, found }: DayMismatch,
  { quantities, versioned }: Situation,
): Finding & { readonly numbers: Programmed } {
  const [intended, programmed] = sumTexts(expected.doses, found.doses)
  const { programsOf, plannedOf } = quantities.devices()
  const programs = [...programsOf(line), ...plannedOf(line)].map(({ ref }) => ref)
  const evidence = [...new Set([...refsOf(found.doses), ...programs])].sort().map(versioned)
  return {
    about: [line.id],
    severity: 'high',
    implicated: [line.ref, ...refsOf(expected.doses).map(versioned), ...evidence],
    evidence,
    numbers: {
      medicine: nameOf(line),
      day,
      intended,
      programmed,
      intendedTimes: timesOf(expected.doses),
      programmedTimes: timesOf(found.doses),
      onlySlots: kind === 'slots',
      unlisted: false,
    },
  }
}
