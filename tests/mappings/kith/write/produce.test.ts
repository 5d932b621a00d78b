import assert from 'node:assert/strict'
import type { Dosage, MedicationRequest, MedicationStatement } from 'fhir/r4.js'
import { isSameTreatment } from '../../../../mappings/kith/write/fragments.js'
import { produce } from '../../../../mappings/kith/write/produce.js'
import type { Produced } from '../../../../mappings/kith/write/sheet.js'
import { extensionUrl, sidUrl } from '../../../../src/core/canonical.js'
import { envelopeOf, made, reread } from '../../../support/kith-again.js'
import { ENTRY_ID, MSG_ID, m1, m251 } from '../../../support/kith-fixtures.js'
import { all, extension, only, run, SETTINGS } from '../../../support/kith-run.js'

const prescribed = run(m1({}))
const listed = run(m251({ roles: ['M'] }))
const patient = only(prescribed, 'Patient')
const request = only(prescribed, 'MedicationRequest')
const statement = only(listed, 'MedicationStatement')
const roles = only(listed, 'List').extension?.filter(({ url }) => url === extensionUrl('list-role')) ?? []

const m1Of = (change: Partial<MedicationRequest>): Produced =>
  produce({ kind: 'M1', request: { ...request, ...change } }, envelopeOf(prescribed), patient, SETTINGS.zone)
const dosed = (dosage: Dosage): Produced => m1Of({ dosageInstruction: [dosage] })
const listOf = (...statements: readonly MedicationStatement[]): Produced =>
  produce(
    {
      kind: 'M25.1',
      lib: { roles, entries: statements.map((one) => ({ statement: one, questions: [] })), allergies: [] },
    },
    envelopeOf(listed),
    patient,
    SETTINGS.zone,
  )
const problems = (produced: Produced): string[] =>
  produced.kind === 'refused' ? produced.problems.map(({ at, text }) => `${at}: ${text}`) : []
const dosageOf = (produced: Produced): Dosage[] | undefined =>
  only(reread(made(produced)), 'MedicationRequest').dosageInstruction

const tablet = (value: number) => ({ doseQuantity: { value, unit: 'tablett' } })

describe('prescriptions that a client wrote', () => {
  it('three named times a day are three doses', () => {
    const sent = dosed({
      timing: { repeat: { frequency: 3, period: 1, periodUnit: 'd', when: ['MORN', 'NOON', 'EVE'] } },
      doseAndRate: [tablet(1)],
    })
    assert.deepEqual(
      dosageOf(sent)?.map(({ timing }) => timing?.repeat),
      ['MORN', 'NOON', 'EVE'].map((when) => ({ frequency: 1, period: 1, periodUnit: 'd', when: [when] })),
    )
  })

  it('three times a day without times is said in words only, since every 8 hours would be another dosing', () => {
    const threeTimes = {
      timing: { repeat: { frequency: 3, period: 1, periodUnit: 'd' as const } },
      doseAndRate: [tablet(1)],
    }
    const sent = dosed({ ...threeTimes, text: '1 tablett 3 ganger daglig' })
    assert.deepEqual(dosageOf(sent), [{ sequence: 1, text: '1 tablett 3 ganger daglig' }])
    assert.deepEqual(sent.kind === 'produced' && sent.unwritten.map(({ at }) => at), [
      'MedicationRequest.dosage',
    ])
    assert.match(problems(dosed(threeTimes))[0] ?? '', /^MedicationRequest.dosage: the dosing cannot be said/)
  })

  for (const [title, repeat] of [
    ['a number of doses', { frequency: 1, period: 1, periodUnit: 'd', count: 5 }],
    ['a moment beside a meal', { frequency: 1, period: 1, periodUnit: 'd', when: ['AC'] }],
    ['a range of the period', { frequency: 1, period: 1, periodMax: 2, periodUnit: 'd' }],
  ] as const)
    it(`never structures half of a dosing with ${title}`, () => {
      const sent = dosed({
        text: 'Som avtalt',
        timing: { repeat: { ...repeat } } as never,
        doseAndRate: [tablet(1)],
      })
      assert.deepEqual(dosageOf(sent), [{ sequence: 1, text: 'Som avtalt' }])
    })

  it('a week is seven days, a weekday stays one', () => {
    const weekly = { frequency: 1, period: 1, periodUnit: 'wk' as const }
    assert.deepEqual(
      dosageOf(dosed({ timing: { repeat: weekly }, doseAndRate: [tablet(1)] }))?.[0]?.timing?.repeat,
      { frequency: 1, period: 7, periodUnit: 'd' },
    )
    const monday = {
      timing: { repeat: { ...weekly, dayOfWeek: ['mon' as const] } },
      doseAndRate: [tablet(1)],
    }
    assert.deepEqual(dosageOf(dosed(monday))?.[0]?.timing?.repeat, {
      period: 1,
      periodUnit: 'wk',
      dayOfWeek: ['mon'],
    })
  })

  it('the last day of a block is the day before the first without a dose', () => {
    const repeat = { boundsPeriod: { start: '2024-03-01', end: '2024-03-07' }, frequency: 1, period: 1 }
    const sent = dosed({ timing: { repeat: { ...repeat, periodUnit: 'd' } }, doseAndRate: [tablet(1)] })
    assert.equal(dosageOf(sent)?.[0]?.timing?.repeat?.boundsPeriod?.end, '2024-03-08T00:00:00+01:00')
  })

  it('names every fact that the message demands and nobody said, and makes nothing', () => {
    const bare = m1Of({ contained: [], medicationReference: {}, extension: [], dispenseRequest: {} })
    assert.deepEqual(
      problems(bare).map((problem) => problem.split(':')[0]),
      [
        'MedicationRequest.dispenseRequest.validityPeriod.end',
        'MedicationRequest.extension',
        'MedicationRequest',
        'MedicationRequest.medication.code',
      ],
    )
  })

  const REFUSED: readonly [title: string, change: Partial<MedicationRequest>, problem: RegExp][] = [
    ['a cancelled one', { status: 'cancelled' }, /^MedicationRequest.status: only an active order/],
    ['a proposal', { intent: 'proposal' }, /^MedicationRequest.status: only an active order/],
    ['an order not to give it', { doNotPerform: true }, /^MedicationRequest.status: only an active order/],
    [
      'one with a modifier',
      { modifierExtension: [{ url: 'http://x.invalid/not', valueBoolean: true }] },
      /^MedicationRequest.modifierExtension/,
    ],
  ]
  for (const [title, change, problem] of REFUSED)
    it(`no prescription is made of ${title}`, () => {
      assert.match(problems(m1Of(change))[0] ?? '', problem)
    })

  it('a message about nobody that the network knows is not made', () => {
    const sent = produce(
      { kind: 'M25.1', lib: { roles, entries: [], allergies: [] } },
      envelopeOf(listed),
      { ...patient, identifier: [] },
      SETTINGS.zone,
    )
    assert.deepEqual(problems(sent), ['Patient.identifier: the message demands a birth number or D-number'])
  })
})

