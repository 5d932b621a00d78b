/**
 * Patterns of the R4 primitive types (datatypes.html), stricter than the published ones where those let nonsense pass:
 * real days of the calendar, no unpaired surrogates or control characters, linear time on any input.
 */

const LEAP_YEAR = '(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)'
const MONTH_DAY =
  '(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))'
const FULL_DATE = `(?:(?!0000)\\d{4}-${MONTH_DAY}|${LEAP_YEAR}-02-29)`
const YEAR_OR_MONTH = '(?!0000)\\d{4}(?:-(?:0[1-9]|1[0-2]))?'
const TIME = '(?:[01]\\d|2[0-3]):[0-5]\\d:(?:[0-5]\\d|60)(?:\\.\\d+)?'
const ZONE = '(?:Z|[+-](?:(?:0\\d|1[0-3]):[0-5]\\d|14:00))'

/** What a text may hold: tab, line breaks and every printable code point; no other control character, no half surrogate. */
const TEXT = '[\\t\\n\\r\\u0020-\\ud7ff\\ue000-\\u{10ffff}]'
const VISIBLE = '[\\u0021-\\ud7ff\\ue000-\\u{10ffff}]'
const STRING = `^[\\t\\n\\r ]*${VISIBLE}${TEXT}*$`
const URI = '^[!-~\\u00a1-\\ud7ff\\ue000-\\u{10ffff}]+$'

const INTEGER_MAX = 2_147_483_647

/** JSON Schema of one primitive type's value. */
export type PrimitiveSchema = Readonly<Record<string, string | number>>

const text = (pattern: string): PrimitiveSchema => ({ type: 'string', pattern })

export const PRIMITIVES: Readonly<Record<string, PrimitiveSchema>> = {
  boolean: { type: 'boolean' },
  integer: { type: 'integer', minimum: -INTEGER_MAX - 1, maximum: INTEGER_MAX },
  unsignedInt: { type: 'integer', minimum: 0, maximum: INTEGER_MAX },
  positiveInt: { type: 'integer', minimum: 1, maximum: INTEGER_MAX },
  decimal: { type: 'number' },
  string: text(STRING),
  markdown: text(STRING),
  xhtml: text(STRING),
  code: text('^[!-~\\u00a1-\\ud7ff\\ue000-\\u{10ffff}]+(?: [!-~\\u00a1-\\ud7ff\\ue000-\\u{10ffff}]+)*$'),
  id: text('^[A-Za-z0-9\\-.]{1,64}$'),
  uri: text(URI),
  url: text(URI),
  canonical: text(URI),
  oid: text('^urn:oid:[0-2](?:\\.(?:0|[1-9]\\d*))+$'),
  uuid: text('^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'),
  date: text(`^(?:${FULL_DATE}|${YEAR_OR_MONTH})$`),
  dateTime: text(`^(?:${FULL_DATE}(?:T${TIME}${ZONE})?|${YEAR_OR_MONTH})$`),
  instant: text(`^${FULL_DATE}T${TIME}${ZONE}$`),
  time: text(`^${TIME}$`),
  base64Binary: text(
    '^\\s*(?:(?:[A-Za-z0-9+/]\\s*){4})*(?:(?:[A-Za-z0-9+/]\\s*){4}|(?:[A-Za-z0-9+/]\\s*){3}=\\s*|(?:[A-Za-z0-9+/]\\s*){2}=\\s*=\\s*)$',
  ),
}
