import assert from 'node:assert/strict'
import type { Communication, List, Task } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl } from '../../../src/core/canonical.js'
import type { Fact } from '../../../src/medication-list/contract.js'
import type { FactSet } from '../../../src/medication-list/facts/fact.js'
import { readFacts } from '../../../src/medication-list/facts/read-facts.js'
import { firstChange } from '../../../src/medication-list/packing/calendar.js'
import { cardsOf } from '../../../src/medication-list/packing/cards.js'
import { reachedAt } from '../../../src/medication-list/packing/reached.js'
import {
  isMeasured,
  measuresOf,
  type PackMeasure,
} from '../../../src/medication-list/quantities/pack-measure.js'
import { derive, fact, PATIENT, row } from '../../support/clinical-facts.js'
import { local, PACKING_ZONE, packingCalendar, statedPeriod } from '../../support/packing-calendar.js'
import { productCatalogue } from '../../support/product-catalogue.js'

const ZONE = PACKING_ZONE
const P7 = { first: '2026-03-02', last: '2026-03-15', deadline: '2026-02-26T12:00:00+01:00' }
const P8 = { first: '2026-03-16', last: '2026-03-29', deadline: '2026-03-12T12:00:00+01:00' }
const read = (...facts: Fact[]): FactSet => readFacts(facts, { zone: ZONE, products: productCatalogue })
const iso = (text: string): string => new Date(local(text)).toISOString()

const pharmacyList = (id: string, date: string, period: Parameters<typeof statedPeriod>[0]): Fact => {
  const list: List = {
    resourceType: 'List',
    status: 'current',
    mode: 'snapshot',
    code: { coding: [{ code: 'M25.2' }] },
    subject: { reference: PATIENT },
    date: iso(date),
    extension: [statedPeriod(period)],
  }
  return fact(list, id, 'pharmacy', iso(date))
}

describe('dose cards of a person', () => {
  const starts = (facts: FactSet, at: string) =>
    cardsOf(facts, local(at), ZONE).map(({ periods }) => periods.map(({ start }) => start))

  it('come from the pharmacy’s lists, of which the newer counts for the same days', () => {
    const moved = { ...P8, first: '2026-03-17', deadline: '2026-03-11T12:00:00+01:00' }
    const facts = read(
      pharmacyList('a', '20 Feb 10:00', P7),
      pharmacyList('b', '1 Mar 10:00', P8),
      pharmacyList('c', '4 Mar 10:00', moved),
    )
    assert.deepEqual(starts(facts, '5 Mar'), [['2026-03-02', '2026-03-17']])
    assert.deepEqual(starts(facts, '2 Mar'), [['2026-03-02', '2026-03-16']], 'as it was known then')
    const [card] = cardsOf(facts, local('5 Mar'), ZONE)
    assert.equal(card?.stated, 'List/c/_history/1')
  })

  it('come from the calendar that the pharmacy wrote, until its last period is over', () => {
    const told = [
      fact(packingCalendar('card', [statedPeriod(P7)]), 'k', 'pharmacy'),
      pharmacyList('b', '1 Mar 10:00', P8),
    ]
    const facts = read(...told)
    assert.deepEqual(starts(facts, '15 Mar 23:00'), [['2026-03-02']])
    assert.deepEqual(starts(facts, '16 Mar 00:00'), [['2026-03-16']])
    assert.equal(derive(told, { at: iso('13 Mar 23:00') }).nextChangeAt, iso('16 Mar 00:00'))
  })

  it('say nothing where no period is stated', () => {
    assert.deepEqual(cardsOf(read(), local('5 Mar'), ZONE), [])
    assert.equal(firstChange([], local('5 Mar'), local('5 Mar'), ZONE), undefined)
  })
})

