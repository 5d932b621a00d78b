/** One entry (`Oppf…`) of an M30 to what the hub keeps of it (eresept.md 10). Ids are the inner ones: those are cited. */
import { child, children, childText, type FestElement, textOf } from './fest-element.js'
import type {
  CatalogueItem,
  Coded,
  Composed,
  Described,
  ExchangeGroupItem,
  InteractionItem,
  PackageItem,
  Strength,
  StrengthItem,
  SubstanceItem,
} from './item.js'

/** Catalogues whose entries are read; reimbursement, conditions, warnings, merchandise and code lists are passed over. */
export const ENTRY_CATALOGUES: ReadonlySet<string> = new Set([
  'KatLegemiddelMerkevare',
  'KatLegemiddelpakning',
  'KatVirkestoff',
  'KatLegemiddelVirkestoff',
  'KatByttegruppe',
  'KatLegemiddeldose',
  'KatInteraksjon',
])

/** Elements of entries that are not kept and make up most of the file. */
export const SKIPPED_ELEMENTS: ReadonlySet<string> = new Set([
  'PrisVare',
  'Refusjon',
  'Preparatomtaleavsnitt',
  'Referanse',
  'Visningsregel',
  'Reseptgyldighet',
  'ProduktInfo',
  'Hjelpestoff',
  'BruksomradeEtikett',
  'ForhandsregelInntak',
  'Kortdose',
])

export type EntryReading =
  | { readonly kind: 'read'; readonly item: CatalogueItem }
  /** An entry without content: taken out of the catalogue, or not judged. */
  | { readonly kind: 'none' }
  | { readonly kind: 'broken'; readonly why: string }

const READERS: Readonly<Record<string, (element: FestElement, withdrawn: boolean) => CatalogueItem>> = {
  LegemiddelMerkevare: (element, withdrawn) => {
    const brandName = childText(element, 'Varenavn')
    return {
      kind: 'brand',
      id: needed(element, 'Id'),
      ...described(element, withdrawn),
      ...composed(element),
      ...(brandName === undefined ? {} : { brandName }),
    }
  },
  Legemiddelpakning: readPackage,
  LegemiddelVirkestoff: (element, withdrawn) => ({
    kind: 'substance-group',
    id: needed(element, 'Id'),
    ...described(element, withdrawn),
    ...composed(element),
    brands: texts(element, 'RefLegemiddelMerkevare'),
    packages: texts(element, 'RefPakning'),
  }),
  Legemiddeldose: (element, withdrawn) => {
    const lmrNumber = childText(element, 'LmrLopenr')
    return {
      kind: 'dose',
      id: needed(element, 'Id'),
      ...described(element, withdrawn),
      ...(lmrNumber === undefined ? {} : { lmrNumber }),
      brand: needed(element, 'RefLegemiddelMerkevare'),
      packages: texts(element, 'RefPakning'),
    }
  },
  Virkestoff: readSubstance,
  VirkestoffMedStyrke: readStrength,
  Byttegruppe: readExchangeGroup,
  Interaksjon: readInteraction,
}

class BrokenEntry extends Error {}

export function readEntry(entry: FestElement): EntryReading {
  const content = entry.children.find(({ local }) => Object.hasOwn(READERS, local))
  const read = content === undefined ? undefined : READERS[content.local]
  if (content === undefined || read === undefined) return { kind: 'none' }
  // A active, U gone.
  const withdrawn = child(entry, 'Status')?.attributes['V'] === 'U'
  try {
    return { kind: 'read', item: read(content, withdrawn) }
  } catch (error) {
    if (!(error instanceof BrokenEntry)) throw error
    return { kind: 'broken', why: error.message }
  }
}

function needed(element: FestElement, local: string): string {
  const text = childText(element, local)
  if (text === undefined) throw new BrokenEntry(`${local} is missing`)
  return text
}

const texts = (element: FestElement, local: string): string[] =>
  children(element, local).flatMap((one) => textOf(one) ?? [])

function codedOf(element: FestElement | undefined): Coded | undefined {
  const code = element?.attributes['V']?.trim()
  const display = element?.attributes['DN']?.trim()
  return code ? { code, ...(display ? { display } : {}) } : undefined
}

const atcOf = (element: FestElement): string | undefined => codedOf(child(element, 'Atc'))?.code

function described(element: FestElement, withdrawn: boolean): Described {
  const atc = atcOf(element)
  const form = codedOf(child(element, 'LegemiddelformKort'))
  return {
    name: needed(element, 'NavnFormStyrke'),
    ...(atc === undefined ? {} : { atc }),
    ...(form === undefined ? {} : { form }),
    routes: children(child(element, 'AdministreringLegemiddel'), 'Administrasjonsvei').flatMap(
      (one) => codedOf(one) ?? [],
    ),
    withdrawn,
  }
}

