/** What is in the person's dispensers and what they are set to do (medication-list.md 1, devices.md 2.4, 2.5). */
import { sidUrl } from '../../core/canonical.js'
import type { Delivery, Program } from '../facts/chain-fact.js'
import type { FactSet, Medicine } from '../facts/fact.js'
import type { LineModel } from '../lines/line.js'
import { type Roll, type Rolls, rollNumber } from './rolls.js'

/** The roll that a device holds now. */
export interface Loaded {
  readonly device: string
  readonly load: Delivery
  /** The packed roll that it is; undefined where that is not known. */
  readonly roll: Roll | undefined
}

export interface Devices {
  readonly loaded: readonly Loaded[]
  /** Programs in force, by line id. */
  readonly programsOf: (line: LineModel) => readonly Program[]
  /** Programs that are made and not yet in force, or paused, by line id. */
  readonly plannedOf: (line: LineModel) => readonly Program[]
  /** Programs in force that say when sachets are given. */
  readonly sachetPrograms: readonly Program[]
  /** Programs in force of a medicine that leads to no line. */
  readonly strangers: readonly Program[]
}

/** A source's key and a reference to the device name the same unit. */
export const deviceToken = (key: string): string => key.replace(/^device\|/, '')

/** @param at T */
export function readDevices(facts: FactSet, lines: readonly LineModel[], rolls: Rolls, at: number): Devices {
  const inForce = new Map<string, Program[]>()
  const planned = new Map<string, Program[]>()
  const sachetPrograms: Program[] = []
  const strangers: Program[] = []
  const owners = facts.programs.length === 0 ? undefined : indexOwners(lines)
  for (const program of facts.programs) {
    if (program.status === 'ended' || owners === undefined || isReturned(program.device, facts, at)) continue
    const works = isInForce(program, facts)
    if (program.medicine === undefined) {
      if (works) sachetPrograms.push(program)
      continue
    }
    const line = ownerOf(program, program.medicine, owners)
    if (line === undefined) {
      if (works) strangers.push(program)
      continue
    }
    const map = works ? inForce : planned
    map.set(line, [...(map.get(line) ?? []), program])
  }
  return {
    loaded: loadedNow(facts, rolls, at),
    programsOf: ({ id }) => inForce.get(id) ?? [],
    plannedOf: ({ id }) => planned.get(id) ?? [],
    sachetPrograms,
    strangers,
  }
}

/** Of a schedule that the device answers for, the version counts that it said it took; else the program's own status. */
function isInForce({ status, schedule }: Program, { programReceipts }: FactSet): boolean {
  if (status !== 'active') return false
  if (schedule?.version === undefined) return true
  const answers = programReceipts.filter((receipt) => receipt.schedule.token === schedule.token)
  const accepted = answers.filter(({ answer }) => answer === 'accepted').sort((a, b) => b.at - a.at)[0]
  if (accepted?.schedule.version !== undefined) return accepted.schedule.version === schedule.version
  return !answers.some(
    ({ answer, schedule: { version } }) => answer === 'rejected' && version === schedule.version,
  )
}

/**
 * A device whose every assignment to the person has ended gives nothing any more. An assignment may name the device by a
 * reference that nothing else carries: then it is returned when all of them are over.
 */
export function isReturned(device: string | undefined, { assignments }: FactSet, at: number): boolean {
  if (device === undefined || assignments.length === 0) return false
  const own = assignments.filter((use) => use.device === deviceToken(device))
  return (own.length > 0 ? own : assignments).every(
    ({ active, paused, to }) => (!active && !paused) || (to !== undefined && to <= at),
  )
}

function loadedNow(facts: FactSet, rolls: Rolls, at: number): Loaded[] {
  const newest = new Map<string, Delivery>()
  for (const delivery of facts.deliveries) {
    if (delivery.place !== 'device' || delivery.device === undefined || delivery.at > at) continue
    const known = newest.get(delivery.device)
    if (known === undefined || delivery.at > known.at) newest.set(delivery.device, delivery)
  }
  return [...newest].flatMap(([device, load]) =>
    (load.removedAt !== undefined && load.removedAt <= at) || isReturned(device, facts, at)
      ? []
      : [{ device, load, roll: rollOfDelivery(load, rolls) }],
  )
}

/**
 * The packed roll that a delivery is: by number; by the number's value alone where the days do not gainsay it, since
 * packer and vendor write it under systems of their own; else by days, where one roll only has them.
 */
export function rollOfDelivery(
  delivery: Pick<Delivery, 'rolls' | 'from' | 'to'>,
  rolls: Rolls,
): Roll | undefined {
  const byToken = rolls.all.find((roll) => roll.tokens.some((token) => delivery.rolls.includes(token)))
  if (byToken !== undefined) return byToken
  const values = new Set(delivery.rolls.map(rollNumber))
  const byValue = rolls.all.filter(
    (roll) => roll.tokens.some((token) => values.has(rollNumber(token))) && sharesDays(delivery, roll),
  )
  if (byValue.length === 1) return byValue[0]
  const { from, to } = delivery
  if (from === undefined || to === undefined) return undefined
  const numbered = delivery.rolls.length > 0
  const byDays = rolls.all.filter(
    (roll) => roll.from === from && roll.to === to && !(numbered && roll.tokens.length > 0),
  )
  return byDays.length === 1 ? byDays[0] : undefined
}

const sharesDays = ({ from, to }: Pick<Delivery, 'from' | 'to'>, roll: Roll): boolean =>
  (from === undefined || from <= roll.to) && (to === undefined || to >= roll.from)

interface Owners {
  readonly byToken: ReadonlyMap<string, string>
  readonly byKey: ReadonlyMap<string, readonly string[]>
}

function indexOwners(lines: readonly LineModel[]): Owners {
  const byToken = new Map<string, string>()
  const byKey = new Map<string, string[]>()
  for (const { id, ref, group } of lines) {
    byToken.set(ref, id).set(`${sidUrl('line')}|${id}`, id)
    for (const { ref: fact, keys, medicine } of group.facts) {
      byToken.set(fact, id)
      for (const { token } of keys) byToken.set(token, id)
      for (const { key } of medicine.keys) {
        const ids = byKey.get(key) ?? []
        if (!ids.includes(id)) byKey.set(key, [...ids, id])
      }
    }
  }
  return { byToken, byKey }
}

/** By its own link; else by product, substitution group and composition, where one line only has it. */
function ownerOf({ keys }: Program, medicine: Medicine, { byToken, byKey }: Owners): string | undefined {
  for (const { token } of keys) {
    const id = byToken.get(token)
    if (id !== undefined) return id
  }
  for (const basis of ['K2', 'K3', 'K4']) {
    const ids = new Set(
      medicine.keys.filter((key) => key.basis === basis).flatMap(({ key }) => byKey.get(key) ?? []),
    )
    const [id] = ids
    if (id !== undefined && ids.size === 1) return id
    if (ids.size > 1) return undefined
  }
  return undefined
}
