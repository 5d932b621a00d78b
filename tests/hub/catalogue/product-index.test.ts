import assert from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { FEST } from '../../../src/core/canonical.js'
import { openProductIndex } from '../../../src/hub/catalogue/product-index.js'

const MEGABYTE = 1_000_000
/** What the whole catalogue may hold in the memory of each process. */
const INDEX_BYTES_MAX = 40 * MEGABYTE
const BRANDS = 10_000
const PACKAGES_PER_BRAND = 2
const INTERACTIONS = 3_000
const CODES_PER_SIDE = 16

const content = (n: number): string =>
  JSON.stringify({
    productId: `ID_${String(n).padStart(36, '0')}`,
    name: `Et preparat med langt navn ${n} filmdrasjert tab 50 mg`,
    substitutionGroup: `ID_${String(n % 3_000).padStart(36, '1')}`,
    substances: [
      {
        code: `ID_${String(n % 2_000).padStart(36, '2')}`,
        name: `Virkestoff ${n % 2_000}`,
        strength: { value: '50', unit: 'mg' },
      },
    ],
    atc: `C07A${String(n % 1_000).padStart(3, '0')}`,
    formGroup: 'tablet',
    routeGroup: 'oral',
    interactsAs: [`C07A${String(n % 1_000).padStart(3, '0')}`, `ID_${String(n % 2_000).padStart(36, '2')}`],
  })

describe('index of the drug catalogue', () => {
  it('holds a whole catalogue in less than 40 MB', () => {
    setFlagsFromString('--expose-gc')
    // Nothing else gives the collector to a process that is running already.
    const collect = runInNewContext('gc') as () => void
    collect()
    const before = process.memoryUsage().heapUsed
    const index = openProductIndex()
    for (let n = 0; n < BRANDS; n += 1) {
      index.addProduct([`ID_${n}`], content(n))
      for (let size = 0; size < PACKAGES_PER_BRAND; size += 1)
        index.addProduct([`${100_000 + 2 * n + size}`, `ID_PAKNING_${n}_${size}`], content(n))
    }
    for (let n = 0; n < INTERACTIONS; n += 1)
      index.addInteraction(
        JSON.stringify({
          id: `ID_INT_${n}`,
          relevance: '2',
          consequence: 'En følge som tar omtrent så mange ord som de pleier å ta. '.repeat(3),
          groups: [0, 1].map((side) =>
            Array.from({ length: CODES_PER_SIDE }, (_, at) => `C07A${(n * 7 + side * 500 + at) % 1_000}`),
          ),
        }),
      )
    const products = index.build()
    collect()
    const grown = process.memoryUsage().heapUsed - before
    assert.ok(grown < INDEX_BYTES_MAX, `${(grown / MEGABYTE).toFixed(1)} MB`)
    assert.equal(products.find({ system: FEST, code: '119999' })?.atc, 'C07A999')
    assert.ok(products.interactions('C07A500').length > 0)
  })

  it('leaves out an interaction whose relevance it does not know', () => {
    const index = openProductIndex()
    index.addInteraction(
      JSON.stringify({ id: 'x', relevance: '9', consequence: 'x', groups: [['A'], ['B']] }),
    )
    assert.deepEqual(index.build().interactions('A'), [])
  })
})
