/** A line in use whose product needs a prescription, and there is none to dispense on (medication-list.md 6.2). */
import { volven } from '../../core/canonical.js'
import type { Prescription } from '../facts/fact.js'
import { needsPrescription } from '../facts/needs-prescription.js'
import { identifierToken } from '../facts/tokens.js'
import { isValid, type LineModel, prescriptionsOf } from '../lines/line.js'
import { daysBefore, lastDayBefore } from './days-before.js'
import { discrepancy, nameOf, type Sentences, type Situation } from './discrepancy.js'
import { homeOf } from './supply-running-out.js'
import { amountOf } from './words.js'

/** With supply left for fewer days than this nobody has time to wait. */
const SHORT_DAYS = 7
const RECALL_REASON = volven(7500)
const DISCONTINUED = '2'

type WithoutPrescription = {
  readonly medicine: string | undefined
  /** Why the newest prescription cannot be dispensed on. */
  readonly why: Why
  /** Last day of its validity, where it expired. */
  readonly lastDay: string | undefined
  /** What is left at home, with its unit. */
  readonly left: string | undefined
}
type Why = 'never' | 'expired' | 'cancelled' | 'discontinued' | 'exhausted' | 'other'

type Reasons = Readonly<Record<Why, (day: string) => string>>
const NB: Reasons = {
  never: () => 'det er ikke forskrevet på resept',
  expired: (day) => `resepten gikk ut${day === '' ? '' : ` ${day}`}`,
  cancelled: () => 'resepten er tilbakekalt',
  discontinued: () => 'resepten er tilbakekalt som seponert',
  exhausted: () => 'resepten er ferdig utlevert',
  other: () => 'ingen resept kan utleveres',
}
const DA: Reasons = {
  never: () => 'der er ingen recept',
  expired: (day) => `recepten udløb${day === '' ? '' : ` ${day}`}`,
  cancelled: () => 'recepten er tilbagekaldt',
  discontinued: () => 'recepten er tilbagekaldt som seponeret',
  exhausted: () => 'recepten er udleveret færdigt',
  other: () => 'ingen recept kan udleveres',
}
const EN: Reasons = {
  never: () => 'there is no prescription',
  expired: (day) => `the prescription expired${day === '' ? '' : ` ${day}`}`,
  cancelled: () => 'the prescription was recalled',
  discontinued: () => 'the prescription was recalled as discontinued',
  exhausted: () => 'the prescription is used up',
  other: () => 'no prescription can be dispensed on',
}
const SV: Reasons = {
  never: () => 'det finns inget recept',
  expired: (day) => `receptet gick ut${day === '' ? '' : ` ${day}`}`,
  cancelled: () => 'receptet är makulerat',
  discontinued: () => 'receptet är makulerat som utsatt',
  exhausted: () => 'receptet är slutexpedierat',
  other: () => 'inget recept kan expedieras',
}
const FI: Reasons = {
  never: () => 'reseptiä ei ole',
  expired: (day) => `resepti vanheni${day === '' ? '' : ` ${day}`}`,
  cancelled: () => 'resepti on mitätöity',
  discontinued: () => 'resepti on mitätöity lopetettuna',
  exhausted: () => 'resepti on kokonaan toimitettu',
  other: () => 'mitään reseptiä ei voida toimittaa',
}

const sentence =
  (
    reasons: Reasons,
    told: (name: string, reason: string) => string,
    rest: (amount: string) => string,
  ): Sentences<WithoutPrescription>['nb'] =>
  ({ medicine, why, lastDay, left }, { name, day, amount }) =>
    `${told(name(medicine), reasons[why](lastDay === undefined ? '' : day(lastDay)))}${left === undefined ? '' : rest(amount(left))}.`

