import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import type { CanonicalEvent } from '../../../mappings/devices/canonical-event.js'
import { type DeviceEventKind, EVENT_KINDS } from '../../../mappings/devices/event-kinds.js'
import type { Mapped } from '../../../src/core/message.js'
import { openValidation } from '../../../src/validation/validate.js'
import {
  assignmentEvent,
  deviceEvent,
  doseDispensed,
  doseEvent,
  doseTaken,
  doseWithItems,
  rollLoaded,
  SERIAL_SYSTEM,
  SYNTHETIC_FNR,
  wrongPersonRoll,
} from '../../support/device-fixtures.js'
import { foldMapped } from '../../support/fold-mapped.js'
import { validateR4 } from '../../support/r4-validator.js'
import { mapEvent, only, resourcesOf } from './support.js'

const SAMPLES = join(process.cwd(), '../shared/samples/devices/own')

/** An event of any kind with every part filled. */
function fullEvent(type: DeviceEventKind): CanonicalEvent {
  const assignment = type.startsWith('assignment.')
  return doseWithItems(type, {
    imei: '490154203237518',
    assignmentRef: 'asg-1',
    dose: {
      scheduleId: 'plan-7',
      scheduleVersion: 3,
      dispensedAt: '2026-02-03T08:03:00+01:00',
      assistedBy: { system: 'urn:oid:2.16.578.1.12.4.1.4.4', value: '9144889' },
      reason: { system: 'http://snomed.info/sct', code: '182864000', display: 'side effects' },
      quantity: 3,
      quantityTaken: 1,
      slot: '4',
    },
    over: {
      vendorType: '1.1',
      time: {
        clock: 'corrected',
        deviceReported: '2026-02-03T09:04:00',
        correctionMs: -3600000,
        accuracyMs: 1000,
        zone: 'Europe/Oslo',
        vendorReceivedAt: '2026-02-03T08:05:00+01:00',
        sentAt: '2026-02-03T08:06:00+01:00',
        backfill: true,
      },
      sequence: { epoch: 'e1', number: 4 },
      supply: {
        ...rollLoaded().supply,
        remainingUntil: '2026-02-05T08:00:00+01:00',
        slot: '1',
        reason: { code: 'low' },
      },
      schedule: { scheduleId: 'plan-7', version: 3, result: 'ok', reason: { code: 'x' } },
      travel: {
        start: '2026-02-04T08:00:00+01:00',
        end: '2026-02-06T20:00:00+01:00',
        doses: 2,
        doseIds: ['t1', 't2'],
        missingDoses: 1,
      },
      status: {
        power: 'battery',
        batteryPercent: 12.5,
        signalDbm: -71,
        temperatureC: 21.5,
        humidityPercent: 40,
        lastSeenAt: '2026-02-03T07:50:00+01:00',
        queueLength: 2,
        fault: {
          code: 'motor-stall',
          component: 'feeder',
          text: 'Feeder stalled',
          recoverable: false,
          stopsDispensing: true,
        },
      },
      alert: { alertId: 'alert-1', severity: 'high' },
      assignment: { reason: { code: 'returned' }, wipeProof: 'proof-1' },
      message: { messageId: 'm-1', text: 'Husk øyedråper' },
      ...(assignment
        ? {}
        : { subject: { identifiers: [{ system: 'urn:oid:2.16.578.1.12.4.1.4.1', value: SYNTHETIC_FNR }] } }),
    },
  })
}

/** The parts that one kind or another needs, with nothing in them that is not needed. */
const BARE: Partial<CanonicalEvent> = {
  dose: { doseId: 'd1' },
  travel: {},
  alert: { alertId: 'alert-1' },
  supply: {},
  status: { fault: { code: 'f1' } },
  assignmentRef: 'asg-1',
}

const KINDS = Object.keys(EVENT_KINDS) as DeviceEventKind[]

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

