import assert from 'node:assert/strict'
import { extensionUrl } from '../../../src/core/canonical.js'
import { foldMapped } from '../../support/fold-mapped.js'
import { broker } from '../../support/kith-broker-fixtures.js'
import { lostValues } from '../../support/kith-fidelity.js'
import {
  bytes,
  ENTRY_ID,
  type EntryFixture,
  M10_ID,
  M253_ID,
  MSG_ID,
  m10,
  m251,
  m252,
  m253,
  m254,
  packedXml,
} from '../../support/kith-fixtures.js'
import { metoprolol, onceDaily } from '../../support/kith-prescribed.js'
import { all, check, extension, faults, lost, only, run } from '../../support/kith-run.js'
import { testValidation } from '../../support/validation.js'

const PLL = `urn:uuid:${ENTRY_ID}`
const PACKING =
  '<Pakkeinfo><Bestillingsfrist>2024-03-12T12:00:00+01:00</Bestillingsfrist>' +
  '<ForsteDoseringsdato>2024-03-18</ForsteDoseringsdato><SisteDoseringsdato>2024-03-31</SisteDoseringsdato></Pakkeinfo>'
const QUESTION =
  '<Sporsmal><Kode V="2" S="2.16.578.1.12.4.1.1.7495" DN="Skal varen inkluderes"/><Merknad>Ny resept</Merknad>' +
  '<Tidspunkt>2024-03-02T10:00:00+01:00</Tidspunkt><Stiller>8900003</Stiller><Mottaker>8900001</Mottaker></Sporsmal>'
const entry = (more: Partial<EntryFixture> = {}): EntryFixture => ({
  id: ENTRY_ID,
  prescriptionId: MSG_ID,
  ...more,
})
const packedEntry = (more: Partial<Parameters<typeof packedXml>[0]> = {}): EntryFixture =>
  entry({
    packedCentrally: '1',
    packed: packedXml({ m10: M10_ID, from: '2024-03-04', to: '2024-03-17', ...more }),
  })

describe('M25.2 to List', () => {
  it('asks the doctor about a treatment, says when the packing closes, and decides nothing', () => {
    const ran = run(m252({ entries: [entry({ questions: QUESTION })], packing: PACKING }))
    const list = only(ran, 'List')
    assert.equal(list.code?.coding?.[0]?.code, 'M25.2')
    assert.deepEqual(
      extension(list, 'packing-period')?.extension?.map((part) => [
        part.url,
        part.valueDateTime ?? part.valueDate,
      ]),
      [
        ['order-deadline', '2024-03-12T12:00:00+01:00'],
        ['first-dose', '2024-03-18'],
        ['last-dose', '2024-03-31'],
      ],
    )
    const question = only(ran, 'Communication')
    assert.equal(question.reasonCode?.[0]?.coding?.[0]?.code, '2')
    assert.deepEqual(
      question.about?.map(({ identifier }) => identifier?.value),
      [PLL, ENTRY_ID],
    )
    assert.equal(ran.source.role, 'pharmacy')
    assert.deepEqual(lost(ran), [])
  })

  it('never takes the place of the row of the prescriber’s list', () => {
    const decided = run(m251({ entries: [entry()] }))
    const asked = run(
      m252({
        genDate: '2024-03-09T08:00:00+01:00',
        entries: [entry({ medicine: onceDaily(metoprolol, '7'), changed: '2024-03-08T08:00:00' })],
      }),
    )
    const rows = [...foldMapped([decided, asked]).keys()].filter((key) =>
      key.startsWith('MedicationStatement'),
    )
    assert.equal(rows.length, 2)
    assert.equal(only(asked, 'MedicationStatement').identifier?.[1]?.value, PLL)
    assert.notEqual(only(asked, 'MedicationStatement').informationSource?.type, 'Practitioner')
  })

  it('keeps the question under one id when the doctor’s list repeats and answers it', () => {
    const answered = QUESTION.replace(
      '</Sporsmal>',
      '<Svar><Kode V="3" S="2.16.578.1.12.4.1.1.7493" DN="Varen inkluderes"/></Svar></Sporsmal>',
    )
    const asked = only(run(m252({ entries: [entry({ questions: QUESTION })] })), 'Communication')
    const [repeated, reply] = all(run(m251({ entries: [entry({ questions: answered })] })), 'Communication')
    assert.equal(repeated?.identifier?.[0]?.value, asked.identifier?.[0]?.value)
    assert.equal(reply?.inResponseTo?.[0]?.identifier?.value, asked.identifier?.[0]?.value)
    assert.equal(reply?.sender?.type, 'Practitioner')
  })

  it('is a source of its own when the broker passes it on', () => {
    assert.equal(run(m252({ organisation: broker })).source.key, 'eresept|8900080|pharmacy')
    assert.equal(run(m252()).source.key, 'eresept|8900003')
  })

  it('has no stop: that is the prescriber’s to say', () => {
    const stop = { at: '2024-03-10T00:00:00', reason: 'A' }
    assert.deepEqual(faults(check(m252({ entries: [entry({ stop })] }))), [
      'T02 MsgHead/Document/RefDoc/Content/LegemidlerIBruk/EnkeltoppforingLIB/Seponering',
    ])
  })
})

