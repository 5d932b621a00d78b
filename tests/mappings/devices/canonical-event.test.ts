import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { parseCanonicalEvent } from '../../../mappings/devices/canonical-event.js'
import { CANONICAL_EVENT_SHAPE } from '../../../mappings/devices/canonical-event-schema.js'
import { EVENT_KINDS } from '../../../mappings/devices/event-kinds.js'
import { checkShape } from '../../../mappings/devices/json-shape.js'
import { isHubError } from '../../../src/core/errors.js'
import {
  assignmentEvent,
  deviceEvent,
  doseTaken,
  doseWithItems,
  rollLoaded,
  SYNTHETIC_FNR,
  wrongPersonRoll,
} from '../../support/device-fixtures.js'

const SAMPLES = join(process.cwd(), '../shared/samples/devices/own')

function problemsOf(event: unknown): readonly { at: string; text: string }[] {
  try {
    parseCanonicalEvent(event)
    return []
  } catch (error) {
    if (!isHubError(error)) throw error
    assert.equal(error.code, 'MESSAGE_INVALID')
    return error.issues
  }
}
const placesOf = (event: unknown): readonly string[] => problemsOf(event).map(({ at }) => at)

describe('canonical device event', () => {
  it('knows 109 kinds', () => {
    assert.equal(Object.keys(EVENT_KINDS).length, 109)
  })

  it('takes every kind with the parts that it needs', () => {
    const parts = {
      dose: { doseId: 'd1' },
      travel: {},
      alert: { alertId: 'a1' },
      supply: {},
      status: { fault: { code: 'f1' } },
      assignmentRef: 'asg-1',
    }
    for (const type of Object.keys(EVENT_KINDS))
      assert.deepEqual(placesOf({ ...deviceEvent('device.online'), type, ...parts }), [], type)
  })

  it('names the place of every fault by JSON pointer', () => {
    const event = { ...doseTaken(), occurredAt: '2026-02-03T08:04:00', extra: 1 }
    assert.deepEqual(placesOf(event).toSorted(), ['/extra', '/occurredAt'])
  })

  it('refuses a day that does not exist and an offset beyond fourteen hours', () => {
    for (const occurredAt of [
      '2026-02-30T08:00:00+01:00',
      '2026-02-03T08:00:00+15:00',
      '2026-02-03T08:00:60Z',
    ])
      assert.deepEqual(placesOf({ ...doseTaken(), occurredAt }), ['/occurredAt'], occurredAt)
  })

  it('refuses a device identifier with outer blanks, an empty one, and none', () => {
    const identified = (identifiers: unknown) => ({ ...doseTaken(), device: { identifiers } })
    assert.deepEqual(placesOf(identified([{ system: 's:1', value: ' A' }])), ['/device/identifiers/0/value'])
    assert.ok(placesOf(identified([{ system: 's:1', value: '' }])).includes('/device/identifiers/0/value'))
    assert.deepEqual(placesOf(identified([])), ['/device/identifiers'])
  })

  it('refuses a device that is named by its product only', () => {
    const event = {
      ...doseTaken(),
      device: { identifiers: [{ type: 'udi-di', system: 'urn:gs1', value: '07350000000019' }] },
    }
    assert.deepEqual(placesOf(event), ['/device/identifiers'])
  })

  it('wants the part that a kind is about', () => {
    assert.deepEqual(placesOf(deviceEvent('dose.taken')), ['/dose'])
    assert.deepEqual(placesOf(deviceEvent('travel.dispensed')), ['/travel'])
    assert.deepEqual(placesOf(deviceEvent('alert.raised')), ['/alert'])
    assert.deepEqual(placesOf(deviceEvent('supply.wrong-person')), ['/supply'])
    assert.deepEqual(placesOf(deviceEvent('device.fault', { over: { status: {} } })), ['/status/fault'])
  })

  it('refuses a person on an assignment event, and an assignment event without number', () => {
    const subject = { identifiers: [{ system: 'urn:oid:2.16.578.1.12.4.1.4.1', value: SYNTHETIC_FNR }] }
    assert.deepEqual(placesOf(assignmentEvent('assignment.ended', 'asg-1', { over: { subject } })), [
      '/subject',
    ])
    assert.deepEqual(placesOf(deviceEvent('assignment.activated')), ['/assignmentRef'])
  })

  it('refuses an event that names two assignments', () => {
    const event = { ...assignmentEvent('assignment.ended', 'asg-1'), assignmentRef: 'asg-2' }
    assert.deepEqual(placesOf(event), ['/assignment/assignmentRef'])
  })

  it('refuses names that every object inherits as kinds and as fields', () => {
    assert.deepEqual(placesOf({ ...doseTaken(), type: 'toString' }), ['/type'])
    const hostile: unknown = JSON.parse(JSON.stringify(doseTaken()).replace('{', '{"__proto__":{},'))
    assert.deepEqual(placesOf(hostile), ['/__proto__'])
  })

  it('stops counting faults at a limit', () => {
    const event = {
      ...doseTaken(),
      ...Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`x${i}`, 1])),
    }
    assert.ok(problemsOf(event).length <= 51)
  })

  it('judges as ajv does with the same schema, whatever field is broken', () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true })
    addFormats.default(ajv)
    const judge = ajv.compile(CANONICAL_EVENT_SHAPE)
    const events = [doseTaken(), doseWithItems('dose.taken'), wrongPersonRoll(), rollLoaded()]
    const value = fc.oneof(
      fc.constantFrom<unknown>(null, '', ' x', 'x', 0, -1, 1.5, true, [], {}, [1], '2026-01-01T00:00:00Z'),
      fc.string(),
      fc.integer(),
    )
    fc.assert(
      fc.property(fc.constantFrom(...events), fc.nat(), value, (event, place, broken) => {
        const mutated = mutate(event, place, broken)
        assert.equal(checkShape(mutated, CANONICAL_EVENT_SHAPE).length === 0, judge(mutated))
      }),
      { numRuns: process.env['STAFETT_TEST_DEEP'] ? 1000 : 100, seed: 20260203 },
    )
  })

  it('takes all valid examples and refuses all invalid ones', function () {
    if (!existsSync(SAMPLES)) this.skip()
    const lines = readFileSync(join(SAMPLES, 'canonical-events.valid.ndjson'), 'utf8').trim().split('\n')
    assert.equal(lines.length, 23)
    for (const line of lines) assert.deepEqual(problemsOf(JSON.parse(line)), [])
    const invalid = JSON.parse(readFileSync(join(SAMPLES, 'canonical-events.invalid.json'), 'utf8')) as {
      why: string
      event: unknown
    }[]
    assert.equal(invalid.length, 7)
    for (const { why, event } of invalid) assert.ok(problemsOf(event).length > 0, why)
  })
})

/** The value with the n-th of its leaves replaced. */
function mutate(value: unknown, place: number, broken: unknown): unknown {
  const copy: unknown = structuredClone(value)
  const spots: { holder: Record<string, unknown>; key: string }[] = []
  const walk = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return
    const holder = node as Record<string, unknown>
    for (const key of Object.keys(holder)) {
      spots.push({ holder, key })
      walk(holder[key])
    }
  }
  walk(copy)
  const spot = spots[place % spots.length]
  if (spot !== undefined) spot.holder[spot.key] = broken
  return copy
}
