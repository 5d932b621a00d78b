import assert from 'node:assert/strict'
import { hl7v2Types } from '../../../mappings/hl7v2/registry.js'
import { UCUM } from '../../../src/core/canonical.js'
import { validateR4 } from '../../support/r4-validator.js'
import { bytesOf, mapMessage, msh, order, PID, RECEIVED_AT, requestOf } from './messages.js'

const KURVE = 'http://stafett.internal/fhir/sid/sender/SYKEHUSET/KURVE'
const ORC = 'ORC|NW|P-1^KURVE|F-1^APOTEK||||||20261119120000+0100|||9144900^Lege^Lise^^^^^^HPR'
const RXE = 'RXE||L01^Testamol 500 mg tablett^L|1|2|{tablet}^tablett^UCUM'

describe('RDE to MedicationRequest: the order', () => {
  it('has the placer number as key, and both numbers', () => {
    const mapped = order(ORC, RXE)
    const request = requestOf(mapped)
    assert.deepEqual(
      request.identifier?.map(({ type, system, value }) => [type?.coding?.[0]?.code, system, value]),
      [
        ['PLAC', KURVE, 'P-1'],
        ['FILL', KURVE.replace('KURVE', 'APOTEK'), 'F-1'],
      ],
    )
    const item = mapped.resources.find(({ resource }) => resource === request)
    assert.equal(item?.key, `${KURVE}|P-1`)
    assert.equal(item?.order, '2026-11-20T07:00:00.000Z')
    assert.equal(request.intent, 'order')
    assert.equal(request.status, 'active')
    assert.equal(request.authoredOn, '2026-11-19T12:00:00+01:00')
  })
  it('has the filler number as key where no placer number stands', () => {
    const mapped = order('ORC|NW||F-1^APOTEK', RXE)
    assert.equal(mapped.resources.at(-1)?.key, `${KURVE.replace('KURVE', 'APOTEK')}|F-1`)
  })
  it('keeps numbers without namespace apart for the sender, and OIDs as they are', () => {
    const systems = (orc: string) => requestOf(order(orc, RXE)).identifier?.map(({ system }) => system)
    const sender = 'http://stafett.internal/fhir/sid/sender/KURVE%7CSYKEHUSET'
    assert.deepEqual(systems('ORC|NW|1|2'), [`${sender}/placer`, `${sender}/filler`])
    assert.deepEqual(systems('ORC|NW|1^X^1.2.3^ISO'), ['urn:oid:1.2.3'])
  })
  it('names the requester, and gives the practitioner once', () => {
    const mapped = order(ORC, RXE)
    const hpr = { system: 'urn:oid:2.16.578.1.12.4.1.4.4', value: '9144900' }
    assert.deepEqual(requestOf(mapped).requester, {
      type: 'Practitioner',
      identifier: hpr,
      display: 'Lise Lege',
    })
    const [practitioner] = mapped.resources.filter(({ scope }) => scope === 'shared-once')
    assert.equal(practitioner?.key, `${hpr.system}|${hpr.value}`)
    assert.deepEqual(mapped.authorship, {
      recorded: '2026-11-20T08:00:00+01:00',
      author: { type: 'Practitioner', identifier: hpr, display: 'Lise Lege' },
      onBehalfOf: { type: 'Organization', display: 'SYKEHUSET' },
      activity: 'CREATE',
    })
    assert.deepEqual(mapped.source, {
      key: 'hl7v2|KURVE|SYKEHUSET',
      role: 'hospital',
      name: 'SYKEHUSET (KURVE)',
    })
  })
  it('takes the ordering provider of RXE-13 where ORC-12 is empty', () => {
    const request = requestOf(order('ORC|NW|1', 'RXE||x^X^L|||||||||||7^Vikar^Vera'))
    assert.equal(request.requester?.display, 'Vera Vikar')
  })
  it('is inpatient by ORC-29, else by PV1-2, and nothing where neither says so', () => {
    const category = (type: string, pv1?: string) => {
      const raw = bytesOf(
        msh({ type: 'RDE^O11' }),
        PID,
        ...(pv1 === undefined ? [] : [`PV1|1|${pv1}`]),
        `ORC|NW|1${'|'.repeat(27)}${type}`,
        RXE,
      )
      return requestOf(mapMessage(raw)).category?.[0]?.coding?.[0]?.code
    }
    assert.equal(category('I', 'O'), 'inpatient')
    assert.equal(category('', 'I'), 'inpatient')
    assert.equal(category('O', 'I'), 'outpatient')
    assert.equal(category('', 'O'), undefined)
    assert.equal(category(''), undefined)
  })
  it('refers to the visit of PV1-19', () => {
    const raw = bytesOf(
      msh({ type: 'RDE^O11' }),
      PID,
      `PV1|1|I${'|'.repeat(17)}V-1^^^B&1.2.9&ISO^VN`,
      ORC,
      RXE,
    )
    assert.deepEqual(requestOf(mapMessage(raw)).encounter, {
      type: 'Encounter',
      identifier: { system: 'urn:oid:1.2.9', value: 'V-1' },
    })
  })
  it('carries the tag of a message that is not production', () => {
    const raw = bytesOf(msh({ type: 'RDE^O11', processing: 'T' }), PID, ORC, RXE)
    const type = hl7v2Types.get('RDE^O11')!
    const context = { zone: 'Europe/Oslo', receivedAt: RECEIVED_AT, sender: 'A|B' }
    const mapped = type.map(type.parse(raw, 0, context), context)
    const tag = { system: 'http://terminology.hl7.org/CodeSystem/v2-0103', code: 'T' }
    assert.deepEqual(requestOf(mapped).meta?.tag, [tag])
  })
  it('keeps the amounts, repeats, notes, reasons and numbers of RXE', () => {
    const rxe =
      'RXE||L01^Testamol^L|1||{tablet}^tablett^UCUM||^Tas med vann|||100|stk|3|||RX-9||||||^Ring først||||||R52^Smerte^I10'
    const request = requestOf(order(ORC, rxe, 'NTE|1||Linje en\\.br\\Linje to', 'NTE|2||Linje tre'))
    assert.deepEqual(request.dispenseRequest, {
      numberOfRepeatsAllowed: 3,
      quantity: { value: 100, unit: 'stk', system: UCUM, code: '{stk}' },
    })
    assert.deepEqual(request.note, [{ text: 'Ring først' }, { text: 'Linje en\nLinje to\nLinje tre' }])
    assert.equal(request.reasonCode?.[0]?.coding?.[0]?.system, 'http://hl7.org/fhir/sid/icd-10')
    assert.equal(request.identifier?.at(-1)?.value, 'RX-9')
    assert.equal(request.dosageInstruction?.[0]?.patientInstruction, 'Tas med vann')
  })
  it('without medication is refused by the mapping', () => {
    assert.throws(() => order(ORC, 'RXE|||1'), { code: 'MESSAGE_INVALID', at: 'RXE-2' })
  })
  it('with two RXE is refused by the mapping', () => {
    assert.throws(() => order(ORC, RXE, RXE), { code: 'MESSAGE_INVALID', at: 'RXE[2]' })
  })
  it('without its RXE is refused by the mapping', () => {
    assert.throws(() => order(ORC, RXE, 'ORC|NW|2'), { code: 'MESSAGE_INVALID', at: 'ORC[2]' })
  })
})

