import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { FhirResource } from 'fhir/r4.js'
import { extensionUrl } from '../../src/core/canonical.js'
import { completenessOf } from '../../src/medication-list/completeness.js'
import type { Fact } from '../../src/medication-list/contract.js'
import { buildList, completenessExtensions } from '../../src/medication-list/list-resource.js'
import {
  derive,
  fact,
  fixed,
  intake,
  PATIENT,
  prescription,
  row,
  sourceList,
  supply,
  WARD,
} from '../support/clinical-facts.js'
import { validateR4 } from '../support/r4-validator.js'
import { testValidation } from '../support/validation.js'

const SOURCES = [
  {
    key: 'eresept|1',
    role: 'source-list' as const,
    name: 'Legekontor',
    lastHeard: '2026-11-20T10:00:00.000Z',
    waiting: 1,
  },
  {
    key: 'devices|d',
    role: 'device' as const,
    name: 'Dispenser',
    lastHeard: '2026-11-22T10:00:00.000Z',
    waiting: 0,
    failed: 'STORE_UNAVAILABLE',
  },
]
const rows = [
  row('r', { prescription: 'p', period: { start: '2026-11-01' } }),
  row('s', { brand: 'ID_PARACET', status: 'on-hold', more: { statusReason: [{ text: 'Før operasjon' }] } }),
  row('t', {
    brand: 'ID_WARFARIN',
    status: 'stopped',
    asserted: '2026-11-20T10:00:00+01:00',
    more: { statusReason: [{ text: 'Blødning' }] },
  }),
]
const FACTS: Fact[] = [
  prescription('p'),
  ...rows,
  sourceList('l', '2026-11-20T12:00:00Z', rows),
  prescription('q', {
    brand: 'ID_PINEX',
    requester: WARD,
    dosage: [fixed(0.5, { when: ['MORN'] }), { text: 'Etter behov' }],
  }),
  row('m', {
    brand: 'ID_METHOTREXATE',
    dosage: [
      {
        ...fixed(4, { when: ['MORN'], dayOfWeek: ['mon'], frequency: 1, period: 1, periodUnit: 'wk' }),
        text: '4 tabletter ukentlig',
      },
    ],
  }),
  supply('d', '2026-11-10', 'ID_METFORMIN'),
  intake('i', '2026-11-21T08:00:00+01:00', { brand: 'ID_WARFARIN' }),
]

const build = (result: ReturnType<typeof derive>) =>
  buildList({
    result,
    references: new Map(result.lines.map(({ id }) => [id, `MedicationStatement/${id}/_history/1`])),
    patientRef: PATIENT,
    date: '2026-11-22T11:00:00.000Z',
  })

