/** The amount at home of a fixed line runs out before anything more is planned to come (medication-list.md 6.2). */
import { startOfLocalDay } from '../../core/zone.js'
import { handedOutAt } from '../facts/event-time.js'
import type { LineState } from '../lines/decisions.js'
import type { LineModel } from '../lines/line.js'
import { packingOf } from '../packing/changes.js'
import { type AtHome, atHome } from '../quantities/at-home.js'
import { isMultidose } from '../quantities/multidose.js'
import { daysBefore } from './days-before.js'
import { discrepancy, iso, nameOf, type Sentences, type Situation } from './discrepancy.js'
import { amountOf } from './words.js'

const TOLD_DAYS = 5
const HIGH_DAYS = 2
/** A supply that has been on its way for longer than this is not planned any more. */
const PENDING_MS = 14 * 86_400_000

type RunningOut = {
  readonly medicine: string | undefined
  /** What is left at T, with its unit. */
  readonly left: string
  /** When the first dose is due that it does not cover. */
  readonly uncovered: string
}

const sentences: Sentences<RunningOut> = {
  nb: ({ medicine, left, uncovered }, { name, time, amount }) =>
    `${name(medicine)}: det er ${amount(left)} hjemme, og det rekker ikke til dosen ${time(uncovered)}.`,
  da: ({ medicine, left, uncovered }, { name, time, amount }) =>
    `${name(medicine)}: der er ${amount(left)} hjemme, og det rækker ikke til dosis ${time(uncovered)}.`,
  en: ({ medicine, left, uncovered }, { name, time, amount }) =>
    `${name(medicine)}: left at home ${amount(left)}, not enough for the dose of ${time(uncovered)}.`,
  sv: ({ medicine, left, uncovered }, { name, time, amount }) =>
    `${name(medicine)}: det finns ${amount(left)} hemma, och det räcker inte till dosen ${time(uncovered)}.`,
  fi: ({ medicine, left, uncovered }, { name, time, amount }) =>
    `${name(medicine)}: kotona on ${amount(left)}, eikä se riitä annokseen ${time(uncovered)}.`,
}

export const supplyRunningOut = discrepancy<RunningOut>({
  code: 'supply-running-out',
  sentences,
  find: (situation) => {
    const { at, lines, config, versioned } = situation
    const findings = []
    const next: number[] = []
    for (const line of lines) {
      if (line.status !== 'active' || !isFixed(line)) continue
      const home = homeOf(line, situation)
      if (home === undefined) continue
      next.push(home.until)
      const { uncovered } = home
      if (uncovered === undefined) continue
      const from = daysBefore(uncovered, TOLD_DAYS, config.zone) + 1
      const grave = daysBefore(uncovered, HIGH_DAYS, config.zone) + 1
      next.push(from, grave)
      const delivery = plannedBefore(line, uncovered, situation)
      if (delivery !== undefined) next.push(delivery)
      if (at < from || delivery !== undefined) continue
      const supplies = newestSupplies(line).map(versioned)
      findings.push({
        about: [line.id],
        severity: at >= grave ? ('high' as const) : ('moderate' as const),
        implicated: [line.ref, ...supplies],
        evidence: supplies,
        numbers: {
          medicine: nameOf(line),
          left: amountOf({ low: home.left, high: home.left, unit: home.unit }),
          uncovered: iso(uncovered),
        },
      })
    }
    return { findings, next }
  },
})

/** A course whose end nobody stated is told when its supply is used up (`course-without-end`). */
const isFixed = ({ category, plan, state }: LineModel): boolean =>
  plan.kind === 'structured' &&
  (category === 'fixed' || (category === 'course' && state !== undefined && hasEnd(state)))

const hasEnd = ({ decision: { effect } }: LineState): boolean =>
  effect.kind === 'use' && effect.to !== undefined

const homes = new WeakMap<Situation, Map<string, AtHome | undefined>>()

/** Asked for by several discrepancies. */
export function homeOf(line: LineModel, situation: Situation): AtHome | undefined {
  const { at, config, quantities } = situation
  const known = homes.get(situation) ?? new Map<string, AtHome | undefined>()
  homes.set(situation, known)
  if (!known.has(line.id)) known.set(line.id, atHome(line, { at, zone: config.zone, quantities }))
  return known.get(line.id)
}

const NAMED_MAX = 3

/** Refs of the supplies that what is at home comes from, newest first. */
export const newestSupplies = ({ group }: LineModel): string[] =>
  group.supplies
    .flatMap(({ fact }) => (fact.status === 'completed' ? [fact] : []))
    .sort((a, b) => handedOutAt(b) - handedOutAt(a) || (a.ref < b.ref ? -1 : 1))
    .slice(0, NAMED_MAX)
    .map(({ ref }) => ref)

/** When a plan for more to come, before the first dose that is not covered, comes to nothing; undefined without one. */
function plannedBefore(line: LineModel, uncovered: number, situation: Situation): number | undefined {
  const { at, facts, config } = situation
  const pending = line.group.supplies.flatMap(({ fact }) => {
    const planned = handedOutAt(fact)
    const until = Math.max(fact.receivedAt, planned) + PENDING_MS
    return fact.status === 'pending' && planned < uncovered && at < until ? [until] : []
  })
  const rolls = isMultidose(line, facts, at)
    ? packingOf(situation).cards.flatMap(({ periods }) =>
        periods.flatMap(({ start, state, expectedDelivery }) => {
          const comes = expectedDelivery ?? startOfLocalDay(start, config.zone)
          const underWay = state === 'planned' || state === 'locked' || state === 'packed'
          return underWay && comes < uncovered && at <= comes ? [comes + 1] : []
        }),
      )
    : []
  const all = [...pending, ...rolls]
  return all.length === 0 ? undefined : Math.max(...all)
}
