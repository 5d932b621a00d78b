import assert from 'node:assert/strict'
import type { Dosage } from 'fhir/r4.js'
import { extensionUrl } from '../../../src/core/canonical.js'
import { numbersOf } from '../../../src/medication-list/discrepancies/explanation.js'
import { packed, program } from '../../support/chain-facts.js'
import { codesOf, derive, fixed, intake, issueOf, prescription, row } from '../../support/clinical-facts.js'

const MONDAY: Dosage = fixed(4, { when: ['MORN'], dayOfWeek: ['mon'], period: 1, periodUnit: 'wk' })
const multidose = { extension: [{ url: extensionUrl('multidose'), valueBoolean: true }] }
const methotrexate = (dosage: Dosage[], more = {}) =>
  row('m', {
    brand: 'ID_METHOTREXATE',
    dosage,
    period: { start: '2026-11-01' },
    more: { ...multidose, ...more },
  })
const AT = { at: '2026-11-22T11:00:00.000Z' }
const issuesOf = (list: ReturnType<typeof derive>, code: string) =>
  list.issues.filter((issue) => issue.code?.coding?.[0]?.code === code && issue.status === 'preliminary')
const reasonsOf = (list: ReturnType<typeof derive>) =>
  issuesOf(list, 'never-daily-conflict')
    .map((issue) => numbersOf(issue)?.['why'])
    .sort()

describe('worked example 17: never-daily-conflict', () => {
  it('opens at receipt for a text "4 tabletter ukentlig" with the structure 4 × 1/d', () => {
    const daily: Dosage = {
      ...fixed(4, { frequency: 1, period: 1, periodUnit: 'd' }),
      text: '4 tabletter ukentlig',
    }
    const list = derive([methotrexate([daily])], AT)
    assert.deepEqual(reasonsOf(list), ['too-often'])
    assert.equal(issueOf(list, 'never-daily-conflict')?.severity, 'high')
    assert.equal(
      issueOf(list, 'never-daily-conflict')?.detail,
      'Metotreksat 2,5 mg gis aldri oftere enn hver 7. dag: doseringen gir doser oftere.',
    )
    const conflict = issueOf(list, 'text-structure-conflict')
    assert.equal(
      conflict?.detail,
      'Metotreksat 2,5 mg: teksten «4 tabletter ukentlig» og den strukturerte doseringen (4 tabletter 1 gang daglig) sier ikke det samme. Skal ikke pakkes før det er avklart.',
    )
    const [line] = list.lines
    assert.equal(
      line?.statement.dosage?.[0]?.extension?.find(({ url }) => url === extensionUrl('original-text'))
        ?.valueString,
      '4 tabletter ukentlig',
      'both are shown',
    )
  })

  it('opens, as an alarm before Tuesday, for the structure Monday with sachets for Monday and Tuesday', () => {
    const roll = packed('r', {
      brand: 'ID_METHOTREXATE',
      row: 'm',
      from: '2026-11-23',
      to: '2026-11-29',
      dosage: [fixed(4, { when: ['MORN'], dayOfWeek: ['mon', 'tue'], period: 1, periodUnit: 'wk' })],
    })
    const list = derive([methotrexate([MONDAY]), roll], AT)
    const issue = issueOf(list, 'never-daily-conflict')
    assert.equal(issue?.severity, 'high')
    assert.equal(
      issue?.detail,
      'Metotreksat 2,5 mg gis aldri oftere enn hver 7. dag: pakket 24.11.2026, en dag det ikke skal tas.',
    )
    const mondays = packed('r', {
      brand: 'ID_METHOTREXATE',
      row: 'm',
      from: '2026-11-23',
      to: '2026-11-29',
      dosage: [MONDAY],
    })
    assert.equal(issueOf(derive([methotrexate([MONDAY]), mondays], AT), 'never-daily-conflict'), undefined)
  })
})

describe('never-daily-conflict', () => {
  it('opens for words alone, and for doses of which nobody knows the day', () => {
    assert.deepEqual(reasonsOf(derive([methotrexate([{ text: '4 tabletter ukentlig' }])], AT)), ['text-only'])
    const weekly = fixed(4, { frequency: 1, period: 1, periodUnit: 'wk' })
    const undated = prescription('p', { brand: 'ID_METHOTREXATE', dosage: [weekly] })
    assert.deepEqual(reasonsOf(derive([undated], AT)), ['no-day'])
    assert.deepEqual(reasonsOf(derive([methotrexate([weekly])], AT)), [], 'the row states its first day')
  })

  it('opens for a dose taken on another day, for a program that gives more, and for two lines', () => {
    const taken = intake('i', '2026-11-18T07:00:00Z', { brand: 'ID_METHOTREXATE' })
    assert.deepEqual(reasonsOf(derive([methotrexate([MONDAY]), taken], AT)), ['taken'])
    const daily = program('d', { brand: 'ID_METHOTREXATE', dosage: [fixed(4, { when: ['MORN'] })] })
    assert.ok(reasonsOf(derive([methotrexate([MONDAY]), daily], AT)).includes('programmed'))
    const other = row('n', { brand: 'ID_METHOTREXATE', dosage: [MONDAY], period: { start: '2026-11-01' } })
    assert.ok(reasonsOf(derive([methotrexate([MONDAY]), other], AT)).includes('two-lines'))
  })

  it('says nothing of a medicine that may be daily', () => {
    const list = derive([row('a', { dosage: [fixed(1, { when: ['MORN'] })] })], AT)
    assert.equal(issueOf(list, 'never-daily-conflict'), undefined)
  })
})

