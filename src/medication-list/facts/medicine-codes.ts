/** What codes alone say about a medicine. Data only; each table is ours and meant to err towards "not known". */

/** ATC groups whose level 5 codes name combinations or no single substance. */
const COMBINATION_PREFIXES: readonly string[] = [
  'A02BD', 'A10BD', 'A11A', 'A11BA', 'A11EX', 'A12CX', 'B05', 'C02L', 'C03E', 'C07B', 'C07C', 'C07D', 'C07F',
  'C08G', 'C09B', 'C09D', 'C10B', 'D01AE20', 'D06C', 'D07B', 'D07C', 'D07X', 'G01B', 'G03AA', 'G03AB', 'G03E',
  'G03F', 'J01CR', 'J01EE', 'J01RA', 'J04AM', 'J05AP5', 'J05AR', 'J07', 'M01B', 'N02AJ', 'R01BA5', 'R03AK',
  'R03AL', 'R05F', 'S01CA', 'S01CB', 'S01CC', 'S02C', 'S03C', 'V',
] // biome-ignore format: a table of codes
const ATC_LEVEL_5 = /^[A-Z]\d{2}[A-Z]{2}\d{2}$/

/** Codes 20, 30 and 50 and above of a group are its combinations. */
export const namesSingleSubstance = (atc: string): boolean =>
  ATC_LEVEL_5.test(atc) &&
  Number(atc.slice(5)) < 50 &&
  !['20', '30'].includes(atc.slice(5)) &&
  !COMBINATION_PREFIXES.some((prefix) => atc.startsWith(prefix))

/** Insulins, biologicals, inhalers and tacrolimus: equal composition does not make equal treatment (3.1). */
const WITHOUT_COMPOSITION_PREFIXES: readonly string[] = [
  'A10A',
  'B02BD',
  'B03XA',
  'H01AC',
  'J06',
  'J07',
  'L01F',
  'L03A',
  'L04AB',
  'L04AC',
  'L04AD02',
  'L04AG',
  'R03',
]
export const hasNoComposition = (atc: string): boolean =>
  WITHOUT_COMPOSITION_PREFIXES.some((prefix) => atc.startsWith(prefix))

const ROUTES: Readonly<Record<string, readonly string[]>> = {
  // HL7 v2 table 0162 and v3 RouteOfAdministration; SNOMED CT.
  oral: ['PO', '26643006'],
  sublingual: ['SL', '37839007'],
  inhaled: ['IH', 'IN', 'IPINHL', '447694001'],
  nasal: ['NS', 'NASINHL', '46713006'],
  ocular: ['OP', 'OPTHALTA', '54485002'],
  otic: ['OT', '10547007'],
  cutaneous: ['TP', 'TOPICAL', '6064005'],
  transdermal: ['TD', 'TRNSDERM', '45890007'],
  rectal: ['PR', '37161004'],
  vaginal: ['VG', '16857009'],
  injection: ['IV', 'IVPUSH', 'IM', 'SC', 'SQ', 'SQINJ', 'ID', '47625008', '78421000', '34206005'],
}
const ROUTE_BY_CODE = new Map(
  Object.entries(ROUTES).flatMap(([group, codes]) => codes.map((code) => [code, group] as const)),
)
export const routeGroupOfCode = (code: string): string | undefined => ROUTE_BY_CODE.get(code)

/** Routes that act on the whole body (6.2, `duplicate-substance`). */
export const SYSTEMIC_ROUTES = new Set(['oral', 'sublingual', 'rectal', 'transdermal', 'injection'])

/** Words of forms that release slowly, late or over days: without a substitution group they are comparable with nothing. */
export const MODIFIED_RELEASE =
  /depot|plaster|patch|implant|retard|entero|modif|prolong|extended|sustained|delayed|gastro|\b(ER|XR|SR|MR|CR|DR|XL)\b/iu
