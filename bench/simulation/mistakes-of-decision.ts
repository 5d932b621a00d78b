/** Mistakes of those who decide: stops that do not reach, pauses without a plan, prescribers who do not know of each other. */
import type { AllergyIntolerance, MedicationRequest } from 'fhir/r4.js'
import { addDays } from '../../src/core/zone.js'
import { fact, fixed, PATIENT, prescription, row, supply, WARD } from '../../tests/support/clinical-facts.js'
import { CATALOGUE } from '../../tests/support/product-catalogue.js'
import type { Expected } from './judge.js'
import {
  DAY_MS,
  follows,
  HOUR_MS,
  loadedFrom,
  type Mistake,
  type Planting,
  raised,
  rollEnd,
  rollOf,
  SOON_MS,
} from './planting.js'
import {
  at,
  dayOf,
  dosageOf,
  FIRST_DAY,
  handedOutAt,
  iso,
  type LinePlan,
  packedAt,
  rowOf,
  type World,
} from './world.js'

/** The GP's row with another state, on a new list. */
function decide(world: World, line: LinePlan, instant: number, options: Parameters<typeof rowOf>[1]): void {
  const changed = rowOf(line, { asserted: iso(instant), receivedAt: iso(instant + 60_000), ...options })
  world.lists.push({ at: instant + 60_000, rows: [{ ...changed, version: world.lists.length + 2 }] })
}

/** Nothing of the line is packed in rolls that close for changes after the instant. */
function leaveOut(world: World, line: LinePlan, instant: number): void {
  for (const roll of world.rolls) if (packedAt(roll) > instant) roll.contents.delete(line.id)
}

function recall(world: World, line: LinePlan, instant: number): void {
  const base = prescription(`p-${line.id}`, {
    brand: line.brand,
    dosage: dosageOf(line),
    validTo: '2027-02-20',
  })
  const resource: MedicationRequest = {
    ...(base.resource as MedicationRequest),
    authoredOn: iso(at(addDays(FIRST_DAY, -10), '09:00')),
    status: 'cancelled',
  }
  world.more.push({ ...base, resource, version: 2, receivedAt: iso(instant) })
}

const stop = ({ world, line, day, end }: Planting, recalled: number): Expected[] => {
  const instant = at(day, '14:00')
  decide(world, line, instant, {
    status: 'stopped',
    period: { start: addDays(FIRST_DAY, -10), end: iso(instant) },
    more: { statusReason: [{ text: 'Bivirkning' }] },
  })
  recall(world, line, recalled)
  leaveOut(world, line, instant)
  const roll = rollOf(world, day)
  const until = Math.max(...world.rolls.filter((one) => packedAt(one) <= instant).map(rollEnd), instant)
  if (roll === undefined) return []
  const givenOut = world.rolls.filter((one) => packedAt(one) <= instant && handedOutAt(one) > instant)
  return [
    ...givenOut.map((one) =>
      raised('stopped-still-dispensed', line.brand, handedOutAt(one), handedOutAt(one) + SOON_MS, end),
    ),
    raised('stopped-still-packed', line.brand, instant, instant + SOON_MS, until),
    raised('stopped-still-loaded', line.brand, instant, loadedFrom(world, line, instant) + SOON_MS, until),
    raised('taken-after-stop', line.brand, instant, instant + 1.5 * DAY_MS, end),
    ...follows(
      ['ordination-not-received', 'measure-overdue', 'dose-mismatch-pack', 'dose-mismatch-device'],
      line.brand,
      instant,
      until,
    ),
  ]
}

const wardPrescribes = (
  { world, day }: Planting,
  brand: string,
  more: Partial<Parameters<typeof prescription>[1]> = {},
): number => {
  const instant = at(day, '12:00')
  world.more.push(
    prescription('ward', {
      brand,
      requester: WARD,
      authoredOn: iso(instant),
      receivedAt: iso(instant + 60_000),
      dosage: [fixed(1, { when: ['MORN'] })],
      ...more,
    }),
  )
  return instant
}

/** The GP ends what the ward prescribed, and the prescription is recalled. */
function gpEnds(world: World, brand: string, instant: number): void {
  const ended = row('ward-row', {
    brand,
    prescription: 'ward',
    status: 'stopped',
    asserted: iso(instant),
    receivedAt: iso(instant + 60_000),
    period: { start: dayOf(instant - 2 * DAY_MS), end: iso(instant) },
    more: { statusReason: [{ text: 'Ikke aktuelt' }] },
  })
  world.lists.push({ at: instant + 60_000, rows: [ended] })
  const [former] = world.more.filter(({ ref }) => ref === 'MedicationRequest/ward')
  if (former === undefined) return
  const resource = { ...(former.resource as MedicationRequest), status: 'cancelled' as const }
  world.more.push({ ...former, resource, version: 2, receivedAt: iso(instant + 120_000) })
}

const SAME_SUBSTANCE: Readonly<Record<string, string>> = {
  ID_METODEPOT: 'ID_METOTAB',
  ID_COZAAR: 'ID_LOSARTANKRKA',
  ID_PARACET: 'ID_PINEX',
}

