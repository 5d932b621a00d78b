import assert from 'node:assert/strict'
import { m92, m912, reseptinfo } from '../../support/kith-broker-fixtures.js'
import { M251_ID, MSG_ID, m1, m251, m252, m253 } from '../../support/kith-fixtures.js'
import { inger, torstein } from '../../support/kith-people.js'
import { all, check, extension, faults, lost, only, run } from '../../support/kith-run.js'
import { validateR4 } from '../../support/r4-validator.js'

describe('M9.12 that reaches the hub', () => {
  for (const [count, lists] of [
    [0, []],
    [1, [m251()]],
    [3, [m251(), m252(), m253()]],
  ] as const)
    it(`brings ${count} whole messages, each with its own author and source`, () => {
      const ran = run(m912(lists))
      assert.deepEqual(
        ran.enclosed?.map((one) => only(one, 'List').code?.coding?.[0]?.code),
        ['M25.1', 'M25.2', 'M25.3'].slice(0, count),
      )
      assert.deepEqual(lost(ran), [])
      if (count > 0) assert.equal(ran.enclosed?.[0]?.source.key, 'eresept|8900001')
    })

  it('says who is responsible for the multidose, and which list the broker had last', () => {
    const team = only(run(m912([])), 'CareTeam')
    assert.deepEqual(
      team.participant?.map(({ role }) => role?.[0]?.coding?.[0]?.code),
      ['multidose-doctor', 'multidose-pharmacy'],
    )
    assert.equal(extension(team, 'based-on-message')?.valueIdentifier?.value, `urn:uuid:${M251_ID}`)
    assert.deepEqual(validateR4(team), [])
  })

  it('with a list of another patient is refused: it must never reach this one', () => {
    const door = check(m912([m251({ patient: torstein })]))
    assert.deepEqual(faults(door), ['E36 MsgHead/Document/RefDoc/Content/M912/Pasient/VarerIBrukB64'])
    assert.equal(door.kind === 'refuse' && door.refusal.code, 'IDENTITY_INVALID')
  })

  it('names a fault inside a list by its place in the whole', () => {
    const broken = m251().replace(/<SistEndret>.*?<\/SistEndret>/, '')
    assert.deepEqual(faults(check(m912([broken]))), [
      'T02 MsgHead/Document/RefDoc/Content/M912/Pasient/VarerIBrukB64/MsgHead/Document/RefDoc/Content/LegemidlerIBruk/EnkeltoppforingLIB/SistEndret',
    ])
  })

  it('gives prescriptions in short, which give way to their M1', () => {
    const ran = run(m912([], { infos: reseptinfo() }))
    const request = only(ran, 'MedicationRequest')
    assert.equal(request.medicationCodeableConcept?.text, 'Prøvin Tab 50 mg')
    assert.equal(request.dosageInstruction, undefined)
    assert.equal(request.requester?.identifier?.value, '9900017')
    assert.deepEqual(validateR4(request), [])
    const orderOf = (one: typeof ran) =>
      one.resources.find(({ resource }) => resource.resourceType === 'MedicationRequest')?.order ?? ''
    assert.ok(orderOf(ran) < orderOf(run(m1({ genDate: '2001-01-01T00:00:00Z' }))))
  })
})

describe('M9.2 that reaches the hub', () => {
  it('is one part for each patient, and each part says nothing of the others', () => {
    const xml = m92(
      [reseptinfo(), reseptinfo({ id: M251_ID, patient: torstein, merchandise: true, status: 'T' })],
      [torstein],
    )
    const door = check(xml)
    assert.deepEqual(
      door.kind === 'accept' &&
        door.items.map(({ part, subject }) => [
          part,
          subject.by === 'person' && subject.identifiers[0]?.value,
        ]),
      [
        [0, inger.id],
        [1, torstein.id],
      ],
    )
    const [first, second] = [run(xml), run(xml, undefined, 1)]
    assert.deepEqual(
      [first, second].map((ran) => [
        all(ran, 'MedicationRequest').length,
        all(ran, 'DeviceRequest').length,
        all(ran, 'CareTeam').length,
        only(ran, 'Patient').identifier?.[0]?.value,
        only(ran, 'List').entry?.[0]?.item.identifier?.value,
      ]),
      [
        [1, 0, 0, inger.id, `urn:uuid:${MSG_ID}`],
        [0, 1, 1, torstein.id, `urn:uuid:${M251_ID}`],
      ],
    )
    assert.equal(only(second, 'DeviceRequest').status, 'revoked')
    for (const ran of [first, second]) {
      assert.deepEqual(lost(ran), [])
      for (const { resource } of ran.resources)
        assert.deepEqual(validateR4(resource), [], resource.resourceType)
    }
  })

  it('with a prescription of nobody is refused with its place', () => {
    const nameless = reseptinfo().replace(/<Ident>.*?<\/Ident>/, '')
    assert.deepEqual(faults(check(m92([nameless]))), [
      'E30 MsgHead/Document/RefDoc/Content/Reseptliste/Reseptinfo[1]/Ident',
    ])
  })

  it('that found nothing says nothing about anybody', () => {
    const ran = run(m92([]))
    assert.deepEqual(ran.envelope.subject, { by: 'none' })
    assert.ok(
      ran.resources.every(({ onlyWithPerson, scope }) => scope !== 'person' || onlyWithPerson === true),
    )
  })
})
