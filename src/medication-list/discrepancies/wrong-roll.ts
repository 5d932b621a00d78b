/** The roll in a device belongs to somebody else or is not the current one. An alarm. */
import { localDate } from '../../core/zone.js'
import type { RollAlert } from '../facts/fact.js'
import type { Loaded } from '../quantities/devices.js'
import { comingDays } from './coming-days.js'
import { discrepancy, iso, type Sentences, type Situation } from './discrepancy.js'

type WrongRoll = {
  /** What the device reported; else what the load and the packed rolls say: over when put in, or packed anew since. */
  readonly alert: RollAlert['code'] | 'over' | 'replaced'
  /** Of the device's word, or of the load. */
  readonly reported: string
}
type Words = readonly [person: string, period: string, over: string, replaced: string]
const pick = ({ alert }: WrongRoll, [person, period, over, replaced]: Words): string => {
  switch (alert) {
    case 'supply.wrong-person':
      return person
    case 'supply.wrong-period':
      return period
    case 'over':
      return over
    case 'replaced':
      return replaced
  }
}
const byDevice = ({ alert }: WrongRoll): boolean => alert.startsWith('supply.')
const sentences: Sentences<WrongRoll> = {
  nb: (numbers, { time }) =>
    `${byDevice(numbers) ? `Dispenseren meldte ${time(numbers.reported)} at rullen` : `Rullen som ble satt i dispenseren ${time(numbers.reported)},`} ${pick(numbers, ['tilhører en annen person', 'ikke er den gjeldende', 'var gått ut', 'er erstattet av en ny'])}.`,
  da: (numbers, { time }) =>
    `${byDevice(numbers) ? `Dispenseren meldte ${time(numbers.reported)}, at rullen` : `Rullen, som blev sat i dispenseren ${time(numbers.reported)},`} ${pick(numbers, ['tilhører en anden person', 'ikke er den aktuelle', 'var udløbet', 'er erstattet af en ny'])}.`,
  en: (numbers, { time }) =>
    `${byDevice(numbers) ? `The dispenser reported ${time(numbers.reported)} that its roll` : `The roll put into the dispenser ${time(numbers.reported)}`} ${pick(numbers, ['belongs to another person', 'is not the current one', 'was over', 'has been replaced by another'])}.`,
  sv: (numbers, { time }) =>
    `${byDevice(numbers) ? `Dispensern meddelade ${time(numbers.reported)} att rullen` : `Rullen som sattes i dispensern ${time(numbers.reported)}`} ${pick(numbers, ['tillhör en annan person', 'inte är den aktuella', 'hade gått ut', 'har ersatts av en ny'])}.`,
  fi: (numbers, { time }) =>
    `${byDevice(numbers) ? `Annostelija ilmoitti ${time(numbers.reported)}, että rulla` : `Annostelijaan ${time(numbers.reported)} laitettu rulla`} ${pick(numbers, ['kuuluu toiselle henkilölle', 'ei ole voimassa oleva', 'oli vanhentunut', 'on korvattu uudella'])}.`,
}

/** The alert speaks until whoever has the device closes it; the rest until another roll is in. */
export const wrongRoll = discrepancy<WrongRoll>({
  code: 'wrong-roll',
  sentences,
  find: (situation) => {
    const { facts, quantities, versioned } = situation
    const alerts = facts.alerts
      .filter(({ open }) => open)
      .map((fact) => ({
        about: fact.rolls.length > 0 ? [...fact.rolls].sort() : [fact.key],
        severity: 'high' as const,
        implicated: [versioned(fact.ref)],
        evidence: [versioned(fact.ref)],
        numbers: { alert: fact.code, reported: iso(fact.at) },
      }))
    const loads = quantities.devices().loaded.flatMap((loaded) => {
      const alert = faultOf(loaded, situation)
      if (alert === undefined) return []
      const { load, roll } = loaded
      const evidence = [load.ref, ...(roll?.supplies.map(({ ref }) => ref) ?? [])].sort().map(versioned)
      return [
        {
          about: [load.key],
          severity: 'high' as const,
          implicated: evidence,
          evidence,
          numbers: { alert, reported: iso(load.at) },
        },
      ]
    })
    return { findings: [...alerts, ...loads], next: [] }
  },
})

function faultOf({ load, roll }: Loaded, situation: Situation): 'over' | 'replaced' | undefined {
  const last = load.to ?? roll?.to
  if (last !== undefined && last < localDate(load.at, situation.config.zone)) return 'over'
  if (roll === undefined) return undefined
  const days = comingDays(roll.from, roll.to, situation)
  const { counts } = situation.quantities.rolls()
  const replaced =
    days.length > 0 && roll.supplies.every((supply) => days.every((day) => !counts(supply, day)))
  return replaced ? 'replaced' : undefined
}