describe('the list as FHIR', () => {
  it('is valid R4 and keeps its profiles, lines and issues included, in every language', async () => {
    const validation = await testValidation()
    for (const language of ['nb', 'da', 'en', 'sv', 'fi'] as const) {
      const result = derive(FACTS, { sources: SOURCES, language })
      const list = build(result)
      for (const resource of [list, ...result.lines.map(({ statement }) => statement), ...result.issues]) {
        assert.deepEqual(validateR4(resource), [], resource.resourceType)
        assert.deepEqual(validation.validate(resource), [], resource.resourceType)
      }
    }
  }).timeout(30_000)

  it('names each line at one version, with flag and date, current lines before provisional and ended ones', () => {
    const result = derive(FACTS, { sources: SOURCES })
    const list = build(result)
    assert.deepEqual(
      result.lines.map(({ statement }) => statement.status),
      ['active', 'active', 'on-hold', 'active', 'unknown', 'stopped'],
    )
    for (const entry of list.entry ?? []) {
      assert.match(entry.item.reference ?? '', /^MedicationStatement\/[0-9a-f-]{36}\/_history\/1$/)
      assert.equal(entry.date, '2026-11-22')
      assert.ok(entry.flag?.coding?.[0]?.code)
    }
    assert.equal(list.emptyReason, undefined)
  })

  it('says of each source what is known, and sums it', () => {
    const list = build(derive(FACTS, { sources: SOURCES }))
    const states = (list.extension ?? []).filter(({ url }) => url === extensionUrl('source-state'))
    const parts = states.map(({ extension }) =>
      Object.fromEntries(
        (extension ?? []).map((part) => [
          part.url,
          part.valueCode ?? part.valueString ?? part.valueInstant ?? part.valueUnsignedInt,
        ]),
      ),
    )
    assert.deepEqual(parts, [
      {
        key: 'devices|d',
        role: 'device',
        name: 'Dispenser',
        state: 'failed',
        lastHeard: '2026-11-22T10:00:00.000Z',
        reason: 'STORE_UNAVAILABLE',
      },
      {
        key: 'eresept|1',
        role: 'source-list',
        name: 'Legekontor',
        state: 'waiting',
        lastHeard: '2026-11-20T10:00:00.000Z',
        waiting: 1,
      },
    ])
    assert.equal(
      list.extension?.find(({ url }) => url === extensionUrl('completeness'))?.valueCode,
      'partial',
    )
  })

  it('says why it is empty, naming the sources that could not be read', () => {
    assert.equal(build(derive([])).emptyReason?.coding?.[0]?.code, 'notstarted')
    const unavailable = build(derive([], { sources: SOURCES }))
    assert.equal(unavailable.emptyReason?.coding?.[0]?.code, 'unavailable')
    assert.equal(unavailable.note?.[0]?.text, 'Dispenser')
    assert.deepEqual(validateR4(unavailable), [])
  })

  it('is complete only when every source is current and nothing waits or is parked', () => {
    const sources = [
      { key: 'a', role: 'prescriber' as const, name: 'A', lastHeard: '2020-01-01T00:00:00.000Z', waiting: 0 },
    ]
    const at = '2026-11-22T11:00:00.000Z'
    const sum = (waiting: number, dead: number) => completenessOf({ sources, waiting, dead, at }).completeness
    assert.deepEqual([sum(0, 0), sum(1, 0), sum(0, 1)], ['complete', 'partial', 'partial'])
    const [state, completeness] = completenessExtensions(completenessOf({ sources, waiting: 0, dead: 0, at }))
    assert.equal(state?.url, extensionUrl('source-state'))
    assert.equal(completeness?.valueCode, 'complete')
  })

  it('writes the dosage anew, keeps the source’s words, and warns that a weekly dose is not daily', () => {
    const line = derive(FACTS).lines.find(({ facts }) => facts.includes('MedicationStatement/m'))!.statement
    const [dosage] = line.dosage ?? []
    assert.equal(dosage?.text, '4 tabletter én gang i uken, mandag morgen')
    assert.equal(
      dosage?.extension?.find(({ url }) => url === extensionUrl('original-text'))?.valueString,
      '4 tabletter ukentlig',
    )
    assert.equal(dosage?.additionalInstruction?.[0]?.text, 'Tas bare på mandager – ikke hver dag.')
    assert.equal(
      line.extension?.find(({ url }) => url === extensionUrl('dosage-text'))?.valueString,
      dosage?.text,
    )
  })
})

const SAMPLES = join(process.cwd(), '../shared/samples/medlist')

function jsonFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? jsonFiles(path) : name.endsWith('.json') ? [path] : []
  })
}

function readJson(path: string): FhirResource | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as FhirResource
  } catch (error) {
    // One published file is no JSON (its SOURCES.md says so).
    assert.ok(error instanceof SyntaxError)
    return undefined
  }
}

describe('published medication lists', () => {
  it('are read without a fault where they are R4, and their lines are valid', async function () {
    this.timeout(60_000)
    if (!statSync(SAMPLES, { throwIfNoEntry: false })) this.skip()
    const validation = await testValidation()
    const resources = jsonFiles(SAMPLES)
      .flatMap((path) => inside(readJson(path)))
      // Facts pass validation at the door; what is left out here (R5, unknown modifiers) never reaches the engine.
      .filter((resource) => validation.validate(resource).length === 0)
    const facts = resources.map((resource, index) =>
      fact(resource, `${resource.id ?? 'x'}-${index}`, 'client'),
    )
    const result = derive(facts)
    for (const { statement } of result.lines) assert.deepEqual(validateR4(statement), [])
    console.log(
      `      ${facts.length} resources, ${result.lines.length} lines, ${result.issues.length} issues`,
    )
    assert.ok(result.lines.length > 0)
  })
})

/** A resource, or the resources of a Bundle. */
function inside(resource: FhirResource | undefined): FhirResource[] {
  if (resource === undefined) return []
  if (resource.resourceType !== 'Bundle') return [resource]
  // Entries of a published Bundle are resources; validation sorts out those that are none of R4.
  return (resource.entry ?? []).flatMap((entry) =>
    entry.resource === undefined ? [] : [entry.resource as FhirResource],
  )
}
