import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { forwarded, m7, m52 } from '../../support/kith-broker-fixtures.js'
import { M5_ID, MSG_ID, m1, m5, m10 } from '../../support/kith-fixtures.js'
import { inger, liis } from '../../support/kith-people.js'
import { all, check, extension, faults, lost, only, run } from '../../support/kith-run.js'
import { validateR4 } from '../../support/r4-validator.js'

const inside = (ran: ReturnType<typeof run>) => ran.enclosed ?? []

describe('M6, M8 and M8.1', () => {
  for (const kind of ['M6', 'M8', 'M8.1'] as const)
    it(`${kind} states the dispense under the id of its M10`, () => {
      const ran = run(forwarded(kind))
      const [own] = all(run(m10()), 'MedicationDispense')
      const dispense = only(ran, 'MedicationDispense')
      assert.deepEqual(dispense.identifier, own?.identifier)
      assert.deepEqual(dispense.authorizingPrescription, own?.authorizingPrescription)
      assert.equal(dispense.whenHandedOver, '2024-03-02')
      assert.deepEqual(lost(ran), [])
      assert.deepEqual(validateR4(dispense), [])
    })

  it('weigh less than the M10 whenever they were made, and M8.1 more than M8 more than M6', () => {
    const orderOf = (xml: string) =>
      run(xml).resources.find(({ resource }) => resource.resourceType === 'MedicationDispense')?.order ?? ''
    const orders = [
      orderOf(forwarded('M6', { genDate: '2024-03-09T10:00:00Z' })),
      orderOf(forwarded('M8', { genDate: '2024-03-08T10:00:00Z' })),
      orderOf(forwarded('M8.1', { genDate: '2024-03-07T10:00:00Z' })),
      orderOf(m10({ genDate: '2024-03-01T10:00:00Z' })),
    ]
    assert.deepEqual([...orders].sort(), orders)
  })

  it('belong to the patient of the head, else to whoever has the prescription', () => {
    const { subject } = run(forwarded('M6')).envelope
    assert.deepEqual(subject, {
      by: 'person',
      identifiers: [{ system: 'urn:oid:2.16.578.1.12.4.1.4.1', value: inger.id }],
    })
    const nameless = forwarded('M6').replace(/<Patient>.*?<\/Patient>/, '')
    assert.deepEqual(run(nameless).envelope.subject, {
      by: 'resource',
      types: ['MedicationRequest', 'DeviceRequest'],
      identifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${MSG_ID}` },
    })
  })

  it('take a D-number', () => {
    const { subject } = run(forwarded('M8', { patient: liis })).envelope
    assert.ok(subject.by === 'person' && subject.identifiers[0]?.system.endsWith('.4.2'))
  })

  it('bring the prescription along as a message of its own', () => {
    const ran = run(forwarded('M8', { attachment: Buffer.from(m1()).toString('base64') }))
    const [prescription] = inside(ran)
    assert.ok(prescription)
    assert.equal(prescription.source.key, 'eresept|8900001')
    assert.equal(prescription.authorship.author?.type, 'Practitioner')
    assert.equal(all(prescription, 'MedicationRequest').length, 1)
    assert.equal(all(ran, 'MedicationRequest').length, 0)
  })

  it('cancel and finish under the same names as the M10, so that nothing counts twice', () => {
    for (const fixture of [{ finished: true }, { cancels: M5_ID }]) {
      const names = (xml: string) => run(xml).amendments.map(({ key, name }) => `${name} ${key}`)
      assert.deepEqual(names(forwarded('M6', { of: m10(fixture) })), names(m10(fixture)))
      assert.ok(names(m10(fixture)).length > 0)
    }
  })

  it('M8.1 keeps what the summary record is told besides', () => {
    const ran = run(
      forwarded('M8.1', {
        after:
          '<Papirresept>true</Papirresept><RefNr>900000017</RefNr><ReservasjonRapportFastlege>true</ReservasjonRapportFastlege>' +
          '<Vergeinnsynsreservasjon>true</Vergeinnsynsreservasjon>',
      }),
    )
    const dispense = only(ran, 'MedicationDispense')
    assert.equal(extension(dispense, 'prescription-reference-number')?.valueString, '900000017')
    assert.equal(extension(dispense, 'paper-prescription')?.valueBoolean, true)
    assert.equal(extension(dispense, 'gp-report-reservation')?.valueBoolean, true)
    assert.equal(extension(dispense, 'guardian-transparency-reservation')?.valueBoolean, true)
    assert.deepEqual(validateR4(dispense), [])
  })
})

describe('M7', () => {
  it('recalls by its attached M5, for the patient of the M5, and says whom the broker told', () => {
    const ran = run(m7())
    assert.ok(ran.envelope.subject.by === 'person' && ran.envelope.subject.identifiers[0]?.value === inger.id)
    const [recall] = inside(ran)
    assert.deepEqual(recall?.amendments, run(m5()).amendments)
    assert.equal(recall?.authorship.author?.type, 'Practitioner')
    const told = only(ran, 'Communication')
    assert.equal(told.about?.[0]?.identifier?.value, `urn:uuid:${MSG_ID}`)
    assert.equal(told.recipient?.[0]?.identifier?.value, '8900099')
    assert.deepEqual(validateR4(told), [])
    assert.deepEqual(
      ran.amendments.map(({ type, set }) => [
        type,
        JSON.stringify(set).includes('2024-03-02T14:59:58.512+01:00'),
      ]),
      [
        ['MedicationRequest', true],
        ['DeviceRequest', true],
      ],
    )
    assert.deepEqual(lost(ran), [])
  })

  it('opens a recall that came compressed', () => {
    const attachment = gzipSync(m5()).toString('base64')
    assert.equal(inside(run(m7({ attachment }))).length, 1)
  })

  it('without its recall is refused with the place', () => {
    const bare = m7().replace(/<Document><RefDoc><MsgType V="A".*<\/Document>(?=<\/MsgHead>)/, '')
    assert.deepEqual(faults(check(bare)), ['T02 MsgHead/Document[2]'])
  })

  it('names the fault inside the attachment by its place in the whole', () => {
    const broken = m5().replace(/<Arsak .*?\/>/, '')
    assert.deepEqual(faults(check(m7({ recall: broken }))), [
      'T02 MsgHead/Document[2]/RefDoc/Content/Base64Container/MsgHead/Document/RefDoc/Content/Tilbakekalling/Arsak',
      'T02 MsgHead/Document[2]',
    ])
    for (const attachment of ['not base64', Buffer.from('<a>').toString('base64')])
      assert.equal(check(m7({ attachment })).kind, 'refuse')
  })
})

describe('M5.2 as received', () => {
  it('ends the prescription when the broker recalled it, and leaves it in force while it is dispensed', () => {
    const set = (status: string) => run(m52({ status })).amendments[0]?.set
    assert.equal(set('1')?.['status'], 'cancelled')
    assert.equal(set('2')?.['status'], 'active')
    assert.ok(JSON.stringify(set('2')).includes('recall-receipt'))
    assert.deepEqual(Object.keys(set('9') ?? {}), ['extension'])
    assert.deepEqual(lost(run(m52({ status: '9' }))), ['unknown-code KvitteringTilbakekalling/Status'])
  })

  it('belongs to whoever has the prescription, and gets no AppRec', () => {
    const ran = run(m52())
    assert.equal(ran.envelope.subject.by, 'resource')
    assert.deepEqual(
      ran.amendments.map(({ key }) => key),
      [`urn:ietf:rfc:3986|urn:uuid:${MSG_ID}`, `urn:ietf:rfc:3986|urn:uuid:${MSG_ID}`],
    )
  })
})
