/** Units of v2 messages as UCUM (hl7v2.md 4.6, 10): what is not known stays as the source's own text, without a code. */

/** Spellings found in messages, lower case, by their UCUM code. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['mcg', 'ug'],
  ['µg', 'ug'],
  ['μg', 'ug'],
  ['mikrogram', 'ug'],
  ['mcg/kg/min', 'ug/kg/min'],
  ['mcg/h', 'ug/h'],
  ['mcg/hr', 'ug/h'],
  ['mcg/min', 'ug/min'],
  ['ml/hr', 'mL/h'],
  ['ml/h', 'mL/h'],
  ['ml/time', 'mL/h'],
  ['mg/hr', 'mg/h'],
  ['mg/m2', 'mg/m2'],
  ['enheter', '[iU]'],
  ['ie', '[iU]'],
  ['iu', '[iU]'],
  ['stk', '{stk}'],
  ['gram', 'g'],
  ['milligram', 'mg'],
  ['milliliter', 'mL'],
  ['hr', 'h'],
  ['hour', 'h'],
  ['hours', 'h'],
  ['time', 'h'],
  ['timer', 'h'],
  ['day', 'd'],
  ['days', 'd'],
  ['dag', 'd'],
  ['dager', 'd'],
  ['minute', 'min'],
  ['minutes', 'min'],
  ['minutt', 'min'],
  ['minutter', 'min'],
  ['week', 'wk'],
  ['weeks', 'wk'],
  ['uke', 'wk'],
  ['uker', 'wk'],
])

/** Units that take a prefix, and units that take none. */
const METRIC = '(?:g|L|l|m|mol|eq|U|\\[iU\\]|\\[IU\\]|Bq|Ci|cal|J|Pa|osm|Eq)'
const PREFIX = '(?:k|d|c|m|u|n|p|M)'
const PLAIN = '(?:min|h|d|wk|mo|s|%|m2|Cel|mm\\[Hg\\]|\\[drp\\]|\\[pH\\]|10\\*\\d+)'
const ATOM = `(?:(?:${PREFIX}?${METRIC}\\d?|${PLAIN})(?:\\{[^{}\\s]+\\})?|\\{[^{}\\s]+\\}|1)`
const UCUM_EXPRESSION = new RegExp(`^${ATOM}(?:[./]${ATOM})*$`)

/** The UCUM code of a unit as sent; undefined when it is not known to be one. */
export function ucumOf(unit: string): string | undefined {
  const spelt = SPELLINGS.get(unit.toLowerCase())
  if (spelt !== undefined) return spelt
  return UCUM_EXPRESSION.test(unit) ? unit : undefined
}
