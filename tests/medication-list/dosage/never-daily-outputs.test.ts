import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Dosage, MedicationStatement } from 'fhir/r4.js'
import { dosageToDosering } from '../../../mappings/kith/write/dosage-to-dosering.js'
import { openSheet } from '../../../mappings/kith/write/sheet.js'
import { sourceDosages } from '../../../mappings/kith/write/statement-to-oppforing.js'
import { writeXml } from '../../../mappings/kith/xml-write.js'
import { ereseptDosing, r4Dosages } from '../../../mappings/sfm/write/dosing.js'
import { extensionUrl } from '../../../src/core/canonical.js'
import { addDays, daysBetween } from '../../../src/core/zone.js'
import { expand } from '../../../src/medication-list/dosage/expand.js'
import { intervalMinutes } from '../../../src/medication-list/dosage/interval.js'
import { parseDosageText } from '../../../src/medication-list/dosage/parse/parse-text.js'
import { type DoseEntry, readDosagePlan } from '../../../src/medication-list/dosage/plan.js'
import { dosageShortText } from '../../../src/medication-list/dosage/short-text.js'
import { dosageText } from '../../../src/medication-list/dosage/text.js'
import { inLanguage } from '../../../src/medication-list/views/in-language.js'
import { derive, fixed, prescription, row } from '../../support/clinical-facts.js'
import { anyDosage } from '../../support/dosage-arbitrary.js'

const numRuns = process.env['STAFETT_TEST_DEEP'] ? 1000 : 25
const LANGUAGES = ['nb', 'da', 'en', 'sv', 'fi'] as const
const ZONE = 'Europe/Oslo'
const FROM = '2026-11-22'
const TO = addDays(FROM, 83)

/** Weekly, at an interval, in a cycle, once, on dates: everything that is no dose a day. */
const isDaily = ({ weekdays, period, cycle, count, events, asNeeded }: DoseEntry): boolean =>
  !asNeeded &&
  cycle === undefined &&
  count === undefined &&
  events.length === 0 &&
  (weekdays.length === 0 || weekdays.length === 7) &&
  (period === undefined || intervalMinutes(period) <= 1440)

const neverDaily: fc.Arbitrary<Dosage[]> = anyDosage.filter((dosage) => {
  const plan = readDosagePlan(dosage)
  return plan.kind === 'structured' && !plan.entries.some((entry) => entry.asNeeded || isDaily(entry))
})
/** How somebody reads it who knows no extension of the hub. */
const naive = (dosages: readonly Dosage[]): Dosage[] =>
  dosages.map(({ extension: _extension, modifierExtension: _modifier, ...rest }) => rest)

const daysOf = (dosages: readonly Dosage[], start: string | undefined): Set<string> | undefined => {
  const plan = readDosagePlan([...dosages])
  const { doses, complete } = expand(plan, FROM, TO, { zone: ZONE, start })
  // What a chart says of other days is not known; the dates that it tells are.
  const charted = plan.kind === 'structured' && plan.chart !== undefined
  return complete || charted ? new Set(doses.map(({ date }) => date)) : undefined
}

const lineOf = (dosage: Dosage[], start: string | undefined): MedicationStatement | undefined =>
  derive([row('r', { dosage, ...(start === undefined ? {} : { period: { start } }) })], {
    at: `${FROM}T11:00:00.000Z`,
  }).lines[0]?.statement

const start = fc.option(
  fc.integer({ min: 0, max: 40 }).map((n) => addDays('2026-10-10', n)),
  { nil: undefined },
)

