import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { fragmentsOf } from '../../../../mappings/kith/write/fragments.js'
import { produce } from '../../../../mappings/kith/write/produce.js'
import { again, envelopeOf, made } from '../../../support/kith-again.js'
import { prescription } from '../../../support/kith-arbitrary.js'
import { bytes, MSG_ID, m1, m5, m10, m251 } from '../../../support/kith-fixtures.js'
import { all, only, run, SETTINGS } from '../../../support/kith-run.js'
import { available, openSchemas, XSD } from '../../../support/kith-xsd.js'

const SAMPLES = join(dirname(process.cwd()), 'shared/samples/eresept/msg')
const SCHEMAS: Readonly<Record<string, string>> = {
  M1: 'ER-M1-2013-10-08.xsd',
  M10: 'ER-M10-2013-10-08.xsd',
  'M25.1': 'ER-M251-2013-10-08.xsd',
}

const suite = available ? describe : describe.skip
suite('official schemas of produced messages (skipped without xmllint or the schema folder)', function () {
  this.timeout(60_000)
  const { close, msgHeadSchema, validate } = openSchemas()
  after(close)
  const check = (xml: string, kind: string): void => {
    assert.equal(validate(xml, msgHeadSchema(SCHEMAS[kind] ?? '')), '')
    for (const fragment of fragmentsOf(bytes(xml)).values())
      assert.equal(
        validate(Buffer.from(fragment, 'base64').toString(), join(XSD, 'eresept', SCHEMAS['M1'] ?? '')),
        '',
      )
  }

  for (const name of available ? readdirSync(SAMPLES).sort() : [])
    if (/^m(1|10|251)-/.test(name) && existsSync(join(SAMPLES, name)))
      it(`accept ${name} made anew`, () => {
        const ran = run(new Uint8Array(readFileSync(join(SAMPLES, name))))
        check(made(again(ran)), ran.envelope.kind)
      })

  it('accept generated prescriptions made anew', () => {
    fc.assert(
      fc.property(prescription, (fixture) => check(made(again(run(m1(fixture)))), 'M1')),
      { numRuns: 10, seed: 51 },
    )
  })

  it('accept a dispense report and a list', () => {
    check(made(again(run(m10({ finished: true })))), 'M10')
    check(made(again(run(m251({ locum: '1', note: 'Prøve' })))), 'M25.1')
  })

  it('accept a recall with its renewal', () => {
    const recalled = only(run(m1({})), 'MedicationRequest')
    const renewed = only(run(m1({ msgId: 'a1b2c3d4-0000-4000-8000-000000000002' })), 'MedicationRequest')
    const patient = only(run(m1({})), 'Patient')
    const envelope = envelopeOf(run(m5({})))
    const reason = { coding: [{ system: 'urn:oid:2.16.578.1.12.4.1.1.7500', code: '1' }] }
    const xml = made(
      produce(
        { kind: 'M5', recalled: { ...recalled, statusReason: reason }, renewal: renewed },
        envelope,
        patient,
        SETTINGS.zone,
      ),
    )
    assert.equal(validate(xml, msgHeadSchema('ER-M5-2013-04-16.xsd')), '')
    const ran = run(xml)
    assert.equal(ran.amendments[0]?.key, `urn:ietf:rfc:3986|urn:uuid:${MSG_ID}`)
    assert.equal(all(ran, 'MedicationRequest').length, 0)
    assert.equal(ran.amendments.length, 4)
  })
})