describe('device hand-out', () => {
  it('is a completed MedicationDispense by the device, national code first', () => {
    const dispense = only(resourcesOf(mapEvent(doseDispensed()), 'MedicationDispense'))
    assert.deepEqual([dispense.status, dispense.performer?.[0]?.actor.type], ['completed', 'Device'])
    assert.equal(dispense.whenHandedOver, '2026-02-03T08:04:00+01:00')
    assert.deepEqual(
      dispense.category?.coding?.slice(0, 2).map(({ code }) => code),
      ['1.1', 'dose.dispensed'],
    )
  })

  it('of a travel is one for each dose where they are listed, whose intake is unknown', () => {
    const mapped = mapEvent(fullEvent('travel.dispensed'))
    const dispenses = resourcesOf(mapped, 'MedicationDispense')
    assert.equal(dispenses.length, 2)
    assert.equal(new Set(dispenses.map((one) => one.identifier?.[0]?.value)).size, 2)
    const intakes = resourcesOf(mapped, 'MedicationAdministration')
    assert.deepEqual(
      intakes.map(({ status }) => status),
      ['unknown', 'unknown'],
    )
  })

  it('of a travel without a list is one with the number of doses and the period in words', () => {
    const travel = { start: '2026-02-04T08:00:00+01:00', end: '2026-02-06T20:00:00+01:00', doses: 7 }
    const mapped = mapEvent(deviceEvent('travel.dispensed', { over: { travel } }))
    const dispense = only(resourcesOf(mapped, 'MedicationDispense'))
    assert.equal(dispense.quantity?.value, 7)
    assert.equal(
      dispense.dosageInstruction?.[0]?.text,
      'Reise fra 2026-02-04 08:00 til 2026-02-06 20:00, 7 doser',
    )
    assert.deepEqual(resourcesOf(mapped, 'MedicationAdministration'), [])
  })
})

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

describe('Device of an event', () => {
  const device = (event: CanonicalEvent) => only(resourcesOf(mapEvent(event), 'Device'))
  const item = (event: CanonicalEvent) =>
    mapEvent(event).resources.find(({ resource }) => resource.resourceType === 'Device')

  it('never has a patient', () => {
    for (const kind of KINDS)
      for (const resource of resourcesOf(mapEvent(fullEvent(kind)), 'Device')) {
        assert.equal(resource.patient, undefined)
        assert.ok(!JSON.stringify(resource).includes('asg-1'), kind)
      }
  })

  it('is written by kinds that tell its state and only ensured by all others', () => {
    assert.equal(item(deviceEvent('device.offline'))?.scope, 'shared')
    assert.equal(item(doseTaken())?.scope, 'shared-once')
    assert.equal(device(deviceEvent('device.offline')).statusReason?.[0]?.coding?.[0]?.code, 'offline')
    assert.equal(device(deviceEvent('assignment.retired', { assignmentRef: 'a-1' })).status, 'inactive')
  })

  it('follows the time of occurrence and not of arrival', () => {
    const offline = deviceEvent('device.offline', { occurredAt: '2026-02-03T08:00:00+01:00' })
    const online = deviceEvent('device.online', { occurredAt: '2026-02-03T07:30:00Z' })
    for (const order of [
      [offline, online],
      [online, offline],
    ]) {
      const folded = [...foldMapped(order.map((event) => mapEvent(event)))]
      const found = folded.find(([key]) => key.startsWith('Device|'))?.[1]
      assert.ok(JSON.stringify(found?.['statusReason']).includes('"online"'))
    }
  })

  it('is named by its serial number, and by an IMEI in one form whatever the vendor writes', () => {
    const key = (identifiers: CanonicalEvent['device']['identifiers']) =>
      item({ ...deviceEvent('device.online'), device: { identifiers } })?.key
    const imei = '490154203237518'
    const urn = 'urn:ietf:rfc:3986|urn:gsma:imei:49015420-323751-8'
    assert.equal(key([{ type: 'imei', system: 'urn:vendor:imei', value: imei }]), urn)
    assert.equal(key([{ system: 'http://dignio.no/IMEInummer', value: imei }]), urn)
    assert.equal(
      key([
        { type: 'iccid', system: 'urn:sim', value: '8947' },
        { type: 'serial', system: SERIAL_SYSTEM, value: 'X1' },
      ]),
      `${SERIAL_SYSTEM}|X1`,
    )
  })

  it('takes an IMEI with a wrong check digit and tells of it', () => {
    const mapped = mapEvent(deviceEvent('device.online', { imei: '490154203237519' }))
    assert.deepEqual(mapped.unmapped, [
      {
        at: '/device/identifiers/1/value',
        reason: 'invalid-value',
        note: 'check digit of the IMEI; taken as sent',
      },
    ])
  })
})

