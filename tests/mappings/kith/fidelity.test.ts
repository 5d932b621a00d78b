import assert from 'node:assert/strict'
import { lostValues } from '../../support/kith-fidelity.js'
import { bytes, ENTRY_ID, type EntryFixture, MSG_ID, m1, m5, m10, m251 } from '../../support/kith-fixtures.js'
import { liis, sykehuslege } from '../../support/kith-people.js'
import { ibuprofen, type MedicineFixture, metoprolol } from '../../support/kith-prescribed.js'
import { run } from '../../support/kith-run.js'
import { testValidation } from '../../support/validation.js'

/** As much in one prescription as the format has room for. */
const everything: MedicineFixture = {
  product: { ...metoprolol, festId: 'ID_00000000-AAAA-4000-8000-0000000000ff' },
  indication: 'MOT PRØVE',
  text: '2 tabletter morgen',
  use: '2',
  shortDose: ['5507', '1+0+0+0'],
  repeats: 2,
  packages: '1.500',
  amount: ['147', 'stk'],
  noExchange: '1',
  note: 'Merknad til apoteket',
  reimbursement: '200',
  reasonCode: ['K86', '2.16.578.1.12.4.1.1.7170'],
  homeCare: '8900077',
  blocks: [
    {
      start: '2024-03-01',
      end: '2024-03-15',
      rule: '71 kg',
      doses: [
        { amount: '2', part: '1', exact: true },
        { amount: '0.75', clock: '20:15:00', weekdays: ['2', '7'] },
        { amount: '3', daysOn: 21, daysOff: 7, rate: ['250', 'ml', 'Time'] },
      ],
    },
    {
      needed: [
        {
          amount: '1',
          maxPerDay: '6',
          maxInWindow: '3',
          window: ['12', 'Time'],
          minInterval: ['90', 'Minutt'],
        },
      ],
    },
  ],
}
const before = '<Spesialitet V="65" DN="Prøvemedisin" S="2.16.578.1.12.4.1.1.7426"/>'
const after =
  '<EkspAnm><Vilkar>true</Vilkar><MetodeEkspedering V="F" DN="Forsendelse"/><Utleverer>8900003</Utleverer>' +
  '<Kontaktperson>Kari Kontakt</Kontaktperson><Merknad>Ring først</Merknad><OrgNrUtleverer>999000303</OrgNrUtleverer>' +
  '<UtlevererNavn>Prøvetorget apotek</UtlevererNavn></EkspAnm>' +
  '<Utlending><ArbeidstakerNorge>true</ArbeidstakerNorge><Konvensjonsland V="EE" DN="Estland"/><EEA><EEADok V="EHIC"/>' +
  '<EEACardId>8023300000</EEACardId><EEAGyldighet>2026-01-01</EEAGyldighet></EEA></Utlending>'
const entry: EntryFixture = {
  id: ENTRY_ID,
  prescriptionId: MSG_ID,
  medicine: { ...everything, product: ibuprofen },
  stop: { at: '2024-05-01T12:00:00', reason: 'L', note: 'utslett' },
  medicallyChanged: true,
}

describe('fidelity of e-prescription mappings', () => {
  const messages: readonly [string, string][] = [
    [
      'M1',
      m1({
        patient: liis,
        medicine: everything,
        before,
        after,
        refNr: '900000017',
        locked: true,
        earliest: '2024-03-02',
      }),
    ],
    ['M1 of a hospital', m1({ doctor: sykehuslege, medicine: { ...everything, product: ibuprofen } })],
    ['M5', m5({ note: 'Byttet', reason: '3', newPrescriptionId: 'a1b2c3d4-0000-4000-8000-00000000bbbb' })],
    ['M10', m10({ medicine: everything, batch: 'LOT-7', finished: true })],
    [
      'M10 that cancels',
      m10({ medicine: everything, cancels: 'a1b2c3d4-0000-4000-8000-000000000010', msgId: MSG_ID }),
    ],
    ['M10 of a dispense given up', m10({ givenUp: '6' })],
    ['M25.1', m251({ entries: [entry], roles: ['L', 'F'], note: 'Listemerknad', locum: '1' })],
  ]
  for (const [name, xml] of messages)
    it(`carries every value of ${name} or says that it does not`, () => {
      assert.deepEqual(lostValues(bytes(xml), run(xml)), [])
    })

  for (const [name, xml] of messages)
    it(`gives nothing of ${name} that the hub's own validation refuses`, async function () {
      this.timeout(60_000)
      const { validate } = await testValidation()
      for (const { resource } of run(xml).resources)
        assert.deepEqual(validate(JSON.parse(JSON.stringify(resource))), [], resource.resourceType)
    })

  it('notices a value that a mapping forgets', () => {
    const xml = m1({ medicine: everything })
    const ran = run(xml)
    const forgetful = {
      ...ran,
      resources: ran.resources.filter(({ resource }) => resource.resourceType !== 'MedicationRequest'),
    }
    assert.ok(lostValues(bytes(xml), forgetful).some((at) => at.endsWith('/Mengde')))
  })
})
