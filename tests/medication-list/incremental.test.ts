import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  asPrevious,
  derive,
  fixed,
  GP,
  NOTHING_BEFORE,
  prescription,
  sourceList,
  WARD,
} from '../support/clinical-facts.js'
import { histories, play } from '../support/random-history.js'

const DEEP = process.env.STAFETT_TEST_DEEP === '1'
const RUNS = { numRuns: DEEP ? 1_000 : 6, seed: 20261124 }
const SOURCES = [
  {
    key: 'device|test',
    role: 'device' as const,
    name: 'Dispenser',
    lastHeard: '2024-01-10T08:00:00Z',
    waiting: 0,
  },
  {
    key: 'prescriber|test',
    role: 'prescriber' as const,
    name: 'Lege',
    lastHeard: '2024-01-10T08:00:00Z',
    waiting: 0,
  },
]

describe('a list derived step by step', function () {
  this.timeout(DEEP ? 1_200_000 : 60_000)

  it('is the list derived from scratch, after every step and whatever the order of the facts', () => {
    fc.assert(
      fc.property(histories(40), (steps) => {
        let previous = NOTHING_BEFORE
        for (const { at, facts } of play(steps)) {
          const options = { at, previous, sources: SOURCES }
          const result = derive(facts, options)
          // A copy is nothing that the engine has seen before.
          assert.deepEqual(result, derive([...structuredClone(facts)].reverse(), options))
          previous = asPrevious(result, previous)
        }
      }),
      RUNS,
    )
  })

  it('follows a new holder in decisions of one day that nobody touched', () => {
    const one = { authoredOn: '2026-11-01', dosage: [fixed(1, { when: ['MORN'] })] }
    const two = { authoredOn: '2026-11-01', dosage: [fixed(2, { when: ['MORN'] })], requester: WARD }
    const facts = [
      prescription('p', one),
      prescription('q', { ...two, more: { priorPrescription: { reference: 'MedicationRequest/p' } } }),
    ]
    const doseUnder = (holder: typeof GP): number | undefined => {
      const { lines } = derive([...facts, sourceList('l', '2026-11-10T09:00:00+01:00', [], holder)])
      assert.equal(lines.length, 1)
      return lines[0]?.statement.dosage?.[0]?.doseAndRate?.[0]?.doseQuantity?.value
    }
    assert.deepEqual([GP, WARD, GP].map(doseUnder), [1, 2, 1])
  })
})