describe('roll in a device', () => {
  it('is one SupplyDelivery to which checking and taking out add', () => {
    const at = (occurredAt: string) => ({ occurredAt, over: { supply: { rollId: 'R-5' } } })
    const events = [
      rollLoaded(),
      deviceEvent('supply.verified', at('2026-02-02T12:05:00+01:00')),
      deviceEvent('supply.removed', at('2026-02-09T12:00:00+01:00')),
    ]
    for (const order of [events, events.toReversed()]) {
      const all = [...foldMapped(order.map((event) => mapEvent(event)))]
      const deliveries = all.filter(([key]) => key.startsWith('SupplyDelivery'))
      const text = JSON.stringify(only(deliveries)[1])
      for (const name of ['supply-verified', 'supply-removed', 'roll-period', 'R-5'])
        assert.ok(text.includes(name), name)
    }
  })

  it('that is low makes a draft request, that is empty an active one, and a new roll fulfils it', () => {
    const status = (...events: CanonicalEvent[]) =>
      [...foldMapped(events.map((event) => mapEvent(event)))].find(([key]) =>
        key.startsWith('SupplyRequest'),
      )?.[1]['status']
    const low = deviceEvent('supply.low', { occurredAt: '2026-02-01T08:00:00+01:00' })
    const empty = deviceEvent('supply.empty', { occurredAt: '2026-02-02T08:00:00+01:00' })
    assert.equal(status(low), 'draft')
    assert.equal(status(empty, low), 'active')
    assert.equal(status(rollLoaded(), empty, low), 'completed')
    assert.equal(status(rollLoaded()), undefined)
  })
})

describe('assignment event', () => {
  const steps = [
    assignmentEvent('assignment.assigned', 'asg-1', { occurredAt: '2026-02-01T09:00:00+01:00' }),
    assignmentEvent('assignment.activated', 'asg-1', { occurredAt: '2026-02-01T10:00:00+01:00' }),
    assignmentEvent('assignment.suspended', 'asg-1', { occurredAt: '2026-02-05T10:00:00+01:00' }),
    assignmentEvent('assignment.ended', 'asg-1', { occurredAt: '2026-02-20T10:00:00+01:00' }),
  ]
  const folded = (events: readonly CanonicalEvent[]) =>
    [...foldMapped(events.map((event) => mapEvent(event)))].find(([key]) =>
      key.startsWith('DeviceUseStatement'),
    )?.[1]

  it('begins, holds and ends one DeviceUseStatement', () => {
    assert.deepEqual(
      steps.map((_, index) => folded(steps.slice(0, index + 1))?.['status']),
      ['intended', 'active', 'on-hold', 'completed'],
    )
  })

  it('keeps begin and end whatever the order of arrival', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(steps, { minLength: 4 }), (order) => {
        const statement = folded(order)
        assert.equal(statement?.['status'], 'completed')
        assert.deepEqual(statement?.['timingPeriod'], {
          start: '2026-02-01T10:00:00+01:00',
          end: '2026-02-20T10:00:00+01:00',
        })
      }),
      { numRuns: 24, seed: 5 },
    )
  })

  it('changes the register of devices, and names no person', () => {
    assert.deepEqual(mapEvent(steps[1]!).assignment, {
      device: [{ system: SERIAL_SYSTEM, value: 'PK-1001' }],
      ref: 'asg-1',
      person: [],
      status: 'active',
      from: '2026-02-01T10:00:00+01:00',
    })
    const ended = mapEvent(steps[3]!).assignment
    assert.deepEqual([ended?.status, ended?.to], ['completed', '2026-02-20T10:00:00+01:00'])
  })

  it('that ends out of order stops the assignment', () => {
    const lost = assignmentEvent('assignment.ended', 'asg-1', {
      over: { assignment: { assignmentRef: 'asg-1', reason: { code: 'lost' } } },
    })
    assert.equal(mapEvent(lost).assignment?.status, 'stopped')
    const replaced = deviceEvent('assignment.replaced', { assignmentRef: 'asg-1' })
    assert.equal(mapEvent(replaced).assignment?.status, 'stopped')
  })

  it('of the unit alone touches no person', () => {
    for (const kind of [
      'assignment.registered',
      'assignment.wiped',
      'assignment.returned',
      'assignment.lost',
    ] as const) {
      const mapped = mapEvent(
        deviceEvent(kind, { over: { assignment: { previousRef: 'asg-0', wipeProof: 'p' } } }),
      )
      assert.equal(mapped.assignment, undefined, kind)
      assert.ok(
        mapped.resources.every(({ scope }) => scope !== 'person'),
        kind,
      )
      assert.ok(!JSON.stringify(mapped.resources).includes('asg-0'), kind)
    }
  })
})
