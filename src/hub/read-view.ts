/** The list as a reader wants it: one of its views, in a language (medication-list.md 11). */
import type { Bundle, Extension, FhirResource } from 'fhir/r4.js'
import type { Language, View } from '../core/list-view.js'
import { inLanguage } from '../medication-list/views/in-language.js'
import { withDoses } from '../medication-list/views/today.js'
import { viewOf } from '../medication-list/views/view.js'
import { bundleIn, isKnown, type ListAnswer, notModified } from './list-answer.js'

export interface ViewDeps {
  readonly hash: (text: string) => string
  /** Language of the stored texts. */
  readonly language: Language
  /** IANA zone. */
  readonly zone: string
  /** Doses of today by line id. */
  readonly today: () => Promise<ReadonlyMap<string, readonly Extension[]>>
}

export interface ViewRequest {
  readonly view: View
  /** Absent: the hub's own. */
  readonly language?: Language | undefined
}

/**
 * @param read the list itself, by ETags that the reader has; undefined when the person is unknown
 * @param ifNoneMatch whole ETags, or `*`
 */
export async function readView(
  deps: ViewDeps,
  { view, language = deps.language }: ViewRequest,
  read: (ifNoneMatch: readonly string[]) => Promise<ListAnswer | undefined>,
  ifNoneMatch: readonly string[],
): Promise<ListAnswer | undefined> {
  if (view === 'all' && language === deps.language) return read(ifNoneMatch)
  const answer = await read([])
  if (answer === undefined) return undefined
  const etag = etagOf(answer.etag, `${view} ${language}`, deps.hash)
  if (isKnown(etag, ifNoneMatch)) return notModified(etag)
  const stored = bundleIn(answer)
  const bundle = view === 'today' ? withDoses(stored, await deps.today()) : stored
  const body = JSON.stringify(shapeView(bundle, view, language, deps))
  return { etag, body, notModified: false }
}

/** Of a Bundle that the hub itself made. */
export function shapeView(
  bundle: Bundle<FhirResource>,
  view: View,
  language: Language,
  deps: Pick<ViewDeps, 'language' | 'zone'>,
): Bundle<FhirResource> {
  const context = { language, zone: deps.zone }
  return viewOf(inLanguage(bundle, deps.language, context), view, context)
}

/** The version stays readable in it; the rest tells views and languages apart. */
function etagOf(etag: string, shape: string, hash: ViewDeps['hash']): string {
  const version = /^W\/"(\d+)/.exec(etag)?.[1] ?? '0'
  return `W/"${version}.${hash(`${etag} ${shape}`).slice(0, 12)}"`
}
