import assert from 'node:assert/strict'
import {
  forwarded,
  M241_ID,
  m21,
  m94,
  m96,
  m98,
  m241,
  m242,
  m922,
} from '../../support/kith-broker-fixtures.js'
import { MSG_ID, m1, m10 } from '../../support/kith-fixtures.js'
import { inger, liis, torstein } from '../../support/kith-people.js'
import { ANSWER, all, check, extension, faults, lost, only, run } from '../../support/kith-run.js'
import { validateR4 } from '../../support/r4-validator.js'

const element = (status: string, rest = '', id = MSG_ID): string =>
  `<Listeelement><ReseptId>${id}</ReseptId><Status V="${status}" DN="x"/>${rest}</Listeelement>`
const setOf = (xml: string, type = 'MedicationRequest') =>
  run(xml).amendments.find((one) => one.type === type)?.set ?? {}

describe('M9.6 that reaches the hub', () => {
  it('brings each prescription as a message of its own, and what the broker says of it', () => {
    const other = 'a1b2c3d4-0000-4000-8000-000000000002'
    const ran = run(m96(element('E') + element('T', '', other), [m1(), m1({ msgId: other })]))
    assert.equal(ran.enclosed?.length, 2)
    assert.ok(ran.envelope.subject.by === 'person' && ran.envelope.subject.identifiers[0]?.value === inger.id)
    const list = only(ran, 'List')
    assert.equal(list.code?.coding?.[0]?.code, 'M9.6')
    assert.deepEqual(
      list.entry?.map(({ item }) => item.identifier?.value),
      [`urn:uuid:${MSG_ID}`, `urn:uuid:${other}`],
    )
    assert.deepEqual(validateR4(list), [])
    assert.deepEqual(lost(ran), [])
  })

  it('ends what was recalled, finished or expired, and revives nothing', () => {
    const medicine = (status: string) => setOf(m96(element(status), [m1()]))['status']
    const merchandise = (status: string) => setOf(m96(element(status), [m1()]), 'DeviceRequest')['status']
    assert.deepEqual(['T', 'R', 'F', 'E', 'U'].map(medicine), [
      'cancelled',
      'completed',
      'stopped',
      undefined,
      undefined,
    ])
    assert.deepEqual(['T', 'R', 'F', 'E'].map(merchandise), ['revoked', 'completed', 'revoked', undefined])
    assert.deepEqual(lost(run(m96(element('Q'), [m1()]))), [
      'unknown-code MsgHead/Document[1]/RefDoc/Content/M96/Listeelement/Status',
    ])
  })

  it('keeps totals of dispenses as what they are, never as dispenses', () => {
    const totals =
      '<Utlevering><Varenr>004502</Varenr><NavnFormStyrke>Prøvin Tab 50 mg</NavnFormStyrke><Pakningsstr V="100" U="stk"/>' +
      '<AntallPakningerUtlevertTotalt>3</AntallPakningerUtlevertTotalt><AntallPakningerUtlevertSiste>1.5</AntallPakningerUtlevertSiste>' +
      '<TidspunktSisteUtlevering>2024-02-28T00:00:00</TidspunktSisteUtlevering></Utlevering>'
    const xml = m96(element('E', totals), [m1()])
    assert.equal(all(run(xml), 'MedicationDispense').length, 0)
    const text = JSON.stringify(setOf(xml))
    for (const part of ['"004502"', '"valueDecimal":1.5', '2024-02-28T00:00:00+01:00'])
      assert.ok(text.includes(part))
  })

  it('takes the patient from its head, and joins persons under older numbers', () => {
    const info = `<PasientInfo><Fnr>${inger.id}</Fnr><AndreFnr>${liis.id}</AndreFnr></PasientInfo>`
    const { subject } = run(m96('<StatusSok V="4"/>', [], info)).envelope
    assert.deepEqual(subject, {
      by: 'merge',
      survivor: [{ system: 'urn:oid:2.16.578.1.12.4.1.4.1', value: inger.id }],
      prior: [{ system: 'urn:oid:2.16.578.1.12.4.1.4.2', value: liis.id }],
    })
    const wrong = info.replace(inger.id, '12345678901')
    assert.deepEqual(faults(check(m96('<StatusSok V="4"/>', [], wrong))), [
      'E31 MsgHead/Document/RefDoc/Content/M96/PasientInfo/Fnr',
    ])
  })

  it('says that there is more than it shows', () => {
    const xml = m96(
      element('E'),
      [m1()],
      '<LastResept>true</LastResept><Pasientreservasjon>false</Pasientreservasjon>',
    )
    assert.ok(extension(only(run(xml), 'List'), 'register-search'))
  })

  it('that found nothing and names nobody says nothing about anybody', () => {
    const ran = run(m96('<StatusSok V="4" DN="Ingen resept på dette søk"/>'))
    assert.deepEqual(ran.envelope.subject, { by: 'none' })
    assert.ok(
      ran.resources.every(({ onlyWithPerson, scope }) => scope !== 'person' || onlyWithPerson === true),
    )
  })

  it('of prescriptions of two patients is refused', () => {
    const two = m96(element('E'), [m1(), m1({ patient: torstein })])
    assert.deepEqual(faults(check(two)), ['E36 MsgHead/Document'])
  })
})

