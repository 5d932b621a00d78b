import assert from 'node:assert/strict'
import type { MedicationDispense } from 'fhir/r4.js'
import type { Fact } from '../../../src/medication-list/contract.js'
import { chainParameters } from '../../../src/medication-list/roll-chain/chain-parameters.js'
import { type ChainQuery, rollChains } from '../../../src/medication-list/roll-chain/roll-chain.js'
import { DEVICE_KEY, load, packed, sachet } from '../../support/chain-facts.js'
import { fact, fixed, PATIENT, prescription, row, situation } from '../../support/clinical-facts.js'

const AT = '2026-11-21T11:00:00.000Z'
const line = row('r', {
  prescription: 'p',
  asserted: '2026-10-01T09:00:00+02:00',
  dosage: [fixed(1, { when: ['MORN', 'EVE'] })],
})
const prescribed = prescription('p', {
  authoredOn: '2026-09-01T09:00:00+02:00',
  dosage: [fixed(1, { when: ['MORN', 'EVE'] })],
})
const roll = packed('d', {
  brand: 'ID_METOTAB',
  from: '2026-11-16',
  to: '2026-11-29',
  row: 'r',
  roll: 'R1',
  handedOver: '2026-11-15T12:00:00+01:00',
  dosage: [fixed(1, { when: ['MORN', 'EVE'] })],
})
const loaded = load('l', '2026-11-15T18:00:00+01:00', { roll: 'R1' })
const evening = '2026-11-20T20:00:00+01:00'
const opened = sachet('s', '2026-11-20T20:04:00+01:00', { scheduled: evening, roll: 'R1' })
const given: MedicationDispense = {
  resourceType: 'MedicationDispense',
  identifier: [{ system: 'urn:example:out', value: 'h' }],
  status: 'completed',
  subject: { reference: PATIENT },
  extension: [{ url: 'http://stafett.internal/fhir/StructureDefinition/scheduled', valueDateTime: evening }],
  medicationCodeableConcept: { text: 'Ukjent medisin' },
  whenHandedOver: '2026-11-20T20:01:00+01:00',
  performer: [{ actor: { type: 'Device', identifier: { system: 'urn:example:device', value: 'd1' } } }],
}
const out = fact(given, 'h', 'device', '2026-11-20T19:01:01Z', DEVICE_KEY)
const chain = (facts: Fact[], query: ChainQuery = {}) => rollChains(situation(facts, { at: AT }), query)
const all = [line, prescribed, roll, loaded, opened, out]

