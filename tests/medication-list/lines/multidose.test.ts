import assert from 'node:assert/strict'
import { extensionUrl } from '../../../src/core/canonical.js'
import { packingOf } from '../../../src/medication-list/packing/changes.js'
import { toPack } from '../../../src/medication-list/packing/to-pack.js'
import { isMultidose } from '../../../src/medication-list/quantities/multidose.js'
import { isSuspended } from '../../../src/medication-list/responsibility/suspension.js'
import { packed } from '../../support/chain-facts.js'
import { codesOf, derive, fixed, row, situation, stay } from '../../support/clinical-facts.js'
import {
  doctorRegistered,
  iso,
  P8,
  packedRow,
  wardRow,
  workedCalendar,
} from '../../support/packing-calendar.js'

const BASE = [workedCalendar(), doctorRegistered()]
const says = (valueBoolean?: boolean) =>
  valueBoolean === undefined ? [] : [{ url: extensionUrl('multidose'), valueBoolean }]
const AT = '2026-11-21T11:00:00.000Z'
const roll = packed('d', { brand: 'ID_METOTAB', from: '2026-11-09', to: '2026-11-22', row: 'r' })
const next = packed('e', { brand: 'ID_PARACET', from: '2026-11-16', to: '2026-11-29' })
const decided = (valueBoolean?: boolean) =>
  row('again', {
    prescription: 'p',
    asserted: '2026-11-18T09:00:00+01:00',
    receivedAt: '2026-11-18T08:05:00Z',
    more: { extension: says(valueBoolean) },
  })
const first = row('r', { prescription: 'p', more: { extension: says(true) } })

describe('a line that is packed as multidose', () => {
  const told = (...rows: ReturnType<typeof row>[]) => {
    const facts = [...rows, roll, next]
    const result = derive(facts, { at: AT })
    const { lines, facts: set, at } = situation(facts, { at: AT })
    const line = lines.find(({ group }) => group.facts.length > 0)
    assert.ok(line)
    return {
      shown: result.lines
        .find(({ id }) => id === line.id)
        ?.statement.extension?.some(({ url }) => url === extensionUrl('multidose')),
      packed: isMultidose(line, set, at),
      missing: codesOf(result).includes('on-list-not-packed'),
    }
  }

  it('is one as the newest row that says so or otherwise says, on the list and in every comparison', () => {
    assert.deepEqual(told(first), { shown: true, packed: true, missing: true })
    assert.deepEqual(told(first, decided(false)), { shown: false, packed: false, missing: false })
    assert.deepEqual(
      told(first, decided()),
      { shown: true, packed: true, missing: true },
      'silence is no word',
    )
  })

  it('is one where no row says anything and it lay in a roll lately', () => {
    const silent = row('r', { prescription: 'p' })
    assert.deepEqual(told(silent), { shown: false, packed: true, missing: true })
    const change = wardRow('w', 'r', '5 Mar 10:00', {
      dosage: [fixed(1, { when: ['MORN', 'EVE'] })],
      more: { extension: [] },
    })
    const facts = [
      ...BASE,
      packedRow('r', { more: { extension: [] } }),
      change,
      packed('k', { brand: 'ID_METOTAB', from: '2026-03-02', to: '2026-03-15', row: 'r' }),
    ]
    const codes = codesOf(derive(facts, { at: iso('12 Mar 08:00') }))
    assert.ok(codes.includes('unconfirmed-multidose-change'), 'the doctor who packs it has to confirm')
  })
})

describe('a line after a discharge', () => {
  const attested = (facts: Parameters<typeof situation>[0]) => {
    const arranged = situation(facts, { at: iso('12 Mar 13:00') })
    // Somebody attested the list once, and nobody since the discharge.
    const attestation = { scope: 'full', at: Date.parse('2026-01-10T09:00:00Z') }
    return { ...arranged, facts: { ...arranged.facts, attestations: [attestation as never] } }
  }
  const ward = stay('s', iso('1 Mar 10:00'), iso('10 Mar 10:00'))

  it('is not packed until the list is attested, unless a prescriber decided on it since', () => {
    const packedOf = (facts: Parameters<typeof situation>[0]) => {
      const input = attested(facts)
      const [line] = input.lines
      assert.ok(line)
      return toPack(line, P8, packingOf(input), input, isSuspended(line, input.facts, input.at)).kind
    }
    assert.equal(packedOf([...BASE, ward, packedRow('r')]), 'nothing')
    const resumed = packedRow('again', {
      prescription: 'p-r',
      asserted: iso('11 Mar 09:00'),
      receivedAt: iso('11 Mar 09:00'),
    })
    assert.equal(packedOf([...BASE, ward, packedRow('r'), resumed]), 'pouches')
  })
})
