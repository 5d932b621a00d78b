import assert from 'node:assert/strict'
import type { MedicationRequest } from 'fhir/r4.js'
import type { CatalogueItem } from '../../../mappings/fest/item.js'
import { openM30Stream } from '../../../mappings/fest/m30-stream.js'
import { FEST } from '../../../src/core/canonical.js'
import { openProductIndex } from '../../../src/hub/catalogue/product-index.js'
import { openSubstances, resolveBrand, resolvePackage } from '../../../src/hub/catalogue/resolve-products.js'
import type { Fact, ProductKnowledge } from '../../../src/medication-list/contract.js'
import { NO_PRODUCTS } from '../../../src/medication-list/products.js'
import { derive, prescription, supply } from '../../support/clinical-facts.js'
import { METOPROLOL, m30, SELO_ZOK } from '../../support/fest-fixtures.js'

const DAY = '2026-10-01'

function catalogue(): ProductKnowledge {
  const stream = openM30Stream()
  const items = stream.write(m30())
  const of = <Kind extends CatalogueItem['kind']>(kind: Kind) =>
    items.filter((item): item is Extract<CatalogueItem, { kind: Kind }> => item.kind === kind)
  const substances = openSubstances(of('substance'), of('strength'))
  const index = openProductIndex()
  for (const brand of of('brand')) {
    const packages = of('package').filter(({ brands }) => brands[0] === brand.id)
    const { product } = resolveBrand(brand, packages, substances, DAY)
    index.addProduct([brand.id], JSON.stringify(product))
    for (const one of packages)
      index.addProduct([one.itemNumber], JSON.stringify(resolvePackage(one, product, DAY).product))
  }
  return index.build()
}

/** A prescription that names its product by code alone. */
const prescribed = (id: string, code: string, authoredOn: string, validTo = '2027-10-25'): Fact =>
  prescription(id, {
    authoredOn,
    validTo,
    more: {
      medicationCodeableConcept: { coding: [{ system: FEST, code }] },
    } satisfies Partial<MedicationRequest>,
  })

const linesOf = (facts: readonly Fact[], products: ProductKnowledge) => derive(facts, { products }).lines

describe('grouping with a loaded catalogue', () => {
  const renewed = [
    prescribed('old', METOPROLOL.id, '2025-11-01T09:00:00+01:00', '2026-11-01'),
    prescribed('new', SELO_ZOK.id, '2026-10-25T09:00:00+02:00'),
  ]

  it('takes a product of the same exchange group for a renewal', () => {
    assert.equal(linesOf(renewed, NO_PRODUCTS).length, 2)
    assert.equal(linesOf(renewed, catalogue()).length, 1)
  })

  it('attaches the supply of another package of the group to the line', () => {
    const package_ = supply('s', '2026-11-01', 'ID_METOTAB')
    const supplied: Fact = {
      ...package_,
      resource: {
        ...package_.resource,
        medicationCodeableConcept: { coding: [{ system: FEST, code: SELO_ZOK.itemNumber ?? '' }] },
      } as Fact['resource'],
    }
    const facts = [prescribed('p', METOPROLOL.id, '2026-10-25T09:00:00+02:00'), supplied]
    assert.equal(linesOf(facts, NO_PRODUCTS).length, 2)
    assert.equal(linesOf(facts, catalogue()).length, 1)
  })
})
