import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseNeverDailyList, readNeverDailyList } from '../../src/composition/never-daily-list.js'
import { NEVER_DAILY } from '../../src/medication-list/never-daily/default-list.js'

const faults = (stated: unknown): string[] => {
  const found: string[] = []
  parseNeverDailyList(stated, (at, rule) => found.push(`${at} ${rule}`))
  return found
}

describe('the list of medicines that are never daily', () => {
  it('is the default without a file, and the file alone with one', () => {
    assert.equal(readNeverDailyList({ neverDailyFile: undefined }), NEVER_DAILY)
    const folder = mkdtempSync(join(tmpdir(), 'never-daily-'))
    try {
      const file = join(folder, 'list.json')
      const medicine = {
        id: 'metotreksat',
        atc: ['L04AX03'],
        strengthFrom: { value: 2.5, unit: 'mg' },
        intervalDays: 7,
      }
      writeFileSync(file, JSON.stringify({ medicines: [medicine] }))
      assert.deepEqual(readNeverDailyList({ neverDailyFile: file }), [medicine])
      writeFileSync(file, '{')
      assert.throws(
        () => readNeverDailyList({ neverDailyFile: file }),
        /STAFETT_NEVER_DAILY: .* cannot be read as JSON/,
      )
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('takes its own default, and names every fault with its place', () => {
    assert.deepEqual(faults({ medicines: NEVER_DAILY }), [])
    assert.deepEqual(faults({}), ['medicines must be a list'])
    assert.deepEqual(
      faults({ medicines: [{ id: 'a', atc: ['methotrexate'], route: ['oral'], intervalDays: 1 }] }),
      [
        'medicines[0].route is no condition of this list',
        'medicines[0].atc must be a list of ATC codes or their beginnings',
        'medicines[0].intervalDays must be a number of days from 2 to 400',
      ],
    )
  })
})
