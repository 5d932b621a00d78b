import assert from 'node:assert/strict'
import { readNationalNumber } from '../../../mappings/hl7v2/national-number.js'
import { DNR, FHN, FNR } from '../../../src/core/canonical.js'
import { nationalNumber } from './messages.js'

describe('national numbers', () => {
  it('take a synthetic birth number (month + 80) and say so', () => {
    assert.deepEqual(readNationalNumber(nationalNumber('158150'), FNR), {
      kind: 'valid',
      system: FNR,
      synthetic: true,
    })
  })
  it('take the other two kinds of synthetic number (month + 40, + 65)', () => {
    for (const date of ['154150', '156650'])
      assert.deepEqual(readNationalNumber(nationalNumber(date), FNR), {
        kind: 'valid',
        system: FNR,
        synthetic: true,
      })
  })
  it('put a D-number stated as birth number into the D-number system', () => {
    const read = readNationalNumber(nationalNumber('558150'), FNR)
    assert.equal(read.kind === 'valid' && read.system, DNR)
  })
  it('put a birth number stated as D-number into the birth number system', () => {
    const read = readNationalNumber(nationalNumber('158150'), DNR)
    assert.equal(read.kind === 'valid' && read.system, FNR)
  })
  it('refuse wrong control digits, impossible days and other lengths', () => {
    const number = nationalNumber('158150')
    const last = (Number(number[10]) + 1) % 10
    for (const wrong of [
      number.slice(0, 10) + last,
      nationalNumber('328150'),
      number.slice(1),
      `${number}0`,
      '',
    ])
      assert.equal(readNationalNumber(wrong, FNR).kind, 'invalid')
  })
  it('take common help numbers as eleven digits', () => {
    assert.deepEqual(readNationalNumber('89999999999', FHN), { kind: 'valid', system: FHN, synthetic: false })
    assert.equal(readNationalNumber('8999', FHN).kind, 'invalid')
  })
})
