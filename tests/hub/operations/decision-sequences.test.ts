/** Invariants 3 and 14 of medication-list.md 13 over random sequences of prescriptions and acts of persons. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { MedicationRequest, MedicationStatement, ParametersParameter } from 'fhir/r4.js'
import { codeOf } from '../../../src/core/errors.js'
import { decision, once, prescription, reason } from '../../support/list-acts.js'
import { type PersonInMemory, personInMemory, practitioner } from '../../support/person-in-memory.js'
import { testValidation } from '../../support/validation.js'

const RUNS = {
  numRuns: process.env['STAFETT_TEST_DEEP'] ? 1000 : 25,
  seed: 20261124,
}
const HOUR_MS = 3_600_000
/** Two of one substance, so that there is something to merge and to tell twice. */
const MEDICINES = [
  ['Prøvopril 5 mg', 'C09AA02'],
  ['Prøvopril 10 mg', 'C09AA02'],
  ['Prøvostatin 20 mg', 'C10AA01'],
] as const
const KINDS = ['continue', 'change', 'hold', 'resume', 'stop', 'start', 'unknown', 'not-mine'] as const

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ what: fc.constant('prescribe' as const), n: fc.nat(2) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant('decide' as const),
      kind: fc.constantFrom(...KINDS),
      n: fc.nat(5),
      by: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant('attest' as const),
      none: fc.boolean(),
      by: fc.integer({ min: 1, max: 2 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('merge' as const), n: fc.nat(5), m: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('split' as const), n: fc.nat(5), m: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('dispense' as const), n: fc.nat(2) }) },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('pass' as const), hours: fc.integer({ min: 1, max: 60 }) }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** What persons may rightly be told. */
const REFUSALS = new Set(['RESOURCE_INVALID', 'STATE_CONFLICT', 'REFERENCE_UNKNOWN'])

async function take(person: PersonInMemory, one: Step): Promise<void> {
  try {
    await run(person, one)
  } catch (error) {
    if (!REFUSALS.has(codeOf(error))) throw error
  }
}

async function run(person: PersonInMemory, one: Step): Promise<void> {
  const lines = person.lines()
  const list = `List/${person.list().id}`
  const by = (author: number) => ({ name: 'author', valueReference: practitioner(author) })
  const line = (n: number) => lines[n % Math.max(lines.length, 1)]
  switch (one.what) {
    case 'prescribe': {
      const [text, atc] = MEDICINES[one.n]!
      await person.write(prescription(person, text, atc, [once(one.n === 1 ? 'EVE' : 'MORN')]))
      return
    }
    case 'dispense': {
      const [text, atc] = MEDICINES[one.n]!
      const { medicationCodeableConcept } = prescription(person, text, atc)
      await person.write({
        resourceType: 'MedicationDispense',
        status: 'completed',
        subject: { reference: person.patientRef },
        whenHandedOver: new Date(person.now).toISOString(),
        ...(medicationCodeableConcept === undefined ? {} : { medicationCodeableConcept }),
      })
      return
    }
    case 'decide':
      await person.operate('reconcile', list, [
        by(one.by),
        { name: 'sourceFingerprint', valueString: person.fingerprint() },
        { name: 'scope', valueCode: 'partial' },
        decision(one.kind, line(one.n)?.id, partsOf(one.kind)),
      ])
      return
    case 'attest':
      await person.operate('attest', list, [
        by(one.by),
        { name: 'basis', valueCode: 'patient-asked' },
        ...(one.none ? [{ name: 'usesNoMedicines', valueBoolean: true }] : []),
        ...noted(person),
      ])
      return
    case 'merge':
      await person.operate('merge-lines', list, [
        by(1),
        { name: 'line', valueId: line(one.n)?.id ?? 'none' },
        { name: 'other', valueId: line(one.m)?.id ?? 'none' },
        { name: 'dosage', valueDosage: once('MORN') },
      ])
      return
    case 'split': {
      const facts = line(one.n)?.derivedFrom ?? []
      const reference = facts[one.m % Math.max(facts.length, 1)]?.reference ?? 'MedicationRequest/none'
      await person.operate('split-line', list, [
        by(1),
        { name: 'line', valueId: line(one.n)?.id ?? 'none' },
        { name: 'fact', valueReference: { reference } },
      ])
      return
    }
    case 'pass':
      person.pass(one.hours * HOUR_MS)
  }
}

