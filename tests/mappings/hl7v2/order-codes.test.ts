import assert from 'node:assert/strict'
import type { Mapped } from '../../../src/core/message.js'
import { order, requestOf, resourcesOf, unmappedAt } from './messages.js'

const KURVE = 'http://stafett.internal/fhir/sid/sender/SYKEHUSET/KURVE'
const RXE = 'RXE||L01^Testamol 500 mg tablett^L|1|2|{tablet}^tablett^UCUM'
const requests = (mapped: Mapped) => resourcesOf(mapped, 'MedicationRequest')

describe('RDE to MedicationRequest: status', () => {
  for (const [control, orc5, status] of [
    ['NW', '', 'active'],
    ['NW', 'IP', 'active'],
    ['NW', 'CM', 'completed'],
    ['SC', 'HD', 'on-hold'],
    ['XO', '', 'active'],
    ['XO', 'DC', 'stopped'],
    ['CA', '', 'cancelled'],
    ['OC', '', 'cancelled'],
    ['DC', '', 'stopped'],
    ['HD', '', 'on-hold'],
    ['RL', '', 'active'],
    ['DE', '', 'entered-in-error'],
    ['NW', 'ER', 'entered-in-error'],
    ['DC', 'A', 'active'],
  ] as const)
    it(`is ${status} for ORC-1 ${control} with ORC-5 ${orc5 || 'empty'}`, () => {
      assert.equal(requestOf(order(`ORC|${control}|1|||${orc5}`, RXE)).status, status)
    })
  it('of a stop is a change to the order, with date and reason; its content counts only where none is known', () => {
    const mapped = order(
      'ORC|DC|P-1^KURVE|||||||20261120070000+0100||||||20261121|K59^Forstoppelse^I10|||||||||^Etter avtale',
      RXE,
    )
    assert.deepEqual(mapped.amendments, [
      {
        type: 'MedicationRequest',
        key: `${KURVE}|P-1`,
        name: 'status/M-1/1',
        at: '2026-11-20T07:00:00.000Z',
        set: {
          status: 'stopped',
          statusReason: {
            coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'K59', display: 'Forstoppelse' }],
            text: 'Etter avtale',
          },
          extension: [
            {
              url: 'http://stafett.internal/fhir/StructureDefinition/status-date',
              valueDateTime: '2026-11-21',
            },
          ],
        },
      },
    ])
    assert.equal(mapped.resources.at(-1)?.order, '')
  })
  it('of a release takes the reason of the hold away', () => {
    assert.deepEqual(order('ORC|RL|P-1^KURVE', RXE).amendments[0]?.set['statusReason'], null)
  })
  it('of a new or changed order without ORC-5 changes nothing else', () => {
    for (const control of ['NW', 'XO', 'RE']) assert.deepEqual(order(`ORC|${control}|1`, RXE).amendments, [])
  })
  it('is left alone where the change did not happen, and that is recorded', () => {
    for (const control of ['UC', 'UD', 'UX', 'DF']) {
      const mapped = order(`ORC|${control}|1`, RXE)
      assert.deepEqual(requests(mapped), [])
      assert.deepEqual(mapped.amendments, [])
      assert.ok(unmappedAt(mapped, 'administrative').includes('RXE'))
    }
  })
  it('is unknown for a control that no table has, and that is recorded', () => {
    const mapped = order('ORC|QQ|1', RXE)
    assert.equal(requestOf(mapped).status, 'unknown')
    assert.deepEqual(unmappedAt(mapped, 'unknown-code'), ['ORC-1'])
  })
  it('of a pair is stopped for RP and active for RO, which names what it replaces', () => {
    const mapped = order('ORC|RP|P-1^KURVE', RXE, 'ORC|RO|P-2^KURVE', RXE.replace('500 mg', '1 g'))
    const [old, renewed] = requests(mapped)
    assert.equal(old?.status, 'stopped')
    assert.equal(mapped.amendments[0]?.key, `${KURVE}|P-1`)
    assert.equal(renewed?.status, 'active')
    assert.deepEqual(renewed?.priorPrescription, {
      type: 'MedicationRequest',
      identifier: { system: KURVE, value: 'P-1' },
    })
  })
  it('names the parent of ORC-8 as basis, for a replacement as predecessor', () => {
    const parent = { type: 'MedicationRequest', identifier: { system: KURVE, value: 'P-0' } }
    assert.deepEqual(requestOf(order('ORC|NW|1||||||P-0&KURVE', RXE)).basedOn, [parent])
    assert.deepEqual(requestOf(order('ORC|RO|1||||||P-0&KURVE', RXE)).priorPrescription, parent)
  })
  it('decides the date of a change by ORC-9, of anything else by RXE-32', () => {
    const dated = `${RXE}${'|'.repeat(27)}20261001`
    const authored = (control: string) =>
      requestOf(order(`ORC|${control}|1|||||||20261119`, dated)).authoredOn
    assert.equal(authored('XO'), '2026-11-19')
    assert.equal(authored('RE'), '2026-10-01')
  })
})
