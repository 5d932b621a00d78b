/**
 * Invention-proof check of a mapping from the outside: every value in the leaves of a message must turn up in what
 * was mapped, or its place must stand in `unmapped`. It shares no code with the ledger inside the mapping but the
 * XML reader. Elements whose code is translated into another (MORN for 1) are named here, each with its reason.
 */
import { decodeBase64 } from '../../mappings/kith/base64.js'
import { parseXml, pathOf, type XmlElement } from '../../mappings/kith/xml.js'
import type { Mapped } from '../../src/core/message.js'

/** Element name to why its code does not turn up as such. */
const TRANSLATED: Readonly<Record<string, string>> = {
  Tidsomrade: 'timing.repeat.when',
  FasteUkedager: 'timing.repeat.dayOfWeek',
  Intervall: 'timing.repeat.periodUnit',
  Tidsenhet: 'rateRatio.denominator',
  GisEksakt: 'false is left out',
  Sex: 'gender',
  Type: 'address use and type; entries keep theirs as extension',
  TypeTelecom: 'telecom use',
  TeleAddress: 'telecom system and value',
  Sortering: 'order of the elements',
  BytteresRekvirent: 'substitution.allowedBoolean',
  Annullering: 'status',
  Avkreftet: 'verificationStatus',
  TypeId: 'identifier system',
  MsgId: 'the inbox row, to which Provenance leads',
}

/** Places of values that are neither in the mapped resources nor noted as unmapped. */
export function lostValues(raw: Uint8Array, mapped: Mapped): string[] {
  const values = new Set<string>()
  for (const part of [
    mapped.resources,
    mapped.amendments,
    mapped.authorship,
    mapped.source,
    mapped.identifiers,
  ])
    collect(part, values)
  const noted = mapped.unmapped.map(({ at }) => at)
  const lost: string[] = []
  visit(parseXml(raw), (element) => {
    const at = pathOf(element)
    if (noted.some((place) => at === place || at.startsWith(`${place}/`))) return
    if (TRANSLATED[element.local] !== undefined) return
    const { DN, OT, S, U, V } = element.attributes
    for (const value of [V, OT, U, S, V === undefined || OT === undefined ? DN : undefined, element.text])
      if (value !== undefined && !isCarried(value.trim(), values)) lost.push(at)
  })
  return [...new Set(lost)]
}

function visit(element: XmlElement, leaf: (element: XmlElement) => void): void {
  if (element.local === 'ReseptDokLegemiddelB64' || element.local === 'UtleveringB64') {
    const base = `${pathOf(element)}/`
    visit(parseXml(decodeBase64(element.text, base, 1_000_000), { base }), leaf)
    return
  }
  for (const inner of element.children) visit(inner, leaf)
  if (element.children.length === 0) leaf(element)
}

function isCarried(value: string, values: ReadonlySet<string>): boolean {
  if (value === '') return true
  const forms = [
    value,
    value.toLowerCase(),
    `urn:uuid:${value.toLowerCase()}`,
    `urn:oid:${value}`,
    value.replace(/^0+(?=\d)/, ''),
    // A time of day without its fraction.
    ...(/^\d{2}:\d{2}:\d{2}/.test(value) ? [value.slice(0, 8)] : []),
    ...(/^[\d.+-]+$/.test(value) ? [String(Number(value))] : []),
    ...(value === '2.16.578.1.12.4.1.1.7180' ? ['http://www.whocc.no/atc'] : []),
  ]
  if (forms.some((form) => values.has(form))) return true
  // Local times get an offset, end days become the instant at which they begin.
  const day = /^(\d{4}-\d{2}-\d{2})(Z|[+-]\d{2}:\d{2})?$/.exec(value)?.[1]
  return /^\d{4}-\d{2}-\d{2}/.test(value) && [...values].some((one) => one.startsWith(day ?? value))
}

function collect(value: unknown, into: Set<string>): void {
  if (Array.isArray(value)) for (const one of value) collect(one, into)
  else if (typeof value === 'object' && value !== null)
    for (const one of Object.values(value)) collect(one, into)
  else if (value !== undefined) {
    const text = String(value)
    into.add(text)
    for (const part of text.split(/[ |]/)) into.add(part)
  }
}
