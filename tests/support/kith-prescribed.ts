/** Builders for the prescribed part of e-prescription fixtures: products, doses, ReseptDokLegemiddel. */

import { displayOf } from '../../mappings/kith/code-lists.js'

const FS = 'http://www.kith.no/xmlstds/eresept/forskrivning/2013-10-08'
const M1 = 'http://www.kith.no/xmlstds/eresept/m1/2013-10-08'

export interface ProductFixture {
  readonly kind: 'brand' | 'package' | 'substance'
  readonly atc: string
  readonly atcName: string
  readonly nameFormStrength: string
  readonly group: string
  readonly form: readonly [code: string, name: string]
  /** FEST id; optional for packages. */
  readonly festId?: string
  readonly brand?: string
  readonly varenr?: string
  readonly size?: string
  readonly sizeUnit?: string
}
export interface DoseFixture {
  readonly amount: string
  readonly unit?: string
  /** Volven 8325. */
  readonly part?: string
  readonly clock?: string
  /** `null`: no interval stated. */
  readonly interval?: readonly [value: string, unit: string] | null
  /** Volven 9082. */
  readonly weekdays?: readonly string[]
  readonly daysOn?: number
  readonly daysOff?: number
  readonly exact?: boolean
  readonly rate?: readonly [volume: string, unit: string, per: string]
}
export interface NeededFixture {
  readonly amount: string
  readonly unit?: string
  readonly maxPerDay: string
  readonly maxInWindow: string
  readonly window: readonly [value: string, unit: string]
  readonly minInterval: readonly [value: string, unit: string]
}
export interface BlockFixture {
  readonly start?: string
  readonly end?: string
  readonly rule?: string
  readonly doses?: readonly DoseFixture[]
  readonly needed?: readonly NeededFixture[]
}
export interface MedicineFixture {
  readonly product: ProductFixture
  readonly indication?: string
  readonly text?: string
  /** Volven 9101. */
  readonly use?: string
  readonly shortDose?: readonly [code: string, name: string]
  readonly blocks?: readonly BlockFixture[]
  readonly repeats?: number
  readonly packages?: string
  readonly amount?: readonly [value: string, unit: string]
  /** 1: the prescriber allows no exchange. */
  readonly noExchange?: '1' | '2'
  readonly note?: string
  readonly reimbursement?: string
  readonly reasonCode?: readonly [code: string, oid: string]
  readonly homeCare?: string
  /** Whole Legemiddel… element instead of `product`. */
  readonly productXml?: string
}

export const metoprolol: ProductFixture = {
  kind: 'package',
  atc: 'C07AB02',
  atcName: 'Metoprolol',
  nameFormStrength: 'Metoprolol Prøve Depottab 50 mg',
  group: 'C',
  form: ['71', 'Depottablett'],
  brand: 'Metoprolol Prøve',
  varenr: '004711',
  size: '98',
  sizeUnit: 'stk',
}
export const ibuprofen: ProductFixture = {
  kind: 'brand',
  atc: 'M01AE01',
  atcName: 'Ibuprofen',
  nameFormStrength: 'Prøvufen Tab 400 mg',
  group: 'C',
  form: ['53', 'Tablett'],
  festId: 'ID_00000000-AAAA-4000-8000-000000000001',
  brand: 'Prøvufen',
}
export const methotrexate: ProductFixture = {
  kind: 'substance',
  atc: 'L04AX03',
  atcName: 'Metotreksat',
  nameFormStrength: 'Metotreksat Tab 2,5 mg',
  group: 'C',
  form: ['53', 'Tablett'],
  festId: 'ID_00000000-AAAA-4000-8000-000000000002',
}

export const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
export const tag = (name: string, value: string | undefined): string =>
  value === undefined ? '' : `<${name}>${escapeXml(value)}</${name}>`
export const code = (name: string, v: string | undefined, dn?: string, s?: number): string =>
  v === undefined
    ? ''
    : `<${name} V="${escapeXml(v)}"${dn === undefined ? '' : ` DN="${escapeXml(dn)}"`}${
        s === undefined ? '' : ` S="2.16.578.1.12.4.1.1.${s}"`
      }/>`
export const pq = (name: string, value: readonly [string, string?] | undefined): string =>
  value === undefined
    ? ''
    : `<${name} V="${value[0]}"${value[1] === undefined ? '' : ` U="${escapeXml(value[1])}"`}/>`

/** One dose in the morning, every day, from a date on: the plainest prescription. */
export const onceDaily = (product: ProductFixture, amount = '1', start = '2024-03-01'): MedicineFixture => ({
  product,
  text: `${amount.replace('.', ',')} tablett morgen`,
  use: '1',
  indication: 'MOT PRØVE',
  blocks: [{ start, doses: [{ amount, part: '1' }] }],
  repeats: 3,
  packages: '1',
})

