/** The prescribed or dispensed product of a Forskrivning, in its five kinds (eresept.md 4). */
import { given } from './msghead.js'
import { type ProductDetail, readDetails } from './product-details.js'
import {
  type Amount,
  administrative,
  amount,
  type Coded,
  child,
  children,
  coded,
  flag,
  needed,
  neededAmount,
  neededCoded,
  neededText,
  type Reader,
  text,
  texts,
} from './reader.js'
import type { XmlElement } from './xml.js'

export interface Felles {
  readonly atc?: Coded
  readonly navnFormStyrke: string
  readonly reseptgruppe: Coded
  readonly legemiddelformKort?: Coded
  readonly refVilkar: readonly string[]
  readonly preparattype?: Coded
  readonly typeSoknadSlv?: Coded
  readonly opioidsoknad?: boolean
  /** FEST id of the substitution group. */
  readonly byttegruppe?: string
  /** What else the message repeats of the catalogue. */
  readonly details?: readonly ProductDetail[]
}
export interface Pakningsinfo {
  readonly varenavn?: string
  /** As sent: `100`, `10 x 100`. */
  readonly pakningsstr?: string
  readonly enhetPakning?: Coded
}
export interface Merkevare extends Felles {
  readonly kind: 'brand'
  readonly id?: string
  readonly varenavn: string
  readonly legemiddelformLang?: string
  readonly virkestoffMedStyrke: readonly string[]
}
export interface Pakning extends Felles {
  readonly kind: 'package'
  readonly id?: string
  readonly varenr: string
  readonly ean?: string
  readonly ikkeKonservering?: boolean
  readonly oppbevaring?: Coded
  readonly pakningsinfo: readonly Pakningsinfo[]
}
export interface VirkestoffGruppe extends Felles {
  readonly kind: 'substance'
  readonly id: string
  readonly virkestoffMedStyrke: readonly string[]
}
export interface Dosepakning extends Felles {
  readonly kind: 'dose'
  readonly id: string
  readonly lmrLopenr?: string
  readonly mengde: Amount
  readonly pakningstype?: Coded
  readonly refMerkevare: string
  readonly refPakning: readonly string[]
}
export type Innhold =
  | { readonly kind: 'strength'; readonly teller: Amount; readonly nevner?: Amount }
  | { readonly kind: 'amount'; readonly mengde: Amount }
  | { readonly kind: 'dilution'; readonly adqs: Coded }
export type Bestanddel =
  | {
      readonly kind: 'product'
      readonly legemiddel: Merkevare | Pakning | VirkestoffGruppe
      readonly innhold: Innhold
    }
  | { readonly kind: 'other'; readonly navnFormStyrke: string; readonly innhold: Innhold }
  | {
      readonly kind: 'substance'
      readonly id: string
      readonly navn: string
      readonly refVirkestoff: readonly string[]
      readonly innhold: Innhold
    }
export interface Blanding {
  readonly kind: 'mixture'
  readonly navn: string
  readonly tilbOppl?: string
  readonly mengde: Amount
  readonly legemiddelform: Coded
  readonly bestanddeler: readonly Bestanddel[]
}
export type Legemiddel = Merkevare | Pakning | VirkestoffGruppe | Dosepakning | Blanding

/** The product of a checked Forskrivning (or BestanddelLegemiddel). */
export function readLegemiddel(reader: Reader, parent: XmlElement): Legemiddel {
  const dose = child(parent, 'Legemiddeldose')
  if (dose !== undefined) return readDose(reader, dose)
  const blanding = child(parent, 'Legemiddelblanding')
  return blanding === undefined ? readProduct(reader, parent) : readBlanding(reader, blanding)
}

function readProduct(reader: Reader, parent: XmlElement): Merkevare | Pakning | VirkestoffGruppe {
  const merkevare = child(parent, 'LegemiddelMerkevare')
  if (merkevare !== undefined)
    return {
      kind: 'brand',
      ...readFelles(reader, merkevare),
      ...given('id', text(reader, merkevare, 'Id')),
      varenavn: neededText(reader, merkevare, 'Varenavn'),
      ...given('legemiddelformLang', text(reader, merkevare, 'LegemiddelformLang')),
      virkestoffMedStyrke: readVirkestoffMedStyrke(reader, merkevare),
    }
  const pakning = child(parent, 'Legemiddelpakning')
  if (pakning !== undefined) return readPakning(reader, pakning)
  const virkestoff = needed(child(parent, 'LegemiddelVirkestoff'), 'LegemiddelVirkestoff')
  return {
    kind: 'substance',
    ...readFelles(reader, virkestoff),
    id: neededText(reader, virkestoff, 'Id'),
    virkestoffMedStyrke: readVirkestoffMedStyrke(reader, virkestoff),
  }
}

