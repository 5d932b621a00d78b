import assert from 'node:assert/strict'
import type { Dosage } from 'fhir/r4.js'
import { extensionUrl } from '../../src/core/canonical.js'
import { dateCycle, hideCycle, mergeDatedCycles } from '../../src/core/dated-cycle.js'

const CYCLE = {
  url: extensionUrl('cycle'),
  extension: [
    { url: 'on', valueInteger: 21 },
    { url: 'off', valueInteger: 7 },
  ],
}
const dosage = (boundsPeriod: { start?: string; end?: string }): Dosage => ({
  text: '1 tablett morgen, 21 dager med og 7 dager uten',
  extension: [CYCLE],
  timing: { repeat: { when: ['MORN'], boundsPeriod } },
  doseAndRate: [{ doseQuantity: { value: 1, unit: 'tablett' } }],
})
const periods = (dosages: readonly Dosage[]) =>
  dosages.map(({ timing }) => {
    const { start, end } = timing?.repeat?.boundsPeriod ?? {}
    return `${start} ${end}`
  })

describe('a cycle between dates', () => {
  it('writes the run of today and the two that follow, each with an end', () => {
    const dated = dateCycle(
      dosage({ start: '2026-01-01' }),
      { on: 21, off: 7 },
      '2026-01-01',
      '2026-02-27',
      undefined,
    )
    assert.deepEqual(periods(dated), [
      '2026-02-26 2026-03-18',
      '2026-03-26 2026-04-15',
      '2026-04-23 2026-05-13',
    ])
    assert.deepEqual(
      dated.map(({ text }) => text),
      [dosage({}).text, undefined, undefined],
    )
  })

  it('begins ahead with the first cycle, and writes nothing after the last day', () => {
    const ahead = dateCycle(dosage({}), { on: 21, off: 7 }, '2026-01-01', '2025-12-01', '2026-02-02')
    assert.deepEqual(periods(ahead), ['2026-01-01 2026-01-21', '2026-01-29 2026-02-02'])
  })

  it('is taken together again as it stood, whatever day it was dated on', () => {
    for (const end of [{}, { end: '2026-12-31' }])
      for (const today of ['2026-01-05', '2026-06-30', '2026-12-30']) {
        const original = dosage({ start: '2026-01-01', ...end })
        const dated = dateCycle(
          original,
          { on: 21, off: 7 },
          '2026-01-01',
          today,
          original.timing?.repeat?.boundsPeriod?.end,
        )
        assert.deepEqual(mergeDatedCycles(dated), [original])
      }
    const hidden = hideCycle(dosage({}), { on: 21, off: 7 })
    assert.equal(hidden.timing, undefined)
    assert.deepEqual(mergeDatedCycles([hidden]), [dosage({})])
    const plain: Dosage[] = [dosage({}), { text: 'annet' }]
    assert.deepEqual(mergeDatedCycles(plain), plain)
  })
})
