import assert from 'node:assert/strict'
import { readAmount, readCount } from '../../../mappings/hl7v2/quantity.js'
import { ucumOf } from '../../../mappings/hl7v2/units.js'

const digits = (text: string) => readAmount(text)?._value?.extension?.[0]?.valueString

describe('amounts', () => {
  it('keep their digits where a JSON number would lose them', () => {
    assert.deepEqual(readAmount('1.5'), { value: 1.5 })
    assert.equal(digits('1.50'), '1.50')
    assert.equal(digits('0.1234567890123456789'), '0.1234567890123456789')
    assert.equal(digits('.5'), '.5')
  })
  it('drop a leading plus and blanks', () => assert.deepEqual(readAmount(' +2 '), { value: 2 }))
  it('keep a comparator', () => assert.deepEqual(readAmount('<= 5'), { value: 5, comparator: '<=' }))
  it('are none in other text', () => {
    for (const text of ['5-10', '5 tablets', '', '1e3', 'NaN', '1,5', '0x10'])
      assert.equal(readAmount(text), undefined)
  })
  it('as count are whole and not negative', () => {
    assert.equal(readCount('3'), 3)
    assert.equal(readCount('3.0'), 3)
    for (const text of ['-1', '2.5', '<3', 'PRN']) assert.equal(readCount(text), undefined)
  })
})

describe('units', () => {
  for (const [sent, code] of [
    ['mg', 'mg'],
    ['mcg/kg/min', 'ug/kg/min'],
    ['enheter', '[iU]'],
    ['stk', '{stk}'],
    ['U', 'U'],
    ['mg/m2', 'mg/m2'],
    ['mL/hr', 'mL/h'],
    ['{tablet}', '{tablet}'],
    ['mm[Hg]', 'mm[Hg]'],
    ['mmol/L', 'mmol/L'],
  ] as const)
    it(`${sent} is ${code} in UCUM`, () => assert.equal(ucumOf(sent), code))
  for (const sent of ['tablett', 'caps', 'puff', 'tab', '$', 'kapsler', 'dose', 'drops'])
    it(`${sent} is no UCUM code`, () => assert.equal(ucumOf(sent), undefined))
})
