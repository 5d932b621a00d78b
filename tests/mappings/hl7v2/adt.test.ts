import assert from 'node:assert/strict'
import { validateR4 } from '../../support/r4-validator.js'
import {
  admission,
  bytesOf,
  mapMessage,
  msh,
  order,
  PID,
  patientOf,
  resourcesOf,
  unmappedAt,
  withoutNulls,
} from './messages.js'

const CX = 'T-1^^^S&1.2.3&ISO^MR'
const visit = (kind: string, rest = '') =>
  `PV1|1|${kind}|${rest}${'|'.repeat(16 - (rest.match(/\|/g) ?? []).length)}V-1^^^B&1.2.9&ISO^VN`
const encounterOf = (...lines: readonly string[]) => resourcesOf(admission('A01', ...lines), 'Encounter')[0]

describe('ADT to Patient', () => {
  it('maps numbers, names, birth, address, contacts and the general practitioner', () => {
    const patient = patientOf(
      admission(
        'A04',
        `PID|1|X-2|${CX}~N-3^^^^MR||Prøve^Kari^Åse^^Fru^^L~Gammel^Kari^^^^^M|Mors^Navn|195001011530|F|Kalle|||Fylket|22000000|+4790000000^WPN^CP|nb^Norsk^L|M^Gift^HL70002`,
        'PD1|||Legekontoret^^77|9144900^Fast^Lege^^^^^^HPR',
      ),
    )
    assert.deepEqual(
      patient.identifier?.map(({ value }) => value),
      ['T-1', 'N-3', 'X-2'],
    )
    assert.deepEqual(patient.name, [
      { use: 'official', family: 'Prøve', given: ['Kari', 'Åse'], prefix: ['Fru'] },
      { use: 'maiden', family: 'Gammel', given: ['Kari'] },
      { use: 'nickname', family: 'Kalle' },
    ])
    assert.equal(patient.birthDate, '1950-01-01')
    assert.equal(patient._birthDate?.extension?.[0]?.valueDateTime, '1950-01-01T15:30:00+01:00')
    assert.equal(patient.gender, 'female')
    assert.deepEqual(
      patient.telecom?.map(({ use, value }) => [use, value]),
      [
        ['home', '22000000'],
        ['mobile', '+4790000000'],
      ],
    )
    assert.equal(
      patient.maritalStatus?.coding?.[0]?.system,
      'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus',
    )
    assert.deepEqual(
      patient.generalPractitioner?.map(({ display }) => display),
      ['Lege Fast', 'Legekontoret'],
    )
    assert.equal(patient.extension?.[0]?.valueString, 'Mors')
  })
  it('has the first number of PID-3 as key and states all numbers of the person', () => {
    const mapped = admission('A08', `PID|1||${CX}~9^^^^MR||Prøve`)
    assert.equal(mapped.resources[0]?.key, 'urn:oid:1.2.3|T-1')
    assert.equal(mapped.resources[0]?.order, '2026-11-20T07:00:00.000Z')
    assert.equal(mapped.identifiers.length, 2)
  })
  it('says nothing of fields that are not sent', () => {
    assert.deepEqual(patientOf(admission('A08', `PID|1||${CX}`)), {
      resourceType: 'Patient',
      identifier: [
        {
          type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] },
          system: 'urn:oid:1.2.3',
          value: 'T-1',
          assigner: { display: 'S' },
        },
      ],
    })
  })
  it('deletes what "" stands in, and never shows the two quotes', () => {
    const pid = `PID|1||${CX}||Prøve^""^Åse||""|""|||""||""|+4722000000^WPN^PH||""${'|'.repeat(13)}""`
    const patient: Record<string, unknown> = { ...patientOf(admission('A08', pid)) }
    for (const element of ['birthDate', 'gender', 'address', 'maritalStatus', 'deceasedDateTime'])
      assert.equal(patient[element], null, element)
    assert.deepEqual(patient['name'], [{ family: 'Prøve', given: ['Åse'] }])
    assert.equal((patient['telecom'] as unknown[]).length, 1)
    assert.ok(!JSON.stringify(patient).includes('\\"\\"'))
  })
  it('deletes nothing from within an order', () => {
    const raw = bytesOf(msh({ type: 'RDE^O11' }), `PID|1||${CX}||Prøve||""|F|||""`, 'ORC|NW|1', 'RXE||x^X^L')
    assert.ok(!JSON.stringify({ ...patientOf(mapMessage(raw)), _gender: undefined }).includes('null'))
    assert.equal('address' in patientOf(mapMessage(raw)), false)
    assert.equal(patientOf(mapMessage(raw)).birthDate, undefined)
  })
  it('does not guess a gender, a date or a number', () => {
    const mapped = admission('A08', `PID|1||${CX}||Prøve||20260230|female`)
    const patient = patientOf(mapped)
    assert.equal(patient.gender, undefined)
    assert.equal(patient.birthDate, undefined)
    assert.deepEqual(unmappedAt(mapped, 'unknown-code'), ['PID-8'])
    assert.deepEqual(unmappedAt(mapped, 'invalid-value'), ['PID-7.1'])
  })
  it('keeps the code of a gender that FHIR does not have', () => {
    const patient = patientOf(admission('A08', `PID|1||${CX}||Prøve|||A`))
    assert.equal(patient.gender, 'other')
    assert.equal(patient._gender?.extension?.[0]?.valueCodeableConcept?.coding?.[0]?.code, 'A')
  })
  it('lists race, billing account and local segments as unmapped', () => {
    const mapped = admission('A08', `PID|1||${CX}||Prøve|||||1^^L||||||||ACC`, 'ZPI|1|lokalt')
    assert.deepEqual(
      mapped.unmapped.map(({ at, reason }) => `${at} ${reason}`),
      [
        'MSH administrative',
        'EVN administrative',
        'PID-1 administrative',
        'PID-10 no-element',
        'PID-18 administrative',
        'ZPI unknown-segment',
      ],
    )
  })
  it('names a leaf that stayed behind within a field that was read', () => {
    const mapped = admission('A08', `PID|1||T-1^7^M11^S&1.2.3&ISO^MR||Prøve^Kari`)
    assert.deepEqual(unmappedAt(mapped, 'no-element'), ['PID-3.2', 'PID-3.3'])
  })
  it('gives author, time and activity of the event', () => {
    const raw = bytesOf(msh({ type: 'ADT^A08' }), 'EVN|A08|20261120075500+0100|||7^Sekretær^Siri', PID)
    assert.deepEqual(mapMessage(raw).authorship, {
      recorded: '2026-11-20T07:55:00+01:00',
      author: {
        type: 'Practitioner',
        identifier: {
          system: 'http://stafett.internal/fhir/sid/sender/KURVE%7CSYKEHUSET/practitioner',
          value: '7',
        },
        display: 'Siri Sekretær',
      },
      activity: 'UPDATE',
    })
    assert.deepEqual(admission('A08', PID).authorship.author, { type: 'Organization', display: 'SYKEHUSET' })
  })
})

