import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { CareTeam } from 'fhir/r4.js'
import { extensionUrl, HPR } from '../../../src/core/canonical.js'
import { multidoseParticipants } from '../../../src/medication-list/responsibility/multidose-team.js'

const ZONE = 'Europe/Oslo'
const ROLE_SYSTEM = 'http://stafett.internal/fhir/CodeSystem/care-team-role'

interface Said {
  readonly who: string
  readonly start?: string
  readonly end?: string
  readonly statedAt?: string
  readonly firstStatedAt?: string
  readonly status?: CareTeam['status']
  readonly role?: string
}
const team = ({ who, start, end, firstStatedAt, statedAt, status, role }: Said): CareTeam => ({
  resourceType: 'CareTeam',
  status: status ?? 'active',
  category: [{ coding: [{ code: 'multidose-register' }] }],
  extension: [
    { url: extensionUrl('stated-at'), valueDateTime: statedAt ?? '2024-01-01T12:00:00+01:00' },
    ...(firstStatedAt === undefined
      ? []
      : [{ url: extensionUrl('first-stated-at'), valueDateTime: firstStatedAt }]),
  ],
  participant: [
    {
      role: [{ coding: [{ system: ROLE_SYSTEM, code: role ?? 'multidose-doctor' }] }],
      member: { type: 'Practitioner', identifier: { system: HPR, value: who } },
      ...(start === undefined && end === undefined
        ? {}
        : { period: { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) } }),
    },
  ],
})
const periods = (said: readonly Said[]) =>
  multidoseParticipants(said.map(team), ZONE).map(({ member, period }) => [
    member?.identifier?.value,
    period?.start,
    period?.end,
  ])

describe('multidose responsibility', () => {
  it('passes from one to the next on the day the next one registers for', () => {
    assert.deepEqual(
      periods([
        { who: '1', start: '2024-01-01' },
        { who: '2', start: '2024-06-01' },
      ]),
      [
        ['1', '2024-01-01', '2024-06-01'],
        ['2', '2024-06-01', undefined],
      ],
    )
  })

  it('keeps somebody of whom only the end is known', () => {
    assert.deepEqual(
      periods([
        { who: '1', end: '2024-06-01T00:00:00+02:00' },
        { who: '2', start: '2024-06-01' },
      ]),
      [
        ['1', undefined, '2024-06-01T00:00:00+02:00'],
        ['2', '2024-06-01', undefined],
      ],
    )
  })

  it('ends with a deregistration, and begins again with a new registration', () => {
    assert.deepEqual(
      periods([
        { who: '1', start: '2024-01-01' },
        { who: '1', end: '2024-03-01T00:00:00+01:00' },
        { who: '1', start: '2024-05-01' },
      ]),
      [
        ['1', '2024-01-01', '2024-03-01T00:00:00+01:00'],
        ['1', '2024-05-01', undefined],
      ],
    )
  })

  it('takes a statement without dates as responsibility at that time, and invents no start', () => {
    assert.deepEqual(periods([{ who: '1', statedAt: '2024-02-01T08:00:00+01:00' }]), [
      ['1', undefined, undefined],
    ])
    assert.deepEqual(
      periods([
        { who: '1', start: '2024-01-01' },
        { who: '1', statedAt: '2024-02-01T08:00:00+01:00' },
      ]),
      [['1', '2024-01-01', undefined]],
    )
  })

  it('takes a register’s answer from the first time it was given to the last', () => {
    const asked = (who: string, firstStatedAt: string, statedAt: string) => ({ who, firstStatedAt, statedAt })
    assert.deepEqual(
      periods([
        asked('1', '2024-01-05T08:00:00+01:00', '2024-05-01T08:00:00+02:00'),
        asked('2', '2024-03-01T08:00:00+01:00', '2024-04-01T08:00:00+02:00'),
      ]),
      [
        ['1', undefined, '2024-03-01T08:00:00+01:00'],
        ['2', undefined, '2024-05-01T08:00:00+02:00'],
        ['1', undefined, undefined],
      ],
    )
  })

  it('counts no registration that the register refused', () => {
    assert.deepEqual(periods([{ who: '1', start: '2024-01-01', status: 'inactive' }]), [])
  })

  it('keeps doctor and pharmacy apart', () => {
    assert.deepEqual(
      periods([
        { who: '9', start: '2024-02-01', role: 'multidose-pharmacy' },
        { who: '1', start: '2024-01-01' },
      ]),
      [
        ['1', '2024-01-01', undefined],
        ['9', '2024-02-01', undefined],
      ],
    )
  })

  it('has at most one in charge, whatever was said in whatever order', () => {
    const day = fc.integer({ min: 1, max: 28 }).map((n) => `2024-03-${String(n).padStart(2, '0')}`)
    const said = fc.record(
      {
        who: fc.constantFrom('1', '2', '3'),
        start: day,
        end: day.map((date) => `${date}T00:00:00+01:00`),
        statedAt: day.map((date) => `${date}T09:00:00+01:00`),
      },
      { requiredKeys: ['who', 'statedAt'] },
    )
    fc.assert(
      fc.property(
        fc
          .array(said, { maxLength: 8 })
          .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([inOrder, shuffled]) => {
          assert.deepEqual(periods(inOrder), periods(shuffled))
          assert.ok(periods(inOrder).filter(([, , end]) => end === undefined).length <= 1)
        },
      ),
      { numRuns: 200 },
    )
  })
})
