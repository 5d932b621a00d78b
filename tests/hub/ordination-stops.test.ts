import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Communication, MedicationStatement } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl, sidUrl } from '../../src/core/canonical.js'
import type { StoredResource } from '../../src/core/stored.js'
import { stopsToTell, TOLD_DAYS } from '../../src/hub/ordination-stops.js'

const DAY_MS = 86_400_000
const NOW = Date.parse('2026-11-20T10:00:00.000Z')
/** Instant so many days ago. */
const ago = (days: number): string => new Date(NOW - days * DAY_MS).toISOString()

const stored = (
  resource: StoredResource['resource'],
  layer: StoredResource['layer'],
  lastUpdated: string,
): StoredResource => ({
  type: resource.resourceType,
  id: resource.id ?? '',
  version: 1,
  key: `id|${resource.id}`,
  order: '',
  layer,
  sourceKey: 'hub',
  messageId: undefined,
  lastUpdated,
  resource,
})
const line = (id: string, status: MedicationStatement['status'], known: string): StoredResource =>
  stored({ resourceType: 'MedicationStatement', id, status, subject: {}, dateAsserted: known }, 'line', known)
const sent = (
  id: string,
  status: Communication['status'],
  stated: string,
  destination = 'apotek',
): StoredResource =>
  stored(
    {
      resourceType: 'Communication',
      id,
      status,
      category: [{ coding: [{ system: codeSystemUrl('communication-kind'), code: 'ordination' }] }],
      recipient: [{ identifier: { system: sidUrl('destination'), value: destination } }],
      extension: [{ url: extensionUrl('stated-at'), valueDateTime: stated }],
    },
    'fact',
    stated,
  )
const told = (facts: readonly StoredResource[], lines: readonly MedicationStatement[] = [], at = ago(0)) =>
  stopsToTell({ facts, lines, destination: 'apotek', at }).map(({ id }) => id)

describe('stops that an ordination carries', () => {
  it('are those of the last days, the newest first; none of what goes on, was an error, or nobody decided', () => {
    const undecided = line('e', 'completed', ago(1))
    delete (undecided.resource as MedicationStatement).dateAsserted
    const facts = [
      line('a', 'stopped', ago(20)),
      line('b', 'completed', ago(3)),
      line('c', 'active', ago(1)),
      line('d', 'entered-in-error', ago(1)),
      undecided,
      line('f', 'stopped', ago(TOLD_DAYS + 1)),
    ]
    assert.deepEqual(told(facts), ['b', 'a'])
  })

  it('leave out what the list itself shows, stopped or taken up again', () => {
    const here = line('a', 'stopped', ago(1))
    assert.deepEqual(told([here, line('b', 'stopped', ago(2))], [here.resource as MedicationStatement]), [
      'b',
    ])
  })

  it('go on for as long as no ordination after them is acknowledged', () => {
    const facts = [
      line('a', 'stopped', ago(200)),
      sent('1', 'completed', ago(220)),
      sent('2', 'in-progress', ago(200)),
      sent('3', 'stopped', ago(100)),
    ]
    assert.deepEqual(told(facts), ['a'])
    assert.deepEqual(told([...facts, sent('4', 'completed', ago(90), 'another')]), ['a'])
    assert.deepEqual(told([...facts, sent('4', 'completed', ago(90))]), [])
  })

  it('go back to the first ordination where none was ever acknowledged', () => {
    const facts = [line('a', 'stopped', ago(200)), line('b', 'stopped', ago(400))]
    assert.deepEqual(told(facts), [])
    assert.deepEqual(told([...facts, sent('1', 'in-progress', ago(210)), sent('2', 'stopped', ago(9))]), [
      'a',
    ])
  })

  it('are never lost, whatever becomes of the ordinations: each is in every one until one with it is acknowledged', () => {
    const event = fc.record({
      /** Since the one before. */
      days: fc.integer({ min: 0, max: 200 }),
      stops: fc.boolean(),
      outcome: fc.constantFrom(
        'completed' as const,
        'stopped' as const,
        'silence' as const,
        'superseded' as const,
      ),
      /** Ordinations made before its receipt is heard of. */
      late: fc.integer({ min: 0, max: 3 }),
    })
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 12 }), (events) => {
        const ended: StoredResource[] = []
        const notes = new Map<string, StoredResource>()
        const receipts: { readonly turn: number; readonly note: StoredResource }[] = []
        const acknowledged = new Set<string | undefined>()
        let day = -3_000
        for (const [turn, { days, late, outcome, stops }] of events.entries()) {
          // What is superseded so soon that it was never noted has its successor at once.
          day += events[turn - 1]?.outcome === 'superseded' ? 0 : days
          for (const { note } of receipts.filter((one) => one.turn === turn)) notes.set(note.id, note)
          if (stops) ended.push(line(`line-${turn}`, 'stopped', ago(-day)))
          const carried = told([...ended, ...notes.values()], [], ago(-day))
          for (const { id } of ended) assert.ok(acknowledged.has(id) || carried.includes(id), id)
          if (outcome === 'superseded') continue
          const id = `sent-${turn}`
          notes.set(id, sent(id, 'in-progress', ago(-day)))
          if (outcome === 'completed') for (const one of carried) acknowledged.add(one)
          if (outcome !== 'silence')
            receipts.push({ turn: turn + 1 + late, note: sent(id, outcome, ago(-day)) })
        }
      }),
      { numRuns: process.env.STAFETT_TEST_DEEP ? 1_000 : 200, seed: 20261125 },
    )
  })
})