export function reseptDokLegemiddel(medicine: MedicineFixture): string {
  return (
    `<ReseptDokLegemiddel xmlns="${M1}">${code('Varegruppekode', 'L', 'Legemiddel')}` +
    tag('Antall', medicine.packages) +
    tag('Merknad', medicine.note) +
    code('RefHjemmel', medicine.reimbursement, 'hjemmel', 7427) +
    tag('KomLegemdlAdm', medicine.homeCare) +
    (medicine.reasonCode === undefined
      ? ''
      : `<RefKode V="${medicine.reasonCode[0]}" S="${medicine.reasonCode[1]}" DN="diagnose"/>`) +
    tag('Reiterasjon', String(medicine.repeats ?? 0)) +
    code('BytteresRekvirent', medicine.noExchange) +
    pq('Mengde', medicine.amount) +
    forskrivning(medicine) +
    '</ReseptDokLegemiddel>'
  )
}

function forskrivning(medicine: MedicineFixture): string {
  return (
    `<Forskrivning xmlns="${FS}">` +
    tag('Bruksomrade', medicine.indication) +
    tag('DosVeiledEnkel', medicine.text) +
    code('Bruk', medicine.use, 'bruk') +
    (medicine.shortDose === undefined
      ? ''
      : code('Kortdose', medicine.shortDose[0], medicine.shortDose[1], 7478)) +
    (medicine.blocks ?? []).map(dosering).join('') +
    (medicine.productXml ?? productXml(medicine.product)) +
    '</Forskrivning>'
  )
}

function dosering(block: BlockFixture): string {
  const rule =
    block.rule === undefined
      ? ''
      : `<Doseringsregel>${code('DoseresEtter', '1', 'Vekt')}${tag('Merknad', block.rule)}</Doseringsregel>`
  return (
    '<Dosering>' +
    code('Starttidspunkt', block.start) +
    code('Sluttidspunkt', block.end) +
    rule +
    (block.doses ?? []).map(fixedDose).join('') +
    (block.needed ?? []).map(neededDose).join('') +
    '</Dosering>'
  )
}

function fixedDose(dose: DoseFixture): string {
  const days = (dose.weekdays ?? []).map((day) => code('FasteUkedager', day, displayOf(9082, day))).join('')
  const cycle =
    (dose.daysOn === undefined ? '' : tag('DagerPa', String(dose.daysOn))) +
    (dose.daysOff === undefined ? '' : tag('DagerAv', String(dose.daysOff)))
  return (
    `<DoseFastTidspunkt>${pq('Mengde', [dose.amount, dose.unit ?? 'tablett'])}` +
    (dose.interval === null ? '' : pq('Intervall', dose.interval ?? ['1', 'Døgn'])) +
    (dose.rate === undefined
      ? ''
      : `<Infusjonshastighet>${pq('Volum', [dose.rate[0], dose.rate[1]])}${code('Tidsenhet', dose.rate[2])}</Infusjonshastighet>`) +
    tag('Klokkeslett', dose.clock) +
    code('Tidsomrade', dose.part, displayOf(8325, dose.part ?? '')) +
    tag('GisEksakt', String(dose.exact ?? false)) +
    (days + cycle === '' ? '' : `<FastDose>${days}${cycle}</FastDose>`) +
    '</DoseFastTidspunkt>'
  )
}

function neededDose(dose: NeededFixture): string {
  const unit = dose.unit ?? 'tablett'
  return (
    `<DoseEtterBehov>${pq('Mengde', [dose.amount, unit])}${pq('DoseDognMaks', [dose.maxPerDay, unit])}` +
    pq('DoseTidsromMaks', [dose.maxInWindow, unit]) +
    pq('Tidsrom', dose.window) +
    `${pq('DoseIntervallMin', dose.minInterval)}</DoseEtterBehov>`
  )
}

function productXml(product: ProductFixture): string {
  const common =
    code('Atc', product.atc, product.atcName, 7180) +
    tag('NavnFormStyrke', product.nameFormStrength) +
    code('Reseptgruppe', product.group, `Reseptgruppe ${product.group}`) +
    code('LegemiddelformKort', product.form[0], product.form[1], 7448)
  const id = tag('Id', product.festId)
  switch (product.kind) {
    case 'brand':
      return `<LegemiddelMerkevare>${common}${id}${tag('Varenavn', product.brand ?? 'Prøve')}</LegemiddelMerkevare>`
    case 'substance':
      return `<LegemiddelVirkestoff>${common}${id}</LegemiddelVirkestoff>`
    default:
      return (
        `<Legemiddelpakning>${common}${id}${tag('Varenr', product.varenr)}<PakningsinfoResept>` +
        tag('Varenavn', product.brand ?? 'Prøve') +
        tag('Pakningsstr', product.size ?? '100') +
        `${code('EnhetPakning', product.sizeUnit ?? 'stk', 'stykk', 7452)}</PakningsinfoResept></Legemiddelpakning>`
      )
  }
}
