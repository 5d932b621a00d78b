import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Medication, MedicationAdministration } from 'fhir/r4.js'
import type { CanonicalEvent } from '../../../mappings/devices/canonical-event.js'
import type { DeviceEventKind } from '../../../mappings/devices/event-kinds.js'
import { extensionUrl } from '../../../src/core/canonical.js'
import {
  doseDispensed,
  doseEvent,
  doseNotDispensed,
  doseTaken,
  doseWithItems,
} from '../../support/device-fixtures.js'
import { foldMapped } from '../../support/fold-mapped.js'
import { mapEvent, only, resourcesOf } from './support.js'

const administrations = (event: CanonicalEvent) => resourcesOf(mapEvent(event), 'MedicationAdministration')
const extension = (resource: MedicationAdministration, name: string) =>
  resource.extension?.find(({ url }) => url === extensionUrl(name))

/** The administration of the dose after all events, in this order of arrival. */
function folded(events: readonly CanonicalEvent[]) {
  const all = [...foldMapped(events.map((event) => mapEvent(event)))]
  const find = (type: string, part: string) =>
    all.find(([key]) => key.startsWith(`${type}|`) && key.endsWith(part))?.[1]
  return {
    whole: find('MedicationAdministration', '/morning') as unknown as MedicationAdministration,
    rest: find('MedicationAdministration', '/morning/rest') as unknown as
      | MedicationAdministration
      | undefined,
    issue: find('DetectedIssue', '/dose/morning'),
  }
}

