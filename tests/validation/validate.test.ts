import assert from 'node:assert/strict'
import { PROBLEMS_MAX, type Validation } from '../../src/validation/validate.js'
import { validateR4 } from '../support/r4-validator.js'
import { testValidation } from '../support/validation.js'
import { answer, intake, line, list, patient, prescription } from './fixtures.js'
import { changed, HUB_CASES, OWN, RULE_CASES, STRUCTURE_CASES } from './refused-cases.js'

describe('validation', function () {
  this.timeout(60_000)
  let validation: Validation
  before(async () => {
    validation = await testValidation()
  })

  for (const [name, resource] of Object.entries({ prescription, line, list, answer, intake, patient }))
    it(`accepts a sound ${name}, as the published definitions do`, () => {
      assert.deepEqual(validation.validate(resource), [])
      assert.deepEqual(validateR4(resource), [])
    })

  for (const { title, resource, at, code } of [...STRUCTURE_CASES, ...RULE_CASES, ...HUB_CASES])
    it(`refuses ${title}`, () => {
      const problems = validation.validate(resource)
      assert.ok(
        problems.some((problem) => problem.at === at && problem.code === code),
        `expected ${code} at ${at}, got ${JSON.stringify(problems)}`,
      )
    })

  it('refuses __proto__ as a property and does not tell a name that may be data', () => {
    const own = JSON.parse('{"resourceType": "Patient", "__proto__": {"a": 1}, "13816010076": 1}')
    const problems = validation.validate(own)
    assert.deepEqual(
      problems.map(({ at }) => at),
      ['Patient'],
    )
    assert.ok(!JSON.stringify(problems).includes('13816'))
  })

  it('takes an extension in place of a missing value, also in a list', () => {
    const absent = {
      extension: [
        { url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' },
      ],
    }
    const resource = {
      ...patient,
      name: [{ given: ['Åse', null], _given: [null, absent] }],
      _birthDate: absent,
    }
    assert.deepEqual(validation.validate(resource), [])
  })

  it('takes a reference whose type is a profile of others, and judges the published ones', () => {
    const subject = (type: string) => changed(patientless, { subject: { type, identifier: { value: '1' } } })
    const patientless = { ...prescription, subject: undefined }
    assert.deepEqual(
      validation.validate(subject('http://ehelse.no/fhir/StructureDefinition/sfm-Patient')),
      [],
    )
    assert.deepEqual(validation.validate(subject('http://hl7.org/fhir/StructureDefinition/Patient')), [])
    for (const type of ['Device', 'http://hl7.org/fhir/StructureDefinition/Device'])
      assert.deepEqual(
        validation.validate(subject(type)).map(({ at, code }) => [at, code]),
        [['MedicationRequest.subject', 'RESOURCE_INVALID']],
      )
  })

  it('names every problem once, and no value', () => {
    const secret = 'Kari Nordmann'
    const resource = changed(prescription, {
      status: secret,
      authoredOn: secret,
      note: [{ text: 1 }],
      [secret]: secret,
    })
    const problems = validation.validate(resource)
    assert.deepEqual(problems.map(({ at, code }) => `${at} ${code}`).sort(), [
      'MedicationRequest RESOURCE_STRUCTURE',
      'MedicationRequest.authoredOn RESOURCE_STRUCTURE',
      'MedicationRequest.note[0].text RESOURCE_STRUCTURE',
      'MedicationRequest.status CODE_UNMAPPED',
    ])
    assert.ok(!JSON.stringify(problems).includes(secret))
  })

  it('lists 100 problems and says that there are more', () => {
    const note = Array.from({ length: 250 }, () => ({ text: 1 }))
    const problems = validation.validate(changed(prescription, { note }))
    assert.equal(problems.length, PROBLEMS_MAX + 1)
    assert.equal(problems.at(-1)?.text, '150 more problems are not listed')
  })

  it('stops at the first problem of a very large resource', () => {
    const note = Array.from({ length: 60_000 }, () => ({ text: 1 }))
    assert.equal(validation.validate({ ...prescription, note }).length, 1)
  })

  it('refuses bottomless nesting without an exception', () => {
    let extension: object = { url: 'http://x.test/a', valueCode: 'b' }
    for (let depth = 0; depth < 50_000; depth++)
      extension = { url: 'http://x.test/a', extension: [extension] }
    assert.deepEqual(
      validation.validate({ ...patient, extension: [extension] }).map(({ text }) => text),
      ['is nested too deeply'],
    )
    let bundle: object = { resourceType: 'Bundle', type: 'collection' }
    for (let depth = 0; depth < 20; depth++)
      bundle = { resourceType: 'Bundle', type: 'collection', entry: [{ resource: bundle }] }
    assert.equal(validation.validate(bundle)[0]?.code, 'RESOURCE_STRUCTURE')
  })

  it('holds a resource against a profile that is asked for', () => {
    const { meta: _, ...unprofiled } = intake
    const resource = { ...unprofiled, identifier: undefined }
    const asked = `${OWN}/hub-administration|0.1.0`
    assert.deepEqual(validation.validate(JSON.parse(JSON.stringify(resource))), [])
    assert.equal(
      validation.validate(JSON.parse(JSON.stringify(resource)), asked)[0]?.at,
      'MedicationAdministration.identifier',
    )
    assert.ok(validation.profiles.has(`${OWN}/hub-administration`))
  })

  it('holds every resource of layer line against its profile, named or not', () => {
    const { profile: _, ...meta } = line.meta!
    assert.equal(
      validation.validate(changed(line, { meta, derivedFrom: undefined }))[0]?.at,
      'MedicationStatement.derivedFrom',
    )
  })
})
