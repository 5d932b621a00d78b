import assert from 'node:assert/strict'
import type { Extension } from 'fhir/r4.js'
import { dosesOfDay, withDoses } from '../../../src/medication-list/views/today.js'
import { viewOf } from '../../../src/medication-list/views/view.js'
import { dispenser, packed, sachet } from '../../support/chain-facts.js'
import { derive, fixed, prescription, row, situation, sourceList } from '../../support/clinical-facts.js'
import { validateR4 } from '../../support/r4-validator.js'
import { bundleOf } from '../../support/shown-list.js'
import { testValidation } from '../../support/validation.js'

const TWICE = [fixed(1, { when: ['MORN', 'EVE'] })]
const at = '2026-11-22T11:00:00.000Z'
const rows = [
  row('r', { prescription: 'p', dosage: TWICE }),
  row('s', { brand: 'ID_LEVAXIN', prescription: 'q' }),
]
const facts = [
  prescription('p', { dosage: TWICE }),
  prescription('q', { brand: 'ID_LEVAXIN' }),
  ...rows,
  sourceList('l', '2026-11-20T12:00:00Z', rows),
  packed('d', {
    brand: 'ID_METOTAB',
    from: '2026-11-16',
    to: '2026-11-29',
    dosage: TWICE,
    roll: '5',
    row: 'r',
  }),
  sachet('s1', '2026-11-22T08:06:00+01:00', { roll: '5', scheduled: '2026-11-22T08:00:00+01:00' }),
]
const options = { at, sources: [dispenser(at)] }

const toldOf = (extension: Extension) =>
  Object.fromEntries(
    (extension.extension ?? []).map(
      ({ url, valueCode, valueTime, valueBoolean, valueDateTime, valueQuantity }) => [
        url,
        valueCode ?? valueTime ?? valueBoolean ?? valueDateTime ?? valueQuantity?.value,
      ],
    ),
  )
const linesBy = (brand: string) =>
  derive(facts, options).lines.find(
    ({ statement }) => statement.medicationCodeableConcept?.coding?.[0]?.code === brand,
  )!.id

describe('doses of today', () => {
  it('say when each is due, how much, and what became of it', () => {
    const doses = dosesOfDay(situation(facts, options)).get(linesBy('ID_METOTAB')) ?? []
    assert.deepEqual(doses.map(toldOf), [
      {
        slot: 'MORN',
        time: '08:00:00',
        amount: 1,
        packed: true,
        outcome: 'taken',
        at: '2026-11-22T07:06:00.000Z',
        grade: 'device-confirmed',
      },
      { slot: 'EVE', time: '20:00:00', amount: 1, packed: true, outcome: 'open' },
    ])
  })

  it('say that a dose lies in no pouch and has to be given from elsewhere', () => {
    const [dose] = dosesOfDay(situation(facts, options)).get(linesBy('ID_LEVAXIN')) ?? []
    assert.deepEqual(toldOf(dose!), {
      slot: 'MORN',
      time: '08:00:00',
      amount: 1,
      packed: false,
      outcome: 'open',
    })
  })

  it('leave out of the view what is not given today, and are valid R4', async () => {
    const weekly = row('w', {
      brand: 'ID_METHOTREXATE',
      dosage: [fixed(4, { dayOfWeek: ['mon'], frequency: 1, period: 1, periodUnit: 'wk' })],
    })
    const all = [...facts, weekly]
    const result = derive(all, options)
    const bundle = bundleOf([
      {
        resourceType: 'List',
        status: 'current',
        mode: 'working',
        entry: result.lines.map(({ id }) => ({
          item: { reference: `MedicationStatement/${id}/_history/1` },
        })),
      },
      ...result.lines.map(({ statement }) => statement),
    ])
    const shown = viewOf(withDoses(bundle, dosesOfDay(situation(all, options))), 'today', {
      language: 'nb',
      zone: 'Europe/Oslo',
    })
    const statements = (shown.entry ?? []).flatMap(({ resource }) =>
      resource?.resourceType === 'MedicationStatement' ? [resource] : [],
    )
    assert.equal(statements.length, 2)
    const validation = await testValidation()
    for (const statement of statements) {
      assert.deepEqual(validation.validate(statement), [])
      assert.deepEqual(validateR4(statement), [])
    }
  })
})
