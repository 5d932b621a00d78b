import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { produce } from '../../../../mappings/kith/write/produce.js'
import { again, envelopeOf, made } from '../../../support/kith-again.js'
import { entry, prescription } from '../../../support/kith-arbitrary.js'
import { bytes, ENTRY_ID, MSG_ID, m1, m5, m10, m251 } from '../../../support/kith-fixtures.js'
import { all, only, run, SETTINGS } from '../../../support/kith-run.js'
import { brokenRules, hasSchemas, XSD_FOLDER } from '../../../support/official-schemas.js'

const SAMPLES = join(XSD_FOLDER, '../msg')
const suite = hasSchemas ? describe : describe.skip
suite('official schemas of produced messages (skipped without their folder)', function () {
  this.timeout(60_000)
  const check = async (xml: string): Promise<void> => assert.deepEqual(await brokenRules(bytes(xml)), [])

  for (const name of existsSync(SAMPLES) ? readdirSync(SAMPLES).sort() : [])
    if (/^m(1|10|251)-/.test(name))
      it(`accept ${name} made anew`, () =>
        check(made(again(run(new Uint8Array(readFileSync(join(SAMPLES, name))))))))

  it('accept generated prescriptions and lists made anew', async () => {
    await fc.assert(
      fc.asyncProperty(prescription, entry, async (fixture, one) => {
        await check(made(again(run(m1(fixture)))))
        await check(made(again(run(m251({ roles: ['M'], entries: [{ ...one, id: ENTRY_ID }] })))))
      }),
      { numRuns: 10, seed: 51 },
    )
  })

  it('accept a dispense report and a list', async () => {
    await check(made(again(run(m10({ finished: true })))))
    await check(made(again(run(m251({ locum: '1', note: 'Prøve' })))))
  })

  it('accept a recall with its renewal', async () => {
    const recalled = only(run(m1({})), 'MedicationRequest')
    const renewal = only(run(m1({ msgId: 'a1b2c3d4-0000-4000-8000-000000000002' })), 'MedicationRequest')
    const reason = { coding: [{ system: 'urn:oid:2.16.578.1.12.4.1.1.7500', code: '1' }] }
    const xml = made(
      produce(
        { kind: 'M5', recalled: { ...recalled, statusReason: reason }, renewal },
        envelopeOf(run(m5({}))),
        only(run(m1({})), 'Patient'),
        SETTINGS.zone,
      ),
    )
    await check(xml)
    const ran = run(xml)
    assert.equal(ran.amendments[0]?.key, `urn:ietf:rfc:3986|urn:uuid:${MSG_ID}`)
    assert.equal(all(ran, 'MedicationRequest').length, 0)
    assert.equal(ran.amendments.length, 4)
  })
})