describe('M25.3 to packed dispenses', () => {
  it('gives what is packed, for which days, of which treatment', () => {
    const ran = run(m253({ entries: [packedEntry({ repacking: 'E', image: 'https://bilder.invalid/1' })] }))
    const [dispense] = [...foldMapped([ran]).entries()].flatMap(([key, resource]) =>
      key.startsWith('MedicationDispense') ? [resource] : [],
    )
    assert.deepEqual(dispense?.['identifier'], [
      { type: { text: 'M10id' }, system: 'urn:ietf:rfc:3986', value: `urn:uuid:${M10_ID}` },
    ])
    const extensions = dispense?.['extension'] as { url: string }[]
    const value = (name: string) => extensions.find(({ url }) => url === extensionUrl(name))
    assert.deepEqual(value('roll-period'), {
      url: extensionUrl('roll-period'),
      valuePeriod: { start: '2024-03-04', end: '2024-03-17' },
    })
    assert.deepEqual(value('multidose'), { url: extensionUrl('multidose'), valueBoolean: true })
    assert.ok(value('repacking-reason'))
    assert.ok(value('product-image'))
    assert.ok(dispense)
    const [about] = dispense['supportingInformation'] as { identifier: { value: string } }[]
    assert.equal(about?.identifier.value, PLL)
    assert.deepEqual(
      only(ran, 'List').entry?.map(({ item }) => item.type),
      ['MedicationStatement', 'MedicationDispense'],
    )
    assert.deepEqual(lost(ran), [])
  })

  it('is one dispense with its M10, whichever comes first, and the M10’s own words count', () => {
    const report = run(m10({ batch: 'LOT-7', date: '2024-03-02' }))
    const packed = run(m253({ genDate: '2024-03-03T08:00:00+01:00', entries: [packedEntry()] }))
    const [one, other] = [foldMapped([report, packed]), foldMapped([packed, report])]
    assert.deepEqual([...one], [...other])
    const dispenses = [...one].filter(([key]) => key.startsWith('MedicationDispense'))
    assert.equal(dispenses.length, 1)
    assert.match(JSON.stringify(dispenses), /LOT-7.*roll-period|roll-period.*LOT-7/)
  })

  it('has a dispense for each span of days, with and without an M10', () => {
    const packed =
      packedXml({ m10: M10_ID, from: '2024-03-04', to: '2024-03-10' }) +
      packedXml({ m10: M10_ID, from: '2024-03-11', to: '2024-03-17' }) +
      packedXml({ from: '2024-03-18', to: '2024-03-24' })
    const ran = run(m253({ entries: [entry({ packed })] }))
    assert.deepEqual(
      all(ran, 'MedicationDispense').map(({ identifier }) => identifier?.[0]?.value),
      [`urn:uuid:${M10_ID}`, `${ENTRY_ID}/2024-03-11/2024-03-17`, `${ENTRY_ID}/2024-03-18/2024-03-24`],
    )
  })

  it('says of a medicine outside the roll that it is not packed', () => {
    const ran = run(m253({ entries: [entry({ packedCentrally: '2' })] }))
    assert.equal(extension(only(ran, 'MedicationStatement'), 'multidose')?.valueBoolean, false)
    assert.deepEqual(all(ran, 'MedicationDispense'), [])
  })

  it('names the place of a dispense that cannot be read', () => {
    const broken = packedXml({ from: '2024-03-04', to: '2024-03-17' }).replace(
      /<UtleveringB64>[^<]*/,
      '<UtleveringB64>PHgvPg==',
    )
    assert.deepEqual(faults(check(m253({ entries: [entry({ packed: broken })] }))), [
      'T02 MsgHead/Document/RefDoc/Content/LegemidlerIBruk/EnkeltoppforingLIB/SisteUtlevering/UtleveringB64',
    ])
  })
})

describe('M25.2 to M25.4 whole', () => {
  const messages = [
    ['M25.2', m252({ entries: [entry({ questions: QUESTION })], packing: PACKING, note: 'Hilsen' })],
    ['M25.3', m253({ entries: [packedEntry()], packing: PACKING })],
    ['M25.4', m254({ entries: [entry()] })],
  ] as const
  for (const [name, xml] of messages)
    it(`carries every value of ${name}, as valid resources`, async function () {
      this.timeout(60_000)
      const { validate } = await testValidation()
      const ran = run(xml)
      assert.equal(ran.envelope.kind, name)
      assert.deepEqual(lostValues(bytes(xml), ran), [])
      for (const resource of foldMapped([ran]).values()) assert.deepEqual(validate(resource), [])
    })

  it('retires nothing of another kind: each list has its own code', () => {
    assert.equal(only(run(m253({ entries: [] })), 'List').identifier?.[0]?.value, `urn:uuid:${M253_ID}`)
    assert.equal(only(run(m254()), 'List').code?.coding?.[0]?.code, 'M25.4')
  })
})
