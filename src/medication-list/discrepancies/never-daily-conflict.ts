/**
 * A medicine that is never daily is dosed too often or without days, lies in pouches or a device on a day without a dose,
 * was taken on one, or stands on two lines (medication-list.md 12.8). An alarm.
 */
import { addDays, localDate, startOfLocalDay } from '../../core/zone.js'
import type { NeverDaily } from '../contract.js'
import { compare } from '../dosage/decimal.js'
import type { LineModel } from '../lines/line.js'
import { type DosageProblem, dosageProblem } from '../never-daily/problems.js'
import { type DayAmounts, measureOf, sumOf } from '../quantities/day-amounts.js'
import { discrepancy, type Finding, nameOf, type Sentences, type Situation } from './discrepancy.js'

type Conflict = {
  readonly medicine: string | undefined
  readonly why: DosageProblem | 'packed' | 'programmed' | 'taken' | 'two-lines'
  /** Shortest interval. */
  readonly days: number
  /** Of what was packed, programmed or taken: the first such day. */
  readonly day: string | undefined
}
interface Words {
  readonly lead: string
  readonly why: Readonly<Record<Conflict['why'], string>>
}
const said = ({ lead, why }: Words, numbers: Conflict): string => `${lead} ${why[numbers.why]}.`

const sentences: Sentences<Conflict> = {
  nb: (n, { name, day }) =>
    `${name(n.medicine)} ${said({ lead: `gis aldri oftere enn hver ${n.days}. dag:`, why: { 'too-often': 'doseringen gir doser oftere', 'text-only': 'doseringen er bare tekst', 'no-day': 'doseringen sier ikke hvilke dager', packed: `pakket ${day(n.day ?? '')}, en dag det ikke skal tas`, programmed: `dispenseren er satt til å gi det ${day(n.day ?? '')}, en dag det ikke skal tas`, taken: `tatt ${day(n.day ?? '')}, en dag det ikke skulle tas`, 'two-lines': 'det står to ganger på listen' } }, n)}`,
  da: (n, { name, day }) =>
    `${name(n.medicine)} ${said({ lead: `gives aldrig oftere end hver ${n.days}. dag:`, why: { 'too-often': 'doseringen giver doser oftere', 'text-only': 'doseringen er kun tekst', 'no-day': 'doseringen siger ikke hvilke dage', packed: `pakket ${day(n.day ?? '')}, hvor det ikke skal tages`, programmed: `dispenseren er sat til at give det ${day(n.day ?? '')}, hvor det ikke skal tages`, taken: `taget ${day(n.day ?? '')}, hvor det ikke skulle tages`, 'two-lines': 'det står to gange på listen' } }, n)}`,
  en: (n, { name, day }) =>
    `${name(n.medicine)} ${said({ lead: `is never given more often than every ${n.days} days:`, why: { 'too-often': 'the dosage gives doses more often', 'text-only': 'the dosage is text only', 'no-day': 'the dosage does not say on which days', packed: `packed for ${day(n.day ?? '')}, a day without a dose`, programmed: `the dispenser is set to give it on ${day(n.day ?? '')}, a day without a dose`, taken: `taken on ${day(n.day ?? '')}, a day without a dose`, 'two-lines': 'it stands twice on the list' } }, n)}`,
  sv: (n, { name, day }) =>
    `${name(n.medicine)} ${said({ lead: `ges aldrig oftare än var ${n.days}:e dag:`, why: { 'too-often': 'doseringen ger doser oftare', 'text-only': 'doseringen är bara text', 'no-day': 'doseringen säger inte vilka dagar', packed: `packat för ${day(n.day ?? '')}, då det inte ska tas`, programmed: `dispensern är inställd på att ge det ${day(n.day ?? '')}, då det inte ska tas`, taken: `taget ${day(n.day ?? '')}, då det inte skulle tas`, 'two-lines': 'det står två gånger på listan' } }, n)}`,
  fi: (n, { name, day }) =>
    `${name(n.medicine)} ${said({ lead: `annetaan enintään joka ${n.days}. päivä:`, why: { 'too-often': 'annostus antaa annoksia useammin', 'text-only': 'annostus on vain tekstinä', 'no-day': 'annostus ei kerro, minä päivinä', packed: `pakattu päivälle ${day(n.day ?? '')}, jona sitä ei oteta`, programmed: `annostelija on asetettu antamaan sitä ${day(n.day ?? '')}, jona sitä ei oteta`, taken: `otettu ${day(n.day ?? '')}, jona sitä ei pitänyt ottaa`, 'two-lines': 'se on listalla kahdesti' } }, n)}`,
}

