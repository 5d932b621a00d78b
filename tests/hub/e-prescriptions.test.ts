import assert from 'node:assert/strict'
import { applyAll, type RawMessage } from '../support/apply-all.js'
import { base64, ENTRY_ID, type EntryFixture, MSG_ID, m1, m5, m251 } from '../support/kith-fixtures.js'
import { metoprolol, onceDaily } from '../support/kith-prescribed.js'

const at = (time: string): number => Date.parse(time)
const NOW = at('2024-03-05T10:00:00Z')
const eresept = (...texts: readonly string[]): RawMessage[] =>
  texts.map((text) => ({ channel: 'eresept', text }))
const uuid = (last: string): string => `a1b2c3d4-0000-4000-8000-0000000000${last}`

describe('e-prescription messages on one person', function () {
  this.timeout(60_000)

  it('makes one treatment of a chain of renewals, in whatever order its messages come', async () => {
    const [first, second, third] = [uuid('a1'), uuid('a2'), uuid('a3')]
    const renewed = (old: string, next: string, id: string, day: string) =>
      m5({
        prescriptionId: old,
        newPrescriptionId: next,
        reason: '3',
        msgId: id,
        genDate: `${day}T09:00:00+01:00`,
      })
    const chain = [
      m1({ msgId: first, prescribed: '2024-01-02', genDate: '2024-01-02T09:00:00+01:00' }),
      m1({
        msgId: second,
        prescribed: '2024-02-01',
        genDate: '2024-02-01T09:00:00+01:00',
        medicine: onceDaily(metoprolol, '2', '2024-02-01'),
      }),
      renewed(first, second, uuid('b1'), '2024-02-01'),
      m1({
        msgId: third,
        prescribed: '2024-03-01',
        genDate: '2024-03-01T09:00:00+01:00',
        medicine: onceDaily(metoprolol, '3', '2024-03-01'),
      }),
      renewed(second, third, uuid('b2'), '2024-03-01'),
    ]
    for (const order of [chain, chain.toReversed(), [2, 4, 1, 0, 3].flatMap((n) => chain[n] ?? [])]) {
      const told = await applyAll(eresept(...order), NOW)
      assert.deepEqual(
        // A line that was found to be the same treatment closes as merged.
        told.lines
          .filter(({ status }) => status !== 'completed')
          .map(({ status, dosage }) => [status, dosage?.[0]?.doseAndRate?.[0]?.doseQuantity?.value]),
        [['active', 3]],
      )
      const requests = told.facts.flatMap((fact) => (fact.resourceType === 'MedicationRequest' ? [fact] : []))
      assert.deepEqual(requests.map(({ status }) => status).sort(), ['active', 'cancelled', 'cancelled'])
    }
  })

  it('keeps a medicine in use until the moment at which it is to be stopped', async () => {
    const list = m251({
      entries: [{ id: ENTRY_ID, prescriptionId: MSG_ID, stop: { at: '2024-03-10T14:00:00', reason: 'A' } }],
    })
    const statusAt = async (time: string) => {
      const told = await applyAll(eresept(list), at(time))
      return told.lines.map(({ status }) => status)
    }
    assert.deepEqual(await statusAt('2024-03-10T12:59:59Z'), ['active'])
    assert.deepEqual(await statusAt('2024-03-10T13:00:00Z'), ['stopped'])
  })

  it('shows goods in use as they are stated', async () => {
    const goods =
      '<ReseptDokHandelsvare xmlns="http://www.kith.no/xmlstds/eresept/m1/2013-10-08"><Varegruppekode V="A" DN="Annet"/>' +
      '<Bruksveiledning>Skiftes daglig</Bruksveiledning><MedForbMatr xmlns="http://www.kith.no/xmlstds/eresept/forskrivning/2013-10-08">' +
      '<Nr>900003</Nr><Navn>Prøvekateter</Navn></MedForbMatr></ReseptDokHandelsvare>'
    const entry: EntryFixture = { id: ENTRY_ID, type: 'U', fragment: base64(goods) }
    const [line] = (await applyAll(eresept(m251({ entries: [entry] })), NOW)).lines
    assert.equal(line?.medicationCodeableConcept?.text, 'Prøvekateter')
    assert.equal(line?.dosage?.[0]?.text, 'Skiftes daglig')
  })

  it('makes no line of medicine for the prescriber’s own practice', async () => {
    const told = await applyAll(eresept(m1({ before: '<TilEgenPraksis>true</TilEgenPraksis>' })), NOW)
    assert.deepEqual(told.lines, [])
    assert.ok(told.facts.some(({ resourceType }) => resourceType === 'MedicationRequest'))
  })
})
