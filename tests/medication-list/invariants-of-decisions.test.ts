/** Invariants 1, 3 and 5 of medication-list.md 13 over generated histories. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { MedicationRequest, MedicationStatement } from 'fhir/r4.js'
import { addDays, rangeOfDateTime, startOfLocalDay } from '../../src/core/zone.js'
import type { Fact, ListResult } from '../../src/medication-list/contract.js'
import { readFacts } from '../../src/medication-list/facts/read-facts.js'
import { groupFacts } from '../../src/medication-list/grouping/group-facts.js'
import { asPrevious, derive } from '../support/clinical-facts.js'
import { type FactHistory, factHistory } from '../support/fact-history.js'
import { productCatalogue } from '../support/product-catalogue.js'

const RUNS = { numRuns: process.env['STAFETT_TEST_DEEP'] ? 1000 : 12, seed: 20261124 }
const ZONE = 'Europe/Oslo'
const HOUR_MS = 3_600_000

const listOf = ({ facts, sources, at }: FactHistory, more = {}): ListResult =>
  derive(facts, { sources, at, ...more })

/** History and an order of its facts. */
const shuffledHistory = factHistory().chain((history) =>
  fc.record({
    history: fc.constant(history),
    shuffled: fc.shuffledSubarray([...history.facts], { minLength: history.facts.length }),
  }),
)

describe('invariant 1: grouping and content do not depend on the order of arrival', () => {
  it('gives the same result for any order of the same facts', () => {
    fc.assert(
      fc.property(shuffledHistory, ({ history, shuffled }) => {
        assert.deepEqual(listOf({ ...history, facts: shuffled }), listOf(history))
      }),
      RUNS,
    )
  })

  it('gives the same treatments and doses whichever of the facts came first', () => {
    fc.assert(
      fc.property(shuffledHistory, ({ history, shuffled }) => {
        // The instants of receipt go to other facts than before.
        const facts = history.facts.map((fact, index) => ({
          ...fact,
          receivedAt: shuffled[index]!.receivedAt,
        }))
        assert.deepEqual(treatments(listOf({ ...history, facts })), treatments(listOf(history)))
      }),
      RUNS,
    )
  })

  it('changes nothing when the same facts are derived again after what was stored', () => {
    fc.assert(
      fc.property(factHistory(), (history) => {
        const first = listOf(history)
        const again = listOf(history, { previous: asPrevious(first) })
        const shown = first.lines.filter(({ flag }) => !['stopped', 'completed', 'error'].includes(flag))
        assert.deepEqual(
          again.lines.map(({ id, fingerprint, flag }) => [id, fingerprint, flag]),
          shown.map(({ id, fingerprint }) => [id, fingerprint, 'unchanged']),
        )
        assert.deepEqual(again.issues, first.issues)
      }),
      RUNS,
    )
  })
})

/** What a reader of the list cares about, without ids and dates of versions. */
const treatments = ({ lines }: ListResult) =>
  lines
    .map(({ facts, statement }) => ({
      facts,
      status: statement.status,
      dosage: statement.dosage,
      period: statement.effectivePeriod,
      medicine: statement.medicationCodeableConcept,
    }))
    .sort((a, b) => (a.facts.join() < b.facts.join() ? -1 : 1))

describe('invariant 3: every valid prescription is in one line, and nobody is left unasked', () => {
  it('holds for every generated history', () => {
    fc.assert(
      fc.property(factHistory(), (history) => {
        const result = listOf(history)
        const facts = readFacts(history.facts, { zone: ZONE, products: productCatalogue })
        const { groups } = groupFacts(facts, { zone: ZONE, isHolders: () => false })
        for (const fact of history.facts) {
          if (!isValidPrescription(fact, history.at)) continue
          const where = groups.filter((group) => group.facts.some(({ ref }) => ref === fact.ref))
          assert.equal(where.length, 1, `${fact.ref} is in ${where.length} lines`)
          // A line that ended more than 90 days ago is shown no more.
          const line = result.lines.find(({ facts: members }) => members.includes(fact.ref))
          if (line === undefined) continue
          const stopped = openAbout(result, 'stopped-prescription-open', fact.ref)
          if (isStoppedFor(line.statement, history.at, HOUR_MS))
            assert.equal(stopped, 1, `${fact.ref} can be dispensed, and nobody is told that it was stopped`)
          else if (line.statement.status !== 'stopped' && !isNamedInError(fact, history))
            assert.equal(stopped, 0)
          const undecided = openAbout(result, 'prescribed-not-on-list', fact.ref)
          assert.equal(undecided, isDecided(fact, line.facts, history) ? 0 : 1, `${fact.ref} asked`)
        }
      }),
      RUNS,
    )
  })
})

/** A row that was never true leaves its prescription behind, which is told likewise. */
const isNamedInError = ({ ref }: Fact, { facts }: FactHistory): boolean =>
  facts.some(
    ({ resource }) =>
      resource.resourceType === 'MedicationStatement' &&
      resource.status === 'entered-in-error' &&
      resource.identifier?.some(({ value }) => value === `urn:uuid:${ref.split('/')[1]}`),
  )

function isValidPrescription({ resource }: Fact, at: string): boolean {
  if (resource.resourceType !== 'MedicationRequest' || resource.status !== 'active') return false
  const end = resource.dispenseRequest?.validityPeriod?.end
  return end === undefined || end >= at.slice(0, 10)
}

const openAbout = ({ issues }: ListResult, code: string, ref: string): number =>
  issues.filter(
    (issue) =>
      issue.status === 'preliminary' &&
      codeOf(issue) === code &&
      issue.evidence?.[0]?.detail?.some(({ reference }) => reference?.startsWith(`${ref}/`)),
  ).length