describe('ADT to Encounter', () => {
  it('maps class, status, places, people and period', () => {
    const encounter = encounterOf(PID, visit('I', 'MED^204^1^S|||GAMMEL^1|7^Lege^Lise'))
    assert.deepEqual(encounter?.identifier?.[0]?.value, 'V-1')
    assert.equal(encounter?.status, 'in-progress')
    assert.equal(encounter?.class.code, 'IMP')
    assert.deepEqual(
      encounter?.location?.map(({ status, location }) => [status, location.display]),
      [
        ['active', 'MED 204 1 S'],
        ['completed', 'GAMMEL 1'],
      ],
    )
    assert.equal(encounter?.participant?.[0]?.type?.[0]?.coding?.[0]?.code, 'ATND')
    assert.deepEqual(encounter?.subject, { reference: 'urn:stafett:subject' })
  })
  for (const [kind, code, status] of [
    ['E', 'EMER', 'in-progress'],
    ['I', 'IMP', 'in-progress'],
    ['O', 'AMB', 'in-progress'],
    ['P', 'PRENC', 'planned'],
    ['U', 'U', 'unknown'],
    ['R', 'R', 'in-progress'],
    ['', 'UNK', 'in-progress'],
    ['ff', 'ff', 'in-progress'],
  ] as const)
    it(`has class ${code} and status ${status} for PV1-2 ${kind || 'empty'}`, () => {
      const encounter = encounterOf(PID, visit(kind))
      assert.equal(encounter?.class.code, code)
      assert.equal(encounter?.status, status)
    })
  it('is finished when PV1-45 stands', () => {
    const encounter = encounterOf(PID, `${visit('I')}${'|'.repeat(25)}20261101|20261119`)
    assert.equal(encounter?.status, 'finished')
    assert.deepEqual(encounter?.period, { start: '2026-11-01', end: '2026-11-19' })
  })
  it('is not stored without a visit number, and what it says is recorded', () => {
    const mapped = admission('A01', PID, 'PV1|1|I|MED^1')
    assert.deepEqual(resourcesOf(mapped, 'Encounter'), [])
    assert.ok(unmappedAt(mapped, 'no-element').includes('PV1-3'))
  })
  it('is none for a person that is not a patient', () => {
    assert.equal(encounterOf(PID, visit('N')), undefined)
  })
  it('of an update changes what it states, deletes what "" says, and leaves the status', () => {
    const mapped = admission('A08', PID, visit('I', '""||||7^Lege^Lise'))
    const [change] = mapped.amendments
    assert.equal(change?.key, 'urn:oid:1.2.9|V-1')
    assert.equal(change?.set['location'], null)
    assert.equal('status' in (change?.set ?? {}), false)
    assert.equal((change!.set['participant'] as unknown[]).length, 1)
    assert.equal(mapped.resources.at(-1)?.order, '')
  })
  it('of an order only describes a visit that nobody described', () => {
    const raw = bytesOf(msh({ type: 'RDE^O11' }), PID, visit('I'), 'ORC|NW|1', 'RXE||x^X^L')
    const mapped = mapMessage(raw)
    assert.deepEqual(mapped.amendments, [])
    assert.equal(mapped.resources.find(({ resource }) => resource.resourceType === 'Encounter')?.order, '')
  })
})