const sentences: Sentences<WithoutPrescription> = {
  nb: sentence(
    NB,
    (name, reason) => `${name} er i bruk, men ${reason}`,
    (amount) => `; ${amount} igjen hjemme`,
  ),
  da: sentence(
    DA,
    (name, reason) => `${name} er i brug, men ${reason}`,
    (amount) => `; ${amount} tilbage hjemme`,
  ),
  en: sentence(
    EN,
    (name, reason) => `${name} is in use, but ${reason}`,
    (amount) => `; ${amount} left at home`,
  ),
  sv: sentence(
    SV,
    (name, reason) => `${name} används, men ${reason}`,
    (amount) => `; ${amount} kvar hemma`,
  ),
  fi: sentence(
    FI,
    (name, reason) => `${name} on käytössä, mutta ${reason}`,
    (amount) => `; kotona jäljellä ${amount}`,
  ),
}

export const onListWithoutValidPrescription = discrepancy<WithoutPrescription>({
  code: 'on-list-without-valid-prescription',
  sentences,
  find: (situation) => {
    const { at, lines, config, versioned } = situation
    const findings = []
    const next: number[] = []
    for (const line of lines) {
      if (line.status !== 'active' || line.group.self) continue
      const prescriptions = prescriptionsOf(line).filter(({ dispensable }) => dispensable)
      const valid = prescriptions.filter((one) => isValid(one, at))
      next.push(...valid.flatMap(({ validTo }) => validTo ?? []))
      if (valid.length > 0 || !isKnownToNeed(line, prescriptions)) continue
      const newest = newestOf(prescriptions)
      const why = whyOf(newest)
      const short = shortFrom(line, situation)
      if (short?.from !== undefined) next.push(short.from)
      const fact = newest ?? line.state?.decision.fact
      const evidence = fact === undefined ? [] : [versioned(fact.ref)]
      findings.push({
        about: [line.id],
        severity:
          why === 'discontinued' || (short?.from !== undefined && at >= short.from)
            ? ('high' as const)
            : ('moderate' as const),
        implicated: [line.ref, ...evidence],
        evidence,
        numbers: {
          medicine: nameOf(line),
          why,
          lastDay:
            why === 'expired' && newest?.validTo !== undefined
              ? lastDayBefore(newest.validTo, config.zone)
              : undefined,
          left: short?.left,
        },
      })
    }
    return { findings, next }
  },
})

/** A row that names a prescription which never came here says nothing about whether it is valid. */
function isKnownToNeed({ group }: LineModel, prescriptions: readonly Prescription[]): boolean {
  const known = new Set(prescriptions.flatMap(({ own }) => own))
  const elsewhere = group.facts.some(
    ({ kind, status, identifiers }) =>
      kind === 'row' &&
      (status === 'active' || status === 'intended') &&
      identifiers.some(
        (identifier) => identifier.type?.text === 'ReseptId' && !known.has(identifierToken(identifier) ?? ''),
      ),
  )
  return !elsewhere && needsPrescription(group.facts) === true
}

const newestOf = (prescriptions: readonly Prescription[]): Prescription | undefined =>
  [...prescriptions].sort((a, b) => b.decided.from - a.decided.from || (a.ref < b.ref ? 1 : -1))[0]

function whyOf(newest: Prescription | undefined): Why {
  switch (newest?.status) {
    case undefined:
      return 'never'
    case 'active':
      return 'expired'
    case 'cancelled':
      return newest.statusReason.some(({ coding }) =>
        coding?.some(({ system, code }) => system === RECALL_REASON && code === DISCONTINUED),
      )
        ? 'discontinued'
        : 'cancelled'
    case 'completed':
      return 'exhausted'
    case 'on-hold':
    case 'stopped':
    case 'error':
    case 'other':
      return 'other'
  }
}

/** What is left at home, and from when on it is short; undefined where it cannot be told. */
function shortFrom(
  line: LineModel,
  situation: Situation,
): { readonly left: string; readonly from: number | undefined } | undefined {
  const home = homeOf(line, situation)
  if (home === undefined) return undefined
  const { uncovered, left, unit } = home
  return {
    left: amountOf({ low: left, high: left, unit }),
    from: uncovered === undefined ? undefined : daysBefore(uncovered, SHORT_DAYS, situation.config.zone) + 1,
  }
}
