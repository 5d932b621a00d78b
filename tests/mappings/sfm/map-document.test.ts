import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import type { FhirResource, List, MedicationRequest, MedicationStatement } from 'fhir/r4.js'
import { SFM_MEDICATION, sfmProtocol } from '../../../mappings/sfm/protocol.js'
import type { DoorSettings, Mapped } from '../../../src/core/message.js'
import { applyAll } from '../../support/apply-all.js'
import { PLL_MESSAGE, SFM_PATIENT, sfmDocument } from '../../support/sfm-fixtures.js'
import { type SfmStatementOptions, urlOf } from '../../support/sfm-statement-fixtures.js'
import { testValidation } from '../../support/validation.js'

const SAMPLE = '../shared/samples/eresept/fhir-sfm/sfm-getMedication-response-v3-9-e-multidose.json'
const SETTINGS: DoorSettings = { zone: 'Europe/Oslo', syntheticIds: 'accept', processingIds: [] }
const NOW = Date.parse('2026-11-20T12:00:00Z')

const PLL = 'b7a4a3f2-8a1d-4a0e-9a7e-1f5d8c9b0001'
const RESEPT = 'c1b6c0de-94a1-4b62-8ff0-1f5d8c9b1001'
const OLD_RESEPT = 'c1b6c0de-94a1-4b62-8ff0-1f5d8c9b1000'
const bytes = (document: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(document))

function map(document: unknown): Mapped {
  const raw = bytes(document)
  const door = sfmProtocol.check(raw, SETTINGS)
  assert.equal(door.kind, 'accept', JSON.stringify(door))
  const type = sfmProtocol.types.get(SFM_MEDICATION)!
  const context = { zone: SETTINGS.zone, receivedAt: new Date(NOW).toISOString(), sender: '8140001' }
  return type.map(type.parse(raw, 0, context), context)
}
const only = <Type extends FhirResource['resourceType']>(mapped: Mapped, type: Type) =>
  mapped.resources.flatMap(({ resource }) =>
    resource.resourceType === type ? [resource as Extract<FhirResource, { resourceType: Type }>] : [],
  )
const both: SfmStatementOptions = { id: 's1', pll: PLL, resept: RESEPT, register: 'E' }

