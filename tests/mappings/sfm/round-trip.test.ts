import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { entry, prescription } from '../../support/kith-arbitrary.js'
import { m1, m251 } from '../../support/kith-fixtures.js'
import { again, clinical } from '../../support/sfm-again.js'
import { sfmDocument } from '../../support/sfm-fixtures.js'
import { testValidation } from '../../support/validation.js'

const SAMPLE = '../shared/samples/eresept/fhir-sfm/sfm-getMedication-response-v3-9-e-multidose.json'
const NOW = Date.parse('2026-11-20T12:00:00Z')
const numRuns = process.env['STAFETT_TEST_DEEP'] ? 500 : 8
const PLL = 'b7a4a3f2-8a1d-4a0e-9a7e-1f5d8c9b0001'
const RESEPT = 'c1b6c0de-94a1-4b62-8ff0-1f5d8c9b1001'
const id = (index: number): string => `a1b2c3d4-0000-4000-8000-00000000e00${index}`
const prescriptionId = (index: number): string => `a1b2c3d4-0000-4000-8000-00000000d00${index}`
const entries = fc
  .array(entry, { minLength: 1, maxLength: 3 })
  // Each treatment has its own prescription: a statement of SFM has room for one PLL id.
  .map((some) =>
    some.map((one, index) => ({
      ...one,
      id: id(index),
      ...(one.prescriptionId === undefined ? {} : { prescriptionId: prescriptionId(index) }),
    })),
  )

describe('a list given out in the form of SFM and taken in by another hub', function () {
  this.timeout(300_000)

  it('says the same, as prescribed', async () => {
    await fc.assert(
      fc.asyncProperty(prescription, async (fixture) => {
        const { first, second } = await again([{ channel: 'eresept', text: m1(fixture) }], NOW)
        assert.deepEqual(clinical(second), clinical(first))
      }),
      { numRuns, seed: 51 },
    )
  })

  it('says the same, as listed', async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (some) => {
        const text = m251({ entries: some, roles: ['M', 'F'] })
        const { first, second } = await again([{ channel: 'eresept', text }], NOW)
        assert.deepEqual(clinical(second), clinical(first))
      }),
      { numRuns, seed: 52 },
    )
  })

  it('says the same of stops, renewals and lines of prescription alone', async () => {
    const statements = [
      { id: 's1', pll: PLL, resept: RESEPT, stop: { at: '2026-11-01T14:00:00+01:00', reason: 'X' } },
      {
        id: 's2',
        resept: 'c1b6c0de-94a1-4b62-8ff0-1f5d8c9b1002',
        fest: 'ID_OTHER',
        name: 'Annet tab 5 mg',
        atc: 'A01AA01',
      },
      {
        id: 's3',
        resept: 'c1b6c0de-94a1-4b62-8ff0-1f5d8c9b1000',
        status: 'completed',
        register: 'T',
        recall: '1',
        partOf: 'urn:uuid:s2',
        fest: 'ID_OTHER',
        name: 'Annet tab 5 mg',
        atc: 'A01AA01',
      },
    ]
    const { first, second } = await again(
      [{ channel: 'sfm', text: JSON.stringify(sfmDocument({ statements })) }],
      NOW,
    )
    assert.equal(first.lines.length, 2)
    assert.deepEqual(clinical(second), clinical(first))
  })

  it('says the same of what comes from a hospital', async () => {
    const order = [
      'MSH|^~\\&|EPJ|SYKEHUSET|STAFETT|HUB|20261119120000+0100||RDE^O11^RDE_O11|msg-1|P|2.5.1',
      'PID|1||15820012345^^^NO^FNR||Hansen^Kari',
      'ORC|NW|order-1|||||||20261119120000+0100|||4711^Lege^Lise',
      'RXE|^^^20261119|C07AB02^Metoprolol depottablett 50 mg^ATC|1||{tablett}^tablett^UCUM',
      'TQ1|1||QAM',
      'RXR|PO',
      '',
    ].join('\r')
    const { first, document, second } = await again([{ channel: 'hl7v2', text: order }], NOW)
    assert.equal(first.lines.length, 1)
    const [line] = first.lines
    assert.ok(JSON.stringify(document).includes(`"treatmentID"},"value":"${line?.id}"`))
    // SFM numbers doses always; one dose needs no number.
    const told = (one: typeof first) => JSON.stringify(clinical(one)).replace('"sequence":1,', '')
    assert.deepEqual(JSON.parse(told(second)), JSON.parse(told(first)))
  })

  it('is valid R4, to the last entry', async () => {
    const validation = await testValidation()
    const text = m251({ entries: [{ id: id(1) }, { id: id(2) }], roles: ['M', 'F'] })
    const messages = [
      { channel: 'eresept' as const, text: m1() },
      { channel: 'eresept' as const, text },
    ]
    const { document } = await again(messages, NOW)
    assert.deepEqual(validation.validate(document), [])
    for (const { resource } of document.entry ?? [])
      assert.deepEqual(validation.validate(resource), [], resource?.resourceType)
    const urls = new Set((document.entry ?? []).map(({ fullUrl }) => fullUrl))
    assert.equal(urls.size, document.entry?.length)
    for (const [, to] of JSON.stringify(document).matchAll(/"reference":"([^"]+)"/g))
      assert.ok(urls.has(to), to)
  })

  it('says the same of the published example', async function () {
    if (!existsSync(SAMPLE)) this.skip()
    const text = readFileSync(SAMPLE, 'utf8')
    const { document, first, second } = await again([{ channel: 'sfm', text }], NOW)
    const shown = ({ lines }: typeof first) =>
      lines.filter(({ status }) => status === 'active' || status === 'unknown')
    assert.deepEqual(
      clinical({ ...second, lines: shown(second) }),
      clinical({ ...first, lines: shown(first) }),
    )
    const validation = await testValidation()
    for (const { resource } of document.entry ?? [])
      assert.deepEqual(validation.validate(resource), [], resource?.resourceType)
  })
})
