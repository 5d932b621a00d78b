import assert from 'node:assert/strict'
import type { Fact } from '../../../src/medication-list/contract.js'
import { packingOf } from '../../../src/medication-list/packing/changes.js'
import { toPack } from '../../../src/medication-list/packing/to-pack.js'
import { fixed, prescription, situation, WARD } from '../../support/clinical-facts.js'
import {
  doctorRegistered,
  iso,
  local,
  P8,
  packedRow,
  wardRow,
  workedCalendar,
} from '../../support/packing-calendar.js'

const BASE = [workedCalendar(), doctorRegistered()]
const TWICE = [fixed(1, { when: ['MORN', 'EVE'] })]
const HALF = [fixed(0.5, { when: ['MORN'] })]
type Config = Partial<ReturnType<typeof situation>['config']>

/** What is packed in P8 of each line, by the first word of its medicine: slot and amount of the first and the last day. */
function packedAt(at: string, facts: Fact[], config: Config = {}, suspended = false) {
  const arranged = situation([...BASE, ...facts], { at: iso(at) })
  const input = { ...arranged, config: { ...arranged.config, ...config } }
  const packing = packingOf(input)
  return Object.fromEntries(
    input.lines.map((line) => {
      const name = line.medicine?.name?.split(' ')[0] ?? ''
      const packed = toPack(line, P8, packing, input, suspended)
      if (packed.kind === 'nothing') return [name, packed.why]
      if (packed.kind === 'outside-roll') return [name, `outside from ${new Date(packed.from).toISOString()}`]
      const text = [packed.days[0], packed.days.at(-1)].map((day) =>
        day?.doses === undefined
          ? 'unknown'
          : day.doses.doses
              .map(({ slot, amount }) => `${slot} ${Number(amount?.high.n) / Number(amount?.high.d)}`)
              .join(', '),
      )
      return [name, text[0] === text[1] ? text[0] : text]
    }),
  )
}
const AT = '12 Mar 13:00'

