/** A small made-up catalogue: real substances, invented product ids. Owned by the tests; the hub ships none. */
import { ATC, FEST_BRAND } from '../../src/core/canonical.js'
import type { Interaction, Product, ProductKnowledge } from '../../src/medication-list/contract.js'

interface CatalogueRow extends Product {
  readonly name: string
}

const tablet = (
  name: string,
  atc: string,
  substance: string,
  mg: string,
  more: Partial<CatalogueRow> = {},
): CatalogueRow => ({
  name,
  atc,
  substances: [{ code: substance.toLowerCase(), name: substance, strength: { value: mg, unit: 'mg' } }],
  formGroup: 'tablet',
  routeGroup: 'oral',
  systemic: true,
  ...more,
})

/** By FEST brand id. */
export const CATALOGUE: Readonly<Record<string, CatalogueRow>> = {
  ID_METODEPOT: tablet('Metoprolol depot 50 mg', 'C07AB02', 'Metoprolol', '50', {
    productId: 'metoprolol-depot',
    formGroup: 'tablet-modified',
    substitutionGroup: 'metoprolol-depot-50',
  }),
  ID_SELOZOK: tablet('Selo-Zok 50 mg', 'C07AB02', 'Metoprolol', '50', {
    productId: 'selo-zok',
    formGroup: 'tablet-modified',
    substitutionGroup: 'metoprolol-depot-50',
  }),
  ID_GENERICDEPOT: tablet('Metoprolol generisk depot 50 mg', 'C07AB02', 'Metoprolol', '50', {
    productId: 'metoprolol-generic-depot',
    formGroup: 'tablet-modified',
    substitutionGroup: 'metoprolol-depot-50',
  }),
  /** Another maker's, with no group in common. */
  ID_OTHERDEPOT: tablet('Metoprolol annet depot 50 mg', 'C07AB02', 'Metoprolol', '50', {
    productId: 'metoprolol-other-depot',
    formGroup: 'tablet-modified',
  }),
  ID_METOTAB: tablet('Metoprolol 50 mg', 'C07AB02', 'Metoprolol', '50', { productId: 'metoprolol-tablet' }),
  ID_METOTAB25: tablet('Metoprolol 25 mg', 'C07AB02', 'Metoprolol', '25', {
    productId: 'metoprolol-tablet-25',
  }),
  ID_COZAAR: tablet('Cozaar 50 mg', 'C09CA01', 'Losartan', '50', {
    productId: 'cozaar-50',
    substitutionGroup: 'losartan-50',
  }),
  ID_LOSARTANKRKA: tablet('Losartan Krka 50 mg', 'C09CA01', 'Losartan', '50', {
    productId: 'losartan-krka-50',
    substitutionGroup: 'losartan-50',
  }),
  ID_PARACET: tablet('Paracet 500 mg', 'N02BE01', 'Paracetamol', '500', { productId: 'paracet-500' }),
  ID_PINEX: tablet('Pinex 1 g', 'N02BE01', 'Paracetamol', '1000', { productId: 'pinex-1000' }),
  ID_PARACETSUPP: tablet('Paracet stikkpille 500 mg', 'N02BE01', 'Paracetamol', '500', {
    productId: 'paracet-supp',
    formGroup: 'suppository',
    routeGroup: 'rectal',
  }),
  ID_APIXABAN: tablet('Eliquis 5 mg', 'B01AF02', 'Apixaban', '5', { productId: 'eliquis-5' }),
  ID_WARFARIN: tablet('Marevan 2,5 mg', 'B01AA03', 'Warfarin', '2.5', { productId: 'marevan' }),
  ID_APOCILLIN: tablet('Apocillin 660 mg', 'J01CE02', 'Fenoksymetylpenicillin', '660', {
    productId: 'apocillin-660',
  }),
  ID_LEVAXIN: tablet('Levaxin 75 mikrogram', 'H03AA01', 'Levotyroksin', '0.075', { productId: 'levaxin-75' }),
  ID_LEVODOPA: tablet('Sinemet 100 mg', 'N04BA02', 'Levodopa', '100', { productId: 'sinemet' }),
  ID_MULTIVITAMIN: tablet('Multivitamin', 'A11AA03', 'Multivitamin', '1', { productId: 'multivitamin' }),
  ID_METFORMIN: tablet('Metformin 500 mg', 'A10BA02', 'Metformin', '500', { productId: 'metformin-500' }),
  ID_METRONIDAZOLE: tablet('Metronidazol 200 mg', 'P01AB01', 'Metronidazol', '200', {
    productId: 'metronidazole',
  }),
  ID_TIMOLOL: tablet('Timolol øyedråper', 'S01ED01', 'Timolol', '5', {
    productId: 'timolol-eye',
    formGroup: 'eye-drops',
    routeGroup: 'ocular',
    systemic: false,
  }),
  ID_TIMOLOLTAB: tablet('Timolol tablett', 'C07AA06', 'Timolol', '10', { productId: 'timolol-tablet' }),
  ID_METHOTREXATE: tablet('Metotreksat 2,5 mg', 'L04AX03', 'Metotreksat', '2.5', {
    productId: 'methotrexate',
  }),
  ID_TACROLIMUS: tablet('Prograf 1 mg', 'L04AD02', 'Takrolimus', '1', {
    productId: 'prograf',
    withoutK4: true,
  }),
}

const BLEEDING: Interaction = { id: 'ID_BLEEDING', relevance: 1, consequence: 'Økt blødningsrisiko.' }
const HARMLESS: Interaction = { id: 'ID_HARMLESS', relevance: 3, consequence: 'Ingen kjent følge.' }

export const productCatalogue: ProductKnowledge = {
  find: ({ code }) => (code !== undefined && Object.hasOwn(CATALOGUE, code) ? CATALOGUE[code] : undefined),
  interactions: (code) => [
    ...(code === 'B01AA03' ? [{ interaction: BLEEDING, side: 0 }] : []),
    ...(code === 'P01AB01' ? [{ interaction: BLEEDING, side: 1 }] : []),
    ...(code === 'C07AB02' ? [{ interaction: HARMLESS, side: 0 }] : []),
    ...(code === 'N02BE01' ? [{ interaction: HARMLESS, side: 1 }] : []),
  ],
}

/** The medication of a fact: brand and ATC as a message states them. */
export const medicineConcept = (brand: keyof typeof CATALOGUE & string) => {
  const row = CATALOGUE[brand]
  return {
    coding: [
      { system: FEST_BRAND, code: brand },
      ...(row?.atc === undefined ? [] : [{ system: ATC, code: row.atc }]),
    ],
    text: row?.name ?? brand,
  }
}
