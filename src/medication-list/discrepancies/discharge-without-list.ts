/**
 * A day after the discharge nobody has attested the list; where a roll or a device waits for it, at the first slot
 * (medication-list.md 6.2 E).
 */
import { addDays, dayNumber, localDate } from '../../core/zone.js'
import { expand } from '../dosage/expand.js'
import { instantOfLocalMinutes } from '../dosage/place-entries.js'
import { dischargeWithoutList, isSupplied } from '../responsibility/work-items.js'
import { discrepancy, iso, type Sentences, type Situation } from './discrepancy.js'

const DAY_MS = 86_400_000
const DAY_MINUTES = 1440

type Unattested = { readonly discharged: string; readonly from: string | undefined; readonly waits: boolean }
const sentences: Sentences<Unattested> = {
  nb: ({ discharged, waits }, { time }) =>
    `Ingen har bekreftet legemiddellisten etter utskrivningen ${time(discharged)}${waits ? '; multidose og dispenser venter på den' : ''}.`,
  da: ({ discharged, waits }, { time }) =>
    `Ingen har bekræftet medicinlisten efter udskrivningen ${time(discharged)}${waits ? '; dosispakning og dispenser venter på den' : ''}.`,
  en: ({ discharged, waits }, { time }) =>
    `Nobody has attested the medication list after the discharge ${time(discharged)}${waits ? '; roll and dispenser wait for it' : ''}.`,
  sv: ({ discharged, waits }, { time }) =>
    `Ingen har bekräftat läkemedelslistan efter utskrivningen ${time(discharged)}${waits ? '; dosförpackning och dispenser väntar på den' : ''}.`,
  fi: ({ discharged, waits }, { time }) =>
    `Kukaan ei ole vahvistanut lääkityslistaa kotiutuksen ${time(discharged)} jälkeen${waits ? '; annosjakelu ja lääkeannostelija odottavat sitä' : ''}.`,
}

export const dischargeWithoutAttestedList = discrepancy<Unattested>({
  code: 'discharge-without-list',
  sentences,
  find: (situation) => {
    const { at, baton, facts, versioned } = situation
    const discharge = dischargeWithoutList(facts, baton, at)
    if (discharge === undefined) return { findings: [], next: [] }
    const waits = isSupplied(facts)
    const from = Math.min(
      discharge.at + DAY_MS,
      (waits ? firstSlot(situation, discharge.at) : undefined) ?? Number.POSITIVE_INFINITY,
    )
    if (at < from) return { findings: [], next: [from] }
    const stay = versioned(discharge.stay.ref)
    return {
      findings: [
        {
          about: [discharge.stay.key],
          severity: 'high' as const,
          implicated: [stay],
          evidence: [stay],
          numbers: {
            discharged: iso(discharge.at),
            from: discharge.stay.ward?.member.display,
            waits,
          },
        },
      ],
      next: [],
    }
  },
})

/** First dose of any line in use within a day of the discharge. */
function firstSlot({ config, lines }: Situation, discharged: number): number | undefined {
  const day = localDate(discharged, config.zone)
  const slots = lines.flatMap(({ dosageFact, plan, status }) =>
    status === 'active'
      ? expand(plan, day, addDays(day, 1), { zone: config.zone, start: dosageFact?.start }).doses.flatMap(
          ({ date, minutes }) =>
            minutes === undefined
              ? []
              : [instantOfLocalMinutes(dayNumber(date) * DAY_MINUTES + minutes, config.zone)],
        )
      : [],
  )
  const after = slots.filter((slot) => slot > discharged)
  return after.length === 0 ? undefined : Math.min(...after)
}
