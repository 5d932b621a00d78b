import assert from 'node:assert/strict'
import fc from 'fast-check'
import { fragmentsOf } from '../../../../mappings/kith/write/fragments.js'
import { again, clinical, made, reread } from '../../../support/kith-again.js'
import { entry, medicine, prescription } from '../../../support/kith-arbitrary.js'
import { bytes, MSG_ID, m1, m10, m251 } from '../../../support/kith-fixtures.js'
import { run } from '../../../support/kith-run.js'

const numRuns = process.env['STAFETT_TEST_DEEP'] ? 2000 : 40
const id = (index: number): string => `a1b2c3d4-0000-4000-8000-00000000e00${index}`
const entries = fc
  .array(entry, { minLength: 1, maxLength: 4 })
  .map((some) => some.map((one, index) => ({ ...one, id: id(index) })))

describe('what was read, made again and read again says the same', () => {
  it('of prescriptions', () => {
    fc.assert(
      fc.property(prescription, (fixture) => {
        const first = run(m1(fixture))
        assert.deepEqual(clinical(reread(made(again(first)))), clinical(first))
      }),
      { numRuns, seed: 41 },
    )
  })

  it('of dispense reports', () => {
    fc.assert(
      fc.property(medicine, fc.boolean(), (dispensed, finished) => {
        const first = run(m10({ medicine: dispensed, finished }))
        assert.deepEqual(clinical(reread(made(again(first)))), clinical(first))
      }),
      { numRuns, seed: 42 },
    )
  })

  it('of merchandise, prescribed and dispensed, and of what a report says beyond the product', () => {
    const item =
      '<ReseptDokHandelsvare xmlns="http://www.kith.no/xmlstds/eresept/m1/2013-10-08"><Varegruppekode V="A" DN="Annet"/><Antall>2</Antall><Merknad>Prøve</Merknad>' +
      '<Bruksveiledning>Daglig</Bruksveiledning><ProdGruppe V="50320101" S="2.16.578.1.12.4.1.1.7403" DN="Prøvegruppe"/>' +
      '<Naringsmiddel xmlns="http://www.kith.no/xmlstds/eresept/forskrivning/2013-10-08"><Nr>000123</Nr><Navn>Prøvedrikk</Navn></Naringsmiddel></ReseptDokHandelsvare>'
    const interventions =
      '<Intervensjon><Kode V="1" S="2.16.578.1.12.4.1.1.7412" DN="x"/><EndringsType V="V" DN="y"/><KonfKunde>true</KonfKunde><Begrunnelse>Utsolgt</Begrunnelse></Intervensjon>'
    for (const xml of [
      m1({ merchandise: item }),
      m10({ merchandise: item, batch: 'B1' }),
      m10({ medicine: null }),
      m10({ givenUp: '2' }),
      m10({ cancels: MSG_ID }),
      m10({ interventions, batch: 'B2' }),
    ]) {
      const first = run(xml)
      assert.deepEqual(clinical(reread(made(again(first)))), clinical(first))
    }
  })

  it('of lists', () => {
    fc.assert(
      fc.property(entries, (some) => {
        const first = run(m251({ entries: some, roles: ['M', 'F'] }))
        assert.deepEqual(clinical(reread(made(again(first)))), clinical(first))
      }),
      { numRuns, seed: 43 },
    )
  })

  it('and the source’s own fragments go out byte for byte', () => {
    fc.assert(
      fc.property(entries, (some) => {
        const xml = m251({ entries: some })
        const fragments = fragmentsOf(bytes(xml))
        assert.equal(fragments.size, some.length)
        const sent = fragmentsOf(bytes(made(again(run(xml), fragments))))
        assert.deepEqual(sent, fragments)
      }),
      { numRuns: Math.ceil(numRuns / 4), seed: 44 },
    )
  })

  it('the same resources give the same bytes', () => {
    fc.assert(
      fc.property(prescription, (fixture) => {
        const first = run(m1(fixture))
        assert.equal(made(again(first)), made(again(first)))
      }),
      { numRuns: Math.ceil(numRuns / 4), seed: 45 },
    )
  })
})
