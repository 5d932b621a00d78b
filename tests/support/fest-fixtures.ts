/** A made-up drug catalogue as M30 text: real substances, invented ids. */
const M30 = 'http://www.kith.no/xmlstds/eresept/m30/2014-12-01'
const FORSKRIVNING = 'http://www.kith.no/xmlstds/eresept/forskrivning/2014-12-01'

export interface FixtureProduct {
  readonly id: string
  readonly name: string
  readonly atc: string
  readonly substance: string
  readonly mg: string
  readonly form?: string
  readonly route?: string
  readonly group?: string
  readonly itemNumber?: string
}

export const DEPOT = 'Depottablett'
export const METOPROLOL: FixtureProduct = {
  id: 'ID_METO_DEPOT',
  name: 'Metoprolol depottab 50 mg',
  atc: 'C07AB02',
  substance: 'Metoprolol',
  mg: '50',
  form: DEPOT,
  group: 'ID_BYTTE_METO',
  itemNumber: '012345',
}
export const SELO_ZOK: FixtureProduct = {
  ...METOPROLOL,
  id: 'ID_SELO',
  name: 'Selo-Zok depottab 50 mg',
  itemNumber: '012346',
}
export const WARFARIN: FixtureProduct = {
  id: 'ID_WARFARIN',
  name: 'Marevan tab 2,5 mg',
  atc: 'B01AA03',
  substance: 'Warfarin',
  mg: '2.5',
  itemNumber: '012347',
}
export const METRONIDAZOLE: FixtureProduct = {
  id: 'ID_METRO',
  name: 'Metronidazol tab 200 mg',
  atc: 'P01AB01',
  substance: 'Metronidazol',
  mg: '200',
  itemNumber: '012348',
}
export const PRODUCTS = [METOPROLOL, SELO_ZOK, WARFARIN, METRONIDAZOLE]

const entry = (kind: string, id: string, content: string, status = 'A'): string =>
  `<Oppf${kind}><Id>ID_OPPF_${id}</Id><Tidspunkt>2026-01-01T00:00:00</Tidspunkt>` +
  `<Status V="${status}" DN=""/>${content}</Oppf${kind}>`

const described = ({ name, atc, form = 'Tablett' }: FixtureProduct): string =>
  `<Atc V="${atc}" S="2.16.578.1.12.4.1.1.7180"/><NavnFormStyrke>${name}</NavnFormStyrke>` +
  `<Reseptgruppe V="C"/><LegemiddelformKort V="${form === DEPOT ? '25' : '53'}" DN="${form}"/>`

export const brandEntry = (product: FixtureProduct): string =>
  entry(
    'LegemiddelMerkevare',
    product.id,
    `<LegemiddelMerkevare xmlns="${FORSKRIVNING}">${described(product)}` +
      `<AdministreringLegemiddel><Administrasjonsvei V="53" DN="${product.route ?? 'Oral bruk'}"/></AdministreringLegemiddel>` +
      `<Id>${product.id}</Id><Varenavn>${product.name}</Varenavn>` +
      `<SortertVirkestoffMedStyrke><Sortering>0</Sortering><RefVirkestoffMedStyrke>ID_STYRKE_${product.id}</RefVirkestoffMedStyrke></SortertVirkestoffMedStyrke>` +
      `</LegemiddelMerkevare>`,
  )

/** @param padding prices, which the hub does not keep and which make up most of a catalogue */
export const packageEntry = (product: FixtureProduct, padding = 0): string =>
  entry(
    'Legemiddelpakning',
    `P_${product.id}`,
    `<Legemiddelpakning xmlns="${FORSKRIVNING}">${described(product)}` +
      `<Id>ID_PAKNING_${product.id}</Id><Varenr>${product.itemNumber}</Varenr>` +
      `<Pakningsinfo><RefLegemiddelMerkevare>${product.id}</RefLegemiddelMerkevare><Pakningsstr>100</Pakningsstr><EnhetPakning V="stk"/></Pakningsinfo>` +
      '<PrisVare><Type V="1"/><Pris V="100.5" U="NOK"/><GyldigFraDato>2026-01-01</GyldigFraDato></PrisVare>'.repeat(
        padding,
      ) +
      (product.group === undefined
        ? ''
        : `<PakningByttegruppe><RefByttegruppe>${product.group}</RefByttegruppe><GyldigFraDato>2020-01-01</GyldigFraDato></PakningByttegruppe>`) +
      `</Legemiddelpakning>`,
  )

const substanceId = (name: string): string => `ID_STOFF_${name.toUpperCase()}`

