import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { CanonicalEvent } from '../../../mappings/devices/canonical-event.js'
import type { DeviceEventKind } from '../../../mappings/devices/event-kinds.js'
import type { Mapped } from '../../../src/core/message.js'
import { deviceEvent, doseEvent, rollLoaded, wrongPersonRoll } from '../../support/device-fixtures.js'
import { foldMapped } from '../../support/fold-mapped.js'
import { mapEvent, only, resourcesOf } from './support.js'

describe('roll of another person', () => {
  const mapped = mapEvent(wrongPersonRoll())

  it('is a high, critical alert and a standing warning', () => {
    const issue = only(resourcesOf(mapped, 'DetectedIssue'))
    assert.deepEqual([issue.severity, issue.status], ['high', 'preliminary'])
    assert.deepEqual(
      issue.code?.coding?.slice(0, 2).map(({ code }) => code),
      ['1.7', 'supply.wrong-person'],
    )
    assert.ok(issue.extension?.some(({ valueCode }) => valueCode === 'critical'))
    assert.equal(only(resourcesOf(mapped, 'Flag')).status, 'active')
  })

  it('tells nothing of the other person', () => {
    for (const secret of ['holder-of-other', 'R-OTHER', 'apotek.example/holder'])
      assert.ok(!JSON.stringify(mapped).includes(secret), secret)
    assert.deepEqual(
      mapped.unmapped.filter(({ at }) => at.startsWith('/supply')).map(({ at }) => at),
      [
        '/supply/rollId',
        '/supply/rollSubject/type',
        '/supply/rollSubject/system',
        '/supply/rollSubject/value',
      ],
    )
  })

  it('ends with the next roll and comes again with the next wrong one, in every order of arrival', () => {
    const wrong = wrongPersonRoll()
    const right = rollLoaded({ occurredAt: '2026-02-03T13:00:00+01:00' })
    const again = wrongPersonRoll({ occurredAt: '2026-02-03T14:00:00+01:00' })
    const statuses = (events: readonly CanonicalEvent[]) =>
      [...foldMapped(events.map((event) => mapEvent(event)))]
        .filter(([key]) => /^(DetectedIssue|Flag)/.test(key))
        .map(([, resource]) => resource['status'])
    assert.deepEqual(statuses([wrong, right]), ['final', 'inactive'])
    assert.deepEqual(statuses([right, wrong]), ['final', 'inactive'])
    fc.assert(
      fc.property(fc.shuffledSubarray([wrong, right, again], { minLength: 3 }), (order) => {
        assert.deepEqual(statuses(order), ['preliminary', 'active'])
      }),
      { numRuns: 20, seed: 3 },
    )
  })
})

describe('device alerts', () => {
  const severity = (event: CanonicalEvent) => resourcesOf(mapEvent(event), 'DetectedIssue')[0]?.severity
  const fault = (stopsDispensing?: boolean) =>
    deviceEvent('device.fault', {
      over: {
        status: {
          fault: {
            code: 'f1',
            component: 'belt',
            ...(stopsDispensing === undefined ? {} : { stopsDispensing }),
          },
        },
      },
    })

  it('are high for a fault that may stop the dispensing, low for one that does not', () => {
    assert.deepEqual(
      [severity(fault()), severity(fault(true)), severity(fault(false))],
      ['high', 'high', 'low'],
    )
  })

  it('are high for an empty device when a dose is due within twelve hours', () => {
    const empty = (scheduledAt: string) =>
      doseEvent('supply.empty', { scheduledAt, occurredAt: '2026-02-03T08:00:00+01:00' })
    assert.equal(severity(empty('2026-02-03T20:00:00+01:00')), 'high')
    assert.equal(severity(empty('2026-02-03T20:00:01+01:00')), 'moderate')
    assert.equal(severity(deviceEvent('supply.empty')), 'moderate')
  })

  it('touch a person only where one has the device', () => {
    for (const { resource, scope, onlyWithPerson } of mapEvent(fault()).resources) {
      if (scope === 'person') assert.equal(onlyWithPerson, true, resource.resourceType)
      else assert.ok(!JSON.stringify(resource).includes('urn:stafett:subject'), resource.resourceType)
    }
  })

  it('of one kind stay one, and those of single events are many', () => {
    const keys = (kind: DeviceEventKind) =>
      new Set(
        ['event-0001', 'event-0002'].flatMap((eventId) =>
          mapEvent(deviceEvent(kind, { eventId }))
            .resources.filter(({ resource }) => resource.resourceType === 'DetectedIssue')
            .map(({ key }) => key),
        ),
      ).size
    assert.equal(keys('device.battery-low'), 1)
    assert.equal(keys('person.help-requested'), 2)
  })

  it('keep a part of the device outside of the list in words', () => {
    const code = only(resourcesOf(mapEvent(fault()), 'DetectedIssue')).evidence?.[0]?.code?.[0]
    assert.deepEqual([code?.coding?.[0]?.code, code?.text], ['unknown', 'belt'])
  })

  it('end with their own fault only', () => {
    const cleared = (code: string): Mapped =>
      mapEvent(deviceEvent('device.fault-cleared', { over: { status: { fault: { code } } } }))
    const key = (mapped: Mapped) => mapped.amendments.map((one) => one.key)
    const opened = mapEvent(fault()).resources.find(
      ({ resource }) => resource.resourceType === 'DetectedIssue',
    )
    assert.ok(key(cleared('f1')).includes(opened?.key ?? ''))
    assert.ok(!key(cleared('f2')).includes(opened?.key ?? ''))
    assert.deepEqual(mapEvent(deviceEvent('device.fault-cleared')).amendments, [])
  })
})
