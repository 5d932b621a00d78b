/**
 * The XHTML of `text.div`: well-formed, of the tags and attributes that R4 allows, nothing that runs (narrative.html,
 * txt-1 and txt-2; fhir-api.md W-17). A hand-written scanner, since it refuses everything that it does not know.
 */

const TAGS = new Set(
  (
    'a abbr acronym b big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img ' +
    'li ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var'
  ).split(' '),
)
const ATTRIBUTES = new Set(
  (
    'abbr accesskey align alt axis bgcolor border cellhalign cellpadding cellspacing cellvalign char charoff charset ' +
    'cite class colspan compact coords dir frame headers height href hreflang hspace id lang longdesc name nowrap rel ' +
    'rev rowspan rules scope shape span src start style summary tabindex title type valign value vspace width xml:lang xmlns'
  ).split(' '),
)
const XHTML = 'http://www.w3.org/1999/xhtml'
const TAG = /<(\/?)([A-Za-z][A-Za-z0-9]*)((?:\s+[A-Za-z:]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y
const ATTRIBUTE = /([A-Za-z:]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g
const TEXT = /[^<&]+|&(?:[A-Za-z][A-Za-z0-9]*|#\d+|#x[0-9A-Fa-f]+);|<!--(?:(?!--)[\s\S])*-->/y
/** Of these schemes, or relative: no scheme at all. */
const SAFE_LINK = /^(?:(?:https?|mailto|tel):|(?![a-z][a-z0-9+.-]*:))/i
const SAFE_IMAGE = /^(?:https?:|#|data:image\/(?:png|gif|jpeg);base64,)/i
/** Styles that could load or run something. */
const STYLE_REFUSED = /url\s*\(|expression|javascript|@import|behavior|\\/i
const DEPTH_MAX = 64

/** Whether `div` is safe and well-formed XHTML whose root is a `div` of the XHTML namespace, with content. */
export function isSafeNarrative(div: string): boolean {
  const open: string[] = []
  let at = 0
  let content = false
  let closedRoot = false
  while (at < div.length) {
    const text = match(TEXT, div, at)
    if (text !== undefined) {
      const outside = open.length === 0
      if (outside && text[0].trim() !== '') return false
      if (!text[0].startsWith('<!--') && text[0].trim() !== '') content = true
      at += text[0].length
      continue
    }
    const tag = match(TAG, div, at)
    if (tag === undefined || closedRoot) return false
    at += tag[0].length
    const [, slash, name = '', attributes = '', empty] = tag
    if (!TAGS.has(name) || open.length >= DEPTH_MAX) return false
    if (slash === '/') {
      if (open.pop() !== name || attributes !== '' || empty === '/') return false
    } else {
      if (!attributesSafe(name, attributes, open.length === 0)) return false
      if (name === 'img') content = true
      if (empty !== '/') open.push(name)
    }
    closedRoot = open.length === 0
  }
  return closedRoot && content
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}

function attributesSafe(tag: string, attributes: string, isRoot: boolean): boolean {
  const seen = new Map<string, string>()
  for (const [, name = '', double, single] of attributes.matchAll(ATTRIBUTE)) {
    if (seen.has(name) || !ATTRIBUTES.has(name)) return false
    const value = decode(double ?? single ?? '')
    if (name === 'href' && !(tag === 'a' && SAFE_LINK.test(value))) return false
    if (name === 'src' && !(tag === 'img' && SAFE_IMAGE.test(value))) return false
    if ((name === 'cite' || name === 'longdesc') && !SAFE_LINK.test(value)) return false
    if (name === 'style' && STYLE_REFUSED.test(value)) return false
    if (name === 'xmlns' && value !== XHTML) return false
    seen.set(name, value)
  }
  return !isRoot || (tag === 'div' && seen.get('xmlns') === XHTML)
}

/** Numeric references decoded and blanks taken out, so that `java&#115;cript:` is seen for what it is. */
const decode = (value: string): string =>
  value
    .replace(/&#x([0-9A-Fa-f]{1,6});/g, (_, hex: string) => codePoint(Number.parseInt(hex, 16)))
    .replace(/&#(\d{1,7});/g, (_, decimal: string) => codePoint(Number(decimal)))
    .replace(/&(?:Tab|NewLine);/g, '')
    .replace(/&colon;/g, ':')
    .replace(/[\p{Cc} ]/gu, '')

const codePoint = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : '')
