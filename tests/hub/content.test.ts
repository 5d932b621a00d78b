import assert from 'node:assert/strict'
import type { MedicationRequest, Patient } from 'fhir/r4.js'
import { messageId } from '../../src/core/ids.js'
import type { StoredAmendment } from '../../src/core/stored.js'
import { amend, nextVersion, sameContent } from '../../src/hub/content.js'

const FACTS = {
  id: 'a',
  key: 's|1',
  order: '2026-11-20',
  layer: 'fact' as const,
  sourceKey: 'eresept|1',
  messageId: messageId('m'),
  now: Date.parse('2026-11-20T08:00:00Z'),
}

const request = (extra: Partial<MedicationRequest> = {}): MedicationRequest => ({
  resourceType: 'MedicationRequest',
  status: 'active',
  intent: 'order',
  subject: { reference: 'Patient/p' },
  medicationCodeableConcept: { text: 'Metoprolol' },
  ...extra,
})

const amendment = (at: string, set: Record<string, unknown>, name = at): StoredAmendment => ({
  type: 'MedicationRequest',
  key: 's|1',
  name,
  at,
  set,
  messageId: messageId('m5'),
  sourceKey: 'eresept|1',
})

describe('versions of a resource', () => {
  it('counts from 1 and carries version, time and layer in meta', () => {
    const stored = nextVersion(request(), undefined, FACTS)
    assert.equal(stored?.version, 1)
    assert.equal(stored?.resource.meta?.versionId, '1')
    assert.equal(stored?.resource.meta?.lastUpdated, '2026-11-20T08:00:00.000Z')
    assert.deepEqual(
      stored?.resource.meta?.tag?.map((tag) => tag.code),
      ['fact'],
    )
  })

  it('makes no version when nothing but server meta differs', () => {
    const first = nextVersion(request(), undefined, FACTS)
    assert.equal(nextVersion(request(), first, { ...FACTS, now: FACTS.now + 1000 }), undefined)
  })

  it('never lets lastUpdated go backwards when the clock does', () => {
    const first = nextVersion(request(), undefined, FACTS)
    const second = nextVersion(request({ status: 'cancelled' }), first, { ...FACTS, now: FACTS.now - 60_000 })
    assert.equal(second?.version, 2)
    assert.ok((second?.lastUpdated ?? '') > (first?.lastUpdated ?? ''))
  })

  it('replaces a layer tag that a client sent', () => {
    const sent = request({
      meta: { tag: [{ system: 'http://stafett.internal/fhir/CodeSystem/medlist-layer', code: 'line' }] },
    })
    const stored = nextVersion(sent, undefined, FACTS)
    assert.deepEqual(
      stored?.resource.meta?.tag?.map((tag) => tag.code),
      ['fact'],
    )
  })

  it('tells contents apart that differ deep inside', () => {
    const a: Patient = { resourceType: 'Patient', name: [{ family: 'Hansen', given: ['Kari', 'Anne'] }] }
    const b: Patient = { resourceType: 'Patient', name: [{ family: 'Hansen', given: ['Anne', 'Kari'] }] }
    assert.equal(sameContent(a, structuredClone(a)), true)
    assert.equal(sameContent(a, b), false)
  })
})

describe('amendments', () => {
  it('apply in order, replace extensions of the same url and keep the rest', () => {
    const base = request({
      extension: [
        { url: 'kept', valueBoolean: true },
        { url: 'date', valueDateTime: '2026-01-01' },
      ],
    })
    const result = amend(
      base,
      [
        amendment('2026-11-01', { status: 'on-hold' }),
        amendment('2026-11-02', {
          status: 'cancelled',
          extension: [{ url: 'date', valueDateTime: '2026-11-02' }],
        }),
      ],
      undefined,
    )
    assert.equal(result.status, 'cancelled')
    assert.deepEqual(result.extension, [
      { url: 'kept', valueBoolean: true },
      { url: 'date', valueDateTime: '2026-11-02' },
    ])
  })

  it('remove an element that they set to null', () => {
    const result = amend(
      request({ note: [{ text: 'x' }] }),
      [amendment('2026-11-01', { note: null })],
      undefined,
    )
    assert.equal('note' in result, false)
  })

  it('set parts of an element and leave its other parts', () => {
    const base = request({ dispenseRequest: { validityPeriod: { start: '2026-01-01', end: '2026-12-31' } } })
    const ended = {
      ...amendment('2026-11-01', {}),
      merge: { dispenseRequest: { numberOfRepeatsAllowed: 2 } },
    }
    const result = amend(base, [ended], undefined)
    assert.deepEqual(result.dispenseRequest, {
      validityPeriod: { start: '2026-01-01', end: '2026-12-31' },
      numberOfRepeatsAllowed: 2,
    })
  })

  it('older than what a client wrote later do not undo it', () => {
    const result = amend(request(), [amendment('2026-11-01', { status: 'cancelled' })], '2026-11-05')
    assert.equal(result.status, 'active')
  })
})