/** Days looked back for what was taken, and ahead for what is packed. */
const DAYS_BACK = 7
const DAYS_AHEAD = 14

type Found = Finding & { readonly numbers: Conflict }

export const neverDailyConflict = discrepancy<Conflict>({
  code: 'never-daily-conflict',
  sentences,
  find: (situation) => {
    const { at, config, lines } = situation
    const findings: Found[] = []
    const ruled: { readonly line: LineModel; readonly rule: NeverDaily }[] = []
    for (const line of lines) {
      const rule = line.neverDaily
      if (rule === undefined || (line.status !== 'active' && line.status !== 'intended')) continue
      ruled.push({ line, rule })
      const problem = dosageProblem(line.plan, line.dosageFact?.start, rule, at, config.zone)
      if (problem !== undefined) findings.push(finding([line], problem, undefined, rule, situation))
      findings.push(...givenOnOtherDays(line, rule, situation))
    }
    for (const [index, one] of ruled.entries())
      for (const other of ruled.slice(index + 1))
        if (
          one.line.medicine?.atc?.slice(0, 7) === other.line.medicine?.atc?.slice(0, 7) ||
          one.rule === other.rule
        )
          findings.push(finding([one.line, other.line], 'two-lines', undefined, one.rule, situation))
    const tomorrow = startOfLocalDay(addDays(localDate(at, config.zone), 1), config.zone)
    return { findings, next: ruled.length === 0 ? [] : [tomorrow] }
  },
})

function finding(
  lines: readonly LineModel[],
  why: Conflict['why'],
  given: { readonly day: string; readonly refs: readonly string[] } | undefined,
  { intervalDays }: NeverDaily,
  { versioned }: Situation,
): Found {
  const facts = lines.flatMap(({ dosageFact }) =>
    dosageFact === undefined ? [] : [versioned(dosageFact.ref)],
  )
  const evidence = given === undefined ? facts : given.refs.map(versioned)
  const [first] = lines
  return {
    about: [...lines.map(({ id }) => id).sort(), ...(given === undefined ? [] : [why])],
    severity: 'high',
    implicated: [...lines.map(({ ref }) => ref), ...facts, ...evidence],
    evidence,
    numbers: {
      medicine: first === undefined ? undefined : nameOf(first),
      why,
      days: intervalDays,
      day: given?.day,
    },
  }
}

/** The first day on which more is packed, programmed or taken than intended. */
function givenOnOtherDays(line: LineModel, rule: NeverDaily, situation: Situation): Found[] {
  const { at, config, quantities } = situation
  if (line.status !== 'active') return []
  const today = localDate(at, config.zone)
  const first = (why: 'packed' | 'programmed' | 'taken', from: number, to: number): Found[] => {
    for (let n = from; n <= to; n++) {
      const day = addDays(today, n)
      const given = quantities[why](line, day)
      if (given === undefined || given.doses.length === 0) continue
      if (!isMore(given, quantities.intended(line, day))) continue
      const refs = [...new Set(given.doses.flatMap((dose) => dose.refs))].sort()
      return [finding([line], why, { day, refs }, rule, situation)]
    }
    return []
  }
  return [
    ...first('packed', 0, DAYS_AHEAD),
    ...first('programmed', 0, DAYS_AHEAD),
    ...first('taken', -DAYS_BACK, 0),
  ]
}

/** Nothing is intended, or less; what is intended must be known. */
function isMore(given: DayAmounts, intended: DayAmounts): boolean {
  if (!intended.known) return false
  if (intended.doses.length === 0) return true
  const measure = measureOf([...given.doses, ...intended.doses])
  if (measure === undefined) return false
  return compare(sumOf(given.doses.map(measure.of)).low, sumOf(intended.doses.map(measure.of)).high) > 0
}