export const substanceEntries = (product: FixtureProduct): string =>
  entry(
    'Virkestoff',
    `S_${product.id}`,
    `<Virkestoff xmlns="${FORSKRIVNING}"><Id>${substanceId(product.substance)}</Id><Navn>${product.substance}</Navn></Virkestoff>`,
  ) +
  entry(
    'Virkestoff',
    `V_${product.id}`,
    `<VirkestoffMedStyrke xmlns="${FORSKRIVNING}"><Id>ID_STYRKE_${product.id}</Id><Styrke V="${product.mg}" U="mg"/>` +
      `<RefVirkestoff>${substanceId(product.substance)}</RefVirkestoff><Styrkeoperator V="L"/></VirkestoffMedStyrke>`,
  )

export const interactionEntry = (
  id: string,
  sides: readonly (readonly string[])[],
  relevance = '1',
  consequence = 'Økt blødningsrisiko.',
): string =>
  entry(
    'Interaksjon',
    id,
    `<Interaksjon><Id>${id}</Id><Relevans V="${relevance}"/><KliniskKonsekvens>${consequence}</KliniskKonsekvens><Kildegrunnlag V="1"/>` +
      sides
        .map(
          (codes) =>
            `<Substansgruppe>${codes
              .map((code) => `<Substans><Substans>${code}</Substans><Atc V="${code}"/></Substans>`)
              .join('')}</Substansgruppe>`,
        )
        .join('') +
      '</Interaksjon>',
  )

export interface FixtureCatalogue {
  readonly fetchedAt?: string
  readonly products?: readonly FixtureProduct[]
  readonly interactions?: string
  /** Inserted before the end. */
  readonly more?: string
}

export function m30({
  fetchedAt = '2026-10-01T04:00:00.000Z',
  products = PRODUCTS,
  interactions = interactionEntry('ID_INT_BLEEDING', [['B01AA03'], ['P01AB01']]),
  more = '',
}: FixtureCatalogue = {}): string {
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<FEST xmlns="${M30}"><HentetDato>${fetchedAt}</HentetDato>` +
    `<KatLegemiddelMerkevare>${products.map(brandEntry).join('')}</KatLegemiddelMerkevare>` +
    `<KatLegemiddelpakning>${products
      .filter(({ itemNumber }) => itemNumber !== undefined)
      .map((product) => packageEntry(product, 2))
      .join('')}</KatLegemiddelpakning>` +
    `<KatVirkestoff>${products.map(substanceEntries).join('')}</KatVirkestoff>` +
    `<KatByttegruppe>${entry(
      'Byttegruppe',
      'B',
      '<Byttegruppe><Id>ID_BYTTE_METO</Id><Kode V="000123" DN="METOPROLOL DEPOTTABLETTER 50MG"/><MerknadTilByttbarhet>false</MerknadTilByttbarhet></Byttegruppe>',
    )}</KatByttegruppe>` +
    `<KatInteraksjon>${interactions}</KatInteraksjon>${more}</FEST>`
  )
}

/** A catalogue of at least `bytes`, made as it is read: brands, then packages full of prices, then substances. */
export async function* largeM30(bytes: number): AsyncIterable<Uint8Array> {
  const PADDING = 40
  const sizeOf = (text: string) => Buffer.byteLength(text)
  const productOf = (n: number): FixtureProduct => ({
    ...METOPROLOL,
    id: `ID_BULK_${n}`,
    name: `Preparat ${n} depottab 50 mg`,
    substance: `Stoff ${n % 500}`,
    itemNumber: String(100_000 + n),
  })
  const one = productOf(0)
  const each = sizeOf(brandEntry(one)) + sizeOf(packageEntry(one, PADDING)) + sizeOf(substanceEntries(one))
  const count = Math.ceil(bytes / each)
  const section = function* (kind: string, of: (product: FixtureProduct) => string): Iterable<Buffer> {
    yield Buffer.from(`<${kind}>`)
    for (let n = 0; n < count; n += 1) yield Buffer.from(of(productOf(n)))
    yield Buffer.from(`</${kind}>`)
  }
  yield Buffer.from(`<FEST xmlns="${M30}"><HentetDato>2026-10-02T04:00:00Z</HentetDato>`)
  yield* section('KatLegemiddelMerkevare', brandEntry)
  yield* section('KatLegemiddelpakning', (product) => packageEntry(product, PADDING))
  yield* section('KatVirkestoff', substanceEntries)
  yield Buffer.from('</FEST>')
}
