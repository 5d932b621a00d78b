import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CanonicalEvent } from '../../../mappings/devices/canonical-event.js'
import { openValidation } from '../../../src/validation/validate.js'
import { deviceEvent, doseTaken, SERIAL_SYSTEM, SYNTHETIC_FNR } from '../../support/device-fixtures.js'
import { foldMapped } from '../../support/fold-mapped.js'
import { validateR4 } from '../../support/r4-validator.js'
import { BARE, fullEvent, KINDS, mapEvent } from './support.js'

const SAMPLES = join(process.cwd(), '../shared/samples/devices/own')

describe('device event to FHIR', () => {
  it('yields valid R4 for every kind, with all parts filled', function () {
    this.timeout(60_000)
    for (const kind of KINDS)
      for (const { resource } of mapEvent(fullEvent(kind)).resources)
        assert.deepEqual(validateR4(resource), [], `${kind} ${resource.resourceType}`)
  })

  it('yields valid R4 for every kind, with nothing filled that is not needed', function () {
    this.timeout(60_000)
    for (const kind of KINDS)
      for (const { resource } of mapEvent(deviceEvent(kind, { over: BARE })).resources)
        assert.deepEqual(validateR4(resource), [], `${kind} ${resource.resourceType}`)
  })

  it('passes the validation of the hub itself, for every kind', async function () {
    this.timeout(60_000)
    const { validate } = await openValidation()
    for (const kind of KINDS)
      for (const event of [fullEvent(kind), deviceEvent(kind, { over: BARE })])
        for (const { resource } of mapEvent(event).resources)
          assert.deepEqual(validate(resource), [], `${kind} ${resource.resourceType}`)
    for (const [target, resource] of foldMapped(KINDS.map((kind) => mapEvent(fullEvent(kind)))))
      assert.deepEqual(validate(resource), [], target)
  })

  it('stays valid R4 with all amendments on top', function () {
    this.timeout(60_000)
    const folded = foldMapped(KINDS.map((kind) => mapEvent(fullEvent(kind))))
    for (const [target, resource] of folded) assert.deepEqual(validateR4(resource), [], target)
  })

  it('never writes the number of the person into a resource', () => {
    for (const kind of KINDS) {
      const { resources, amendments } = mapEvent(fullEvent(kind))
      assert.ok(!JSON.stringify([resources, amendments]).includes(SYNTHETIC_FNR), kind)
    }
  })

  it('names each resource by its first identifier', () => {
    for (const kind of KINDS)
      for (const { key, resource } of mapEvent(fullEvent(kind)).resources) {
        const { system, value } = (resource as { identifier: { system: string; value: string }[] })
          .identifier[0]!
        assert.equal(key, `${system}|${value}`)
      }
  })

  it('gives the place of everything that it leaves out, and no value', () => {
    for (const kind of KINDS) {
      const event = fullEvent(kind)
      const { resources, amendments, unmapped } = mapEvent(event)
      const written = JSON.stringify([resources, amendments])
      const places = unmapped.map(({ at }) => at)
      assert.equal(new Set(places).size, places.length, kind)
      // Some texts of the event that FHIR has to hold, or that have to be told of.
      const tells: [string, string][] = [
        ['Husk øyedråper', '/message/text'],
        ['Feeder stalled', '/status/fault/text'],
        ['182864000', '/dose/reason/code'],
        ['2026-02-05T08:00:00+01:00', '/supply/remainingUntil'],
        ['S-017', '/dose/sachetId'],
        ['plan-7', '/dose/scheduleId'],
      ]
      for (const [text, place] of tells)
        assert.ok(written.includes(text) || places.includes(place), `${kind}: ${place}`)
      assert.ok(!JSON.stringify(unmapped).includes('Husk'))
    }
  })

  it('leaves no trace of a test', () => {
    const mapped = mapEvent(fullEvent('system.test'))
    assert.deepEqual([mapped.resources, mapped.amendments], [[], []])
    assert.equal(mapped.unmapped[0]?.reason, 'administrative')
  })

  it('records kinds without a mapping', () => {
    const mapped = mapEvent(deviceEvent('alert.raised', { over: { alert: { alertId: 'alert-1' } } }))
    assert.deepEqual(mapped.resources, [])
    assert.deepEqual(
      mapped.unmapped.map(({ at, reason }) => [at, reason]),
      [
        ['/type', 'no-element'],
        ['/alert/alertId', 'no-element'],
      ],
    )
  })

  it('names the device as the source, without a person', () => {
    assert.deepEqual(mapEvent(doseTaken()).source, {
      key: `device|${SERIAL_SYSTEM}|PK-1001`,
      role: 'device',
      name: 'Pillekassen 2',
    })
  })

  it('maps all valid examples to valid R4', function () {
    if (!existsSync(SAMPLES)) this.skip()
    this.timeout(60_000)
    for (const line of readFileSync(join(SAMPLES, 'canonical-events.valid.ndjson'), 'utf8')
      .trim()
      .split('\n'))
      for (const { resource } of mapEvent(JSON.parse(line) as CanonicalEvent).resources)
        assert.deepEqual(validateR4(resource), [])
  })
})
