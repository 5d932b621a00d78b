/**
 * Why a discrepancy holds, as data: the rule and the numbers that it was found with (medication-list.md 6.1). The facts
 * stand beside it as `implicated` and `evidence`. Extension `explanation` of DetectedIssue.
 */
import type { DetectedIssue, Extension } from 'fhir/r4.js'
import { extensionUrl } from '../../core/canonical.js'
import type { FindingNumber, IssueCode, Numbers } from './discrepancy.js'

const URL = extensionUrl('explanation')
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/
const DAY = /^\d{4}-\d\d-\d\d$/

/** Numbers that are not known are left out; a list has one `item` for each. */
export function explanationOf(rule: IssueCode, numbers: Numbers): Extension {
  const extension: Extension[] = [{ url: 'rule', valueCode: rule }]
  for (const name of Object.keys(numbers).sort()) {
    const value = numbers[name]
    if (value === undefined || value === '') continue
    const values =
      typeof value === 'object'
        ? value.filter((one) => one !== '').map((one) => typedValue('item', one))
        : [typedValue('value', value)]
    extension.push({ url: 'number', extension: [{ url: 'name', valueString: name }, ...values] })
  }
  return { url: URL, extension }
}

function typedValue(url: string, value: Exclude<FindingNumber, readonly string[]>): Extension {
  if (typeof value === 'number') return { url, valueDecimal: value }
  if (typeof value === 'boolean') return { url, valueBoolean: value }
  if (INSTANT.test(value)) return { url, valueDateTime: value }
  return DAY.test(value) ? { url, valueDate: value } : { url, valueString: value }
}

/** The numbers of a stored discrepancy, as they were found; undefined where it carries none. */
export function numbersOf(issue: DetectedIssue): Numbers | undefined {
  const found = issue.extension?.find(({ url }) => url === URL)
  if (found === undefined) return undefined
  return Object.fromEntries(
    (found.extension ?? []).flatMap(({ url, extension = [] }) => {
      const name = extension.find((part) => part.url === 'name')?.valueString
      if (url !== 'number' || name === undefined) return []
      const single = extension.find((part) => part.url === 'value')
      const items = extension.filter((part) => part.url === 'item').map((part) => String(readValue(part)))
      return [[name, single === undefined ? items : readValue(single)]]
    }),
  )
}

const readValue = (part: Extension): FindingNumber | undefined =>
  part.valueDecimal ?? part.valueBoolean ?? part.valueDateTime ?? part.valueDate ?? part.valueString
