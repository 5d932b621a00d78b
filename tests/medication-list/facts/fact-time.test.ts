import assert from 'node:assert/strict'
import type { FhirResource, MedicationRequest, MedicationStatement } from 'fhir/r4.js'
import { extensionUrl } from '../../../src/core/canonical.js'
import { type FactVersion, factsInForce } from '../../../src/medication-list/facts/fact-time.js'

const ZONE = 'Europe/Oslo'
const day = (number: number, time = '09:00'): string =>
  `2026-11-${String(number).padStart(2, '0')}T${time}:00.000Z`

const version = (
  number: number,
  heard: string,
  resource: FhirResource,
  more: Partial<FactVersion> = {},
): FactVersion => ({
  type: resource.resourceType,
  id: 'x',
  version: number,
  resource,
  lastUpdated: heard,
  deleted: false,
  ...more,
})
const row = (
  asserted: string | undefined,
  text: string,
  status: MedicationStatement['status'] = 'active',
): MedicationStatement => ({
  resourceType: 'MedicationStatement',
  status,
  subject: {},
  ...(asserted === undefined ? {} : { dateAsserted: asserted }),
  dosage: [{ text }],
})
const order = (
  status: MedicationRequest['status'],
  more: Partial<MedicationRequest> = {},
): MedicationRequest => ({
  resourceType: 'MedicationRequest',
  status,
  intent: 'order',
  subject: {},
  authoredOn: day(1),
  ...more,
})
const since = (value: string) => ({ extension: [{ url: extensionUrl('status-date'), valueDateTime: value }] })

/** Number of the version that stands at an instant; undefined: none. */
const standing = (versions: readonly FactVersion[], at: string): number | undefined =>
  factsInForce(versions, Date.parse(at), ZONE)[0]?.version

describe('which version of a fact stands at an instant', () => {
  it('is that of the newest decision by then, however late it came, whatever the order', () => {
    const versions = [
      version(1, day(2), row(day(1), '1')),
      version(2, day(9), row(day(3), '2')),
      version(3, day(10), row(day(10), '3')),
    ]
    for (const some of [versions, versions.toReversed()]) {
      assert.equal(standing(some, day(1, '08:59')), undefined)
      assert.equal(standing(some, day(1)), 1)
      assert.equal(standing(some, day(3)), 2)
      assert.equal(standing(some, day(9)), 2)
      assert.equal(standing(some, day(11)), 3)
    }
  })

  it('is known from when the hub heard of it where it has no date', () => {
    const versions = [version(1, day(2), row(undefined, '1')), version(2, day(5), row(undefined, '2'))]
    assert.equal(standing(versions, day(1)), undefined)
    assert.equal(standing(versions, day(4)), 1)
    assert.equal(standing(versions, day(5)), 2)
  })

  it('was never there when it was taken back as an error, and was until then when it was deleted', () => {
    const first = version(1, day(2), row(day(1), '1'))
    const wrong = version(2, day(5), row(day(1), '1', 'entered-in-error'))
    assert.equal(standing([first, wrong], day(3)), 2)
    const gone = version(2, day(5), row(day(1), '1'), { deleted: true })
    assert.equal(standing([first, gone], day(3)), 1)
    assert.equal(standing([first, gone], day(6)), undefined)
  })

  it('reads a day without a clock time in the zone of the person', () => {
    const versions = [version(1, day(2), row('2026-11-02', '1'))]
    assert.equal(standing(versions, '2026-11-01T22:59:59.999Z'), undefined)
    assert.equal(standing(versions, '2026-11-01T23:00:00.000Z'), 1)
  })

  it('recalls a prescription from the date of the recall, and one without a date from when it was heard of', () => {
    const dated = [version(1, day(1), order('active')), version(2, day(9), order('cancelled', since(day(5))))]
    assert.equal(standing(dated, day(4)), 1)
    assert.equal(standing(dated, day(6)), 2)
    const undated = [version(1, day(1), order('active')), version(2, day(9), order('cancelled'))]
    assert.equal(standing(undated, day(6)), 1)
    assert.equal(standing(undated, day(9)), 2)
    // First heard of as ended: it was written when it says.
    assert.equal(standing([version(1, day(9), order('completed'))], day(2)), 1)
  })

  it('keeps the pause of a prescription for the time in which it was paused', () => {
    const versions = [
      version(1, day(1), order('active')),
      version(2, day(5), order('on-hold', since(day(5)))),
      version(3, day(10), order('active')),
      version(4, day(11), order('active', { note: [{ text: 'the same' }] })),
    ]
    assert.equal(standing(versions.slice(0, 3), day(7)), 2)
    assert.equal(standing(versions.slice(0, 3), day(10)), 3)
    assert.equal(standing(versions.slice(0, 3), day(4)), 1)
  })

  it('places what happened at its own time: intakes, supplies, visits, devices, alerts, lists, acts', () => {
    const happened: readonly FhirResource[] = [
      {
        resourceType: 'MedicationAdministration',
        status: 'completed',
        subject: {},
        effectiveDateTime: day(3),
      },
      { resourceType: 'MedicationDispense', status: 'completed', whenHandedOver: day(3) },
      { resourceType: 'Encounter', status: 'finished', class: {}, period: { start: day(3), end: day(6) } },
      {
        resourceType: 'DeviceUseStatement',
        status: 'active',
        subject: {},
        device: {},
        timingPeriod: { start: day(3) },
      },
      { resourceType: 'DetectedIssue', status: 'preliminary', identifiedDateTime: day(3) },
      { resourceType: 'List', status: 'current', mode: 'snapshot', date: day(3) },
      { resourceType: 'SupplyDelivery', occurrenceDateTime: day(3) },
      { resourceType: 'Provenance', target: [], agent: [], recorded: day(9), occurredDateTime: day(3) },
      { resourceType: 'Provenance', target: [], agent: [], recorded: day(3) },
    ]
    for (const resource of happened) {
      const late = [version(1, day(9), resource)]
      assert.equal(standing(late, day(2)), undefined, resource.resourceType)
      assert.equal(standing(late, day(3)), 1, resource.resourceType)
    }
  })

  it('ends an assignment and an alert when they ended, not before', () => {
    const use = { resourceType: 'DeviceUseStatement', subject: {}, device: {} } as const
    const assigned = [
      version(1, day(1), { ...use, status: 'active', timingPeriod: { start: day(1) } }),
      version(2, day(9), { ...use, status: 'completed', timingPeriod: { start: day(1), end: day(6) } }),
    ]
    assert.deepEqual(
      [day(5), day(7)].map((at) => standing(assigned, at)),
      [1, 2],
    )
    const alert = [
      version(1, day(1), {
        resourceType: 'DetectedIssue',
        status: 'preliminary',
        identifiedDateTime: day(1),
      }),
      version(2, day(6), { resourceType: 'DetectedIssue', status: 'final', identifiedDateTime: day(1) }),
    ]
    assert.deepEqual(
      [day(5), day(7)].map((at) => standing(alert, at)),
      [1, 2],
    )
  })
})
