/** Runs the engine through a person's time as the hub would, and sets what it raises against what was planted. */
import type { DetectedIssue } from 'fhir/r4.js'
import { addDays } from '../../src/core/zone.js'
import type { Fact, Previous, SourceFact } from '../../src/medication-list/contract.js'
import { deriveList } from '../../src/medication-list/derive-list.js'
import { DEVICE_KEY } from '../../tests/support/chain-facts.js'
import { asPrevious, listInput, NOTHING_BEFORE } from '../../tests/support/clinical-facts.js'
import { FIRST_DAY, factsOf, at as instantAt, iso, type World } from './world.js'

/** A discrepancy that has to be raised, and the only time in which it may stand open. */
export interface Expected {
  readonly code: string
  /** Brand of the line that it is about; absent where it is about no line. */
  readonly brand?: string
  /** Not before this instant. */
  readonly from: number
  /** Raised by this instant; absent: it may be raised and need not. */
  readonly by?: number
  /** Closed from this instant on. */
  readonly until: number
}

export interface Verdict {
  readonly found: readonly string[]
  readonly missed: readonly string[]
  readonly falsely: readonly string[]
  readonly derivations: number
  readonly closed: number
}

interface Open {
  readonly code: string
  readonly brands: ReadonlySet<string>
}

const MINUTE_MS = 60_000
/** The dispenser reports that it lives every hour. */
const HEARTBEAT_MS = 3_600_000

export function judge(world: World, expected: readonly Expected[], explain: (text: string) => void): Verdict {
  const facts = factsOf(world).sort((a, b) => (a.receivedAt < b.receivedAt ? -1 : 1))
  const end = instantAt(addDays(FIRST_DAY, world.days), '00:00')
  // Before it the person's facts are still coming in for the first time.
  const settled = instantAt(addDays(FIRST_DAY, -9), '00:00')
  const found = new Set<Expected>()
  const missed = new Set<Expected>()
  const brands = new Map<string, string>()
  const falsely = new Map<string, string>()
  const state: { previous: Previous; next: number | undefined } = {
    previous: NOTHING_BEFORE,
    next: undefined,
  }
  let derivations = 0
  let closed = 0
  for (const moment of momentsOf(facts, end, () => state.next)) {
    const known = knownAt(facts, moment)
    const result = deriveList(
      listInput(known, {
        at: iso(moment),
        previous: state.previous,
        sources: sourcesOf(known, moment, world),
      }),
    )
    for (const { id, statement } of result.lines) {
      const brand = statement.medicationCodeableConcept?.coding?.[0]?.code
      if (brand !== undefined) brands.set(id, brand)
    }
    state.previous = asPrevious(result, state.previous)
    state.next = result.nextChangeAt === undefined ? undefined : Date.parse(result.nextChangeAt)
    derivations += 1
    closed += result.issues.filter(({ status }) => status === 'final').length
    for (const issue of result.issues) {
      if (issue.status !== 'preliminary') continue
      const open = openOf(issue, brands)
      const matching = expected.filter((one) => matches(one, open, moment))
      for (const one of matching) found.add(one)
      const text = `${open.code} ${[...open.brands].sort().join('+')}`
      if (matching.length === 0 && moment >= settled && !falsely.has(text)) {
        falsely.set(text, open.code)
        explain(`false at ${iso(moment)}: ${text}: ${issue.detail}`)
      }
    }
    for (const one of expected)
      if (one.by !== undefined && one.by <= moment && !found.has(one) && !missed.has(one)) {
        missed.add(one)
        explain(`missed at ${iso(moment)}: ${one.code} ${one.brand ?? ''}`)
      }
  }
  const due = expected.filter(({ by }) => by !== undefined && by <= end)
  return {
    found: due.filter((one) => found.has(one) && !missed.has(one)).map(({ code }) => code),
    missed: due.filter((one) => missed.has(one) || !found.has(one)).map(({ code }) => code),
    falsely: [...falsely.values()],
    derivations,
    closed,
  }
}

function matches({ code, brand, from, until }: Expected, open: Open, moment: number): boolean {
  return (
    open.code === code &&
    (brand === undefined || open.brands.has(brand)) &&
    moment >= from &&
    moment < until + MINUTE_MS
  )
}

/** Each instant at which something is told, and each at which the engine said that time alone changes its answer. */
function* momentsOf(facts: readonly Fact[], end: number, next: () => number | undefined): Generator<number> {
  let last = Number.NEGATIVE_INFINITY
  let index = 0
  for (;;) {
    while (index < facts.length && Date.parse(facts[index]?.receivedAt ?? '') <= last) index += 1
    const told = index < facts.length ? Date.parse(facts[index]?.receivedAt ?? '') : Number.POSITIVE_INFINITY
    const turns = next()
    const moment = Math.min(told, turns !== undefined && turns > last ? turns : Number.POSITIVE_INFINITY)
    if (moment > end) return
    last = moment
    yield moment
  }
}

/** The newest version of each fact that has come in. */
function knownAt(facts: readonly Fact[], moment: number): Fact[] {
  const newest = new Map<string, Fact>()
  for (const fact of facts) {
    if (Date.parse(fact.receivedAt) > moment) break
    newest.set(fact.ref, fact)
  }
  return [...newest.values()]
}

function sourcesOf(facts: readonly Fact[], moment: number, { silences }: World): SourceFact[] {
  const sources = new Map<string, SourceFact>()
  for (const { source, receivedAt } of facts)
    sources.set(source.key, { ...source, name: source.key, lastHeard: receivedAt, waiting: 0 })
  const device = sources.get(DEVICE_KEY)
  if (device !== undefined) {
    const beat = moment - (moment % HEARTBEAT_MS)
    const silence = silences.find(({ from, to }) => from <= beat && beat < to)
    const heard = silence === undefined ? beat : silence.from - (silence.from % HEARTBEAT_MS)
    sources.set(DEVICE_KEY, { ...device, lastHeard: iso(Math.max(heard, Date.parse(device.lastHeard))) })
  }
  return [...sources.values()]
}

/** Of a line that has left the list, as it was shown last. */
function openOf(issue: DetectedIssue, brands: ReadonlyMap<string, string>): Open {
  const lines = (issue.implicated ?? []).map(({ reference }) => reference?.split('/')[1] ?? '')
  return {
    code: issue.code?.coding?.[0]?.code ?? '',
    brands: new Set(lines.flatMap((id) => brands.get(id) ?? [])),
  }
}
