/** What the dispenser will offer of a line on a day (medication-list.md 1). */
import type { LineModel } from '../lines/line.js'
import { type DayAmounts, NO_DOSES, type SlotAmount, slotAmounts } from './day-amounts.js'
import type { Devices, Loaded } from './devices.js'
import { expandDay } from './expand-day.js'
import { type PackedContext, type PackedDose, packedOn } from './packed.js'

export interface ProgrammedDay extends DayAmounts {
  /** The program's own times, or the contents of the roll in the device. */
  readonly by: 'program' | 'roll'
}

/** Undefined where no device carries the line on that day. */
export function programmedOn(
  line: LineModel,
  day: string,
  devices: Devices,
  context: PackedContext,
): ProgrammedDay | undefined {
  const programs = devices.programsOf(line)
  if (programs.length > 0) {
    const parts = programs.map(({ plan, medicine, ref }) => {
      const { doses, complete } = expandDay(plan, day, context.zone, undefined)
      return { known: plan.kind === 'structured' && complete, doses: slotAmounts(doses, medicine, [ref]) }
    })
    return {
      by: 'program',
      known: parts.every(({ known }) => known),
      doses: parts.flatMap(({ doses }) => doses),
    }
  }
  const holding = devices.loaded.filter(
    ({ roll }) => roll !== undefined && roll.from <= day && day <= roll.to,
  )
  if (holding.length === 0) return undefined
  const days = holding.map((loaded) => offeredFrom(line, day, loaded, devices, context))
  if (days.every(({ known, doses }) => known && doses.length === 0) && !isInAny(line, holding))
    return undefined
  return { by: 'roll', known: days.every(({ known }) => known), doses: days.flatMap(({ doses }) => doses) }
}

const isInAny = ({ group }: LineModel, holding: readonly Loaded[]): boolean =>
  group.supplies.some(({ fact }) =>
    holding.some(({ roll }) => roll?.supplies.some(({ ref }) => ref === fact.ref)),
  )

/** Each pouch of the day, in order, is given at the time that the device is set to; as packed where it is set to none. */
function offeredFrom(
  line: LineModel,
  day: string,
  { roll, device }: Loaded,
  { sachetPrograms }: Devices,
  context: PackedContext,
): DayAmounts {
  const inRoll = (supply: PackedDose['supply']): boolean =>
    supply !== undefined && roll?.supplies.some(({ ref }) => ref === supply.ref) === true
  const { known, doses } = packedOn(line, day, context, NO_DOSES, inRoll)
  const programs = sachetPrograms.filter(
    (program) => program.device === undefined || isOf(program.device, device),
  )
  if (programs.length === 0) return { known, doses }
  const times = programs.map(({ plan, ref }) => ({ ...expandDay(plan, day, context.zone, undefined), ref }))
  const offered = times.flatMap(({ doses: at, ref }) => at.map(({ minutes }) => ({ minutes, ref })))
  if (times.some(({ complete }) => !complete) || offered.some(({ minutes }) => minutes === undefined))
    return { known: false, doses: [] }
  const slots = [...new Set(offered.map(({ minutes }) => minutes ?? 0))].sort((a, b) => a - b)
  const pouches = pouchTimes(day, roll, context)
  if (pouches === undefined) return { known: false, doses: [] }
  return {
    known,
    doses: doses.flatMap((dose): SlotAmount[] => {
      const place = pouches.indexOf(dose.minutes ?? -1)
      const minutes = slots[place]
      if (place < 0 || minutes === undefined) return []
      const refs = [...dose.refs, ...offered.filter((one) => one.minutes === minutes).map(({ ref }) => ref)]
      return [{ ...dose, slot: undefined, minutes, refs }]
    }),
  }
}

const isOf = (named: string, device: string): boolean => device === named || device === `device|${named}`

/** Times of the roll's pouches on the day, over all that lies in it; undefined where one is not stated. */
function pouchTimes(day: string, roll: Loaded['roll'], context: PackedContext): number[] | undefined {
  const times = new Set<number>()
  for (const supply of roll?.supplies ?? []) {
    if (!context.rolls.counts(supply, day)) continue
    const plan = context.planOf(supply)
    const { doses, complete } = expandDay(plan, day, context.zone, undefined)
    if (!complete) return undefined
    for (const { minutes } of doses) {
      if (minutes === undefined) return undefined
      times.add(minutes)
    }
  }
  return [...times].sort((a, b) => a - b)
}
