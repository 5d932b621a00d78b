/** Between two instants that the engine names, time alone changes no discrepancy of supply, device and intake (medication-list.md 5). */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Fact, SourceFact } from '../../src/medication-list/contract.js'
import { factsBelow } from '../support/chain-history.js'
import { asPrevious, derive } from '../support/clinical-facts.js'
import { factHistory } from '../support/fact-history.js'

const RUNS = { numRuns: process.env['STAFETT_TEST_DEEP'] ? 1500 : 10, seed: 20261126 }
/** Instants named one after the other that are walked. */
const STEPS = 3

/** Tables B, C and D of 6.2. */
const CODES: ReadonlySet<string> = new Set([
  ...['dose-mismatch-pack', 'stopped-still-packed', 'stopped-still-dispensed', 'on-list-not-packed'],
  ...['outside-roll-no-supply', 'dispensed-not-on-list', 'product-substituted', 'substitution-not-allowed'],
  ...[
    'dose-mismatch-device',
    'pack-device-mismatch',
    'stopped-still-loaded',
    'program-outdated',
    'wrong-roll',
  ],
  ...['taken-after-stop', 'taken-while-on-hold', 'missed-dose', 'extra-dose', 'prn-over-max'],
  ...['unplanned-intake', 'not-as-agreed', 'evidence-stale', 'clinic-dose-overdue'],
])

const told = (
  facts: readonly Fact[],
  sources: readonly SourceFact[],
  at: number,
  first: ReturnType<typeof derive>,
) => derive(facts, { sources, at: new Date(at).toISOString(), previous: asPrevious(first) })
const openOf = ({ issues }: ReturnType<typeof derive>) =>
  issues
    .filter(({ status, code }) => status === 'preliminary' && CODES.has(code?.coding?.[0]?.code ?? ''))
    .map(({ id, code, severity, detail }) => [id, code?.coding?.[0]?.code, severity, detail])
    .sort()

describe('the next change', () => {
  it('is the first instant at which a discrepancy opens, closes or says something else', () => {
    fc.assert(
      fc.property(
        fc.record({ history: factHistory({ treatmentsMax: 3 }), below: factsBelow }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        ({ history, below }, share) => {
          const facts = [...history.facts, ...below]
          let result = derive(facts, { sources: history.sources, at: history.at })
          let at = Date.parse(history.at)
          for (let step = 0; step < STEPS && result.nextChangeAt !== undefined; step += 1) {
            const next = Date.parse(result.nextChangeAt)
            for (const between of [next - 1, at + Math.floor((next - 1 - at) * share)])
              assert.deepEqual(
                openOf(told(facts, history.sources, between, result)),
                openOf(result),
                `from ${new Date(at).toISOString()}, at ${new Date(between).toISOString()}`,
              )
            at = next
            result = told(facts, history.sources, at, result)
          }
        },
      ),
      RUNS,
    )
  })
})
