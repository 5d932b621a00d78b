/** Invariant 17 of medication-list.md 13. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Task } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl } from '../../../src/core/canonical.js'
import type { Fact } from '../../../src/medication-list/contract.js'
import { arrange, deriveList } from '../../../src/medication-list/derive-list.js'
import { packingOf } from '../../../src/medication-list/packing/changes.js'
import { packed } from '../../support/chain-facts.js'
import { fact, fixed, GP, listInput, PATIENT, WARD } from '../../support/clinical-facts.js'
import {
  doctorRegistered,
  local,
  packedRow,
  wardRow,
  workedCalendar,
} from '../../support/packing-calendar.js'

const RUNS = { numRuns: process.env['STAFETT_TEST_DEEP'] ? 1_200 : 100, seed: 20261124 }
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const ANSWER_MS = 4 * HOUR_MS
/** Decisions fall into P7, after its cut-off: the first routine roll without the old dose begins here at the earliest. */
const FROM = local('27 Feb')
const ROLL = local('16 Mar')

const history = fc.record({
  brand: fc.constantFrom('ID_WARFARIN', 'ID_METOTAB'),
  change: fc.constantFrom('stopped', 'on-hold', 'half' as const),
  decided: fc.integer({ min: 0, max: 16 * 24 }),
  /** Hours from the decision until it shall take effect. */
  wish: fc.constantFrom(0, 0, 30, 100, 400),
  by: fc.constantFrom(GP, WARD),
  doctor: fc.boolean(),
  calendar: fc.boolean(),
  rolls: fc.constantFrom('none', 'with', 'without' as const),
  receipt: fc.constantFrom('unseen', 'awaited', 'received' as const),
  answer: fc.constantFrom(undefined, 'can-wait', 'cannot-wait' as const),
  override: fc.boolean(),
  measure: fc.option(
    fc.record({
      code: fc.constantFrom('withhold-unit', 'withhold-pouch', 'express-roll', 'no-measure-accepted'),
      status: fc.constantFrom('requested', 'completed', 'failed', 'cancelled' as const),
      deadline: fc.integer({ min: 0, max: 48 }),
    }),
    { nil: undefined },
  ),
  looked: fc.integer({ min: 0, max: 20 * 24 }),
})
type History = typeof history extends fc.Arbitrary<infer T> ? T : never

const iso = (instant: number): string => new Date(instant).toISOString()

function factsOf(one: History, decided: number, line: string): Fact[] {
  const wish = decided + one.wish * HOUR_MS
  const base = packedRow('r', { brand: one.brand })
  const start = '2025-10-01'
  const changed = wardRow('w', 'r', '1 Mar', {
    brand: one.brand,
    asserted: iso(decided),
    receivedAt: iso(decided),
    more: {
      informationSource: one.by,
      ...(one.change === 'on-hold'
        ? { extension: [{ url: extensionUrl('status-date'), valueDateTime: iso(wish) }, MULTIDOSE] }
        : {}),
    },
    ...(one.change === 'half'
      ? { dosage: [fixed(0.5, { when: ['MORN'] })], period: { start: iso(wish) } }
      : { status: one.change, period: { start, ...(one.change === 'stopped' ? { end: iso(wish) } : {}) } }),
  })
  return [
    base,
    changed,
    ...(one.doctor ? [doctorRegistered()] : []),
    ...(one.calendar ? [workedCalendar()] : []),
    ...rolls(one),
    ...communication(one, decided),
    ...(one.answer === undefined ? [] : [answer(one, decided, line)]),
    ...(one.measure === undefined ? [] : [measure(one, decided, line)]),
  ]
}
const MULTIDOSE = { url: extensionUrl('multidose'), valueBoolean: true }

const rolls = ({ brand, rolls: kind }: History): Fact[] =>
  kind === 'none'
    ? []
    : [
        packed('roll-a', { brand: 'ID_PARACET', from: '2026-03-02', to: '2026-03-15', roll: '7' }),
        ...(kind === 'with'
          ? [packed('roll-b', { brand, from: '2026-03-02', to: '2026-03-15', roll: '7', row: 'r' })]
          : []),
      ]

