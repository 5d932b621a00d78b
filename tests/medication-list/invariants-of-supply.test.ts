/** Invariants 2 and 4 of medication-list.md 13 over generated histories. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { DetectedIssue } from 'fhir/r4.js'
import { addDays, localDate } from '../../src/core/zone.js'
import type { Fact, ListResult } from '../../src/medication-list/contract.js'
import type { Situation } from '../../src/medication-list/discrepancies/discrepancy.js'
import type { Intake } from '../../src/medication-list/facts/fact.js'
import { stateAt } from '../../src/medication-list/lines/decisions.js'
import type { LineModel } from '../../src/medication-list/lines/line.js'
import { isPacked } from '../../src/medication-list/quantities/rolls.js'
import { factsBelow } from '../support/chain-history.js'
import { derive, situation } from '../support/clinical-facts.js'
import { type FactHistory, factHistory } from '../support/fact-history.js'

const RUNS = { numRuns: process.env['STAFETT_TEST_DEEP'] ? 1500 : 15, seed: 20261125 }
const ZONE = 'Europe/Oslo'
const DAY_MS = 86_400_000
const LOOKBACK_MS = 90 * DAY_MS
/** How long the rolls behind a sachet of untold content are gone through. */
const UNTOLD_MS = 14 * DAY_MS

const history = factHistory({ treatmentsMax: 4 })
const both = fc.record({ history, below: factsBelow })

describe('invariant 2: nothing below the prescriber changes intended or state', () => {
  it('whatever was supplied, packed, loaded, programmed, taken or reported', () => {
    fc.assert(
      fc.property(both, ({ history: decided, below }) => {
        const { facts, sources, at } = decided
        const before = situation(facts, { sources, at })
        const after = situation([...facts, ...below], { sources, at })
        assert.deepEqual(decisions(after, at), decisions(before, at))
      }),
      RUNS,
    )
  })

  it('whichever one of them is missing', () => {
    fc.assert(
      fc.property(both, fc.nat(), ({ history: decided, below }, which) => {
        fc.pre(below.length > 0)
        const { facts, sources, at } = decided
        const without = below.filter((_, index) => index !== which % below.length)
        assert.deepEqual(
          decisions(situation([...facts, ...without], { sources, at }), at),
          decisions(situation([...facts, ...below], { sources, at }), at),
        )
      }),
      RUNS,
    )
  })
})

/** Each decided line: its state, dosage and what is intended on the days around T. */
function decisions({ lines, quantities }: Situation, at: string) {
  const today = localDate(Date.parse(at), ZONE)
  return lines
    .filter(({ group }) => group.decisions.length > 0 && !group.self)
    .map((line) => ({
      facts: line.group.facts.map(({ ref }) => ref).sort(),
      status: line.status,
      since: line.state?.since,
      dosages: line.dosages,
      intended: [-3, -1, 0, 1, 2, 7].map((days) => quantities.intended(line, addDays(today, days))),
    }))
    .sort((a, b) => (a.facts.join() < b.facts.join() ? -1 : 1))
}

