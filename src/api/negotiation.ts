/** Content negotiation (fhir-api.md N-01 to N-05, W-14). JSON only; XML is answered 406 and 415. */
import { HubError } from '../core/errors.js'
import type { Preferences } from './exchange.js'

const FHIR_JSON = 'application/fhir+json; charset=utf-8'
const PLAIN_JSON = 'application/json; charset=utf-8'
const FHIR_VERSION = '4.0'

/** `_format` values; a `+` that was not escaped arrives as a blank. */
const FORMATS: ReadonlyMap<string, string> = new Map([
  ['json', FHIR_JSON],
  ['application/fhir+json', FHIR_JSON],
  ['application/fhir json', FHIR_JSON],
  ['application/json', PLAIN_JSON],
  ['text/json', PLAIN_JSON],
])

/**
 * Content-Type of the answer. `_format` beats `Accept`.
 * @param other a media type that this target serves besides JSON, to who asks for it by name
 * @throws HubError NOT_ACCEPTABLE
 */
export function negotiate(accept: string | undefined, format: string | undefined, other?: string): string {
  if (format !== undefined) {
    const { type, parameters } = mediaType(format)
    const found = type === other ? other : FORMATS.get(type)
    if (found === undefined || !versionFits(parameters)) throw notAcceptable('_format')
    return found
  }
  if (accept === undefined || accept === '' || accept === '*/*' || accept === 'application/fhir+json')
    return FHIR_JSON
  let best: { readonly quality: number; readonly answer: string } | undefined
  for (const range of accept.split(',')) {
    const { type, parameters } = mediaType(range)
    const answer = type === other ? other : type === 'application/json' ? PLAIN_JSON : FHIR_JSON
    const served = type === other || type === '*/*' || type === 'application/*' || FORMATS.has(type)
    const quality = Number(parameters.get('q') ?? '1')
    if (served && versionFits(parameters) && quality > (best?.quality ?? 0)) best = { quality, answer }
  }
  if (!best) throw notAcceptable('Accept')
  return best.answer
}

/**
 * Checks the media type of a body: one of `allowed`, UTF-8, FHIR 4.0 where a version is named.
 * @throws HubError MEDIA_TYPE_UNSUPPORTED
 */
export function checkContentType(contentType: string | undefined, allowed: readonly string[]): void {
  const { type, parameters } = mediaType(contentType ?? '')
  if (!allowed.includes(type))
    throw new HubError('MEDIA_TYPE_UNSUPPORTED', `Content-Type must be ${allowed.join(' or ')}`)
  const charset = parameters.get('charset') ?? 'utf-8'
  if (charset !== 'utf-8' && charset !== 'utf8')
    throw new HubError('MEDIA_TYPE_UNSUPPORTED', 'charset must be utf-8')
  if (!versionFits(parameters)) throw new HubError('MEDIA_TYPE_UNSUPPORTED', 'fhirVersion must be 4.0')
}

export const FHIR_BODY_TYPES = ['application/fhir+json', 'application/json'] as const
export const FORM_TYPES = ['application/x-www-form-urlencoded'] as const

/**
 * The first of `served` in the reader's order of preference (RFC 9110, 12.5.4); undefined where none is asked for.
 * @param served language tags; `nb` is served to who asks for `no` or `nn` too
 */
export function preferredLanguage<Tag extends string>(
  header: string | undefined,
  served: readonly Tag[],
): Tag | undefined {
  const asked = (header ?? '').split(',').map((range) => {
    const { type, parameters } = mediaType(range)
    return { tag: type.split('-')[0] ?? '', quality: Number(parameters.get('q') ?? '1') }
  })
  for (const { tag, quality } of asked.sort((a, b) => b.quality - a.quality)) {
    const found = served.find((one) => one === tag || (one === 'nb' && (tag === 'no' || tag === 'nn')))
    if (found !== undefined && quality > 0) return found
  }
  return undefined
}

/** `Prefer`: tokens apart from `handling` and `return` mean nothing here and are passed over, as RFC 7240 has it. */
export function parsePrefer(header: string | undefined): Preferences {
  let handling: Preferences['handling'] = 'strict'
  let wanted: Preferences['return'] = 'representation'
  for (const part of header?.split(/[,;]/) ?? []) {
    const preference = part.trim().replaceAll('"', '')
    if (preference === 'handling=lenient') handling = 'lenient'
    if (preference === 'return=minimal') wanted = 'minimal'
    if (preference === 'return=OperationOutcome') wanted = 'OperationOutcome'
  }
  return { handling, return: wanted }
}

interface MediaType {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
}

function mediaType(text: string): MediaType {
  const [type = '', ...rest] = text.split(';')
  const parameters = rest.map((part): [string, string] => {
    const [name = '', value = ''] = part.split('=')
    return [name.trim().toLowerCase(), value.trim().replaceAll('"', '').toLowerCase()]
  })
  return { type: type.trim().toLowerCase(), parameters: new Map(parameters) }
}

const versionFits = (parameters: ReadonlyMap<string, string>): boolean =>
  (parameters.get('fhirversion') ?? FHIR_VERSION) === FHIR_VERSION

const notAcceptable = (place: string): HubError =>
  new HubError('NOT_ACCEPTABLE', `${place}: served are application/fhir+json and application/json, FHIR 4.0`)