const communication = ({ receipt }: History, decided: number): Fact[] =>
  receipt === 'unseen'
    ? []
    : [
        fact(
          {
            resourceType: 'Communication',
            status: receipt === 'received' ? 'completed' : 'in-progress',
            category: [{ coding: [{ system: codeSystemUrl('communication-kind'), code: 'ordination' }] }],
            extension: [{ url: extensionUrl('stated-at'), valueDateTime: iso(decided) }],
            subject: { reference: PATIENT },
            ...(receipt === 'received' ? { received: iso(decided + HOUR_MS) } : {}),
          },
          'ordination',
          'client',
          iso(decided),
        ),
      ]

const detail = (code: string) => ({ coding: [{ system: codeSystemUrl('packing-detail'), code }] })
const task = (code: string, more: Partial<Task>, line: string, at: number): Fact =>
  fact(
    {
      resourceType: 'Task',
      intent: 'order',
      status: 'completed',
      code: { coding: [{ system: codeSystemUrl('medlist-task'), code }] },
      focus: { reference: `MedicationStatement/${line}` },
      basedOn: [{ reference: 'MedicationStatement/w' }],
      for: { reference: PATIENT },
      authoredOn: iso(at),
      lastModified: iso(at),
      ...more,
    },
    `task-${code}`,
    'client',
    iso(at),
  )

const answer = (one: History, decided: number, line: string): Fact =>
  task(
    'can-wait',
    {
      output: [{ type: detail('answer'), valueCode: one.answer! }],
      ...(one.override
        ? { input: [{ type: detail('override'), valueString: 'et døgn fra eller til' }] }
        : {}),
    },
    line,
    decided + HOUR_MS,
  )

const measure = ({ measure: asked }: History, decided: number, line: string): Fact =>
  task(
    asked?.code ?? '',
    {
      status: asked?.status ?? 'requested',
      executionPeriod: { start: iso(decided) },
      restriction: { period: { end: iso(decided + HOUR_MS * (asked?.deadline ?? 0)) } },
    },
    line,
    decided + HOUR_MS / 2,
  )

describe('invariant 17: no stop, hold or decrease of a packed line ends in silence', () => {
  it('ends in a confirmed measure, an answer that lets it wait, or an open high issue', () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(history, (one) => {
        const decided = FROM + one.decided * HOUR_MS
        const at = decided + one.looked * HOUR_MS
        const wish = decided + one.wish * HOUR_MS
        if (one.calendar ? at >= ROLL : at >= decided + 40 * DAY_MS) return
        const lines = deriveList(listInput(factsOf(one, decided, ''), { at: iso(at) })).lines
        const id = lines.find(({ facts }) => facts.includes('MedicationStatement/w'))?.id ?? ''
        const input = listInput(factsOf(one, decided, id), { at: iso(at) })
        const found = packingOf(arrange(input).situation).changes.find(
          ({ decision }) => decision.fact.ref === 'MedicationStatement/w',
        )
        assert.ok(found, 'the change is seen')
        const late = [
          decided + ANSWER_MS,
          // A measure wished at once is due an hour before the next daily dose.
          wish + DAY_MS,
          ...(one.measure?.status === 'requested' ? [decided + HOUR_MS * one.measure.deadline] : []),
        ]
        const settled =
          found.measures.some(({ state }) => state === 'confirmed') ||
          ['in-time', 'waits', 'no-pack-impact'].includes(found.outcome.kind)
        const result = deriveList(input)
        const issue = result.issues.find(
          ({ severity, status, implicated }) =>
            status === 'preliminary' &&
            severity === 'high' &&
            implicated?.some(({ reference }) => reference === `MedicationStatement/${id}`),
        )
        seen.add(settled ? found.outcome.kind : issue === undefined ? 'open' : 'issue')
        if (settled || issue !== undefined) return
        assert.ok(at < Math.max(...late), 'time is left')
        assert.ok(result.nextChangeAt !== undefined, 'and the list is looked at again')
        assert.ok(Date.parse(result.nextChangeAt) <= Math.max(...late), 'before it has run out')
      }),
      RUNS,
    )
    for (const kind of ['issue', 'open', 'waits', 'in-time', 'no-pack-impact'])
      assert.ok(seen.has(kind), kind)
  })
})
