/**
 * A line that is packed or given by a device has no dose that can be laid on days: words alone, or an interval without a
 * first day; or a chart tells no dose for tomorrow to those who help (medication-list.md 6.2, 12.5).
 */
import { addDays, localDate, startOfLocalDay } from '../../core/zone.js'
import { expand } from '../dosage/expand.js'
import type { LineModel } from '../lines/line.js'
import { isMultidose } from '../quantities/multidose.js'
import { discrepancy, isOpen, nameOf, type Sentences, type Situation } from './discrepancy.js'

type Missing = {
  readonly medicine: string | undefined
  readonly why: 'words' | 'no-day' | 'chart'
  /** Of a chart: the day without a dose. */
  readonly day: string | undefined
}
const pick = ({ why }: Missing, words: string, noDay: string, chart: string): string => {
  switch (why) {
    case 'words':
      return words
    case 'no-day':
      return noDay
    case 'chart':
      return chart
  }
}
const sentences: Sentences<Missing> = {
  nb: (n, { name, day }) =>
    `${name(n.medicine)} ${pick(n, 'skal pakkes eller gis av dispenser, men doseringen er bare tekst', 'skal pakkes eller gis av dispenser, men ingen dag er oppgitt som doseringen regnes fra', `doseres etter skjema, men ingen dose er oppgitt for ${day(n.day ?? '')}`)}.`,
  da: (n, { name, day }) =>
    `${name(n.medicine)} ${pick(n, 'skal pakkes eller gives af dispenser, men doseringen er kun tekst', 'skal pakkes eller gives af dispenser, men der er ingen dag, som doseringen regnes fra', `doseres efter skema, men der er ingen dosis for ${day(n.day ?? '')}`)}.`,
  en: (n, { name, day }) =>
    `${name(n.medicine)} ${pick(n, 'is to be packed or given by a dispenser, but its dosage is text only', 'is to be packed or given by a dispenser, but no day is stated from which its dosage counts', `is dosed by chart, but no dose is stated for ${day(n.day ?? '')}`)}.`,
  sv: (n, { name, day }) =>
    `${name(n.medicine)} ${pick(n, 'ska packas eller ges av dispenser, men doseringen är bara text', 'ska packas eller ges av dispenser, men ingen dag anges som doseringen räknas från', `doseras enligt schema, men ingen dos anges för ${day(n.day ?? '')}`)}.`,
  fi: (n, { name, day }) =>
    `${name(n.medicine)} ${pick(n, 'on pakattava tai annosteltava, mutta annostus on vain tekstinä', 'on pakattava tai annosteltava, mutta päivää, josta annostus lasketaan, ei ole ilmoitettu', `annostellaan kaavion mukaan, mutta annosta ei ole ilmoitettu päivälle ${day(n.day ?? '')}`)}.`,
}

export const missingStructuredDose = discrepancy<Missing>({
  code: 'missing-structured-dose',
  sentences,
  find: (situation) => {
    const { at, config, lines, versioned } = situation
    const tomorrow = addDays(localDate(at, config.zone), 1)
    const findings = []
    let charted = false
    for (const line of lines) {
      if (!isOpen(line)) continue
      charted ||= isCharted(line)
      const why = reasonOf(line, tomorrow, situation)
      if (why === undefined) continue
      const evidence = line.dosageFact === undefined ? [] : [versioned(line.dosageFact.ref)]
      findings.push({
        about: [line.id],
        severity: 'high' as const,
        implicated: [line.ref, ...evidence],
        evidence,
        numbers: { medicine: nameOf(line), why, day: why === 'chart' ? tomorrow : undefined },
      })
    }
    return { findings, next: charted ? [startOfLocalDay(tomorrow, config.zone)] : [] }
  },
})

const isCharted = ({ plan }: LineModel): boolean =>
  plan.kind === 'chart' || (plan.kind === 'structured' && plan.chart !== undefined)

function reasonOf(
  line: LineModel,
  tomorrow: string,
  { at, config, facts, helped, quantities }: Situation,
): Missing['why'] | undefined {
  if (isCharted(line))
    return helped && line.status !== 'on-hold' && !hasDose(line, tomorrow, config.zone) ? 'chart' : undefined
  if (!line.notToPack.includes('missing-structured-dose')) return undefined
  if (line.category === 'admin-by-clinic') return undefined
  const carried = isMultidose(line, facts, at) || quantities.devices().programsOf(line).length > 0
  if (!carried) return undefined
  return line.plan.kind === 'structured' ? 'no-day' : 'words'
}

const hasDose = ({ plan, dosageFact }: LineModel, day: string, zone: string): boolean =>
  expand(plan, day, day, { zone, start: dosageFact?.start }).doses.length > 0
