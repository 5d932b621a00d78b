import assert from 'node:assert/strict'
import { readRepeatPattern } from '../../../mappings/hl7v2/repeat-pattern.js'

const daily = (frequency: number) => ({ frequency, period: 1, periodUnit: 'd' })
const every = (period: number, periodUnit: string) => ({ frequency: 1, period, periodUnit })

describe('repeat patterns', () => {
  for (const [code, repeat] of [
    ['BID', daily(2)],
    ['TID', daily(3)],
    ['QID', daily(4)],
    ['5ID', daily(5)],
    ['QD', daily(1)],
    ['Q1D', every(1, 'd')],
    ['QOD', every(2, 'd')],
    ['Q90S', every(90, 's')],
    ['Q30M', every(30, 'min')],
    ['Q8H', every(8, 'h')],
    ['q8h', every(8, 'h')],
    ['Q3D', every(3, 'd')],
    ['Q2W', every(2, 'wk')],
    ['Q3L', every(3, 'mo')],
    ['Q1J135', { dayOfWeek: ['mon', 'wed', 'fri'], ...every(1, 'wk') }],
    ['Q2J7', { dayOfWeek: ['sun'], ...every(2, 'wk') }],
    ['QAM', { ...daily(1), when: ['MORN'] }],
    ['QPM', { ...daily(1), when: ['EVE'] }],
    ['QHS', { ...daily(1), when: ['HS'] }],
    ['QSHIFT', daily(3)],
    ['ACM', { when: ['ACM'] }],
    ['PC', { when: ['PC'] }],
    ['Once', { count: 1 }],
  ] as const)
    it(`${code} is computed`, () => {
      assert.deepEqual(readRepeatPattern(code), { kind: 'repeat', repeat, asNeeded: false })
    })
  it('PRN alone is as needed and nothing more', () => {
    assert.deepEqual(readRepeatPattern('PRN'), { kind: 'as-needed' })
  })
  it('PRNQ6H is as needed with its pattern', () => {
    assert.deepEqual(readRepeatPattern('PRNQ6H'), { kind: 'repeat', repeat: every(6, 'h'), asNeeded: true })
  })
  for (const code of ['C', 'IC', 'ICM', 'U1000', 'Q0H', 'Q8X', 'daily', 'Q1J8', '0ID', ''])
    it(`${code || 'nothing'} is given no frequency`, () => {
      assert.equal(readRepeatPattern(code).kind, 'not-computable')
    })
})