describe('the roll as a chain', () => {
  it('leads from the prescription to the intake of one pouch, each step with its facts and times', () => {
    const [found, ...others] = chain(all, { roll: 'R1', day: '2026-11-20', slot: 'EVE' })
    assert.ok(found)
    assert.deepEqual(others, [])
    assert.deepEqual(
      [found.delivered, found.loaded].map(({ state, facts }) => [state, facts]),
      [
        ['done', ['MedicationDispense/d/_history/1']],
        ['done', ['SupplyDelivery/l/_history/1']],
      ],
    )
    const [pouch, ...further] = found.pouches
    assert.ok(pouch)
    assert.deepEqual(further, [])
    assert.deepEqual([pouch.day, pouch.slot, pouch.minutes], ['2026-11-20', 'EVE', 1200])
    assert.deepEqual(pouch.offered, {
      state: 'done',
      at: Date.parse('2026-11-20T20:01:00+01:00'),
      facts: ['MedicationDispense/h/_history/1'],
    })
    const [content] = pouch.contents
    assert.deepEqual(
      [content?.prescribed.state, content?.prescribed.facts, content?.packed.facts],
      ['active', ['MedicationStatement/r/_history/1'], ['MedicationDispense/d/_history/1']],
    )
    assert.deepEqual(content?.taken, {
      state: 'taken',
      at: Date.parse('2026-11-20T20:04:00+01:00'),
      grade: 'device-confirmed',
      facts: ['MedicationAdministration/s/_history/1'],
    })
  })

  it('says of a step that no fact tells of that it is unknown, and of a coming pouch that it is to come', () => {
    const [found] = chain([line, prescribed, roll], { day: '2026-11-21' })
    const [morning, night] = found?.pouches ?? []
    assert.equal(found?.loaded.state, 'unknown')
    assert.equal(morning?.offered.state, 'unknown')
    assert.equal(morning?.contents[0]?.taken.state, 'unknown')
    assert.equal(night?.contents[0]?.taken.state, 'to-come')
  })

  it('shows a roll that was taken out as gone, and a dose that was left with its record', () => {
    const removed = load('l', '2026-11-15T18:00:00+01:00', {
      roll: 'R1',
      removed: '2026-11-19T08:00:00+01:00',
    })
    const left = sachet('s', evening, { scheduled: evening, status: 'not-done' })
    const [found] = chain([line, prescribed, roll, removed, left], { day: '2026-11-20', slot: '20:00' })
    assert.equal(found?.loaded.state, 'gone')
    assert.equal(found?.pouches[0]?.contents[0]?.taken.state, 'not-taken')
  })

  it('keeps what stands in a pouch after its treatment was stopped, with the decision', () => {
    const stop = row('r', {
      prescription: 'p',
      status: 'stopped',
      asserted: '2026-11-20T14:00:00+01:00',
      period: { start: '2026-10-01', end: '2026-11-20T14:00:00+01:00' },
    })
    const [found] = chain([stop, prescribed, roll], { day: '2026-11-21', slot: 'EVE' })
    const content = found?.pouches[0]?.contents[0]
    assert.deepEqual([content?.prescribed.state, content?.prescribed.amounts], ['stopped', []])
    assert.equal(content?.packed.amount?.unit, 'tablet')
  })

  it('names supplies of which it is not known what lies in which pouch', () => {
    const bare = packed('d', {
      brand: 'ID_METOTAB',
      from: '2026-11-16',
      to: '2026-11-29',
      row: 'r',
      dosage: [{ text: 'som avtalt' }],
    })
    const [found] = chain([line, bare])
    assert.deepEqual([found?.untold, found?.pouches], [['MedicationDispense/d/_history/1'], []])
  })

  it('finds a roll by its number, by its key, by its days, and no other', () => {
    const other = packed('e', { brand: 'ID_METOTAB', from: '2026-11-30', to: '2026-12-13', row: 'r' })
    const facts = [...all, other]
    const keys = (query: ChainQuery) => chain(facts, query).map(({ from }) => from)
    assert.deepEqual(keys({}), ['2026-11-16', '2026-11-30'])
    assert.deepEqual(keys({ roll: 'R1' }), ['2026-11-16'])
    assert.deepEqual(keys({ roll: chain(facts)[1]?.key }), ['2026-11-30'])
    assert.deepEqual(keys({ day: '2026-12-01' }), ['2026-11-30'])
    assert.deepEqual(keys({ roll: 'R2' }), [])
  })

  it('is told as Parameters, with its references and amounts', () => {
    const told = chainParameters(chain(all, { day: '2026-11-20', slot: 'EVE' }), {
      zone: 'Europe/Oslo',
      language: 'nb',
    })
    const part = (parts: typeof told.parameter, name: string) => parts?.find((one) => one.name === name)
    const content = part(part(part(told.parameter, 'roll')?.part, 'pouch')?.part, 'content')?.part
    assert.equal(part(part(content, 'taken')?.part, 'at')?.valueDateTime, '2026-11-20T20:04:00+01:00')
    assert.deepEqual(part(part(content, 'packed')?.part, 'amount')?.valueQuantity, {
      value: 1,
      unit: 'tablett',
      system: 'http://unitsofmeasure.org',
      code: '{tablet}',
    })
  })
})
