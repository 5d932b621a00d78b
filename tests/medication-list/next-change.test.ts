/** Between T and the instant that the engine names nothing changes by time alone (medication-list.md 5, 6). */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { ListResult } from '../../src/medication-list/contract.js'
import { asPrevious, derive } from '../support/clinical-facts.js'
import { factHistory } from '../support/fact-history.js'

const RUNS = { numRuns: process.env['STAFETT_TEST_DEEP'] ? 1000 : 12, seed: 20261125 }
const HORIZON_MS = 120 * 86_400_000

/** Table A of 6.2, and where facts belong; the others have their own tests. */
const CODES = new Set<string | undefined>([
  'allergy-conflict',
  'ambiguous-link',
  'conflicting-change',
  'course-without-end',
  'duplicate-substance',
  'duplicate-therapeutic',
  'hold-without-plan',
  'interaction',
  'interaction-split',
  'measure-overdue',
  'late-decision',
  'on-list-without-valid-prescription',
  'prescribed-not-on-list',
  'prescription-expiring',
  'row-vanished',
  'stopped-prescription-open',
  'supply-running-out',
])

const shown = ({ lines, issues }: ListResult) => ({
  // What has ended is shown once, on the version that comes next, whenever that is.
  lines: lines
    .filter(({ flag }) => flag !== 'stopped' && flag !== 'completed')
    .map(({ id, statement }) => `${id} ${statement.status}`)
    .sort(),
  issues: issues
    .filter(({ code, status }) => status === 'preliminary' && CODES.has(code?.coding?.[0]?.code))
    .map(({ id, severity, code }) => `${code?.coding?.[0]?.code} ${severity} ${id}`)
    .sort(),
})

describe('the next change by time', () => {
  it('is named: until then every list is the same', () => {
    fc.assert(
      fc.property(
        factHistory(),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 3 }),
        ({ facts, sources, at }, shares) => {
          const from = Date.parse(at)
          const first = derive(facts, { sources, at })
          const next = first.nextChangeAt === undefined ? from + HORIZON_MS : Date.parse(first.nextChangeAt)
          assert.ok(next > from)
          const last = Math.min(next - 1, from + HORIZON_MS)
          for (const share of [...shares, 1]) {
            const then = new Date(from + Math.floor((last - from) * share)).toISOString()
            const later = derive(facts, { sources, at: then, previous: asPrevious(first) })
            assert.deepEqual(shown(later), shown(first), `at ${then}`)
          }
        },
      ),
      RUNS,
    )
  })
})