const composed = (element: FestElement): Composed => ({
  strengths: children(element, 'SortertVirkestoffMedStyrke').flatMap(
    (one) => childText(one, 'RefVirkestoffMedStyrke') ?? [],
  ),
  substances: children(element, 'SortertVirkestoffUtenStyrke').flatMap(
    (one) => childText(one, 'RefVirkestoff') ?? [],
  ),
})

function readPackage(element: FestElement, withdrawn: boolean): PackageItem {
  const itemNumber = needed(element, 'Varenr')
  const contents = children(element, 'Pakningsinfo')
  const [content] = contents
  const market = child(element, 'Markedsforingsinfo')
  const unit = codedOf(child(content, 'EnhetPakning'))
  return {
    kind: 'package',
    id: childText(element, 'Id') ?? itemNumber,
    itemNumber,
    ...described(element, withdrawn),
    brands: [...new Set(contents.flatMap((one) => childText(one, 'RefLegemiddelMerkevare') ?? []))],
    exchangeGroups: children(element, 'PakningByttegruppe').map((one) => ({
      id: needed(one, 'RefByttegruppe'),
      ...optional('from', childText(one, 'GyldigFraDato')),
      ...optional('to', childText(one, 'GyldigTilDato')),
    })),
    ...optional('size', childText(content, 'Pakningsstr')),
    ...(unit === undefined ? {} : { unit }),
    ...optional('marketedFrom', childText(market, 'Markedsforingsdato')),
    ...optional('deregistered', childText(market, 'AvregDato')),
    ...optional('expired', childText(market, 'MidlUtgattDato')),
  }
}

const optional = <Name extends string>(
  name: Name,
  value: string | undefined,
): { readonly [N in Name]?: string } =>
  // A computed name gives an index signature; here it is the one name asked for.
  (value === undefined ? {} : { [name]: value }) as { readonly [N in Name]?: string }

function readSubstance(element: FestElement): SubstanceItem {
  return {
    kind: 'substance',
    id: needed(element, 'Id'),
    name: needed(element, 'Navn'),
    variants: texts(element, 'RefVirkestoff'),
  }
}

/** Volven 7445: the strength is the number, not a limit. */
const EQUAL = 'L'

function readStrength(element: FestElement): StrengthItem {
  const strength = strengthOf(element, 'Styrke', 'StyrkeNevner')
  if (strength === undefined) throw new BrokenEntry('Styrke is no amount')
  const alternative = strengthOf(element, 'AlternativStyrke', 'AlternativStyrkeNevner')
  const atc = codedOf(child(element, 'AtcKombipreparat'))?.code
  return {
    kind: 'strength',
    id: needed(element, 'Id'),
    substance: needed(element, 'RefVirkestoff'),
    strength,
    ...(alternative === undefined ? {} : { alternative }),
    exact:
      child(element, 'Styrkeoperator')?.attributes['V'] === EQUAL &&
      child(element, 'StyrkeOvreVerdi') === undefined,
    ...(atc === undefined ? {} : { atc }),
  }
}

function strengthOf(element: FestElement, value: string, per: string): Strength | undefined {
  const amount = amountOf(child(element, value))
  if (amount === undefined) return undefined
  const denominator = child(element, per)
  if (denominator === undefined) return amount
  const divisor = amountOf(denominator)
  return divisor === undefined ? undefined : { ...amount, per: divisor }
}

function amountOf(element: FestElement | undefined): { value: string; unit: string } | undefined {
  const value = element?.attributes['V']?.trim()
  const unit = element?.attributes['U']?.trim()
  return value && unit && /^\d{1,12}(\.\d{1,12})?$/.test(value) ? { value, unit } : undefined
}

function readExchangeGroup(element: FestElement): ExchangeGroupItem {
  const group = codedOf(child(element, 'Kode'))
  if (group === undefined) throw new BrokenEntry('Kode is missing')
  return {
    kind: 'exchange-group',
    id: needed(element, 'Id'),
    group,
    ...optional('from', childText(element, 'GyldigFraDato')),
    ...optional('to', childText(element, 'GyldigTilDato')),
  }
}

function readInteraction(element: FestElement): InteractionItem {
  const relevance = codedOf(child(element, 'Relevans'))?.code
  if (relevance === undefined) throw new BrokenEntry('Relevans is missing')
  return {
    kind: 'interaction',
    id: needed(element, 'Id'),
    relevance,
    consequence: needed(element, 'KliniskKonsekvens'),
    ...optional('criterion', childText(element, 'Situasjonskriterium')),
    ...optional('mechanism', childText(element, 'Interaksjonsmekanisme')),
    ...optional('handling', childText(element, 'Handtering')),
    groups: children(element, 'Substansgruppe').map((group) => [
      ...new Set(
        children(group, 'Substans').flatMap((one) => {
          const atc = atcOf(one)
          return [...(atc === undefined ? [] : [atc]), ...texts(one, 'RefVirkestoff')]
        }),
      ),
    ]),
  }
}