describe('missing-structured-dose', () => {
  it('opens for a packed line in words, or without a first day, and not for one that is given otherwise', () => {
    const words = derive([row('a', { dosage: [{ text: '1 tablett daglig' }], more: multidose })], AT)
    assert.equal(
      issueOf(words, 'missing-structured-dose')?.detail,
      'Metoprolol 50 mg skal pakkes eller gis av dispenser, men doseringen er bare tekst.',
    )
    const everyOther = fixed(1, { when: ['MORN'], frequency: 1, period: 2, periodUnit: 'd' })
    const noDay = derive([row('a', { dosage: [everyOther], more: multidose })], AT)
    assert.equal(numbersOf(issueOf(noDay, 'missing-structured-dose')!)?.['why'], 'no-day')
    const dated = row('a', { dosage: [everyOther], period: { start: '2026-11-02' }, more: multidose })
    assert.equal(issueOf(derive([dated], AT), 'missing-structured-dose'), undefined)
    const alone = derive([row('a', { dosage: [{ text: '1 tablett daglig' }] })], AT)
    assert.equal(issueOf(alone, 'missing-structured-dose'), undefined)
  })

  it('opens for a chart that tells no dose for tomorrow to those who help', () => {
    const chart = {
      extension: [
        { url: extensionUrl('dose-chart'), extension: [{ url: 'code', valueCode: 'anticoagulation' }] },
      ],
    }
    const dated = (day: string): Dosage[] => [chart, { ...fixed(2, {}), timing: { event: [day] } }]
    const helped = row('h', { brand: 'ID_PARACET', more: multidose })
    const missing = derive([row('w', { brand: 'ID_WARFARIN', dosage: dated('2026-11-22') }), helped], AT)
    assert.equal(
      issueOf(missing, 'missing-structured-dose')?.detail,
      'Marevan 2,5 mg doseres etter skjema, men ingen dose er oppgitt for 23.11.2026.',
    )
    assert.ok(missing.nextChangeAt !== undefined && missing.nextChangeAt <= '2026-11-22T23:00:00.000Z')
    const told = derive([row('w', { brand: 'ID_WARFARIN', dosage: dated('2026-11-23') }), helped], AT)
    assert.equal(issueOf(told, 'missing-structured-dose'), undefined)
  })
})

describe('text-structure-conflict', () => {
  it('closes when the source has written both alike', () => {
    const conflicting = row('a', {
      dosage: [{ ...fixed(1, { when: ['MORN'] }), text: '2 tabletter morgen' }],
    })
    assert.ok(codesOf(derive([conflicting], AT)).includes('text-structure-conflict'))
    const alike = row('a', { dosage: [{ ...fixed(2, { when: ['MORN'] }), text: '2 tabletter om morgenen' }] })
    assert.ok(!codesOf(derive([alike], AT)).includes('text-structure-conflict'))
  })
})

describe('change-day-sum', () => {
  const former = prescription('p', {
    authoredOn: '2026-11-01T09:00:00+01:00',
    dosage: [fixed(1, { when: ['MORN'] })],
  })
  const changed = (dosage: Dosage[], start?: string) =>
    row('r', {
      prescription: 'p',
      asserted: '2026-11-23T10:00:00+01:00',
      dosage,
      period: { start: start ?? '2026-11-23T10:00:00+01:00' },
    })
  const morning = intake('i', '2026-11-23T07:05:00Z', {
    brand: 'ID_METOTAB',
    more: { dosage: { dose: { value: 1, unit: 'tablett' } } },
  })

  it('opens when the old dose of the day was taken and the new one is still to come', () => {
    const evening = [fixed(1.5, { when: ['EVE'] })]
    const list = derive([former, morning, changed(evening)], { at: '2026-11-23T10:00:00.000Z' })
    assert.equal(
      issueOf(list, 'change-day-sum')?.detail,
      'Metoprolol 50 mg endres 23.11.2026: gammel og ny dosering gir til sammen 125 mg den dagen, mer enn 75 mg.',
    )
    const next = derive([former, morning, changed(evening)], { at: '2026-11-24T01:00:00.000Z' })
    assert.equal(issueOf(next, 'change-day-sum'), undefined)
  })

  it('says nothing when the new dosage begins the day after, or gives no more that day', () => {
    const at = { at: '2026-11-23T10:00:00.000Z' }
    const tomorrow = changed([fixed(1.5, { when: ['EVE'] })], '2026-11-24')
    assert.equal(issueOf(derive([former, morning, tomorrow], at), 'change-day-sum'), undefined)
    const same = changed([fixed(2, { when: ['MORN'] })])
    assert.equal(issueOf(derive([former, morning, same], at), 'change-day-sum'), undefined)
  })
})