function partsOf(kind: (typeof KINDS)[number]) {
  return {
    ...(kind === 'change' || kind === 'start' ? { dosage: { valueDosage: once('EVE', 2) } } : {}),
    ...(kind === 'hold' || kind === 'stop' ? { reason: reason('prøve') } : {}),
    ...(kind === 'hold' ? { condition: { valueString: 'til prøvesvar' } } : {}),
  }
}

const noted = (person: PersonInMemory): ParametersParameter[] =>
  person
    .issues()
    .filter(({ severity, status }) => status === 'preliminary' && severity === 'high')
    .map(({ id }) => ({
      name: 'issue',
      part: [
        { name: 'issue', valueId: id ?? '' },
        { name: 'kind', valueCode: 'noted' },
      ],
    }))

const isOf =
  <T extends string>(type: T) =>
  (one: { resourceType: string }): one is { resourceType: T } =>
    one.resourceType === type

/** Lines as they are stored, without those that went into another. */
const standing = (person: PersonInMemory): MedicationStatement[] =>
  person
    .resources()
    .filter((one): one is MedicationStatement => isOf('MedicationStatement')(one))
    .filter(
      ({ meta, statusReason }) =>
        meta?.tag?.some(({ code }) => code === 'line') === true &&
        !statusReason?.some(({ coding }) => coding?.some(({ code }) => code === 'merged')),
    )

/** Who attested first in full: nobody hands the list over here. */
function holderOf(person: PersonInMemory): string | undefined {
  const [first] = person
    .resources()
    .flatMap((one) => (one.resourceType === 'Provenance' ? [one] : []))
    .filter(
      ({ activity, extension }) =>
        activity?.coding?.some(({ code }) => code === 'attest') === true &&
        extension?.some(({ valueCode }) => valueCode === 'full'),
    )
    .sort((a, b) => (a.recorded < b.recorded ? -1 : 1))
  return first?.agent[0]?.who.identifier?.value
}

function checkPrescription(person: PersonInMemory, request: MedicationRequest): void {
  const ref = `MedicationRequest/${request.id}`
  const lines = standing(person).filter(({ derivedFrom }) =>
    derivedFrom?.some(({ reference }) => reference === ref),
  )
  assert.equal(lines.length, 1, `a prescription is in ${lines.length} lines`)
  const [line] = lines
  const open = (code: string) =>
    person
      .issues()
      .filter(
        (issue) =>
          issue.status === 'preliminary' &&
          issue.code?.coding?.[0]?.code === code &&
          issue.implicated?.some(({ reference }) => reference?.startsWith(`${ref}/`)),
      ).length
  const end = Date.parse(line?.effectivePeriod?.end ?? '')
  if (line?.status === 'stopped' && person.now - end >= HOUR_MS)
    assert.equal(open('stopped-prescription-open'), 1, 'a stopped line can still be dispensed')
  const holder = holderOf(person)
  const decided =
    holder !== undefined &&
    (line?.derivedFrom ?? []).some(({ reference }) => {
      const fact = person.resources().find((one) => `${one.resourceType}/${one.id}` === reference)
      const [author, at] =
        fact?.resourceType === 'MedicationStatement'
          ? [fact.informationSource, fact.dateAsserted]
          : fact?.resourceType === 'MedicationRequest'
            ? [fact.requester, fact.authoredOn]
            : []
      return author?.identifier?.value === holder && (at ?? '') >= (request.authoredOn ?? '')
    })
  assert.equal(open('prescribed-not-on-list'), decided ? 0 : 1, `decided: ${decided}`)
}

function checkEmptiness(person: PersonInMemory): void {
  const { emptyReason, entry } = person.list()
  const code = emptyReason?.coding?.[0]?.code
  assert.equal((entry ?? []).length === 0, code !== undefined, 'an empty list has a reason, and no other')
  if (code !== 'nilknown') return
  const current = standing(person).filter(({ status }) =>
    ['active', 'intended', 'on-hold', 'unknown'].includes(status),
  )
  assert.equal(current.length, 0, 'nobody is said to use nothing while something is in use')
}

describe('random sequences of decisions', () => {
  it('keep invariants 3 and 14, and leave only what is valid', async () => {
    const validation = await testValidation()
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        const person = await personInMemory('2026-03-02T09:00:00.000Z')
        for (const one of steps) {
          await take(person, one)
          checkEmptiness(person)
          for (const resource of person.resources())
            if (resource.resourceType === 'MedicationRequest' && resource.intent === 'order')
              checkPrescription(person, resource)
        }
        for (const resource of person.resources()) assert.deepEqual(validation.validate(resource), [])
      }),
      RUNS,
    )
  }).timeout(process.env['STAFETT_TEST_DEEP'] ? 1_200_000 : 60_000)
})