const codeOf = ({ code }: ListResult['issues'][number]) => code?.coding?.[0]?.code

const isStoppedFor = ({ status, effectivePeriod }: MedicationStatement, at: string, ms: number): boolean => {
  const end = effectivePeriod?.end ?? ''
  const from = end.includes('T') ? Date.parse(end) : startOfLocalDay(addDays(end, 1), ZONE)
  return status === 'stopped' && Date.parse(at) - from >= ms
}

/** The rule of 6.2 once more, over the resources themselves. */
function isDecided(prescribed: Fact, lineFacts: readonly string[], { facts, at }: FactHistory): boolean {
  const lists = facts.flatMap(({ resource }) => (resource.resourceType === 'List' ? [resource] : []))
  const [newest] = lists.sort((a, b) => ((a.date ?? '') < (b.date ?? '') ? 1 : -1))
  if (newest === undefined) return false
  const holder = newest.source?.identifier?.value
  const entries = new Set(newest.entry?.map(({ item }) => item.reference))
  const members = facts.filter(({ ref }) => lineFacts.includes(ref))
  const decided = members.some((fact) => {
    const { resource } = fact
    if (resource.resourceType !== 'MedicationRequest' && resource.resourceType !== 'MedicationStatement')
      return false
    if (resource.status === 'entered-in-error') return false
    const row = resource.resourceType === 'MedicationStatement' ? resource : undefined
    const author = row?.informationSource ?? (resource as MedicationRequest).requester
    if (author?.identifier?.value !== holder && !entries.has(fact.ref)) return false
    const names = row?.identifier?.[1]?.value?.slice('urn:uuid:'.length) === prescribed.ref.split('/')[1]
    return fact === prescribed || names || timeOf(fact) >= timeOf(prescribed)
  })
  const rowInUse = members.some(
    ({ ref, resource }) =>
      entries.has(ref) &&
      resource.resourceType === 'MedicationStatement' &&
      ['active', 'intended', 'on-hold'].includes(resource.status),
  )
  return decided && (rowInUse || Date.parse(at) < timeOf(prescribed) + 24 * HOUR_MS)
}

function timeOf({ resource }: Fact): number {
  const text =
    resource.resourceType === 'MedicationRequest'
      ? resource.authoredOn
      : resource.resourceType === 'MedicationStatement'
        ? resource.dateAsserted
        : undefined
  return rangeOfDateTime(text ?? '', ZONE)?.from ?? 0
}

describe('invariant 5: issues are the same when computed again, and close when their facts agree', () => {
  it('gives the same set twice', () => {
    fc.assert(
      fc.property(factHistory(), (history) => {
        assert.deepEqual(listOf(history).issues, listOf(structuredClone(history)).issues)
      }),
      RUNS,
    )
  })

  it('closes every issue by itself once its facts are mended', () => {
    fc.assert(
      fc.property(factHistory(), (history) => {
        let { facts } = history
        let result = listOf(history)
        let stored = asPrevious(result)
        const everOpen = new Set<string | undefined>()
        for (let round = 0; round < ROUNDS_MAX && open(result).length > 0; round++) {
          for (const issue of open(result)) everOpen.add(issue.id)
          facts = mend(facts, result)
          result = listOf({ ...history, facts }, { previous: stored })
          stored = asPrevious(result, stored)
        }
        assert.deepEqual(open(result).map(codeOf), [])
        for (const id of everOpen) {
          const kept = stored.issues.find((issue) => issue.id === id)
          assert.equal(kept?.status, 'final')
          assert.ok(kept?.resource?.detail, 'a closed issue goes on saying what it said')
        }
      }),
      RUNS,
    )
  })
})

const ROUNDS_MAX = 40
const open = ({ issues }: ListResult) => issues.filter(({ status }) => status === 'preliminary')

/** What people do about issues: recall what is stopped, decide on what is prescribed, take back what was wrong. */
function mend(facts: readonly Fact[], result: ListResult): Fact[] {
  const factsOfLine = new Map(result.lines.map((line) => [`MedicationStatement/${line.id}`, line.facts]))
  const recalled = new Set<string>()
  const wrong = new Set<string>()
  for (const issue of open(result)) {
    const named = [...(issue.evidence?.[0]?.detail ?? []), ...(issue.implicated ?? [])].flatMap(
      ({ reference }) => reference?.split('/_history/')[0] ?? [],
    )
    const refs = named.flatMap((ref) => [ref, ...(factsOfLine.get(ref) ?? [])])
    for (const ref of refs) (codeOf(issue) === 'stopped-prescription-open' ? recalled : wrong).add(ref)
  }
  return facts.map((fact) => {
    const { resource, ref, version } = fact
    if (resource.resourceType === 'MedicationRequest' && recalled.has(ref) && resource.status === 'active')
      return { ...fact, version: version + 1, resource: { ...resource, status: 'cancelled' } }
    return wrong.has(ref) ? { ...fact, version: version + 1, resource: takenBack(resource) } : fact
  })
}

function takenBack(resource: Fact['resource']): Fact['resource'] {
  switch (resource.resourceType) {
    case 'MedicationRequest':
    case 'MedicationStatement':
    case 'MedicationDispense':
    case 'MedicationAdministration':
    case 'Encounter':
    case 'List':
      return { ...resource, status: 'entered-in-error' }
    case 'AllergyIntolerance': {
      const { clinicalStatus: _none, ...rest } = resource
      return { ...rest, verificationStatus: { coding: [{ code: 'entered-in-error' }] } }
    }
    default:
      return resource
  }
}
