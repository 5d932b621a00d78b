/**
 * Treatment stories of others (shared/samples/medlist, docs/stories.md): what the list should say on chosen days. The
 * expectations are read from the stories. T is 15 July 2026; every instant is noon in the Netherlands unless it says else.
 */
import assert from 'node:assert/strict'
import type { Dosage, MedicationStatement } from 'fhir/r4.js'
import { codesOf, derive } from '../support/clinical-facts.js'
import { addDaysTo } from '../support/mp9/elements.js'
import { haveStories, readStory } from '../support/mp9/read-story.js'

const T = '2026-07-15'
/** Day from T, one line for each treatment as `<status> <doses>`, open discrepancies and none besides. */
type Seen = readonly [
  day: number | readonly [number, string],
  lines: readonly string[],
  issues?: readonly string[],
]

const STORIES: Readonly<Record<string, readonly Seen[]>> = {
  // Pauses: by the one who prescribed, in force from the end of the day, without a day of resuming.
  'test/MBH_300_onderbreken': [
    [-6, []],
    [-5, ['intended 3/1d 1']],
    [-2, ['active 3/1d 1']],
    [[-1, '21:00'], ['active 3/1d 1']],
    [0, ['on-hold 3/1d 1'], ['hold-without-plan']],
    [3, ['on-hold 3/1d 1'], ['hold-without-plan']],
  ],
  'test/MBH_300_onderbroken': [
    [-101, ['active 1/1d 1']],
    [-99, ['on-hold 1/1d 1'], ['hold-without-plan']],
    [0, ['on-hold 1/1d 1'], ['hold-without-plan']],
  ],
  'test/MBH_300_WDS_OnderbrokenMA': [
    [-2, ['active chart 2']],
    [0, ['on-hold chart 3'], ['hold-without-plan']],
  ],
  // Stops: decided days before they take effect, at once, before the first dose.
  'test/MBH_300_stoppen': [
    [-11, ['active 1/1d 1']],
    [-5, ['active 1/1d 1']],
    [0, ['active 1/1d 1']],
    [1, ['stopped 1/1d 1']],
  ],
  'test/MBH_300_gestoptPGO': [
    [-11, ['active 1/1d 1']],
    [-9, ['stopped 1/1d 1']],
  ],
  'test/MBH_300_geannuleerd': [
    [-1, ['intended 2/1d 1']],
    [0, ['stopped 2/1d 1']],
    [6, ['stopped 2/1d 1']],
  ],
  'test/MBH_300_WDS_stopMA': [
    [-3, ['active chart 3']],
    [0, ['stopped chart 3']],
  ],
  'test/MBH_300_NieuweMA': [
    [-100, ['active 1/1d 1']],
    [-60, ['stopped 1/1d 1']],
    [-20, ['active 1/1d 1']],
    [0, ['active 1/1d 1']],
  ],
  // Changed doses: at once, from a day ahead with a day between, by another prescriber, by the same line's taper.
  'test/MBH_300_gewijzigd': [
    [-4, ['active 1/1d 1']],
    [-1, ['active 2/1d 1']],
    [3, ['active 2/1d 1']],
  ],
  'test/MBH_300_gewijzigd_toekomst': [
    [-2, ['active 2/1wk 1']],
    [0, ['active 2/1wk 1']],
    [1, ['intended 1/1wk 1']],
    [2, ['active 1/1wk 1']],
  ],
  'test/MBH_300_gewijzigddoorander': [
    [-4, ['active 1/1d 1']],
    [-1, ['active 1/1d 2']],
    [31, ['completed 1/1d 2']],
  ],
  'test/MBH_300_wijzigen_verhoging': [
    [-3, ['active 1/1d 1']],
    [0, ['active 1/1d 2']],
  ],
  'test/MBH_300_afbouwschema': [
    [-1, []],
    [0, ['active 1/1d 3 then 1/1d 2 then 1/1d 1']],
    [42, ['completed 1/1d 3 then 1/1d 2 then 1/1d 1']],
  ],
  'cert/MBH_300_SCRIPT7': [
    [-1, ['active EVE 4']],
    [0, ['active EVE 5']],
    [3, ['completed EVE 5']],
  ],
  'cert/MBH_300_SCRIPT9': [
    [-13, ['active 3/1d 1 + EVE 1 as needed']],
    [0, ['active 3/1d 1 + EVE 1 as needed']],
    [[7, '09:31'], ['active 3/1d 1 + EVE 1 as needed']],
    // What is needed for pain was not used, the person says.
    [10, ['active 3/1d 1 + EVE 1 as needed'], ['not-as-agreed']],
    [14, ['stopped 3/1d 1 + EVE 1 as needed']],
  ],
  // Intakes: refused and given; none of a line; before the agreement was registered.
  'cert/MBH_300_script4': [
    [-5, ['active 2/1d 2 + 1/1d 2 as needed then 3/1d 1 + 1/1d 1 as needed']],
    // Three doses were due two days before T and one intake is recorded; the refusal of the next day is no missed dose.
    [0, ['active 2/1d 2 + 1/1d 2 as needed then 3/1d 1 + 1/1d 1 as needed'], ['missed-dose']],
    // Seven days after it was due a dose is history.
    [5, ['completed 2/1d 2 + 1/1d 2 as needed then 3/1d 1 + 1/1d 1 as needed'], ['missed-dose']],
    [6, ['completed 2/1d 2 + 1/1d 2 as needed then 3/1d 1 + 1/1d 1 as needed']],
  ],
  'test/MBH_300_afwijkendeToediener': [[0, [], ['unplanned-intake']]],
  'test/MBH_300_toedieningRelatieMA': [[0, [], ['unplanned-intake']]],
  'test/MBH_300_ZINRvoorschrijven': [
    [0, []],
    [1, ['active 1/1d 1']],
    [151, ['completed 1/1d 1']],
  ],
  // What the person says of the use.
  'test/MBH_300_toelichting': [
    [-1, ['active 1/1d 1']],
    [1, ['active 1/1d 1'], ['not-as-agreed']],
  ],
  'test/MBH_300_redenvanvoorschrijven': [
    [-1, ['active 1/1wk 5']],
    [1, ['active 1/1wk 5'], ['not-as-agreed']],
  ],
  'test/MBH_300_geen_gebruik_volgens_afspraak': [[0, ['stopped ']]],
  // The report came after the end of what was agreed.
  'test/MBH_300_niet_volgens_afspraak': [[0, ['completed 1/1d 1']]],
  // Supply of what nobody decided.
  'test/MBH_300_logistiekeverbruiksperiode_start_eind': [
    [-1, []],
    [1, ['unknown '], ['dispensed-not-on-list']],
  ],
  // Periods and dosages.
  'test/MBH_300_VolgendeBehandelaar_Zorgaanb': [
    [-7, []],
    [-3, ['active 3/1d 1']],
    [0, ['completed 3/1d 1']],
  ],
  'test/MBH_300_start_duur': [
    [-10, ['active 1/1d 1']],
    [2, ['completed 1/1d 1']],
  ],
  'test/MBH_300_interval': [[1, ['active 1/8h 1']]],
  'test/MBH_300_tijdstippen_flexibel': [[1, ['active 08:00 14:00 20:00 1']]],
  'test/MBH_300_bijzonderekeerdosis': [[1, ['active 2/1d 0.5']]],
  'cert/MBH_300_script0_QA4': [[-10, ['active chart 1']]],
  'test/MBH_300_PGO_WDS_nieuweWDS': [
    [-8, ['active chart 3']],
    [-7, ['active chart 4']],
    [-6, ['active chart ']],
    [-1, ['active chart 4']],
  ],
  'test/MBH_300_PGO_WDS_toekomstWDS': [
    [0, ['active chart 3']],
    [3, ['active chart 2']],
  ],
}

