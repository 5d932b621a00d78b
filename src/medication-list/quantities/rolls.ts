/** Rolls: the supplies that lie in the same pouches, and which of them count for a day (medication-list.md 1, 2). */
import type { Pack } from '../facts/chain-fact.js'
import type { FactSet, Supply } from '../facts/fact.js'

export interface PackedSupply extends Supply {
  readonly pack: Pack
}

export interface Roll {
  /** The packer's own number, else packer and days: stable. */
  readonly key: string
  readonly tokens: readonly string[]
  /** Local dates, both included. */
  readonly from: string
  readonly to: string
  readonly supplies: readonly PackedSupply[]
  /** Instant of the first hand-over of any of it. */
  readonly handedOver: number | undefined
}

export interface Rolls {
  readonly all: readonly Roll[]
  readonly rollOf: (supply: PackedSupply) => Roll | undefined
  /** Whether the supply still counts for the day, or what was packed later has taken its place. */
  readonly counts: (supply: PackedSupply, day: string) => boolean
  /** Days of any roll; the person's packed periods. */
  readonly covers: (day: string) => boolean
}

export const isPacked = (supply: Supply): supply is PackedSupply =>
  supply.pack !== undefined && supply.status !== 'other'

export const rollKey = ({ pack, sourceKey }: PackedSupply): string =>
  pack.rolls[0] ?? `${sourceKey} ${pack.from}/${pack.to}`

/** @param from local date: rolls that ended before it are history */
export function readRolls(facts: FactSet, from: string): Rolls {
  const supplies = facts.supplies.filter(isPacked).filter(({ pack }) => pack.to >= from)
  const listed = newestListing(facts, supplies)
  const byKey = new Map<string, PackedSupply[]>()
  for (const supply of supplies) {
    const key = rollKey(supply)
    byKey.set(key, [...(byKey.get(key) ?? []), supply])
  }
  const all = [...byKey].map(([key, members]) => toRoll(key, members)).sort(byDays)
  const byDay = new Map<string, readonly PackedSupply[]>()
  const covering = (day: string): readonly PackedSupply[] => {
    const known = byDay.get(day) ?? supplies.filter(({ pack }) => pack.from <= day && day <= pack.to)
    byDay.set(day, known)
    return known
  }
  const countingBy = new Map<string, ReadonlySet<PackedSupply>>()
  const counting = (day: string): ReadonlySet<PackedSupply> => {
    const known = countingBy.get(day) ?? countingOn(covering(day), listed)
    countingBy.set(day, known)
    return known
  }
  const rollByKey = new Map(all.map((roll) => [roll.key, roll]))
  return {
    all,
    rollOf: (supply) => rollByKey.get(rollKey(supply)),
    counts: (supply, day) => counting(day).has(supply),
    covers: (day) => covering(day).length > 0,
  }
}

function toRoll(key: string, supplies: readonly PackedSupply[]): Roll {
  const handed = supplies.flatMap(({ handedOver }) => (handedOver === undefined ? [] : [handedOver.from]))
  return {
    key,
    tokens: [...new Set(supplies.flatMap(({ pack }) => pack.rolls))].sort(),
    from: firstOf(supplies.map(({ pack }) => pack.from)),
    to: lastOf(supplies.map(({ pack }) => pack.to)),
    supplies,
    handedOver: handed.length === 0 ? undefined : Math.min(...handed),
  }
}

const firstOf = (days: readonly string[]): string => [...days].sort()[0] ?? ''
const lastOf = (days: readonly string[]): string => [...days].sort().at(-1) ?? ''

/** Packer and vendor write a roll's number under systems of their own: the number alone. */
export const rollNumber = (token: string): string => token.slice(token.indexOf('|') + 1)

const byDays = (a: Roll, b: Roll): number =>
  a.from === b.from ? (a.key < b.key ? -1 : 1) : a.from < b.from ? -1 : 1

/** For each supply the date of the newest pharmacy's list that names it. */
function newestListing(facts: FactSet, supplies: readonly PackedSupply[]): ReadonlyMap<string, number> {
  const dates = new Map<string, number>()
  for (const list of facts.lists) {
    if (list.code !== PACKED_LIST) continue
    for (const { ref, key } of supplies)
      if (list.entries.has(ref) || list.entries.has(key))
        dates.set(ref, Math.max(list.date, dates.get(ref) ?? list.date))
  }
  return dates
}

/** A list that names all medicines packed for its period, also when something was done anew (M25.3). */
const PACKED_LIST = 'M25.3'

/** Of the supplies of one day, those of which no later packing has taken the place. */
function countingOn(
  covering: readonly PackedSupply[],
  listed: ReadonlyMap<string, number>,
): ReadonlySet<PackedSupply> {
  const newest = new Map<string, number>()
  for (const { ref, sourceKey } of covering) {
    const date = listed.get(ref)
    if (date !== undefined) newest.set(sourceKey, Math.max(date, newest.get(sourceKey) ?? date))
  }
  const anew = covering.filter(({ pack }) => pack.repacked)
  return new Set(
    covering.filter((supply) => {
      const own = listed.get(supply.ref)
      if (own !== undefined && own < (newest.get(supply.sourceKey) ?? own)) return false
      return !anew.some(
        (other) =>
          other !== supply &&
          other.sourceKey === supply.sourceKey &&
          (own === undefined || !listed.has(other.ref)) &&
          isSameTreatment(other, supply) &&
          cameAfter(other, supply),
      )
    }),
  )
}

const isSameTreatment = (a: PackedSupply, b: PackedSupply): boolean =>
  a.keys.some(({ token }) => b.keys.some((key) => key.token === token)) ||
  a.medicine.keys.some(({ key }) => b.medicine.keys.some((own) => own.key === key))

const cameAfter = (a: PackedSupply, b: PackedSupply): boolean =>
  a.receivedAt > b.receivedAt || (a.receivedAt === b.receivedAt && !b.pack.repacked)
