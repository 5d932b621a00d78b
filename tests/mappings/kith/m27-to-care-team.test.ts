import assert from 'node:assert/strict'
import { parseXml, type XmlElement } from '../../../mappings/kith/xml.js'
import { HER, HPR } from '../../../src/core/canonical.js'
import { foldMapped } from '../../support/fold-mapped.js'
import { broker } from '../../support/kith-broker-fixtures.js'
import { lostValues } from '../../support/kith-fidelity.js'
import { bytes } from '../../support/kith-fixtures.js'
import { apotek, fastlege, fastlegekontor, sykehuslege } from '../../support/kith-people.js'
import { M271_ID, m28, m271, m272 } from '../../support/kith-register-fixtures.js'
import { ANSWER, check, extension, faults, lost, only, run } from '../../support/kith-run.js'
import { testValidation } from '../../support/validation.js'

const participants = (xml: string) =>
  (only(run(xml), 'CareTeam').participant ?? []).map(({ role, member, onBehalfOf, period }) => ({
    role: role?.[0]?.coding?.[0]?.code,
    who: member?.identifier?.value,
    ...(onBehalfOf === undefined ? {} : { of: onBehalfOf.identifier?.value }),
    period,
  }))

describe('M27.1 to CareTeam', () => {
  it('registers the doctor who sends it, from a day on', () => {
    assert.deepEqual(participants(m271()), [
      {
        role: 'multidose-doctor',
        who: '9900017',
        of: fastlegekontor.her,
        period: { start: '2024-03-01' },
      },
    ])
  })

  it('registers a pharmacy under its licence number, which is what the register knows', () => {
    assert.deepEqual(participants(m271({ organisation: apotek })), [
      { role: 'multidose-pharmacy', who: apotek.ako, period: { start: '2024-03-01' } },
    ])
    assert.equal(run(m271({ organisation: apotek })).source.role, 'pharmacy')
  })

  it('ends a responsibility with the day on which the deregistration holds', () => {
    assert.deepEqual(participants(m271({ status: 'A' }))[0]?.period, { end: '2024-03-01T00:00:00+01:00' })
  })

  it('is refused when it neither registers nor deregisters, or comes from neither doctor nor pharmacy', () => {
    assert.deepEqual(faults(check(m271({ status: 'X' }))), ['T02 M271/Status'])
    assert.deepEqual(faults(check(m271({ organisation: fastlegekontor }))), [
      'E20 MsgHead/MsgInfo/Sender/Organisation',
    ])
  })
})

describe('M27.2 and M28 to CareTeam', () => {
  it('tells of the doctor before, until when, and belongs to the person of the registration', () => {
    const xml = m272({ doctor272: { doctor: sykehuslege, until: '2024-03-01+01:00' }, pharmacy: apotek })
    const ran = run(xml)
    assert.deepEqual(ran.envelope.subject, {
      by: 'resource',
      types: ['CareTeam'],
      identifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${M271_ID}` },
    })
    assert.deepEqual(
      participants(xml).map(({ who, period }) => [who, period]),
      [
        ['9900025', { end: '2024-03-01T00:00:00+01:00' }],
        [apotek.ako, undefined],
      ],
    )
    assert.deepEqual(lost(ran), [])
  })

  it('takes a registration back that the register refuses', () => {
    const after = foldMapped([run(m271()), run(m272({ registered: false }))])
    const registration = [...after.values()].find((one) =>
      JSON.stringify(one['identifier']).includes(M271_ID),
    )
    assert.equal(registration?.['status'], 'inactive')
  })

  it('replaces the doctor to whom the message is sent', () => {
    assert.deepEqual(participants(m28()), [
      {
        role: 'multidose-doctor',
        who: '9900025',
        of: sykehuslege.organisation.her,
        period: { start: '2024-06-01' },
      },
      { role: 'multidose-doctor', who: '9900017', period: { end: '2024-06-01T00:00:00+02:00' } },
    ])
  })

  for (const [name, xml] of [
    ['M27.1', m271({ organisation: apotek })],
    ['M27.2', m272({ doctor272: { doctor: fastlege, until: '2024-03-01' }, pharmacy: apotek })],
    ['M28', m28()],
  ] as const)
    it(`carries every value of ${name}, as valid resources`, async function () {
      this.timeout(60_000)
      const { validate } = await testValidation()
      const ran = run(xml)
      assert.equal(ran.envelope.kind, name)
      assert.deepEqual(lostValues(bytes(xml), ran), [])
      for (const { resource } of ran.resources) assert.deepEqual(validate(resource), [])
      assert.ok(extension(only(ran, 'CareTeam'), 'stated-at'))
    })
})

describe('M27.1 to M27.2', () => {
  const find = (root: XmlElement, name: string): XmlElement | undefined => {
    if (root.local === name) return root
    for (const child of root.children) {
      const found = find(child, name)
      if (found !== undefined) return found
    }
    return undefined
  }
  const answer = (xml: string, team: readonly object[]) => {
    const ran = run(xml)
    const resources = () =>
      [
        {
          resourceType: 'CareTeam',
          category: [{ coding: [{ code: 'medlist-responsibility' }] }],
          participant: team,
        },
      ] as never[]
    const reply = ran.type.receipt!(ran.message, { targetKnown: true, resources, ...ANSWER })
    return find(parseXml(bytes(reply.body)), 'M272')!
  }
  const role = (code: string) => [
    { coding: [{ system: 'http://stafett.internal/fhir/CodeSystem/care-team-role', code }] },
  ]
  const doctor = (hpr: string, period: object) => ({
    role: role('multidose-doctor'),
    member: { identifier: { system: HPR, value: hpr }, display: 'Navn Navnesen' },
    onBehalfOf: { identifier: { system: HER, value: '8900002' }, display: 'Kontoret' },
    period,
  })

  it('tells a pharmacy the doctor in charge', () => {
    const m272 = answer(m271({ organisation: apotek }), [
      doctor('9900017', { end: '2023-01-01T00:00:00+01:00' }),
      doctor('9900025', { start: '2023-01-01' }),
    ])
    assert.equal(find(m272, 'RegistrertEndring')?.text, 'true')
    assert.equal(find(m272, 'HprNr')?.text, '9900025')
    assert.equal(find(m272, 'AktivTil'), undefined)
  })

  it('tells a doctor who was it before, and until when', () => {
    const m272 = answer(m271(), [
      doctor('9900025', { end: '2024-03-01T00:00:00+01:00' }),
      doctor('9900017', { start: '2024-03-01' }),
    ])
    assert.equal(find(m272, 'HprNr')?.text, '9900025')
    assert.equal(find(m272, 'AktivTil')?.text, '2024-03-01')
    assert.equal(find(m272, 'HerId')?.children[0]?.text, '8900002')
  })

  it('leaves out a party of which it does not know what the schema demands', () => {
    const { onBehalfOf: _office, ...alone } = doctor('9900025', {})
    assert.deepEqual(
      answer(m271({ organisation: apotek }), [alone]).children.map(({ local }) => local),
      ['RegistrertEndring'],
    )
  })

  it('goes back to who asked, and the answer gets none itself', () => {
    const ran = run(m271())
    const reply = ran.type.receipt!(ran.message, { targetKnown: true, resources: () => [], ...ANSWER })
    const root = parseXml(bytes(reply.body))
    assert.equal(find(root, 'RefToParent')?.text, M271_ID)
    assert.equal(find(find(root, 'Receiver')!, 'OrganisationName')?.text, fastlegekontor.name)
    assert.equal(run(m272()).envelope.sender, broker.her)
  })
})
