import assert from 'node:assert/strict'
import fc from 'fast-check'
import { PRIMITIVES } from '../../src/validation/primitives.js'

const NUM_RUNS = process.env['STAFETT_TEST_DEEP'] ? 1000 : 50
const SEED = 20_260_302

const matches = (type: string, text: string): boolean =>
  new RegExp(String(PRIMITIVES[type]?.['pattern']), 'u').test(text)

describe('primitive patterns', () => {
  const table: Readonly<Record<string, { readonly yes: readonly string[]; readonly no: readonly string[] }>> =
    {
      date: {
        yes: ['2026', '2026-12', '2024-02-29', '2000-02-29', '0001-01-01'],
        no: [
          '0000',
          '2026-13',
          '2026-1',
          '2026-00-10',
          '2023-02-29',
          '1900-02-29',
          '2026-04-31',
          '26-01-01',
          '2026-01-01T',
          ' 2026',
          '2026-01-01\n',
        ],
      },
      dateTime: {
        yes: [
          '2026',
          '2026-03-29T02:30:00+01:00',
          '2026-03-29T02:30:00.123456Z',
          '2016-12-31T23:59:60Z',
          '2026-01-01T00:00:00+14:00',
          '2026-01-01T00:00:00-00:00',
        ],
        no: [
          '2026-03T10:00:00Z',
          '2026-03-29T02:30Z',
          '2026-03-29T24:00:00Z',
          '2026-03-29 02:30:00Z',
          '2026-03-29T02:30:00',
          '2026-03-29T02:30:00+15:00',
          '2026-03-29T02:30:00.Z',
          '2026-02-30T00:00:00Z',
        ],
      },
      instant: { yes: ['2026-03-29T02:30:00Z'], no: ['2026', '2026-03-29', '2026-03-29T02:30:00'] },
      time: {
        yes: ['08:00:00', '23:59:60', '08:00:00.5'],
        no: ['8:00:00', '24:00:00', '08:00', '08:00:00Z'],
      },
      id: { yes: ['a', 'A-1.b', 'x'.repeat(64)], no: ['', 'a_b', 'å', 'x'.repeat(65)] },
      code: { yes: ['a', 'a b', 'ferdig æ'], no: ['', ' a', 'a ', 'a  b', 'a\tb'] },
      uri: { yes: ['urn:oid:2.16', 'http://x.test/å', '#a'], no: ['', 'a b', 'a\nb', 'a\u00a0b'] },
      oid: { yes: ['urn:oid:2.16.578'], no: ['urn:oid:3.1', 'urn:oid:2.01', '2.16'] },
      uuid: {
        yes: ['urn:uuid:0b0d4c2e-58f1-4ae9-9ad1-0d2d5f0e7a11'],
        no: ['urn:uuid:0B0D4C2E-58F1-4AE9-9AD1-0D2D5F0E7A11', '0b0d4c2e-58f1-4ae9-9ad1-0d2d5f0e7a11'],
      },
      string: {
        yes: ['a', ' a ', 'a\r\nb\tc', '💊', '\u00a0'],
        no: ['', ' ', '\n', 'a\u0001', '\ud83d', 'a\udc8a'],
      },
      base64Binary: {
        yes: ['AAAA', 'AA==', 'AAA=', 'AAAA\nAAAA ', ' AA = ='],
        no: ['', 'AAA', 'A===', 'AA==AA==', 'AA-_'],
      },
    }
  for (const [type, { yes, no }] of Object.entries(table))
    it(`tells a ${type} from what is none`, () => {
      for (const text of yes) assert.ok(matches(type, text), `should be a ${type}: ${JSON.stringify(text)}`)
      for (const text of no) assert.ok(!matches(type, text), `should be no ${type}: ${JSON.stringify(text)}`)
    })

  it('takes every real day and no other', () => {
    const day = fc.tuple(
      fc.integer({ min: 1, max: 9999 }),
      fc.integer({ min: 0, max: 13 }),
      fc.integer({ min: 0, max: 32 }),
    )
    fc.assert(
      fc.property(day, ([year, month, date]) => {
        const at = new Date(0)
        at.setUTCFullYear(year, month - 1, date)
        const real =
          at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === date
        const text = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(date).padStart(2, '0')}`
        assert.equal(matches('date', text), real)
        assert.equal(matches('dateTime', text), real)
      }),
      { numRuns: NUM_RUNS * 10, seed: SEED },
    )
  })

  it('takes linear time on long input', () => {
    const long = 200_000
    const startedAt = performance.now()
    assert.ok(!matches('code', `${'a '.repeat(long)}\t`))
    assert.ok(!matches('string', `${' '.repeat(long)}\u0000`))
    assert.ok(!matches('base64Binary', `${' '.repeat(long)}!`))
    assert.ok(!matches('base64Binary', `${'AAAA '.repeat(long / 4)}!`))
    assert.ok(performance.now() - startedAt < 2_000)
  })
})