describe('M9.4 and M9.8', () => {
  it('M9.4 brings one prescription, its state and what the patient has paid', () => {
    const payment =
      '<Egenandel><StartEgenandelsperiode>2024-01-01</StartEgenandelsperiode><BetaltEgenandel V="120.50" U="NOK"/></Egenandel>'
    const ran = run(m94(`<Status V="E" DN="Ekspederbar"/>${payment.repeat(4)}`, [m1()]))
    assert.equal(ran.enclosed?.length, 1)
    assert.equal(JSON.stringify(ran.amendments[0]?.set).split('co-payment').length - 1, 4)
    assert.deepEqual(lost(ran), [])
  })

  it('M9.8 brings dispenses, each a message of its own, and tells when some are missing', () => {
    const ran = run(m98(1, [forwarded('M6')]))
    assert.equal(all(ran.enclosed?.[0] ?? ran, 'MedicationDispense').length, 1)
    assert.deepEqual(
      only(ran.enclosed?.[0] ?? ran, 'MedicationDispense').identifier,
      only(run(m10()), 'MedicationDispense').identifier,
    )
    assert.deepEqual(lost(ran), [])
    assert.deepEqual(lost(run(m98(2, [forwarded('M6')]))), ['invalid-value MsgHead/Document'])
  })
})

describe('an answer whose attachments name no patient', () => {
  it('belongs to whoever has the prescription', () => {
    const nameless = forwarded('M6').replace(/<Patient>.*?<\/Patient>/, '')
    assert.equal(run(m98(1, [nameless])).envelope.subject.by, 'resource')
  })
})

describe('M9.22', () => {
  it('is one part for each patient, with a task each', () => {
    const door = check(m922([inger.id, torstein.id, inger.id]))
    assert.deepEqual(door.kind === 'accept' && door.items.map(({ part, subject }) => [part, subject.by]), [
      [0, 'person'],
      [1, 'person'],
    ])
    assert.equal(only(run(m922([inger.id])), 'Task').status, 'requested')
    assert.deepEqual(validateR4(only(run(m922([inger.id])), 'Task')), [])
  })

  it('without change says nothing', () => {
    const ran = run(m922([]))
    assert.deepEqual([ran.envelope.subject, all(ran, 'Task'), lost(ran)], [{ by: 'none' }, [], []])
  })
})

describe('M21', () => {
  it('is a task for the pharmacy, about the prescription', () => {
    const ran = run(m21(inger.id))
    const task = only(ran, 'Task')
    assert.equal(task.focus?.identifier?.value, `urn:uuid:${MSG_ID}`)
    assert.equal(task.owner?.identifier?.value, '8900003')
    assert.deepEqual(validateR4(task), [])
    assert.deepEqual(lost(ran), [])
    assert.equal(run(m21(undefined)).envelope.subject.by, 'resource')
    assert.deepEqual(faults(check(m21('12345678901'))), [
      'E31 MsgHead/Document/RefDoc/Content/Ekspederingsanmodning/Fnr',
    ])
  })
})

describe('M24.1 and M24.2', () => {
  it('M24.1 is a consent until its day; taken back it denies', () => {
    const consent = only(run(m241()), 'Consent')
    assert.deepEqual(consent.provision, { type: 'permit', period: { end: '2056-01-21' } })
    assert.equal(only(run(m241('2')), 'Consent').provision?.type, 'deny')
    assert.deepEqual(validateR4(consent), [])
  })

  it('M24.1 is answered with M24.2 in its thread', () => {
    const ran = run(m241())
    const { body } = ran.type.receipt?.(ran.message, {
      targetKnown: true,
      resources: () => [],
      ...ANSWER,
    }) ?? { body: '' }
    const answer = run(body)
    assert.equal(answer.envelope.kind, 'M24.2')
    assert.deepEqual(answer.envelope.subject, {
      by: 'resource',
      types: ['Consent'],
      identifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${M241_ID}` },
    })
  })

  it('M24.2 that refuses ends the consent', () => {
    assert.equal(setOf(m242('2', '1'), 'Consent')['status'], 'rejected')
    assert.equal(setOf(m242('1'), 'Consent')['status'], undefined)
  })
})
