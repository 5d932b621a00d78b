/** A supply belongs to no line that anybody decided (6.2, B; 3.2, rule 5). */
import { handedOutAt } from '../facts/event-time.js'
import { discrepancy, iso, nameOf, type Sentences } from './discrepancy.js'

type Dispensed = { readonly medicine: string | undefined; readonly supplied: string; readonly count: number }
const sentences: Sentences<Dispensed> = {
  nb: ({ medicine, supplied, count }, { name, time }) =>
    `${name(medicine)} ble utlevert ${time(supplied)}${count > 1 ? ` (${count} utleveringer)` : ''}, men står ikke på listen.`,
  da: ({ medicine, supplied, count }, { name, time }) =>
    `${name(medicine)} blev udleveret ${time(supplied)}${count > 1 ? ` (${count} udleveringer)` : ''}, men står ikke på listen.`,
  en: ({ medicine, supplied, count }, { name, time }) =>
    `${name(medicine)} was supplied ${time(supplied)}${count > 1 ? ` (${count} supplies)` : ''} but is not on the list.`,
  sv: ({ medicine, supplied, count }, { name, time }) =>
    `${name(medicine)} lämnades ut ${time(supplied)}${count > 1 ? ` (${count} uthämtningar)` : ''} men står inte på listan.`,
  fi: ({ medicine, supplied, count }, { name, time }) =>
    `${name(medicine)} toimitettiin ${time(supplied)}${count > 1 ? ` (${count} toimitusta)` : ''}, mutta se ei ole listalla.`,
}

/** Open until somebody decides on it. */
export const dispensedNotOnList = discrepancy<Dispensed>({
  code: 'dispensed-not-on-list',
  sentences,
  find: ({ lines, versioned }) => ({
    findings: lines.flatMap((line) => {
      const supplies = line.status === 'unknown' ? line.group.supplies.map(({ fact }) => fact) : []
      if (supplies.length === 0) return []
      const evidence = supplies.map(({ ref }) => versioned(ref)).sort()
      const newest = Math.max(...supplies.map(handedOutAt))
      return [
        {
          about: [line.id],
          severity: 'high' as const,
          implicated: [line.ref, ...evidence],
          evidence,
          numbers: { medicine: nameOf(line), supplied: iso(newest), count: supplies.length },
        },
      ]
    }),
    next: [],
  }),
})
