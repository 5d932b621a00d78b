import assert from 'node:assert/strict'
import { UCUM } from '../../../src/core/canonical.js'
import { order, requestOf } from './messages.js'

const ORC = 'ORC|NW|P-1^KURVE|F-1^APOTEK||||||20261119120000+0100|||9144900^Lege^Lise^^^^^^HPR'
const RXE = 'RXE||L01^Testamol 500 mg tablett^L|1|2|{tablet}^tablett^UCUM'

describe('RDE to MedicationRequest: medication', () => {
  it('is a concept with all codes and the words of the sender', () => {
    assert.deepEqual(
      requestOf(order(ORC, 'RXE||N02BE01^Paracetamol^ATC^123^Para^FEST^^^Paracet 500 mg tabl|1'))
        .medicationCodeableConcept,
      {
        coding: [
          { system: 'http://www.whocc.no/atc', code: 'N02BE01', display: 'Paracetamol' },
          { system: 'http://ehelse.no/fhir/CodeSystem/FEST', code: '123', display: 'Para' },
        ],
        text: 'Paracet 500 mg tabl',
      },
    )
    assert.deepEqual(requestOf(order(ORC, 'RXE||^Husets blanding|1')).medicationCodeableConcept, {
      text: 'Husets blanding',
    })
  })
  it('is a contained Medication where form, strength or components stand', () => {
    const request = requestOf(
      order(
        ORC,
        `RXE||MIX^Blanding^L|1000||mL|INF^Infusjon^L${'|'.repeat(19)}500|mg|||||||10|mL`,
        'RXC|B|GLU^Glukose^L|1000|mL',
        'RXC|A|KCL^Kaliumklorid^L|20|meq',
      ),
    )
    assert.deepEqual(request.medicationReference, { reference: '#medication' })
    const [medication] = request.contained ?? []
    assert.ok(medication?.resourceType === 'Medication')
    const { form, ingredient } = medication as { form?: { text?: string }; ingredient?: unknown }
    assert.equal(form?.text, 'Infusjon')
    const quantity = (value: number, unit: string) => ({ value, unit, system: UCUM, code: unit })
    const local = 'http://stafett.internal/fhir/sid/sender/KURVE%7CSYKEHUSET/L'
    const concept = (code: string, display: string) => ({
      coding: [{ system: local, code, display }],
      text: display,
    })
    assert.deepEqual(ingredient, [
      {
        itemCodeableConcept: concept('MIX', 'Blanding'),
        strength: { numerator: quantity(500, 'mg'), denominator: quantity(10, 'mL') },
      },
      {
        itemCodeableConcept: concept('GLU', 'Glukose'),
        isActive: false,
        strength: { numerator: quantity(1000, 'mL'), denominator: { value: 1 } },
      },
      {
        itemCodeableConcept: concept('KCL', 'Kaliumklorid'),
        isActive: true,
        strength: { numerator: quantity(20, 'meq'), denominator: { value: 1 } },
      },
    ])
  })
  it('is that of RXE where RXO says another, and the difference is recorded', () => {
    const mapped = order(ORC, 'RXO|L99^Annet^L|1||mg|||||T', RXE)
    assert.equal(requestOf(mapped).medicationCodeableConcept?.coding?.[0]?.code, 'L01')
    assert.equal(requestOf(mapped).substitution?.allowedCodeableConcept?.coding?.[0]?.code, 'T')
    const [entry] = mapped.unmapped.filter(({ at }) => at === 'RXO-1')
    assert.deepEqual(entry, {
      at: 'RXO-1',
      reason: 'superseded',
      note: 'RXE counts, and names another medication',
    })
  })
})