describe('document of SFM', () => {
  it('is a prescription and a row of the PLL at once, as M1 and M25.1 would be', () => {
    const mapped = map(sfmDocument({ statements: [both] }))
    const [request] = only(mapped, 'MedicationRequest') as [MedicationRequest]
    assert.equal(request.identifier?.[0]?.value, `urn:uuid:${RESEPT}`)
    assert.equal(request.authoredOn, '2026-10-01T09:30:00+02:00')
    assert.equal(request.requester?.identifier?.value, '9000001')
    assert.equal(request.dispenseRequest?.numberOfRepeatsAllowed, 3)
    assert.equal(request.dispenseRequest?.validityPeriod?.end, '2027-10-01')
    assert.equal(request.substitution?.allowedBoolean, true)
    const [row] = only(mapped, 'MedicationStatement') as [MedicationStatement]
    assert.equal(row.identifier?.[0]?.value, `urn:uuid:${PLL}`)
    assert.equal(row.status, 'active')
    assert.equal(row.effectivePeriod?.start, '2026-10-01')
    for (const dosage of [request.dosageInstruction, row.dosage]) {
      assert.equal(dosage?.[0]?.text, '1 tablett morgen')
      assert.deepEqual(dosage[0].timing?.repeat, {
        boundsPeriod: { start: '2026-10-01' },
        frequency: 1,
        period: 1,
        periodUnit: 'd',
        when: ['MORN'],
      })
    }
    const [list] = only(mapped, 'List') as [List]
    assert.equal(list.identifier?.[0]?.value, `urn:uuid:${PLL_MESSAGE}`)
    assert.equal(list.source?.identifier?.value, '9000001')
    assert.equal(list.entry?.[0]?.item.identifier?.value, `urn:uuid:${PLL}`)
    assert.deepEqual(mapped.identifiers, [{ system: 'urn:oid:2.16.578.1.12.4.1.4.1', value: SFM_PATIENT }])
    assert.deepEqual(mapped.unmapped, [])
  })

  it('makes no row of a statement without PLL id, and no prescription of one without ReseptId', () => {
    const mapped = map(
      sfmDocument({
        statements: [
          { id: 'a', resept: RESEPT },
          { id: 'b', pll: PLL },
        ],
      }),
    )
    assert.equal(only(mapped, 'MedicationRequest').length, 1)
    const [row, ...others] = only(mapped, 'MedicationStatement') as MedicationStatement[]
    assert.equal(others.length, 0)
    assert.equal(row?.basedOn, undefined)
  })

  it('takes a stop that was decided after a newer prescription for the newest word', async () => {
    // The published example has such statements: `lastchanged` is the time before the stop.
    const stopped: SfmStatementOptions = {
      ...both,
      lastChanged: '2026-10-01T08:00:00+02:00',
      stop: { at: '2026-10-20T14:00:00+02:00', reason: 'X' },
    }
    const told = await applyAll(
      [{ channel: 'sfm', text: JSON.stringify(sfmDocument({ statements: [stopped] })) }],
      NOW,
    )
    assert.deepEqual(
      told.lines.map(({ status }) => status),
      ['stopped'],
    )
  })

  it('keeps a stop that lies ahead as one', () => {
    const ahead: SfmStatementOptions = {
      ...both,
      status: 'active',
      stop: { at: '2026-12-24T00:00:00+01:00', reason: 'A', decided: '2026-10-05T10:00:00+02:00' },
    }
    const [row] = only(map(sfmDocument({ statements: [ahead] })), 'MedicationStatement') as [
      MedicationStatement,
    ]
    assert.equal(row.status, 'active')
    assert.equal(row.effectivePeriod?.end, '2026-12-24T00:00:00+01:00')
  })

  it('chains a renewal to what it renews, which keeps no row of its own', () => {
    const old: SfmStatementOptions = {
      id: 's0',
      pll: PLL,
      resept: OLD_RESEPT,
      status: 'completed',
      partOf: urlOf('s1'),
      register: 'T',
      recall: '1',
    }
    const mapped = map(sfmDocument({ statements: [both, old] }))
    const requests = only(mapped, 'MedicationRequest') as MedicationRequest[]
    const [head, prior] = [RESEPT, OLD_RESEPT].map((id) =>
      requests.find(({ identifier }) => identifier?.[0]?.value === `urn:uuid:${id}`),
    )
    assert.equal(head?.priorPrescription?.identifier?.value, `urn:uuid:${OLD_RESEPT}`)
    assert.equal(prior?.status, 'cancelled')
    assert.equal(prior?.statusReason?.coding?.[0]?.code, '1')
    assert.equal(only(mapped, 'MedicationStatement').length, 1)
  })

  it('chains several that went before one after the other', () => {
    const earlier = (n: number, prescribed: string): SfmStatementOptions => ({
      id: `o${n}`,
      resept: `c1b6c0de-94a1-4b62-8ff0-1f5d8c9b200${n}`,
      status: 'completed',
      partOf: urlOf('s1'),
      prescribed,
    })
    const statements = [earlier(1, '2024-10-01'), both, earlier(2, '2025-10-01')]
    const requests = only(map(sfmDocument({ statements })), 'MedicationRequest') as MedicationRequest[]
    const priorOf = (end: string) =>
      requests
        .find(({ identifier }) => identifier?.[0]?.value?.endsWith(end))
        ?.priorPrescription?.identifier?.value?.slice(-4)
    assert.deepEqual(['1001', '2002', '2001'].map(priorOf), ['2002', '2001', undefined])
  })

  it('says what the register says of a prescription that came by itself, and leaves its content', () => {
    const mapped = map(sfmDocument({ statements: [{ ...both, register: 'T', recall: '2' }] }))
    const [amendment] = mapped.amendments
    assert.equal(amendment?.type, 'MedicationRequest')
    assert.equal(amendment.set['status'], 'cancelled')
    // Orders of M1 and M25.1 begin with the time of the message.
    for (const { order, resource } of mapped.resources)
      if (resource.resourceType === 'MedicationRequest') assert.ok(order < '2000')
    const list = mapped.resources.find(({ resource }) => resource.resourceType === 'List')
    assert.ok(list && list.order < '2026-11-02T12:00:00.500Z' && list.order > '2026-11-02T12:00:00')
  })

  it('keeps what it has no place for as unmapped, by its place', () => {
    const more = [{ url: 'http://example.invalid/new', valueString: 'x' }]
    const { unmapped } = map(sfmDocument({ statements: [{ ...both, more }] }))
    assert.equal(unmapped.length, 1)
    assert.match(
      unmapped[0]?.at ?? '',
      /^Parameters\.parameter\[0\]\.resource\.entry\[5\]\.resource\.extension\[\d\]$/,
    )
  })

  it('gives the same list in any order of two answers', async () => {
    const first = sfmDocument({ statements: [both] })
    const second = sfmDocument({
      id: '0d4bbf7e-54d2-4a4b-9d6a-0a27cf06b002',
      fetched: '2026-11-20T11:00:00+01:00',
      pll: { id: '6f1a7f6e-6a35-4c4e-8a41-2f5f2c5b7a02', date: '2026-11-20T10:30:00+01:00' },
      statements: [
        {
          ...both,
          lastChanged: '2026-11-20T10:30:00+01:00',
          doses: [
            { amount: 1, part: '1' },
            { amount: 1, part: '5' },
          ],
          text: '1 tablett morgen og kveld',
        },
      ],
    })
    const texts = [first, second].map((document) => ({
      channel: 'sfm' as const,
      text: JSON.stringify(document),
    }))
    const [there, back] = [await applyAll(texts, NOW), await applyAll([...texts].reverse(), NOW)]
    const content = (told: typeof there) =>
      told.lines.map(({ dosage, identifier, status }) => ({ status, dosage, ids: identifier?.slice(1) }))
    assert.deepEqual(content(there), content(back))
    assert.equal(there.lines[0]?.dosage?.length, 2)
  })

  it('never fails on a document with any part missing or of another kind, and makes nothing invalid of it', async () => {
    const validation = await testValidation()
    const whole = JSON.stringify(sfmDocument({ statements: [both, { id: 's2', pll: OLD_RESEPT }] }))
    const places = [...whole.matchAll(/"(\w+)":/g)].map(({ 1: key }) => key!)
    const broken = fc.record({
      key: fc.constantFrom(...new Set(places)),
      nth: fc.nat(20),
      put: fc.constantFrom(undefined, null, '', 'x', 17, true, [], {}, [{}], [null], ['x']),
    })
    fc.assert(
      fc.property(fc.array(broken, { minLength: 1, maxLength: 4 }), (changes) => {
        const document: unknown = JSON.parse(whole)
        for (const { key, nth, put } of changes) replaceNth(document, key, nth, put)
        if (sfmProtocol.check(bytes(document), SETTINGS).kind !== 'accept') return
        for (const { resource } of map(document).resources)
          assert.deepEqual(validation.validate(JSON.parse(JSON.stringify(resource))), [])
      }),
      { numRuns: process.env['STAFETT_TEST_DEEP'] === '1' ? 5_000 : 150 },
    )
  })

  it('reads the published example to its last element', async function () {
    if (!existsSync(SAMPLE)) this.skip()
    const text = readFileSync(SAMPLE, 'utf8')
    const mapped = map(JSON.parse(text))
    assert.deepEqual(mapped.unmapped, [])
    assert.equal(only(mapped, 'MedicationStatement').length, 9)
    assert.equal(only(mapped, 'MedicationDispense').length, 1)
    const told = await applyAll([{ channel: 'sfm', text }], NOW)
    const active = told.lines.filter(({ status }) => status === 'active')
    assert.equal(active.length, 5)
  })
})

/** The n-th place with this key, counted through the whole document; `undefined` takes it away. */
function replaceNth(node: unknown, key: string, nth: number, put: unknown): void {
  const places: Record<string, unknown>[] = []
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if (!Array.isArray(value) && Object.hasOwn(value, key)) places.push(value as Record<string, unknown>)
    for (const item of Object.values(value)) walk(item)
  }
  walk(node)
  const place = places[nth % Math.max(places.length, 1)]
  if (place === undefined) return
  if (put === undefined) delete place[key]
  else place[key] = put
}
