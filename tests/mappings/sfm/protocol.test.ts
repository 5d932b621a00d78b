import assert from 'node:assert/strict'
import { sfmProtocol } from '../../../mappings/sfm/protocol.js'
import type { DoorSettings } from '../../../src/core/message.js'
import { SFM_PATIENT, sfmDocument } from '../../support/sfm-fixtures.js'
import { type SfmStatementOptions, sfmStatement } from '../../support/sfm-statement-fixtures.js'

const SETTINGS: DoorSettings = { zone: 'Europe/Oslo', syntheticIds: 'accept', processingIds: [] }
const both: SfmStatementOptions = {
  id: 's1',
  pll: 'b7a4a3f2-8a1d-4a0e-9a7e-1f5d8c9b0001',
  resept: 'c1b6c0de-94a1-4b62-8ff0-1f5d8c9b1001',
}
const bytes = (document: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(document))

describe('door of SFM', () => {
  const check = (body: unknown) => sfmProtocol.check(bytes(body), SETTINGS)
  const refusal = (body: unknown, settings = SETTINGS) => {
    const door = sfmProtocol.check(bytes(body), settings)
    return door.kind === 'accept' ? undefined : { kind: door.kind, code: door.refusal.code }
  }

  it('takes Parameters and the bare document, under the id of the document', () => {
    const parameters = sfmDocument({ statements: [both] })
    const [first] = parameters['parameter'] as [{ resource: unknown }]
    for (const body of [parameters, first.resource]) {
      const door = check(body)
      assert.ok(door.kind === 'accept')
      const [envelope] = door.items
      assert.equal(envelope?.messageId, '0d4bbf7e-54d2-4a4b-9d6a-0a27cf06b001')
      assert.equal(envelope.sender, '8140001')
      assert.deepEqual(envelope.subject, {
        by: 'person',
        identifiers: [{ system: 'urn:oid:2.16.578.1.12.4.1.4.1', value: SFM_PATIENT }],
      })
    }
  })

  it('cannot read what is no such document', () => {
    for (const body of [
      17,
      [],
      {},
      { resourceType: 'Patient' },
      { resourceType: 'Bundle', entry: sfmStatement(both) },
    ])
      assert.deepEqual(refusal(body), { kind: 'unreadable', code: 'MESSAGE_TYPE_UNSUPPORTED' })
    const door = sfmProtocol.check(new TextEncoder().encode('{"resourceType":'), SETTINGS)
    assert.ok(door.kind === 'unreadable' && door.refusal.code === 'MESSAGE_UNREADABLE')
    const nobody = JSON.stringify(sfmDocument()).replace('"author":[', '"writer":[')
    assert.equal(refusal(JSON.parse(nobody))?.code, 'MESSAGE_UNREADABLE')
  })

  it('refuses a patient whose number is missing, wrong or not wanted', () => {
    const invalid = { kind: 'refuse', code: 'IDENTITY_INVALID' }
    assert.deepEqual(refusal(sfmDocument({ patient: '12345678901' })), invalid)
    assert.deepEqual(refusal(sfmDocument(), { ...SETTINGS, syntheticIds: 'refuse' }), invalid)
    const none = JSON.stringify(sfmDocument()).replaceAll(SFM_PATIENT, '')
    assert.deepEqual(refusal(JSON.parse(none)), invalid)
  })

  it('answers 202, 400, 409 and 422', () => {
    const context = { newId: 'x', now: '2026-11-20T10:00:00Z' }
    const raw = new Uint8Array()
    const problem = (code: 'MESSAGE_UNREADABLE' | 'IDENTITY_INVALID') =>
      sfmProtocol.answer(null, raw, { kind: 'refused', refusal: { code, problems: [] } }, context).status
    assert.equal(sfmProtocol.answer(null, raw, { kind: 'accepted' }, context).status, 202)
    assert.equal(sfmProtocol.answer(null, raw, { kind: 'conflict' }, context).status, 409)
    assert.equal(problem('MESSAGE_UNREADABLE'), 400)
    assert.equal(problem('IDENTITY_INVALID'), 422)
  })
})
