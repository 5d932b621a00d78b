import assert from 'node:assert/strict'
import type { CanonicalEvent } from '../../../mappings/devices/canonical-event.js'
import { deviceEvent, rollLoaded } from '../../support/device-fixtures.js'
import { foldMapped } from '../../support/fold-mapped.js'
import { mapEvent, only } from './support.js'

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