describe('RDE to MedicationRequest: nothing is dropped', () => {
  it('lists every valued place that no element has', () => {
    const mapped = order(
      ORC,
      `${RXE}|||Leveres||||||||2|||9^mg`,
      'TQ2|1|S',
      'OBX|1|NM|x||1',
      'ZZZ|lokalt^del',
    )
    assert.deepEqual(
      mapped.unmapped.map(({ at, reason }) => `${at} ${reason}`),
      [
        'MSH administrative',
        'PID-1 administrative',
        'RXE-8 no-element',
        'RXE-16 no-element',
        'RXE-19 no-element',
        'TQ2-1 no-element',
        'TQ2-2 no-element',
        'OBX-1 administrative',
        'OBX-2 no-element',
        'OBX-3 no-element',
        'OBX-5 no-element',
        'ZZZ unknown-segment',
      ],
    )
  })
  it('is valid R4 in all that it makes', () => {
    const mapped = order(
      'ORC|NW|1|2|3|IP||^BID^D4|0&K|20261119|1^En^Anna||2^To^Bo|||20261120|R^Grunn^L|||||AVD^^7|||||^Ord|||V|I',
      'RXO|x^X^L|1||mg||||||G|||||5^Fem^Eva||||||||||||||7',
      `RXE|1&mg^Q8H|x^X^L|1.50|2|mg|TAB^Tab^L|C^Kod^L~^Ord|||10|stk|3||4^Fire^Dag|RX|||||^Spes|H|2|mL|5|mg|R^I^I10||||||1|mL||||5^stk|AP^Apotek^L`,
      'NTE|1||n||9^Ni^Liv|20261119',
      'TQ1|1|1^mg|Q6H^^^^6^h~^^^^^^^PC^10^min|0800|5^min|3^d|20261120||S|vilkår|ord|S|2^h|3',
      'TQ1|2||PRN',
      'RXR|IV^I^HL70162|LA^A^HL70163|X^Y^L|IVP^P^HL70165|X^Skyll^L|V^Ven^L',
      'RXC|A|y^Y^L|1|mg|||Z^Z^L|2|mL',
    )
    for (const { resource } of mapped.resources) assert.deepEqual(validateR4(resource), [])
  }).timeout(30_000)
})