describe('AL1 to AllergyIntolerance', () => {
  const allergies = (...lines: readonly string[]) =>
    resourcesOf(admission('A01', PID, ...lines), 'AllergyIntolerance')
  it('maps kind, code, severity and each reaction', () => {
    const [allergy] = allergies(
      'AL1|1|DA^Drug^HL70127|J01CA^Testicillin^ATC|SV^Severe^HL70128|Utslett~Kløe|20200101',
    )
    assert.deepEqual(allergy?.category, ['medication'])
    assert.equal(allergy?.type, 'allergy')
    assert.equal(allergy?.code?.coding?.[0]?.code, 'J01CA')
    assert.deepEqual(
      allergy?.reaction?.map(({ manifestation, severity }) => [
        manifestation[0]?.text ?? manifestation[0]?.coding?.[0]?.code,
        severity,
      ]),
      [
        ['Utslett', 'severe'],
        ['Kløe', 'severe'],
      ],
    )
    assert.equal(allergy?.criticality, undefined)
    assert.equal(allergy?.onsetDateTime, '2020-01-01')
    assert.deepEqual(allergy?.patient, { reference: 'urn:stafett:subject' })
  })
  it('has severity as criticality where no reaction stands', () => {
    assert.equal(allergies('AL1|1|DA|^Nøtter|SV')[0]?.criticality, 'high')
  })
  it('has patient, sender and code as identity: the same again is the same', () => {
    const mapped = admission('A01', PID, 'AL1|1|DA|A^Aa^L', 'AL1|2|DA|A^Aa^L|SV', 'AL1|3|DA|^Bb')
    const keys = mapped.resources
      .filter(({ resource }) => resource.resourceType === 'AllergyIntolerance')
      .map(({ key }) => key)
    const sender = 'http://stafett.internal/fhir/sid/sender/KURVE%7CSYKEHUSET'
    assert.deepEqual(keys, [`${sender}/allergy|${sender}/L|A`, `${sender}/allergy|Bb`])
  })
  it('is not stored without a substance, and an unknown kind is recorded', () => {
    assert.deepEqual(allergies('AL1|1|DA||SV'), [])
    const mapped = admission('A01', PID, 'AL1|1|DRUG|A^Aa^L')
    assert.deepEqual(unmappedAt(mapped, 'unknown-code'), ['AL1-2'])
  })
  it('comes with an order too', () => {
    const raw = bytesOf(msh({ type: 'RDE^O11' }), PID, 'AL1|1|DA|A^Aa^L', 'ORC|NW|1', 'RXE||x^X^L')
    assert.equal(resourcesOf(mapMessage(raw), 'AllergyIntolerance').length, 1)
  })
})

