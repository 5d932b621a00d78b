import assert from 'node:assert/strict'
import { join } from 'node:path'
import { kithProtocol } from '../../../mappings/kith/protocol.js'
import { bytes, MSG_ID, m1, m5, m10, m251 } from '../../support/kith-fixtures.js'
import { sykehuslege } from '../../support/kith-people.js'
import { ANSWER, check, run } from '../../support/kith-run.js'
import { available, openSchemas, XSD } from '../../support/kith-xsd.js'

const suite = available ? describe : describe.skip
suite('official schemas (skipped without xmllint or the schema folder)', function () {
  this.timeout(30_000)
  const { close, msgHeadSchema, validate } = openSchemas()
  after(close)

  const APPREC = join(XSD, 'applikasjonskvittering/AppRec-v1-2004-11-21.xsd')
  const appRec = (xml: string): string => {
    const door = check(xml)
    assert.ok(door.kind !== 'unreadable')
    const envelope = door.kind === 'accept' ? door.items[0]! : door.envelope
    const outcome =
      door.kind === 'accept'
        ? ({ kind: 'accepted' } as const)
        : ({ kind: 'refused', refusal: door.refusal } as const)
    return kithProtocol.answer(envelope, bytes(xml), outcome, ANSWER).body
  }

  it('accept an AppRec that accepts', () => {
    assert.equal(validate(appRec(m1({ doctor: sykehuslege })), APPREC), '')
  })

  it('accept an AppRec that refuses, with several errors', () => {
    assert.equal(validate(appRec(m1({ msgId: 'x', genDate: 'yesterday' })), APPREC), '')
  })

  it('accept the receipt of a recall', () => {
    const ran = run(m5({}))
    const { body } = ran.type.receipt!(ran.message, { targetKnown: true, resources: () => [], ...ANSWER })
    assert.equal(validate(body, msgHeadSchema('ER-M52-2013-12-01.xsd')), '')
  })

  for (const [name, xml, schema] of [
    ['M1', m1({ refNr: '1' }), 'ER-M1-2013-10-08.xsd'],
    ['M5', m5({ newPrescriptionId: MSG_ID }), 'ER-M5-2013-04-16.xsd'],
    ['M10', m10({ finished: true }), 'ER-M10-2013-10-08.xsd'],
    ['M25.1', m251({}), 'ER-M251-2013-10-08.xsd'],
  ] as const)
    it(`accept our own fixture of ${name}`, () => {
      assert.equal(validate(xml, msgHeadSchema(schema)), '')
    })
})