describe('invariant 4: what is packed and taken is explained', () => {
  it('every packed unit by a line, or by an open discrepancy of the supply', () => {
    fc.assert(
      fc.property(both, ({ history: decided, below }) => {
        const world = worldOf(decided, below)
        for (const supply of world.situation.facts.supplies.filter(isPacked)) {
          const line = world.situation.lines.find(({ group }) =>
            group.supplies.some(({ fact }) => fact.ref === supply.ref),
          )
          if (line === undefined) assert.ok(isOfSeveral(supply.ref, world), supply.ref)
          else if (line.group.decisions.length === 0)
            assert.ok(isTold(line.ref, ['dispensed-not-on-list'], world), `nobody decided ${supply.ref}`)
          else checkDays(line, supply.pack, world)
        }
      }),
      RUNS,
    )
  })

  it('every intake by a line that was in use, or by an open discrepancy of the intake', () => {
    fc.assert(
      fc.property(both, ({ history: decided, below }) => {
        const world = worldOf(decided, below)
        const { lines, facts, quantities } = world.situation
        const untold = new Set(quantities.untoldSachets().map(({ ref }) => ref))
        const explained = quantities.explainedSachets()
        const parents = new Set(facts.intakes.flatMap(({ partOf }) => partOf))
        for (const intake of facts.intakes) {
          const when = intake.at?.from ?? intake.receivedAt
          if (intake.outcome !== 'taken' || world.at - when > LOOKBACK_MS || parents.has(intake.ref)) continue
          const line = lines.find(({ group }) => group.intakes.some(({ fact }) => fact.ref === intake.ref))
          const isExplained =
            line === undefined
              ? isOfSeveral(intake.ref, world) ||
                (untold.has(intake.ref) && (explained.has(intake.ref) || world.at - when > UNTOLD_MS)) ||
                (isUntold(intake) && isPlannedThen(intake.scheduled ?? when, world))
              : isInUse(line, when)
          assert.ok(isExplained || isTold(intake.ref, INTAKE_CODES, world), intake.ref)
        }
      }),
      RUNS,
    )
  })
})

const INTAKE_CODES = ['taken-after-stop', 'taken-while-on-hold', 'unplanned-intake', 'extra-dose']

interface World {
  readonly at: number
  readonly situation: Situation
  readonly open: readonly DetectedIssue[]
  readonly result: ListResult
}

function worldOf({ facts, sources, at }: FactHistory, below: readonly Fact[]): World {
  const all = [...facts, ...below]
  const result = derive(all, { sources, at })
  return {
    at: Date.parse(at),
    result,
    situation: situation(all, { sources, at }),
    open: result.issues.filter(({ status }) => status === 'preliminary'),
  }
}

const isTold = (ref: string, codes: readonly string[], { open }: World): boolean =>
  open.some(
    ({ code, implicated }) =>
      codes.includes(code?.coding?.[0]?.code ?? '') &&
      implicated?.some(({ reference }) => reference === ref || reference?.startsWith(`${ref}/_history/`)),
  )

/** One of several lines, or a hospital's: what it belongs to is told by its link. */
const isOfSeveral = (ref: string, { result }: World): boolean =>
  result.unattached.some((one) => one.ref === ref && (one.why === 'several-candidates' || one.why === 'ward'))

/** Grace of two hours included. */
function isInUse({ group }: LineModel, when: number): boolean {
  if (group.decisions.length === 0) return false
  const state = stateAt(group.decisions, when)
  return (
    state === undefined ||
    (state.status !== 'stopped' && state.status !== 'on-hold') ||
    when < state.since + 2 * 3_600_000
  )
}

const isUntold = ({ role, medicines }: Intake): boolean =>
  role === 'device' && medicines.every(({ codings }) => codings.length === 0)

/** A device's dose without any word of its content, at the time of a dose that was planned. */
const isPlannedThen = (when: number, { situation: { lines, quantities } }: World): boolean =>
  lines.some((line) =>
    quantities.intended(line, localDate(when, ZONE)).doses.some(({ minutes }) => {
      const due = quantities.dueOf(localDate(when, ZONE), minutes)
      return due === undefined || Math.abs(due - when) <= 4 * 3_600_000
    }),
  )

/** On every day to come the pouches hold what is intended, or a discrepancy names the line. */
function checkDays(
  line: LineModel,
  pack: { readonly from: string; readonly to: string },
  world: World,
): void {
  const { quantities } = world.situation
  const tomorrow = addDays(localDate(world.at, ZONE), 1)
  const first = [pack.from, tomorrow].sort()[1] ?? tomorrow
  for (let day = first; day <= pack.to; day = addDays(day, 1)) {
    const intended = quantities.intended(line, day)
    const packed = quantities.packed(line, day)
    if (packed.doses.length === 0) continue
    const kind = quantities.compare(line, intended, packed)
    if (kind === 'sum' || kind === 'slots')
      assert.ok(
        isTold(line.ref, ['dose-mismatch-pack', 'stopped-still-packed'], world),
        `${line.ref} on ${day} differs in ${kind}`,
      )
  }
}