describe('invariant 16: nothing turns a weekly, interval or cyclic dosage into daily', () => {
  it('not the line in FHIR, read with its extensions or without', () => {
    fc.assert(
      fc.property(neverDaily, start, (dosage, from) => {
        const line = lineOf(dosage, from)
        const intended = daysOf(dosage, from)
        for (const dosages of [line?.dosage ?? [], naive(line?.dosage ?? [])]) {
          const shown = daysOf(dosages, line?.effectivePeriod?.start)
          if (shown === undefined) continue
          assert.ok(intended !== undefined, `days out of nothing: ${JSON.stringify(dosages)}`)
          for (const day of shown) assert.ok(intended.has(day), `${day} in ${JSON.stringify(dosages)}`)
        }
      }),
      { numRuns, seed: 161 },
    )
  })

  it('no text, in any language, long or short, nor the list in the language of its reader', () => {
    fc.assert(
      fc.property(neverDaily, start, fc.constantFrom(...LANGUAGES), (dosage, from, language) => {
        const plan = readDosagePlan(dosage)
        for (const text of [dosageText(plan, language), dosageShortText(plan, language)]) {
          const back = text === undefined ? undefined : parseDosageText(text, language)
          if (text === undefined) continue
          assert.ok(back !== undefined, text)
          const read = readDosagePlan(back)
          assert.ok(read.kind === 'structured' && !read.entries.some(isDaily), text)
        }
        const line = lineOf(dosage, from)
        if (line === undefined) return
        const bundle = {
          resourceType: 'Bundle' as const,
          type: 'collection' as const,
          entry: [{ resource: line }],
        }
        const told = inLanguage(bundle, 'nb', { language, zone: ZONE } as Parameters<typeof inLanguage>[2])
        const [shown] = told.entry?.map(({ resource }) => resource as MedicationStatement) ?? []
        for (const { text, timing } of shown?.dosage ?? []) {
          const back =
            text === undefined || timing === undefined ? undefined : parseDosageText(text, language)
          const read = back === undefined ? undefined : readDosagePlan(back)
          assert.ok(read === undefined || read.kind !== 'structured' || !read.entries.some(isDaily), text)
        }
      }),
      { numRuns, seed: 162 },
    )
  })

  it('not the ordination (M25.1), whose dose elements each name weekday, cycle, interval or nothing at all', () => {
    fc.assert(
      fc.property(neverDaily, start, (dosage, from) => {
        const line = lineOf(dosage, from)
        const { blocks } = dosageToDosering(
          openSheet(ZONE),
          sourceDosages(line?.dosage ?? []),
          undefined,
          'line',
        )
        for (const block of blocks)
          for (const [dose = ''] of writeXml(block).matchAll(
            /<DoseFastTidspunkt.*?<\/DoseFastTidspunkt>/gsu,
          )) {
            const interval = /<Intervall V="(\d+)" U="([^"]+)"/u.exec(dose)
            const days = { Døgn: 1, Time: 1 / 24, Måned: 28, År: 365 }[interval?.[2] ?? ''] ?? 0
            assert.ok(
              /FasteUkedager|DagerPa/u.test(dose) || Number(interval?.[1] ?? 0) * days > 1,
              `${dose} of ${JSON.stringify(dosage)}`,
            )
          }
      }),
      { numRuns, seed: 163 },
    )
  })

  it('not the document for SFM, in its own structure or in that of R4', () => {
    fc.assert(
      fc.property(neverDaily, start, (dosage, from) => {
        const line = lineOf(dosage, from)
        for (const block of ereseptDosing(line?.dosage ?? [], ZONE))
          for (const { url, extension } of block.extension ?? []) {
            if (url !== 'repeatingdosage') continue
            const interval = extension?.find((part) => part.url === 'interval')?.valueQuantity?.value ?? 0
            assert.ok(interval > 1, JSON.stringify(dosage))
          }
        const shown = daysOf(naive(r4Dosages(line?.dosage ?? [])), line?.effectivePeriod?.start)
        const intended = daysOf(dosage, from)
        for (const day of shown ?? []) assert.ok(intended?.has(day), day)
      }),
      { numRuns, seed: 164 },
    )
  })

  it('and no renewal shifts the phase', () => {
    const cycle = [21, 7] as const
    const rhythm = fc.oneof(
      fc.integer({ min: 2, max: 20 }).map((period) => ({ period, unit: 'd' as const })),
      fc.integer({ min: 2, max: 12 }).map((period) => ({ period, unit: 'wk' as const })),
      fc.constant({ period: cycle[0] + cycle[1], unit: 'cycle' as const }),
    )
    fc.assert(
      fc.property(
        rhythm,
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 300 }),
        ({ period, unit }, offset, later) => {
          const anchor = addDays('2026-01-01', offset)
          const repeat =
            unit === 'cycle'
              ? { when: ['MORN' as const] }
              : { when: ['MORN' as const], frequency: 1, period, periodUnit: unit }
          const extension =
            unit === 'cycle'
              ? {
                  extension: [
                    {
                      url: extensionUrl('cycle'),
                      extension: [
                        { url: 'on', valueInteger: cycle[0] },
                        { url: 'off', valueInteger: cycle[1] },
                      ],
                    },
                  ],
                }
              : {}
          const authored = addDays(anchor, later)
          const { lines } = derive(
            [
              prescription('p', {
                authoredOn: `${anchor}T09:00:00+01:00`,
                validTo: addDays(authored, 5),
                dosage: [{ ...fixed(1, { ...repeat, boundsPeriod: { start: anchor } }), ...extension }],
              }),
              prescription('q', {
                authoredOn: `${authored}T10:00:00+01:00`,
                validTo: addDays(authored, 400),
                dosage: [{ ...fixed(1, repeat), ...extension }],
              }),
            ],
            { at: `${addDays(authored, 1)}T11:00:00.000Z` },
          )
          assert.equal(lines.length, 1)
          const plan = readDosagePlan(lines[0]?.statement.dosage)
          const from = addDays(authored, 1)
          const { doses, complete } = expand(plan, from, addDays(from, 200), { zone: ZONE, start: undefined })
          assert.ok(complete && doses.length > 0)
          const days = unit === 'wk' ? period * 7 : period
          for (const { date } of doses) {
            const place = daysBetween(anchor, date) % days
            assert.ok(unit === 'cycle' ? place < cycle[0] : place === 0, `${date} from ${anchor}`)
          }
        },
      ),
      { numRuns, seed: 165 },
    )
  })
})