describe('dose event to MedicationAdministration', () => {
  it('states a dose as taken at the time it was taken', () => {
    const dose = only(administrations(doseTaken()))
    assert.equal(dose.status, 'completed')
    assert.equal(dose.effectiveDateTime, '2026-02-03T08:04:00+01:00')
    assert.equal(extension(dose, 'scheduled')?.valueDateTime, '2026-02-03T08:00:00+01:00')
    assert.deepEqual(extension(dose, 'dose-window')?.valuePeriod, {
      start: '2026-02-03T07:30:00+01:00',
      end: '2026-02-03T10:00:00+01:00',
    })
    assert.equal(extension(dose, 'intake-evidence')?.valueCode, 'button')
    assert.equal(dose.statusReason, undefined)
  })

  it('states a dose as not done at the time it was due, with the reason', () => {
    const dose = only(administrations(doseNotDispensed()))
    assert.deepEqual([dose.status, dose.effectiveDateTime], ['not-done', '2026-02-03T08:00:00+01:00'])
    assert.equal(dose.statusReason?.[0]?.coding?.[0]?.code, 'not-dispensed-in-window')
  })

  const statuses: [DeviceEventKind, MedicationAdministration['status'], string | undefined][] = [
    ['dose.removed', 'in-progress', undefined],
    ['dose.taken', 'completed', undefined],
    ['dose.taken-late', 'completed', undefined],
    ['dose.not-taken', 'not-done', 'not-removed'],
    ['dose.unconfirmed', 'unknown', undefined],
    ['dose.refused', 'not-done', 'refused'],
    ['dose.skipped-by-plan', 'not-done', 'paused'],
    ['dose.retracted', 'not-done', 'not-removed'],
    ['dose.manual-given', 'completed', undefined],
  ]
  for (const [kind, status, reason] of statuses)
    it(`gives ${kind} the status ${status}`, () => {
      const dose = only(administrations(doseEvent(kind)))
      assert.deepEqual([dose.status, dose.statusReason?.[0]?.coding?.[0]?.code], [status, reason])
    })

  for (const kind of [
    'dose.dispensed',
    'dose.dispensed-assisted',
    'dose.available',
    'dose.duplicate-prevented',
  ] as const)
    it(`takes ${kind} for no intake`, () => {
      assert.deepEqual(administrations(doseEvent(kind)), [])
    })

  it('lets the evidence decide about an early or as-needed dose', () => {
    const status = (kind: DeviceEventKind, evidence: 'button' | 'lid' | 'motor') =>
      administrations(doseEvent(kind, { dose: { evidence } }))[0]?.status
    for (const kind of ['dose.dispensed-prn', 'dose.dispensed-early'] as const)
      assert.deepEqual(
        [status(kind, 'button'), status(kind, 'lid'), status(kind, 'motor')],
        ['completed', 'in-progress', undefined],
      )
  })

  it('takes the sachet for one contained Medication', () => {
    const dose = only(administrations(doseTaken()))
    const sachet = dose.contained?.[0] as Medication | undefined
    assert.equal(dose.medicationReference?.reference, `#${sachet?.id}`)
    assert.equal(sachet?.code?.text, 'multidose sachet')
    assert.equal(sachet?.identifier?.[0]?.value, 'S-017')
  })

  it('says that the medicine is unknown where there is neither sachet nor content', () => {
    const { sachetId: _sachet, rollId: _roll, ...dose } = doseTaken().dose!
    assert.equal(
      only(administrations({ ...doseTaken(), dose })).medicationCodeableConcept?.text,
      'Ukjent medisin',
    )
  })

  it('adds one administration for each known medicine, part of that of the sachet', () => {
    const [sachet, ...medicines] = administrations(doseWithItems('dose.taken'))
    assert.equal(medicines.length, 2)
    for (const medicine of medicines)
      assert.equal(medicine.partOf?.[0]?.identifier?.value, sachet?.identifier?.[0]?.value)
    assert.deepEqual(
      medicines.map((one) => [one.medicationCodeableConcept?.coding?.[0]?.code, one.dosage?.dose]),
      [
        ['C07AB02', { value: 1, unit: 'tablett' }],
        ['A10BA02', { value: 2, unit: 'tablett' }],
      ],
    )
    const contained = sachet?.contained?.[0] as Medication | undefined
    assert.equal(contained?.ingredient?.length, 2)
  })

  it('knows the medicines of a dose whatever the order they are listed in', () => {
    const event = doseWithItems('dose.taken')
    const turned = doseWithItems('dose.not-dispensed', { dose: { items: event.dose!.items!.toReversed() } })
    const keys = (one: CanonicalEvent) =>
      mapEvent(one)
        .resources.map(({ key }) => key)
        .toSorted()
    assert.deepEqual(
      keys(turned).filter((key) => key.includes('/item/')),
      keys(event).filter((key) => key.includes('/item/')),
    )
  })

  it('splits a dose partly taken into what was taken and an exact rest', () => {
    const [taken, rest] = administrations(
      doseEvent('dose.taken-partial', { dose: { quantity: 0.3, quantityTaken: 0.1 } }),
    )
    assert.deepEqual([taken?.status, taken?.dosage?.dose?.value], ['completed', 0.1])
    assert.deepEqual([rest?.status, rest?.dosage?.dose?.value], ['not-done', 0.2])
  })

  it('states no amount for a dose partly taken when the event states none', () => {
    const [taken, rest] = administrations(doseEvent('dose.taken-partial', { dose: { quantity: 2 } }))
    assert.deepEqual([taken?.dosage, rest?.dosage], [undefined, undefined])
  })

  it('keeps doses of the same number on two devices apart', () => {
    const keyOf = (serial: string) => mapEvent(doseTaken({ serial })).resources.at(-1)?.key
    assert.notEqual(keyOf('PK-1001'), keyOf('PK-1002'))
    // Slashes and blanks inside of numbers cannot make two doses one.
    const tricky = (serial: string, doseId: string) =>
      mapEvent(doseTaken({ serial, doseId })).resources.at(-1)?.key
    assert.notEqual(tricky('A/b', 'c'), tricky('A', 'b/c'))
  })

  it('gives a dose the same name with and without its assignment', () => {
    const key = (event: CanonicalEvent) => mapEvent(event).resources.at(-1)?.key
    assert.equal(key(doseTaken({ assignmentRef: 'asg-1' })), key(doseTaken()))
  })

  it('takes the word of a carer above that of the device', () => {
    const carer = doseEvent('dose.refused', { eventId: 'carer-word', dose: { evidence: 'carer' } })
    for (const order of [
      [carer, doseTaken()],
      [doseTaken(), carer],
    ])
      assert.equal(folded(order).whole.status, 'not-done')
  })

  const precedence: DeviceEventKind[] = [
    'dose.taken',
    'dose.taken-partial',
    'dose.refused',
    'dose.not-taken',
    'dose.not-dispensed',
    'dose.unconfirmed',
    'dose.removed',
  ]
  it('lets the stronger fact hold, whichever comes first', () => {
    for (const [index, strong] of precedence.entries())
      for (const weak of precedence.slice(index + 1)) {
        // The weaker one is the later one: time decides only between equals.
        const first = doseEvent(strong, { occurredAt: '2026-02-03T08:00:00+01:00' })
        const second = doseEvent(weak, { occurredAt: '2026-02-03T09:00:00+01:00' })
        const kind = (events: CanonicalEvent[]) =>
          folded(events).whole.extension?.[0]?.valueCodeableConcept?.coding?.find(({ system }) =>
            system?.endsWith('device-event-kind'),
          )?.code
        assert.equal(kind([first, second]), strong)
        assert.equal(kind([second, first]), strong)
      }
  })

  it('ends in the same state for every order of arrival', () => {
    const events = [
      doseDispensed(),
      doseNotDispensed(),
      doseEvent('dose.unconfirmed', { occurredAt: '2026-02-03T10:00:01+01:00' }),
      doseEvent('dose.taken-partial', { dose: { quantity: 2, quantityTaken: 1 } }),
      doseEvent('dose.taken-late', { occurredAt: '2026-02-03T10:40:00+01:00', dose: { quantity: 2 } }),
      doseTaken({ occurredAt: '2026-02-03T10:41:00+01:00' }),
      doseWithItems('dose.not-taken', { eventId: 'with-items' }),
    ]
    const expected = [...foldMapped(events.map((event) => mapEvent(event)))]
    fc.assert(
      fc.property(fc.shuffledSubarray(events, { minLength: events.length }), (order) => {
        assert.deepEqual([...foldMapped(order.map((event) => mapEvent(event)))], expected)
      }),
      { numRuns: process.env['STAFETT_TEST_DEEP'] ? 1000 : 50, seed: 11 },
    )
  })

  it('voids the rest of a dose that was taken in full after all', () => {
    const partial = doseEvent('dose.taken-partial', { dose: { quantity: 2, quantityTaken: 1 } })
    const full = doseEvent('dose.taken', { occurredAt: '2026-02-03T09:00:00+01:00', dose: { quantity: 2 } })
    for (const order of [
      [partial, full],
      [full, partial],
    ])
      assert.equal(folded(order).rest?.status, 'entered-in-error')
  })

  it('closes the alert of a dose that was taken after all, whichever comes first', () => {
    const late = doseEvent('dose.taken-late', { occurredAt: '2026-02-03T10:40:00+01:00' })
    for (const order of [
      [doseNotDispensed(), late],
      [late, doseNotDispensed()],
    ]) {
      const { whole, issue } = folded(order)
      assert.equal(whole.status, 'completed')
      assert.equal(issue?.['status'], 'final')
      assert.ok(JSON.stringify(issue?.['mitigation']).includes('auto-resolved'))
    }
    assert.equal(folded([doseNotDispensed()]).issue?.['status'], 'preliminary')
  })

  it('marks what came late, what was corrected, and what lies ahead of the hub', () => {
    const tags = (event: CanonicalEvent, receivedAt?: string) =>
      mapEvent(event, receivedAt)
        .resources.at(-1)
        ?.resource.meta?.tag?.map(({ code }) => code)
    const time = { clock: 'corrected', correctionMs: -4500000, backfill: true } as const
    assert.deepEqual(tags(doseTaken({ over: { time } })), ['back-filled', 'clock-corrected'])
    assert.deepEqual(tags(doseTaken(), '2026-02-03T07:00:00Z'), ['future-time'])
    assert.equal(tags(doseTaken()), undefined)
  })

  it('keeps what is known of an unsure clock', () => {
    const time = { clock: 'unsynced', deviceReported: '2026-02-03 09:17', accuracyMs: 3600000 } as const
    const found = extension(only(administrations(doseTaken({ over: { time } }))), 'event-time')
    assert.deepEqual(
      found?.extension?.map(({ url }) => url),
      ['clock', 'deviceReported', 'accuracyMs'],
    )
  })

  it('takes a reason of the closed list as such and keeps any other beside ours', () => {
    const reasons = (code: string, system?: string) =>
      only(
        administrations(
          doseEvent('dose.skipped-by-plan', {
            dose: { reason: { code, ...(system === undefined ? {} : { system }) } },
          }),
        ),
      ).statusReason?.[0]?.coding?.map((coding) => coding.code)
    assert.deepEqual(reasons('hospitalised'), ['hospitalised'])
    assert.deepEqual(reasons('182864000', 'http://snomed.info/sct'), ['paused', '182864000'])
  })

  it('knows the dose that an empty device did not give by the event when none is named', () => {
    const event = { ...doseEvent('supply.empty-not-dispensed'), supply: { remainingDoses: 0 } }
    const { dose: _dose, ...unnamed } = event
    const dose = only(administrations(unnamed))
    assert.deepEqual([dose.status, dose.statusReason?.[0]?.coding?.[0]?.code], ['not-done', 'empty'])
    assert.equal(dose.effectiveDateTime, event.occurredAt)
  })
})