describe('stories of the Dutch medication process', () => {
  before(function () {
    if (!haveStories) this.skip()
  })
  for (const [name, seen] of Object.entries(STORIES))
    it(name, () => {
      for (const [day, lines, issues = []] of seen) {
        const [offset, time] = typeof day === 'number' ? [day, '12:00'] : day
        const date = addDaysTo(T, offset)
        const at = new Date(`${date}T${time}:00+02:00`).toISOString()
        const result = derive(readStory(name, T, at).facts, { at, language: 'en' })
        const shown = result.lines.map(({ statement }) => `${statement.status} ${dosesOf(statement, date)}`)
        assert.deepEqual(shown, lines, `lines on T${offset}`)
        assert.deepEqual(codesOf(result), [...issues].sort(), `discrepancies on T${offset}`)
      }
    })
})

/** The doses in short; of a chart the one of the day. */
function dosesOf({ dosage = [] }: MedicationStatement, day: string): string {
  if (dosage.some(({ extension }) => extension?.some(({ url }) => url.endsWith('/dose-chart')) === true)) {
    const dated = dosage.filter(({ timing }) => timing?.event?.some((event) => event.startsWith(day)))
    return `chart ${dated.map(amountOf).join(' ')}`
  }
  return dosage
    .map((one, index) => {
      const before = dosage[index - 1]
      const link = before === undefined ? '' : before.sequence === one.sequence ? ' + ' : ' then '
      return `${link}${timesOf(one)} ${amountOf(one)}${isAsNeeded(one) ? ' as needed' : ''}`
    })
    .join('')
}

const amountOf = ({ doseAndRate }: Dosage): string => String(doseAndRate?.[0]?.doseQuantity?.value)
const isAsNeeded = ({ asNeededBoolean, asNeededCodeableConcept }: Dosage): boolean =>
  asNeededBoolean === true || asNeededCodeableConcept !== undefined

function timesOf({ timing }: Dosage): string {
  const { when, timeOfDay, frequency, period, periodUnit } = timing?.repeat ?? {}
  const slots = when ?? timeOfDay?.map((time) => time.slice(0, 5))
  return slots === undefined ? `${frequency}/${period}${periodUnit}` : slots.join(' ')
}