describe('what is packed at cut-off', () => {
  it('is what was decided, where the multidose doctor decided or confirmed it', () => {
    assert.deepEqual(packedAt(AT, [packedRow('r')]), { Metoprolol: 'MORN 1' })
    const facts = [packedRow('r'), wardRow('w', 'r', '5 Mar 10:00', { dosage: TWICE })]
    const confirmed = packedRow('again', {
      prescription: 'p-r',
      asserted: iso('11 Mar 09:00'),
      dosage: TWICE,
      receivedAt: iso('11 Mar 09:00'),
    })
    assert.deepEqual(packedAt(AT, [...facts, confirmed]), { Metoprolol: 'MORN 1, EVE 1' })
  })

  it('is nothing while wording and structure disagree', () => {
    const dosage = [{ ...fixed(1, { when: ['MORN'] }), text: '2 tabletter morgen' }]
    assert.deepEqual(packedAt(AT, [packedRow('r', { dosage })]), { Metoprolol: 'text-structure-conflict' })
  })

  it('is the last confirmed dose for an increase that nobody confirmed', () => {
    const facts = [packedRow('r'), wardRow('w', 'r', '5 Mar 10:00', { dosage: TWICE })]
    assert.deepEqual(packedAt(AT, facts), { Metoprolol: 'MORN 1' })
  })

  it('is the new state for a stop, a hold and a decrease that nobody confirmed', () => {
    const end = { start: '2025-10-01', end: iso('5 Mar 10:00') }
    assert.deepEqual(packedAt(AT, [packedRow('r'), wardRow('w', 'r', '5 Mar 10:00', { dosage: HALF })]), {
      Metoprolol: 'MORN 0.5',
    })
    for (const status of ['stopped', 'on-hold'] as const)
      assert.deepEqual(
        packedAt(AT, [packedRow('r'), wardRow('w', 'r', '5 Mar 10:00', { status, period: end })]),
        { Metoprolol: '' },
        status,
      )
  })

  it('keeps the last confirmed slots when a dose was moved', () => {
    const moved = wardRow('w', 'r', '5 Mar 10:00', { dosage: [fixed(1, { when: ['EVE'] })] })
    assert.deepEqual(packedAt(AT, [packedRow('r'), moved]), { Metoprolol: 'MORN 1' })
  })

  it('is nothing of a new line that nobody confirmed', () => {
    const started = wardRow('w', 'new', '5 Mar 10:00', {
      brand: 'ID_PARACET',
      period: { start: '2026-03-05' },
    })
    assert.deepEqual(packedAt(AT, [packedRow('r'), started]), { Metoprolol: 'MORN 1', Paracet: '' })
  })

  it('decides day by day: a change that gives more and later less is never more than was confirmed', () => {
    const [first, then] = [
      {
        ...fixed(2, { when: ['MORN'], boundsPeriod: { start: '2026-03-16', end: '2026-03-22' } }),
        sequence: 1,
      },
      { ...fixed(0.5, { when: ['MORN'], boundsPeriod: { start: '2026-03-23' } }), sequence: 2 },
    ]
    assert.deepEqual(
      packedAt(AT, [packedRow('r'), wardRow('w', 'r', '5 Mar 10:00', { dosage: [first, then] })]),
      { Metoprolol: ['MORN 1', 'MORN 0.5'] },
    )
  })

  it('is as decided where its writer marked the change as urgent, or the municipality says so', () => {
    const facts = [packedRow('r'), wardRow('w', 'r', '5 Mar 10:00', { dosage: TWICE })]
    assert.deepEqual(packedAt(AT, facts, { unconfirmedPacking: 'as-decided' }), {
      Metoprolol: 'MORN 1, EVE 1',
    })
    const half = [packedRow('r'), wardRow('w', 'r', '5 Mar 10:00', { dosage: HALF })]
    assert.deepEqual(packedAt(AT, half, { unconfirmedPacking: 'last-confirmed' }), { Metoprolol: 'MORN 1' })
  })

  it('is not guessed where another wrote the row anew: what was confirmed before is not known', () => {
    const anew = packedRow('r', {
      asserted: iso('5 Mar 10:00'),
      dosage: TWICE,
      more: { informationSource: WARD },
    })
    assert.deepEqual(packedAt(AT, [anew]), { Metoprolol: 'MORN 1, EVE 1' }, 'no change is known of')
  })

  it('is nothing while supply is suspended, and of a line outside the roll', () => {
    assert.deepEqual(packedAt(AT, [packedRow('r')], {}, true), { Metoprolol: 'suspended' })
    assert.deepEqual(packedAt(AT, [packedRow('r', { more: { extension: [] } })]), {
      Metoprolol: 'not-multidose',
    })
  })

  it('18 switch at cut-off: the old is not packed, the new is given outside the roll from the day stated', () => {
    const facts = [
      packedRow('r', { brand: 'ID_WARFARIN' }),
      wardRow('stop', 'r', '5 Mar 10:00', {
        brand: 'ID_WARFARIN',
        status: 'stopped',
        period: { start: '2025-10-01', end: iso('5 Mar 10:00') },
      }),
    ]
    const apixaban = (more = {}) =>
      prescription('apixaban', {
        brand: 'ID_APIXABAN',
        authoredOn: iso('5 Mar 10:10'),
        requester: WARD,
        receivedAt: iso('5 Mar 10:10'),
        dosage: TWICE,
        ...more,
      })
    const stated = [fixed(1, { when: ['MORN', 'EVE'], boundsPeriod: { start: '2026-03-08' } })]
    assert.deepEqual(packedAt(AT, [...facts, apixaban({ dosage: stated })]), {
      Marevan: '',
      Eliquis: `outside from ${new Date(local('8 Mar')).toISOString()}`,
    })
    const later = apixaban({ authoredOn: iso('6 Mar 10:10') })
    assert.deepEqual(
      packedAt(AT, [...facts, later]),
      { Marevan: '', Eliquis: 'not-multidose' },
      'not together',
    )
  })
})
