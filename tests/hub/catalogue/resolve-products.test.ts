import assert from 'node:assert/strict'
import type { BrandItem, PackageItem, StrengthItem, SubstanceItem } from '../../../mappings/fest/item.js'
import { routeGroup } from '../../../src/hub/catalogue/form-and-route.js'
import {
  openSubstances,
  resolveBrand,
  resolvePackage,
  resolveSubstanceGroup,
} from '../../../src/hub/catalogue/resolve-products.js'

const DAY = '2026-10-01'
const substance = (id: string, name: string, variants: string[] = []): SubstanceItem => ({
  kind: 'substance',
  id,
  name,
  variants,
})
const strength = (
  id: string,
  of: string,
  value: string,
  unit: string,
  more: Partial<StrengthItem> = {},
): StrengthItem => ({
  kind: 'strength',
  id,
  substance: of,
  strength: { value, unit },
  exact: true,
  ...more,
})
const brand = (more: Partial<BrandItem> = {}): BrandItem => ({
  kind: 'brand',
  id: 'ID_A',
  name: 'Alfa tab 50 mg',
  atc: 'C07AB02',
  form: { code: '53', display: 'Tablett' },
  routes: [{ code: '53', display: 'Oral bruk' }],
  withdrawn: false,
  strengths: ['s'],
  substances: [],
  ...more,
})
const pack = (id: string, groups: PackageItem['exchangeGroups'], brands = ['ID_A']): PackageItem => ({
  kind: 'package',
  id,
  itemNumber: id,
  name: 'Alfa',
  routes: [],
  withdrawn: false,
  brands,
  exchangeGroups: groups,
})
const BASE = openSubstances([substance('b', 'Metoprolol', ['salt'])], [strength('s', 'b', '50', 'mg')])

describe('products of the catalogue', () => {
  it('has product, base substance with strength, form and route of a brand', () => {
    assert.deepEqual(resolveBrand(brand(), [], BASE, DAY).product, {
      productId: 'ID_A',
      name: 'Alfa tab 50 mg',
      substances: [{ code: 'b', name: 'Metoprolol', strength: { value: '50', unit: 'mg' } }],
      atc: 'C07AB02',
      formGroup: 'tablet',
      routeGroup: 'oral',
      interactsAs: ['C07AB02', 'b'],
    })
  })

  it('says equal strengths in equal words', () => {
    const told = (one: StrengthItem) =>
      resolveBrand(brand(), [], openSubstances([substance('b', 'B')], [one]), DAY).product.substances?.[0]
        ?.strength
    assert.deepEqual(told(strength('s', 'b', '0.05', 'g')), { value: '50', unit: 'mg' })
    assert.deepEqual(told(strength('s', 'b', '75', 'mikrog')), { value: '0.075', unit: 'mg' })
    const per = { value: '24', unit: 'ml' }
    assert.deepEqual(told(strength('s', 'b', '', '', { strength: { value: '120', unit: 'mg', per } })), {
      value: '5',
      unit: 'mg/ml',
    })
    assert.deepEqual(
      told(
        strength('s', 'b', '0.1', '%', {
          alternative: { value: '1', unit: 'mg', per: { value: '1', unit: 'g' } },
        }),
      ),
      { value: '1', unit: 'mg/g' },
    )
    assert.equal(told(strength('s', 'b', '50', 'mg', { exact: false })), undefined)
    assert.equal(
      told(
        strength('s', 'b', '37.5', 'mikrog', {
          strength: { value: '37.5', unit: 'mikrog', per: { value: '24', unit: 'timer' } },
        }),
      ),
      undefined,
    )
  })

  it('leads a salt to its base, without the strength that was stated for the salt', () => {
    const salts = openSubstances(
      [substance('b', 'Metoprolol', ['salt']), substance('salt', 'Metoprololsuksinat')],
      [strength('s', 'salt', '47.5', 'mg')],
    )
    const { product, names } = resolveBrand(brand(), [], salts, DAY)
    assert.deepEqual(product.substances, [{ code: 'b', name: 'Metoprolol' }])
    assert.deepEqual(names, ['C07AB02', 'b', 'salt'])
  })

  it('knows no substances of a combination of which a part is unknown', () => {
    assert.equal(resolveBrand(brand({ strengths: ['s', 'x'] }), [], BASE, DAY).product.substances, undefined)
  })

  it('keeps slow forms from being compared by composition', () => {
    for (const display of [
      'Depottablett',
      'Enterokapsel',
      'Kapsel med modifisert frisetting',
      'Depotplaster',
    ])
      assert.equal(
        resolveBrand(brand({ form: { code: '1', display } }), [], BASE, DAY).product.withoutK4,
        true,
      )
  })

  it('gives a brand the exchange group on which its packages agree on that day', () => {
    const groupOf = (...packages: PackageItem[]) =>
      resolveBrand(brand(), packages, BASE, DAY).product.substitutionGroup
    assert.equal(groupOf(pack('1', [{ id: 'G' }]), pack('2', [{ id: 'G' }]), pack('3', [])), 'G')
    assert.equal(groupOf(pack('1', [{ id: 'G' }]), pack('2', [{ id: 'H' }])), undefined)
    assert.equal(
      groupOf(
        pack('1', [
          { id: 'G', to: '2026-09-30' },
          { id: 'H', from: '2026-10-01' },
        ]),
      ),
      'H',
    )
    assert.equal(groupOf(pack('1', [{ id: 'G', from: '2026-10-02' }])), undefined)
  })

  it('takes a package for its brand, with its own exchange group; a kit for itself', () => {
    const { product } = resolveBrand(brand(), [pack('1', [{ id: 'G' }])], BASE, DAY)
    assert.deepEqual(resolvePackage(pack('1', [{ id: 'G' }]), product, DAY).product, product)
    assert.equal(resolvePackage(pack('2', []), product, DAY).product.substitutionGroup, undefined)
    assert.deepEqual(resolvePackage(pack('k', [{ id: 'G' }], ['ID_A', 'ID_B']), product, DAY).product, {
      productId: 'k',
      name: 'Alfa',
    })
  })

  it('gives a substance group the exchange group of its products', () => {
    const { product } = resolveBrand(brand(), [pack('1', [{ id: 'G' }])], BASE, DAY)
    const group = { ...brand(), kind: 'substance-group' as const, id: 'ID_V', brands: ['ID_A'], packages: [] }
    assert.equal(resolveSubstanceGroup(group, [product], [], BASE, DAY).product.substitutionGroup, 'G')
    const other = { ...product, substitutionGroup: 'H' }
    assert.equal(
      resolveSubstanceGroup(group, [product, other], [], BASE, DAY).product.substitutionGroup,
      undefined,
    )
  })

  it('knows a route only where all routes of the product agree', () => {
    const route = (...displays: string[]) =>
      routeGroup(displays.map((display, index) => ({ code: String(index), display })))
    assert.equal(route('Intravenøs bruk', 'Subkutan bruk', 'Intramuskulær bruk'), 'injection')
    assert.equal(route('Oral bruk', 'Intravenøs bruk'), undefined)
    assert.equal(route('Ikke angitt'), undefined)
    assert.equal(route('Bruk på hud'), 'cutaneous')
    assert.equal(route('Transdermal bruk'), 'transdermal')
    assert.equal(route('Bruk i øret'), 'otic')
    assert.equal(route('Bruk til inhalasjon'), 'inhaled')
    assert.equal(route(), undefined)
  })
})