export const MISTAKES_OF_DECISION: Readonly<Record<string, Mistake>> = {
  'a stop whose pouches are still given': (planting) => stop(planting, at(planting.day, '14:10')),
  'a stop whose prescription is not recalled': (planting) => {
    const instant = at(planting.day, '14:00')
    return [
      ...stop(planting, instant + DAY_MS),
      raised(
        'stopped-prescription-open',
        planting.line.brand,
        instant + HOUR_MS,
        instant + 1.2 * HOUR_MS,
        instant + DAY_MS,
      ),
    ]
  },
  'a hand-out after the stop': (planting) => {
    const expected = stop(planting, at(planting.day, '14:10'))
    const handedOut = at(planting.day, '14:00') + DAY_MS
    const given = supply('late', iso(handedOut), planting.line.brand, `p-${planting.line.id}`)
    planting.world.more.push({ ...given, receivedAt: iso(handedOut + 60_000) })
    return [
      ...expected,
      raised('stopped-still-dispensed', planting.line.brand, handedOut, handedOut + SOON_MS, planting.end),
    ]
  },
  'a pause that nobody planned the end of': ({ world, line, day }) => {
    const instant = at(day, '14:00')
    const resumed = instant + 2 * DAY_MS
    decide(world, line, instant, { status: 'on-hold', more: { statusReason: [{ text: 'Undersøkelse' }] } })
    decide(world, line, resumed, { status: 'active' })
    return [
      raised('hold-without-plan', line.brand, instant, instant + SOON_MS, resumed + SOON_MS),
      raised('stopped-still-packed', line.brand, instant, instant + SOON_MS, resumed + SOON_MS),
      raised(
        'stopped-still-loaded',
        line.brand,
        instant,
        loadedFrom(world, line, instant) + SOON_MS,
        resumed + SOON_MS,
      ),
      raised('taken-while-on-hold', line.brand, instant, instant + 1.5 * DAY_MS, resumed + 90 * DAY_MS),
      ...follows(
        ['ordination-not-received', 'measure-overdue', 'dose-mismatch-device'],
        line.brand,
        instant,
        resumed + SOON_MS,
      ),
    ]
  },
  'a prescription that the list does not know': (planting) => {
    const { world, end } = planting
    const instant = wardPrescribes(planting, 'ID_TIMOLOL')
    gpEnds(world, 'ID_TIMOLOL', instant + 2 * DAY_MS)
    return [
      raised(
        'prescribed-not-on-list',
        'ID_TIMOLOL',
        instant,
        instant + SOON_MS,
        instant + 2 * DAY_MS + SOON_MS,
      ),
      ...follows(['outside-roll-no-supply', 'supply-running-out'], 'ID_TIMOLOL', instant, end),
    ]
  },
  'the same substance from another prescriber': (planting) => {
    const { world, line, end } = planting
    const brand = SAME_SUBSTANCE[line.brand]
    if (brand === undefined) return []
    const instant = wardPrescribes(planting, brand)
    const ended = instant + 2 * DAY_MS
    gpEnds(world, brand, ended)
    return [
      raised('prescribed-not-on-list', brand, instant, instant + SOON_MS, ended + SOON_MS),
      raised('duplicate-substance', brand, instant, instant + SOON_MS, ended + SOON_MS),
      ...follows(
        ['outside-roll-no-supply', 'supply-running-out', 'duplicate-therapeutic'],
        brand,
        instant,
        end,
      ),
    ]
  },
  'an interaction that neither prescriber saw': (planting) => {
    const { world, end } = planting
    if (!world.lines.some(({ brand }) => brand === 'ID_WARFARIN')) return []
    const instant = wardPrescribes(planting, 'ID_METRONIDAZOLE')
    const ended = instant + 2 * DAY_MS
    gpEnds(world, 'ID_METRONIDAZOLE', ended)
    return [
      raised('interaction-split', 'ID_METRONIDAZOLE', instant, instant + SOON_MS, ended + SOON_MS),
      raised('prescribed-not-on-list', 'ID_METRONIDAZOLE', instant, instant + SOON_MS, ended + SOON_MS),
      ...follows(['outside-roll-no-supply', 'supply-running-out'], 'ID_METRONIDAZOLE', instant, end),
    ]
  },
  'an allergy to a medicine in use': ({ world, line, day }) => {
    const instant = at(day, '10:00')
    const refuted = instant + 3 * DAY_MS
    const resource = (status: string): AllergyIntolerance => ({
      resourceType: 'AllergyIntolerance',
      identifier: [{ system: 'urn:example:allergy', value: 'a' }],
      patient: { reference: PATIENT },
      clinicalStatus: { coding: [{ code: status === 'refuted' ? 'inactive' : 'active' }] },
      verificationStatus: { coding: [{ code: status }] },
      code: { coding: [{ system: 'http://www.whocc.no/atc', code: CATALOGUE[line.brand]?.atc ?? '' }] },
    })
    world.more.push(fact(resource('confirmed'), 'allergy', 'prescriber', iso(instant)), {
      ...fact(resource('refuted'), 'allergy', 'prescriber', iso(refuted)),
      version: 2,
    })
    return [raised('allergy-conflict', line.brand, instant, instant + SOON_MS, refuted + SOON_MS)]
  },
  'a row that the newest list lacks': ({ world, line, day }) => {
    const instant = at(day, '13:00')
    const back = instant + 2 * DAY_MS
    world.lists.push({ at: instant, rows: [], without: line.id })
    world.lists.push({ at: back, rows: [] })
    return [
      raised('row-vanished', line.brand, instant, instant + SOON_MS, back + SOON_MS),
      raised('prescribed-not-on-list', line.brand, instant, instant + SOON_MS, back + SOON_MS),
    ]
  },
}
