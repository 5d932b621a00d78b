import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { kithProtocol } from '../../../mappings/kith/protocol.js'
import { entry, medicine } from '../../support/kith-arbitrary.js'
import { merchandiseXml, productXml } from '../../support/kith-arbitrary-products.js'
import {
  forwarded,
  m7,
  m21,
  m52,
  m92,
  m94,
  m96,
  m98,
  m241,
  m242,
  m912,
  m922,
  reseptinfo,
} from '../../support/kith-broker-fixtures.js'
import {
  bytes,
  ENTRY_ID,
  MSG_ID,
  m1,
  m5,
  m10,
  m251,
  m252,
  m253,
  m254,
  packedXml,
} from '../../support/kith-fixtures.js'
import { apotek, inger, liis, sykehuslege } from '../../support/kith-people.js'
import { m91, m93, m95, m97, m911, m921 } from '../../support/kith-query-fixtures.js'
import { m28, m271, m272 } from '../../support/kith-register-fixtures.js'
import { ANSWER, check, faults, run, SETTINGS } from '../../support/kith-run.js'
import { brokenRules, hasSchemas, officialSchemas, XSD_FOLDER } from '../../support/official-schemas.js'

const PACKED = {
  id: ENTRY_ID,
  packedCentrally: '1' as const,
  packed: packedXml({ m10: MSG_ID, repacking: 'E', from: '2024-03-04', to: '2024-03-17' }),
}
const SAMPLES = join(XSD_FOLDER, '../msg')
const suite = hasSchemas ? describe : describe.skip
suite('official schemas (skipped without their folder)', function () {
  this.timeout(60_000)

  for (const name of existsSync(SAMPLES) ? readdirSync(SAMPLES).sort() : [])
    it(`accept ${name}`, async () => {
      assert.deepEqual(await brokenRules(new Uint8Array(readFileSync(join(SAMPLES, name)))), [])
    })

  const appRec = (xml: string, appRec11: ReadonlySet<string> = new Set()): string => {
    const door = check(xml)
    assert.ok(door.kind !== 'unreadable')
    const envelope = door.kind === 'accept' ? door.items[0]! : door.envelope
    const outcome =
      door.kind === 'accept'
        ? ({ kind: 'accepted' } as const)
        : ({ kind: 'refused', refusal: door.refusal } as const)
    return kithProtocol.answer(envelope, bytes(xml), outcome, { ...ANSWER, appRec11 }).body
  }
  const receipt = (xml: string): string => {
    const ran = run(xml)
    return ran.type.receipt?.(ran.message, { targetKnown: true, resources: () => [], ...ANSWER }).body ?? ''
  }
  const made: readonly [string, () => string][] = [
    ['an AppRec that accepts', () => appRec(m1({ doctor: sykehuslege }))],
    ['an AppRec that refuses, with several errors', () => appRec(m1({ msgId: 'x', genDate: 'yesterday' }))],
    ['an AppRec 1.1', () => appRec(m1({ msgId: 'x' }), new Set(['8900001']))],
    ['the receipt of a recall', () => receipt(m5())],
    ['the answer to a consent', () => receipt(m241())],
    ['the answer to a registration', () => receipt(m271())],
    ['our fixture of M1', () => m1({ refNr: '1' })],
    ['our fixture of M1 with a D-number', () => m1({ patient: liis })],
    ['our fixture of M5', () => m5({ newPrescriptionId: MSG_ID })],
    ['our fixture of M5.2', () => m52()],
    ['our fixture of M6', () => forwarded('M6')],
    ['our fixture of M7', () => m7()],
    ['our fixture of M8', () => forwarded('M8')],
    ['our fixture of M8.1', () => forwarded('M8.1')],
    ['our fixture of M9.1', () => m91({ fnr: inger.id })],
    ['our fixture of M9.2', () => m92([reseptinfo(), reseptinfo({ merchandise: true })], [inger])],
    ['our fixture of M9.3', () => m93()],
    ['our fixture of M9.4', () => m94('<Status V="E" DN="x"/>', [m1()])],
    ['our fixture of M9.5', () => m95({ fnr: inger.id })],
    ['our fixture of M9.6', () => m96('<StatusSok V="4"/>')],
    ['our fixture of M9.7', () => m97()],
    ['our fixture of M9.8', () => m98(1, [forwarded('M6')])],
    ['our fixture of M9.11', () => m911(inger.id)],
    ['our fixture of M9.12', () => m912([m251()], { infos: reseptinfo() })],
    ['our fixture of M9.21', () => m921('2024-03-01T00:00:00Z')],
    ['our fixture of M9.22', () => m922([inger.id])],
    ['our fixture of M10', () => m10({ finished: true })],
    ['our fixture of M21', () => m21(inger.id)],
    ['our fixture of M24.2', () => m242('1')],
    ['our fixture of M25.1', () => m251()],
    ['our fixture of M25.2', () => m252()],
    ['our fixture of M25.3', () => m253()],
    ['our fixture of M25.3 with what was packed', () => m253({ entries: [PACKED] })],
    ['our fixture of M25.4', () => m254()],
    ['our fixture of M27.2', () => m272()],
    [
      'our fixture of M27.2 with doctor and pharmacy',
      () => m272({ doctor272: { doctor: sykehuslege, until: '2024-03-01' }, pharmacy: apotek }),
    ],
    ['our fixture of M28', () => m28()],
  ]
  for (const [what, xml] of made)
    it(`accept ${what}`, async () => {
      assert.deepEqual(await brokenRules(xml()), [])
    })

  it('accept generated prescriptions, goods and lists, whatever they are made of', async () => {
    const generated = fc.record({ product: productXml, goods: merchandiseXml, fixture: medicine, entry })
    for (const { product, goods, fixture, entry: one } of fc.sample(generated, { numRuns: 20, seed: 61 })) {
      const whole = { ...fixture, productXml: product }
      assert.deepEqual(await brokenRules(m1({ medicine: whole })), [])
      assert.deepEqual(await brokenRules(m1({ merchandise: goods })), [])
      assert.deepEqual(await brokenRules(m251({ entries: [{ ...one, id: ENTRY_ID, medicine: whole }] })), [])
    }
  })

  it('refuse at the door what the hub’s own rules pass over, with the place in the whole message', async () => {
    const settings = { ...SETTINGS, schemas: await officialSchemas() }
    assert.equal(check(m1(), settings).kind, 'accept')
    const wrong = m1().replace('<MIGversion>v1.2 2006-05-24<', '<MIGversion>v9<')
    assert.equal(check(wrong).kind, 'accept')
    assert.deepEqual(faults(check(wrong, settings)), ['T02 MsgHead/MsgInfo/MIGversion'])
    const inside = m7({ recall: m5().replace('<Arsak ', '<Arsak prøve="1" ') })
    assert.deepEqual(faults(check(inside, settings)), [
      'T02 MsgHead/Document[2]/RefDoc/Content/Base64Container/MsgHead/Document/RefDoc/Content/Tilbakekalling/Arsak',
    ])
  })
})