describe('when a decision reached the pharmacy', () => {
  const decision = { receivedAt: local('5 Mar 10:00'), decided: instant('5 Mar 09:58') }
  const ordination = (
    id: string,
    stated: string,
    more: Partial<Communication> = {},
    kind = 'ordination',
  ): Fact =>
    fact(
      {
        resourceType: 'Communication',
        status: 'in-progress',
        category: [{ coding: [{ system: codeSystemUrl('communication-kind'), code: kind }] }],
        extension: [{ url: extensionUrl('stated-at'), valueDateTime: iso(stated) }],
        subject: { reference: PATIENT },
        ...more,
      },
      id,
      'client',
    )
  const reached = (at: string, ...facts: Fact[]) => reachedAt(read(...facts), decision, local(at))

  it('is the receipt of the first ordination made after it', () => {
    const facts = [
      ordination('a', '5 Mar 09:00', { received: iso('5 Mar 09:05') }),
      ordination('b', '5 Mar 10:00', { received: iso('5 Mar 12:00') }),
      ordination('c', '5 Mar 11:00', { received: iso('5 Mar 11:30') }),
    ]
    assert.deepEqual(reached('6 Mar', ...facts), { by: 'receipt', at: local('5 Mar 11:30') })
    assert.deepEqual(reached('5 Mar 11:00', ...facts), { by: 'awaited' })
  })

  it('is awaited while it is on its way or was refused', () => {
    assert.deepEqual(reached('6 Mar', ordination('a', '5 Mar 10:00')), { by: 'awaited' })
    const refused = ordination('a', '5 Mar 10:00', { status: 'stopped', received: iso('5 Mar 12:00') })
    assert.deepEqual(reached('6 Mar', refused), { by: 'awaited' })
  })

  it('may be the pharmacy’s own reading', () => {
    const reading = ordination('a', '5 Mar 10:30', { received: iso('5 Mar 10:30') }, 'list-read')
    assert.deepEqual(reached('6 Mar', reading), { by: 'reading', at: local('5 Mar 10:30') })
  })

  it('is the time of the decision where the hub can see neither', () => {
    assert.deepEqual(reached('6 Mar'), { by: 'decision-time', at: local('5 Mar 09:58') })
    const day = { from: local('5 Mar'), to: local('6 Mar'), precision: 'day' as const }
    assert.deepEqual(reachedAt(read(), { ...decision, decided: day }, local('6 Mar')), {
      by: 'decision-time',
      at: local('5 Mar 10:00'),
    })
  })
})

function instant(text: string) {
  const at = local(text)
  return { from: at, to: at, precision: 'instant' as const }
}

describe('what measures change about the pouches', () => {
  const measure = (code: string, more: Partial<Task> = {}): Fact =>
    fact(
      {
        resourceType: 'Task',
        status: 'completed',
        intent: 'order',
        code: { coding: [{ system: codeSystemUrl('medlist-task'), code }] },
        focus: { reference: 'MedicationStatement/line-1' },
        for: { reference: PATIENT },
        executionPeriod: { start: iso('5 Mar 18:00'), end: iso('16 Mar') },
        lastModified: iso('5 Mar 17:00'),
        ...more,
      },
      code,
      'home-care',
    )
  const effects = (at: string, ...facts: Fact[]) => measuresOf(read(...facts), local(at))

  const isWithheld = (out: PackMeasure[], line: string, slot: number) =>
    isMeasured('withheld', slot, line, out)
  const isSuppliedOutside = (out: PackMeasure[], line: string, slot: number) =>
    isMeasured('added', slot, line, out)

  it('takes confirmed units of the line out of the slots that it is about', () => {
    const out = effects('6 Mar', measure('withhold-unit'))
    assert.ok(isWithheld(out, 'line-1', local('5 Mar 20:00')))
    assert.ok(!isWithheld(out, 'line-1', local('5 Mar 08:00')))
    assert.ok(!isWithheld(out, 'line-1', local('16 Mar 08:00')))
    assert.ok(!isWithheld(out, 'line-2', local('5 Mar 20:00')))
  })

  it('has no effect before it is confirmed, nor when it failed', () => {
    assert.deepEqual(effects('5 Mar 16:59', measure('withhold-unit')), [])
    assert.deepEqual(effects('6 Mar', measure('withhold-unit', { status: 'requested' })), [])
    assert.deepEqual(effects('6 Mar', measure('withhold-unit', { status: 'failed' })), [])
  })

  it('gives the other contents of a withheld pouch from elsewhere, and nothing from a blocked device', () => {
    const pouch = effects('6 Mar', measure('withhold-pouch'))
    assert.ok(isWithheld(pouch, 'line-2', local('5 Mar 20:00')))
    assert.ok(isSuppliedOutside(pouch, 'line-2', local('5 Mar 20:00')))
    const blocked = effects('6 Mar', measure('device-block'))
    assert.ok(isWithheld(blocked, 'line-2', local('5 Mar 20:00')))
    assert.ok(!isSuppliedOutside(blocked, 'line-2', local('5 Mar 20:00')))
  })

  it('gives a line from outside the roll, and changes nothing where the old dose is accepted', () => {
    const outside = effects('6 Mar', measure('add-outside-roll'))
    assert.ok(isSuppliedOutside(outside, 'line-1', local('6 Mar 08:00')))
    assert.deepEqual(effects('6 Mar', measure('no-measure-accepted')), [])
    assert.equal(read(row('r')).measures.length, 0)
  })
})
