/** Mistakes of those who pack, hand out and give: the pharmacy, the dispenser and the person herself. */
import type { DetectedIssue } from 'fhir/r4.js'
import { codeSystemUrl } from '../../src/core/canonical.js'
import { addDays } from '../../src/core/zone.js'
import type { Fact } from '../../src/medication-list/contract.js'
import { DEVICE_KEY } from '../../tests/support/chain-facts.js'
import { fact, fixed, intake, PATIENT, supply } from '../../tests/support/clinical-facts.js'
import { medicineConcept } from '../../tests/support/product-catalogue.js'
import {
  DAY_MS,
  dueOf,
  follows,
  HOUR_MS,
  type Mistake,
  others,
  raised,
  rollEnd,
  rollOf,
  SOON_MS,
  slotsOf,
} from './planting.js'
import { at, dosageOf, FIRST_DAY, iso, packedAt, ROLL_DAYS } from './world.js'

export const MISTAKES_OF_SUPPLY: Readonly<Record<string, Mistake>> = {
  'a dose that the dispenser says was not taken': ({ world, line, day }) => {
    const [slot] = slotsOf(world, line, day)
    if (slot === undefined) return []
    slot.outcome = { kind: 'not-taken' }
    const due = dueOf(slot)
    return others(world, slot).map(({ brand }) =>
      raised('missed-dose', brand, due, due + 3 * HOUR_MS, due + 7 * DAY_MS),
    )
  },
  'a dose of which the dispenser says nothing': ({ world, line, day }) => {
    const [slot] = slotsOf(world, line, day)
    if (slot === undefined) return []
    slot.outcome = { kind: 'silent' }
    const due = dueOf(slot)
    return others(world, slot).map(({ brand }) =>
      raised('missed-dose', brand, due + HOUR_MS, due + 24 * HOUR_MS, due + 7 * DAY_MS),
    )
  },
  'a dispenser without contact for two days': ({ world, day }) => {
    const from = at(day, '06:00')
    const to = from + 2 * DAY_MS
    world.silences.push({ from, to })
    return [raised('evidence-stale', undefined, from, from + 28 * HOUR_MS, to + SOON_MS)]
  },
  'a roll with twice the dose': ({ world, line, day, end }) => {
    const roll = rollOf(world, day)
    if (roll === undefined) return []
    roll.contents.set(line.id, {
      brand: line.brand,
      dosage: dosageOf({ ...line, tablets: line.tablets * 2 }),
    })
    const from = packedAt(roll)
    return [
      raised(
        'dose-mismatch-pack',
        line.brand,
        from,
        Math.max(from, at(FIRST_DAY, '00:00')) + SOON_MS,
        rollEnd(roll),
      ),
      ...follows(
        ['extra-dose', 'prn-over-max', 'dose-mismatch-device', 'not-as-agreed'],
        line.brand,
        from,
        end,
      ),
    ]
  },
  'a roll without one of the medicines': ({ world, line, day, end }) => {
    const roll = rollOf(world, day)
    if (roll === undefined) return []
    roll.contents.delete(line.id)
    const from = packedAt(roll)
    return [
      raised('on-list-not-packed', line.brand, from, at(roll.from, '00:00') + SOON_MS, rollEnd(roll)),
      ...follows(
        [
          'outside-roll-no-supply',
          'missed-dose',
          'dose-mismatch-device',
          'not-as-agreed',
          'supply-running-out',
          'on-list-not-packed',
        ],
        line.brand,
        from,
        end,
      ),
    ]
  },
  'another product of the same substitution group in a roll': ({ world, line, day }) => {
    const roll = rollOf(world, day)
    const brand = { ID_METODEPOT: 'ID_SELOZOK', ID_COZAAR: 'ID_LOSARTANKRKA' }[line.brand]
    if (roll === undefined || brand === undefined) return []
    roll.contents.set(line.id, { brand, dosage: dosageOf(line) })
    const from = packedAt(roll)
    return [
      raised(
        'product-substituted',
        line.brand,
        from,
        at(roll.from, '00:00') + SOON_MS,
        rollEnd(roll) + ROLL_DAYS * DAY_MS,
      ),
    ]
  },
  'a supply of what nobody prescribed': ({ world, day, end }) => {
    const instant = at(day, '11:00')
    world.more.push({
      ...supply('extra', iso(instant), 'ID_MULTIVITAMIN'),
      receivedAt: iso(instant + 60_000),
    })
    if (world.lines.some(({ brand }) => brand === 'ID_MULTIVITAMIN')) return []
    return [raised('dispensed-not-on-list', 'ID_MULTIVITAMIN', instant, instant + SOON_MS, end)]
  },
  'a dispenser that is set to another time': ({ world, day }) => {
    const evening = world.lines.find(({ slots }) => slots.includes('EVE'))
    if (evening === undefined) return []
    const [first] = world.programs
    const instant = at(day, '12:00')
    const back = instant + DAY_MS
    const times = world.lines.some(({ slots }) => slots.includes('MORN'))
      ? ['08:00:00', '22:30:00']
      : ['22:30:00']
    world.programs.push({ made: instant, dosage: [fixed(1, { timeOfDay: times }, 'pose')] })
    world.programs.push({ made: back, dosage: first?.dosage ?? [] })
    return world.lines
      .filter(({ slots }) => slots.includes('EVE'))
      .flatMap(({ brand }) => [
        raised('dose-mismatch-device', brand, instant, instant + SOON_MS, back + SOON_MS),
        raised('pack-device-mismatch', brand, instant, instant + SOON_MS, back + SOON_MS),
      ])
  },
  "a roll of somebody else's": ({ world, day }) => {
    const instant = at(day, '15:00')
    const closed = instant + 3 * HOUR_MS
    const alert = (status: DetectedIssue['status']): DetectedIssue => ({
      resourceType: 'DetectedIssue',
      identifier: [{ system: 'urn:example:alert', value: 'x' }],
      status,
      code: { coding: [{ system: codeSystemUrl('device-event-kind'), code: 'supply.wrong-person' }] },
      patient: { reference: PATIENT },
      identifiedDateTime: iso(instant),
      author: { type: 'Device', identifier: { system: 'urn:example:device', value: 'd1' } },
    })
    const first = fact(alert('preliminary'), 'alert', 'device', iso(instant + 1000), DEVICE_KEY)
    world.more.push(first, { ...first, resource: alert('final'), version: 2, receivedAt: iso(closed) })
    return [raised('wrong-roll', undefined, instant, instant + SOON_MS, closed + SOON_MS)]
  },
  'a dose beside the pouch': ({ world, line, day }) => {
    const instant = at(day, '14:30')
    world.more.push(tookMore('beside', instant, line.brand))
    // Where the day has another dose to come, that one is the dose too many.
    const by = at(addDays(day, 1), '09:00')
    return [raised('extra-dose', line.brand, instant, by, instant + 90 * DAY_MS)]
  },
  'an intake of what is on no list': ({ world, day }) => {
    const instant = at(day, '14:30')
    if (world.lines.some(({ brand }) => brand === 'ID_PARACET')) return []
    world.more.push(tookMore('unplanned', instant, 'ID_PARACET'))
    return [raised('unplanned-intake', 'ID_PARACET', instant, instant + SOON_MS, instant + 200 * DAY_MS)]
  },
}

function tookMore(id: string, instant: number, brand: string): Fact {
  const told = intake(id, iso(instant), { brand, receivedAt: iso(instant + 1000) })
  const resource = {
    ...told.resource,
    medicationCodeableConcept: medicineConcept(brand),
    dosage: { dose: { value: 1, unit: 'tablett' } },
  }
  return { ...told, resource: resource as Fact['resource'], source: { key: DEVICE_KEY, role: 'device' } }
}
