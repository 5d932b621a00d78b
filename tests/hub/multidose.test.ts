import assert from 'node:assert/strict'
import { applyAll, type RawMessage } from '../support/apply-all.js'
import { m912 } from '../support/kith-broker-fixtures.js'
import {
  ENTRY_ID,
  type EntryFixture,
  M10_ID,
  MSG_ID,
  m1,
  m10,
  m251,
  m252,
  m253,
  packedXml,
} from '../support/kith-fixtures.js'
import { apotek, sykehuslege } from '../support/kith-people.js'
import { ibuprofen, metoprolol, onceDaily } from '../support/kith-prescribed.js'
import { m28, m271 } from '../support/kith-register-fixtures.js'
import { extension } from '../support/kith-run.js'

const NOW = Date.parse('2024-03-05T10:00:00Z')
const eresept = (...texts: readonly string[]): RawMessage[] =>
  texts.map((text) => ({ channel: 'eresept', text }))
/** Of the same substance, and otherwise not known to be the same product. */
const otherBrand = { ...ibuprofen, festId: 'ID_00000000-AAAA-4000-8000-0000000000ee', brand: 'Annetvufen' }
const supplement: EntryFixture = { id: ENTRY_ID, type: 'U', medicine: onceDaily(ibuprofen) }
const packed = (more: Partial<EntryFixture>): EntryFixture => ({
  ...supplement,
  packedCentrally: '1',
  packed: packedXml({ from: '2024-03-04', to: '2024-03-17', dispense: { medicine: onceDaily(otherBrand) } }),
  ...more,
})

describe('multidose messages on one person', function () {
  this.timeout(60_000)

  it('finds the treatment of what was packed by its PLL id, though the product is another', async () => {
    const told = await applyAll(
      eresept(m251({ entries: [supplement] }), m253({ entries: [packed({})] })),
      NOW,
    )
    assert.deepEqual(
      told.lines.map(({ status }) => status),
      ['active'],
    )
  })

  it('changes no dose and no state by what a pharmacy’s list says', async () => {
    const decided = m251({ entries: [{ id: ENTRY_ID, prescriptionId: MSG_ID }] })
    const other: EntryFixture = {
      id: ENTRY_ID,
      prescriptionId: MSG_ID,
      medicine: onceDaily(metoprolol, '9'),
      changed: '2024-03-04T08:00:00',
    }
    const before = await applyAll(eresept(m1(), decided), NOW)
    const after = await applyAll(
      eresept(m1(), decided, m252({ genDate: '2024-03-04T09:00:00+01:00', entries: [other] })),
      NOW,
    )
    assert.deepEqual(
      after.lines.map(({ status, dosage }) => [status, dosage?.[0]?.doseAndRate?.[0]?.doseQuantity?.value]),
      before.lines.map(({ status, dosage }) => [status, dosage?.[0]?.doseAndRate?.[0]?.doseQuantity?.value]),
    )
  })

  it('has one dispense of a pack that both M10 and M25.3 tell of', async () => {
    const report = m10({ batch: 'LOT-7' })
    const roll = m253({
      entries: [
        {
          id: ENTRY_ID,
          prescriptionId: MSG_ID,
          packed: packedXml({ m10: M10_ID, from: '2024-03-04', to: '2024-03-17' }),
        },
      ],
    })
    for (const order of [
      [m1(), report, roll],
      [m1(), roll, report],
    ]) {
      const told = await applyAll(eresept(...order), NOW)
      const dispenses = told.facts.filter(({ resourceType }) => resourceType === 'MedicationDispense')
      assert.equal(dispenses.length, 1)
      assert.match(JSON.stringify(dispenses), /LOT-7/)
      assert.match(JSON.stringify(dispenses), /roll-period/)
    }
  })

  it('keeps one fact of what the register shows whenever it is asked, with its first and last time', async () => {
    const asked = (day: string) =>
      m912([]).replace(/<GenDate>[^<]*/, `<GenDate>2024-03-${day}T08:00:00+01:00`)
    for (const order of [
      ['01', '02', '04'],
      ['04', '01', '02'],
    ]) {
      const { facts } = await applyAll(eresept(...order.map(asked)), NOW)
      const told = facts.flatMap((fact) => (fact.resourceType === 'CareTeam' ? [fact] : []))
      assert.deepEqual(
        told.map((team) =>
          ['first-stated-at', 'stated-at'].map((name) => extension(team, name)?.valueDateTime?.slice(0, 10)),
        ),
        [['2024-03-01', '2024-03-04']],
      )
    }
  })

  it('tells in one CareTeam who is responsible and who was, in whatever order it heard', async () => {
    const messages = [
      m271(),
      m271({ organisation: apotek, msgId: 'b1b2c3d4-0000-4000-8000-000000000271' }),
      m28(),
    ]
    for (const order of [messages, messages.toReversed()]) {
      const { teams } = await applyAll(eresept(...order), NOW)
      assert.equal(teams.length, 1)
      assert.deepEqual(
        teams[0]?.participant?.map(({ member, period }) => [
          member?.identifier?.value,
          period?.start,
          period?.end,
        ]),
        [
          ['9900017', '2024-03-01', '2024-06-01T00:00:00+02:00'],
          [sykehuslege.hpr, '2024-06-01', undefined],
          [apotek.ako, '2024-03-01', undefined],
        ],
      )
    }
  })
})