describe('ADT^A40', () => {
  const raw = bytesOf(
    msh({ type: 'ADT^A40' }),
    'EVN|A40|20261120',
    'PID|1||T-1^^^S&1.2.3&ISO||Prøve^En',
    'MRG|T-0^^^S&1.2.3&ISO~Z^^^&1.2.4&ISO||||||Gammel^Navn',
    'PID|2||T-3^^^S&1.2.3&ISO||Prøve^To',
    'MRG|T-2^^^S&1.2.3&ISO|||EXT',
  )
  it('merges the prior person into the survivor, pair by pair', () => {
    assert.deepEqual(mapMessage(raw, 0).merge, {
      survivor: [{ system: 'urn:oid:1.2.3', value: 'T-1' }],
      prior: [
        { system: 'urn:oid:1.2.3', value: 'T-0' },
        { system: 'urn:oid:1.2.4', value: 'Z' },
      ],
    })
    assert.equal(mapMessage(raw, 1).merge?.prior[0]?.value, 'T-2')
    assert.equal(patientOf(mapMessage(raw, 1)).name?.[0]?.given?.[0], 'To')
    assert.equal(mapMessage(raw, 0).authorship.activity, 'MERGE')
  })
  it('records the prior name, once, with its own pair', () => {
    assert.deepEqual(unmappedAt(mapMessage(raw, 0), 'no-element'), ['MRG[1]-7'])
    assert.deepEqual(unmappedAt(mapMessage(raw, 1), 'no-element'), [])
  })
})

describe('ADT and R4', () => {
  it('is valid in all that it makes', () => {
    const mapped = admission(
      'A01',
      `PID|1|X-2|${CX}|ALT^^^^PI|Prøve&van&P^Kari^Åse^Jr^Fru^Dr^BAD^^^^^20200101^20210101|Mors^Navn|195001011530|N|Kalle|1|Gata 1&Gata&1^Oppgang B^Oslo^Oslo^0150^NO^H^^Sentrum^^^^20200101|Fylket|22000000^PRN^PH^^47^22^000000^12|x^NET^Internet^a@b.no~z|nb|M|R^Rel^L|ACC|111|222^NO|M|N|Oslo|Y|2|NO^Norge^ISO3166_1|V|NO|20260101|Y||||||||||3^^CP`,
      'PD1|||Kontor^L^77^^^A&1.2.7&ISO^XX|1^Lege^A^B^Jr^Dr^MD^^HPR&2.16.578.1.12.4.1.4.4&ISO^L^^^HPR',
      `${visit('ff', 'MED^204^1^S&1.2&ISO^^^B^3|||X^Y|7^L~8^M|9^N|10^O|KIR|T^1|||4||VIP|11^P')}`,
      'AL1|1|AA|A^Aa^L|MI|U|2020',
      'AL1|2|MC|^B|XX',
    )
    for (const { resource } of mapped.resources) assert.deepEqual(validateR4(withoutNulls(resource)), [])
  }).timeout(30_000)
  it('keeps every text of the message either in a resource or in the list of what was not mapped', () => {
    const mapped = order('ORC|NW|P-1^KURVE', 'RXE||x^UniktNavn^L|1||mg')
    assert.ok(JSON.stringify(mapped.resources).includes('UniktNavn'))
  })
})