describe('lines of the shared list in M25.1', () => {
  const sentLine = (line: Partial<MedicationStatement>) =>
    only(reread(made(listOf({ ...statement, ...line }))), 'MedicationStatement')

  it('a pause goes out as a stop that says so, and nothing goes on being packed', () => {
    const held = sentLine({ status: 'on-hold', effectivePeriod: { end: '2024-03-01T12:00:00+01:00' } })
    assert.equal(held.status, 'stopped')
    assert.equal(held.note?.[0]?.text, 'Midlertidig stoppet (pause)')
    assert.equal(held.identifier?.[0]?.value, `urn:uuid:${ENTRY_ID}`)
  })

  it('a stop for a reason of another list is "other", in its own words', () => {
    const stopped = sentLine({
      status: 'stopped',
      statusReason: [{ text: 'Svimmel' }],
      effectivePeriod: { end: '2024-03-01' },
    })
    assert.equal(stopped.statusReason?.[0]?.coding?.[0]?.code, 'X')
    assert.equal(stopped.note?.[0]?.text, 'Svimmel')
    assert.equal(stopped.effectivePeriod?.end, '2024-03-01T00:00:00+01:00')
  })

  it('a stop ahead leaves the medicine in use until then', () => {
    const ahead = sentLine({
      effectivePeriod: { start: '2024-03-01', end: '2024-12-01T00:00:00+01:00' },
      statusReason: [{ coding: [{ system: 'urn:oid:2.16.578.1.12.4.1.1.7494', code: 'A' }] }],
    })
    assert.equal(ahead.status, 'active')
    assert.equal(ahead.effectivePeriod?.end, '2024-12-01T00:00:00+01:00')
  })

  it('what nobody decided is left out and noted', () => {
    const sent = listOf(statement, { ...statement, status: 'unknown' })
    assert.equal(all(reread(made(sent)), 'MedicationStatement').length, 1)
    assert.deepEqual(sent.kind === 'produced' && sent.unwritten.map(({ at }) => at), ['List.entry'])
  })

  it('a line that no list has named yet goes out under its own id, without prescription', () => {
    const id = 'a1b2c3d4-0000-4000-8000-00000000f001'
    const line = sentLine({
      identifier: [{ system: sidUrl('line'), value: id }],
      extension: statement.extension?.filter(({ url }) => url !== extensionUrl('prescription-type')) ?? [],
    })
    assert.equal(line.identifier?.[0]?.value, `urn:uuid:${id}`)
    assert.equal(extension(line, 'prescription-type')?.valueCodeableConcept?.coding?.[0]?.code, 'U')
    assert.equal(line.basedOn, undefined)
  })

  describe('the prescription that an entry names', () => {
    const renewal = 'a1b2c3d4-0000-4000-8000-000000000077'
    const entryWith = (authoredOn: string, status: MedicationRequest['status'] = 'active') => {
      const prescription: MedicationRequest = {
        ...request,
        status,
        authoredOn,
        identifier: [
          { type: { text: 'ReseptId' }, system: 'urn:ietf:rfc:3986', value: `urn:uuid:${renewal}` },
        ],
        dispenseRequest: { ...request.dispenseRequest, validityPeriod: { end: '2026-01-01' } },
      }
      const sent = produce(
        {
          kind: 'M25.1',
          lib: {
            roles,
            entries: [{ statement, row: statement, prescription, questions: [] }],
            allergies: [],
          },
        },
        envelopeOf(listed),
        patient,
        SETTINGS.zone,
      )
      const made25 = only(reread(made(sent)), 'MedicationStatement')
      return [
        made25.identifier?.[1]?.value?.slice('urn:uuid:'.length),
        extension(made25, 'prescription-expiry')?.valueDate,
      ]
    }

    it('is the renewal, where that was written after the row', () => {
      assert.deepEqual(entryWith('2024-03-05T10:00:00+01:00'), [renewal, '2026-01-01'])
    })

    it('is the one of the row, where the other is older or recalled', () => {
      assert.deepEqual(entryWith('2023-03-05T10:00:00+01:00'), [MSG_ID, undefined])
      assert.deepEqual(entryWith('2024-03-05T10:00:00+01:00', 'cancelled'), [MSG_ID, undefined])
    })
  })

  it('is not made where nobody is responsible for the list', () => {
    const sent = produce(
      { kind: 'M25.1', lib: { roles: [], entries: [], allergies: [] } },
      envelopeOf(listed),
      patient,
      SETTINGS.zone,
    )
    assert.match(problems(sent)[0] ?? '', /nobody is named as responsible/)
  })

  it('answers a question where it was asked', () => {
    const asked =
      '<Sporsmal><Kode V="3" S="2.16.578.1.12.4.1.1.7495" DN="x"/><Tidspunkt>2024-03-01T10:00:00</Tidspunkt><Stiller>8900003</Stiller></Sporsmal>'
    const source = run(
      m251({ roles: ['M'], entries: [{ id: ENTRY_ID, prescriptionId: MSG_ID, questions: asked }] }),
    )
    const [question] = all(source, 'Communication')
    assert.ok(question)
    const answer = {
      ...question,
      reasonCode: [{ coding: [{ system: 'urn:oid:2.16.578.1.12.4.1.1.7493', code: '5' }] }],
    }
    const sent = produce(
      {
        kind: 'M25.1',
        lib: {
          roles,
          entries: [{ statement, questions: [{ asked: question, answer }] }],
          allergies: [],
        },
      },
      { ...envelopeOf(listed), conversation: { parent: MSG_ID, thread: MSG_ID } },
      patient,
      SETTINGS.zone,
    )
    const [again, reply] = all(reread(made(sent)), 'Communication')
    assert.deepEqual(
      again?.reasonCode,
      question.reasonCode?.map((one) => ({ ...one })),
    )
    assert.equal(reply?.reasonCode?.[0]?.coding?.[0]?.code, '5')
    assert.equal(reply?.inResponseTo?.[0]?.identifier?.value, question.identifier?.[0]?.value)
  })
})

describe('whether a treatment is still the one of its source', () => {
  const line: MedicationStatement = {
    ...statement,
    status: 'active',
    dosage: statement.dosage?.map((dosage) => ({
      ...dosage,
      text: '1 tablett om morgenen',
      extension: [{ url: extensionUrl('original-text'), valueString: dosage.text ?? '' }],
    })) as Dosage[],
  }

  it('a text made anew beside the source’s own words is no change', () => {
    assert.equal(isSameTreatment(line, statement), true)
  })

  const CHANGES: readonly [title: string, change: Partial<MedicationStatement>][] = [
    ['another amount', { dosage: [{ ...statement.dosage?.[0], doseAndRate: [tablet(2)] }] }],
    ['other words', { dosage: [{ ...statement.dosage?.[0], text: '2 tabletter' }] }],
    ['one dose more', { dosage: [...(statement.dosage ?? []), { doseAndRate: [tablet(1)] }] }],
    ['another product', { contained: [{ resourceType: 'Medication', id: 'other' }] }],
    ['another reason', { reasonCode: [{ text: 'x' }] }],
  ]
  for (const [title, change] of CHANGES)
    it(`${title} is`, () => assert.equal(isSameTreatment({ ...statement, ...change }, statement), false))
})