function readPakning(reader: Reader, element: XmlElement): Pakning {
  return {
    kind: 'package',
    ...readFelles(reader, element),
    ...given('id', text(reader, element, 'Id')),
    varenr: neededText(reader, element, 'Varenr'),
    ...given('ean', text(reader, element, 'Ean')),
    ...given('ikkeKonservering', flag(reader, element, 'IkkeKonservering')),
    ...given('oppbevaring', coded(reader, element, 'Oppbevaring')),
    pakningsinfo: children(element, 'PakningsinfoResept').map((info) => ({
      ...given('varenavn', text(reader, info, 'Varenavn')),
      ...given('pakningsstr', text(reader, info, 'Pakningsstr')),
      ...given('enhetPakning', coded(reader, info, 'EnhetPakning')),
    })),
  }
}

function readDose(reader: Reader, element: XmlElement): Dosepakning {
  return {
    kind: 'dose',
    ...readFelles(reader, element),
    id: neededText(reader, element, 'Id'),
    ...given('lmrLopenr', text(reader, element, 'LmrLopenr')),
    mengde: neededAmount(reader, element, 'Mengde'),
    ...given('pakningstype', coded(reader, element, 'Pakningstype')),
    refMerkevare: neededText(reader, element, 'RefLegemiddelMerkevare'),
    refPakning: texts(reader, element, 'RefPakning'),
  }
}

function readFelles(reader: Reader, element: XmlElement): Felles {
  const bytte = child(element, 'PakningByttegruppe')
  return {
    ...given('atc', coded(reader, element, 'Atc')),
    navnFormStyrke: neededText(reader, element, 'NavnFormStyrke'),
    reseptgruppe: neededCoded(reader, element, 'Reseptgruppe'),
    ...given('legemiddelformKort', coded(reader, element, 'LegemiddelformKort')),
    refVilkar: texts(reader, element, 'RefVilkar'),
    ...given('preparattype', coded(reader, element, 'Preparattype')),
    ...given('typeSoknadSlv', coded(reader, element, 'TypeSoknadSlv')),
    ...given('opioidsoknad', flag(reader, element, 'Opioidsoknad')),
    ...given('byttegruppe', bytte && text(reader, bytte, 'RefByttegruppe')),
    details: readDetails(reader, element),
  }
}

/** In the order that Sortering gives them. */
function readVirkestoffMedStyrke(reader: Reader, element: XmlElement): readonly string[] {
  return children(element, 'SortertVirkestoffMedStyrke')
    .map((one) => {
      const place = Number(neededText(reader, one, 'Sortering'))
      administrative(reader, child(one, 'Sortering'), 'order of the substances, which are kept in it')
      return { place, id: neededText(reader, one, 'RefVirkestoffMedStyrke') }
    })
    .sort((a, b) => a.place - b.place)
    .map(({ id }) => id)
}

function readBlanding(reader: Reader, element: XmlElement): Blanding {
  return {
    kind: 'mixture',
    navn: neededText(reader, element, 'Navn'),
    ...given('tilbOppl', text(reader, element, 'TilbOppl')),
    mengde: neededAmount(reader, element, 'Mengde'),
    legemiddelform: neededCoded(reader, element, 'Legemiddelform'),
    bestanddeler: element.children.flatMap((part) => readBestanddel(reader, part) ?? []),
  }
}

function readBestanddel(reader: Reader, part: XmlElement): Bestanddel | undefined {
  switch (part.local) {
    case 'BestanddelLegemiddel':
      return { kind: 'product', legemiddel: readProduct(reader, part), innhold: readInnhold(reader, part) }
    case 'BestanddelAnnet':
      return {
        kind: 'other',
        navnFormStyrke: neededText(reader, part, 'NavnFormStyrke'),
        innhold: readInnhold(reader, part),
      }
    case 'BestanddelVirkestoff': {
      const virkestoff = needed(child(part, 'Virkestoff'), 'Virkestoff')
      return {
        kind: 'substance',
        id: neededText(reader, virkestoff, 'Id'),
        navn: neededText(reader, virkestoff, 'Navn'),
        refVirkestoff: texts(reader, virkestoff, 'RefVirkestoff'),
        innhold: readInnhold(reader, part),
      }
    }
    default:
      return undefined
  }
}

function readInnhold(reader: Reader, part: XmlElement): Innhold {
  const styrke = child(part, 'Styrke')
  if (styrke !== undefined)
    return {
      kind: 'strength',
      teller: neededAmount(reader, styrke, 'Teller'),
      ...given('nevner', amount(reader, styrke, 'Nevner')),
    }
  const utblanding = child(part, 'Utblanding')
  if (utblanding !== undefined) return { kind: 'dilution', adqs: neededCoded(reader, utblanding, 'Adqs') }
  const mengde = needed(child(part, 'MengdeBestanddel'), 'MengdeBestanddel')
  return { kind: 'amount', mengde: neededAmount(reader, mengde, 'Mengde') }
}
