/** The same searches, read as the API reads them, answered by the store and by the evaluator in memory (fhir-api.md 13.4). */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { MedicationRequest } from 'fhir/r4.js'
import { type ClauseSubject, matchesAll } from '../../src/api/clause-match.js'
import { parseSearch } from '../../src/api/search-query.js'
import type { PersonId } from '../../src/core/ids.js'
import { indexResource } from '../../src/core/search-parameters.js'
import type { ResourceWrite } from '../../src/store/effect.js'
import type { SearchClause } from '../../src/store/views.js'
import { ANNA, aboutPerson, applied, newMessage, write } from '../store/fixtures.js'
import { availableBackends, type OpenBackend } from '../support/backends.js'

const RUNS = { numRuns: process.env['STAFETT_TEST_DEEP'] ? 1000 : 50, seed: 20260303 }
const RESOURCES = 60
const DATES = [
  '2025',
  '2026-02',
  '2026-03-01',
  '2026-02-28T23:30:00Z',
  '2026-03-29',
  '2026-03-01T10:00:00+01:00',
]
const STATUSES = ['active', 'stopped', 'on-hold'] as const

const requestOf = (person: string, index: number): MedicationRequest => ({
  resourceType: 'MedicationRequest',
  id: `r${index}`,
  status: STATUSES[index % 3] ?? 'active',
  intent: 'order',
  subject: { reference: `Patient/${person}` },
  ...(index % 7 === 0 ? {} : { authoredOn: DATES[index % DATES.length] ?? '2026' }),
  identifier: [index % 2 === 0 ? { system: 'urn:a', value: `${index % 5}` } : { value: `${index % 5}` }],
  requester:
    index % 4 === 0
      ? { reference: `Practitioner/${index % 3}` }
      : { identifier: { system: 'urn:hpr', value: '1' } },
})

const criterion = fc.oneof(
  fc.subarray([...STATUSES], { minLength: 1 }).map((values) => ['status', values.join(',')] as const),
  fc
    .constantFrom('urn:a|1', '1', '|1', 'urn:a|', 'urn:b|1', '2,urn:a|4')
    .map((value) => ['identifier', value] as const),
  fc
    .tuple(
      fc.constantFrom('', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb'),
      fc.constantFrom(...DATES, '2026'),
    )
    .map(([prefix, date]) => ['authoredon', `${prefix}${date}`] as const),
  fc
    .constantFrom('Practitioner/0', 'Practitioner/2,Practitioner/0')
    .map((value) => ['requester', value] as const),
  fc.constantFrom('r1', 'r1,r2,none').map((value) => ['_id', value] as const),
  fc
    .constantFrom('gt2026-03-01T08:00:00.010Z', 'lt2026-03-01T08:00:00.010Z', '2026')
    .map((value) => ['_lastUpdated', value] as const),
)

for (const backend of await availableBackends())
  describe(`search of the API on ${backend.name}`, function () {
    this.timeout(60_000)
    let opened: OpenBackend
    let subjects: ClauseSubject[]
    let person: PersonId
    before(async () => {
      opened = await backend.open()
      const writes: ResourceWrite[] = []
      const made = await applied(opened.store, newMessage('x', { subject: aboutPerson(ANNA) }), (owner) => {
        for (let index = 0; index < RESOURCES; index++) {
          const resource = requestOf(owner, index)
          const lastUpdated = new Date(
            Date.parse('2026-03-01T08:00:00.000Z') + Math.floor(index / 3),
          ).toISOString()
          const text = JSON.stringify(resource)
          writes.push(write(owner, { id: `r${index}`, text, lastUpdated, index: indexResource(resource) }))
        }
        return { writes }
      })
      person = made.person
      subjects = writes.map(({ stored, index }) => ({
        found: { ...stored, text: JSON.stringify(stored.resource), deleted: false, personId: person },
        index,
      }))
    })
    after(() => opened.close())

    const clausesOf = (criteria: readonly (readonly [string, string])[]): SearchClause[] =>
      parseSearch(
        criteria.map(([name, value]) => ({ name, value })),
        {
          type: 'MedicationRequest',
          handling: 'strict',
          inUrl: true,
          zone: 'Europe/Oslo',
          base: 'https://hub.test/fhir',
        },
      ).criteria.flatMap((item) => (item.kind === 'clause' ? [item.clause] : []))

    const expected = (clauses: readonly SearchClause[]): string[] =>
      subjects
        .filter((subject) => matchesAll(subject, clauses))
        .map(({ found }) => found.id)
        .sort()

    it('S-07 to S-10 finds and counts what the evaluator in memory finds, in the order of ids', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(criterion, { maxLength: 3 }), async (criteria) => {
          const clauses = clausesOf([['patient', person], ...criteria])
          const request = { type: 'MedicationRequest', clauses }
          const found = await opened.store.search({ ...request, count: 1_001, after: undefined })
          assert.deepEqual(
            found.map(({ id }) => id),
            expected(clauses),
          )
          assert.equal(await opened.store.countMatches(request), found.length)
        }),
        RUNS,
      )
    })

    it('S-20 walks all pages without loss or repetition', async () => {
      const clauses = clausesOf([['patient', person]])
      const seen: string[] = []
      let after: { id: string } | undefined
      do {
        const page = await opened.store.search({
          type: 'MedicationRequest',
          clauses,
          count: 7,
          after,
        })
        seen.push(...page.map(({ id }) => id))
        const last = page.at(-1)
        after = last === undefined ? undefined : { id: last.id }
      } while (after !== undefined)
      assert.deepEqual(seen, expected(clauses))
    })
  })
