/** `$medication-list`: the shared list of one patient, stored bytes straight out (fhir-api.md O-02, surfaces.md). */
import { CANONICAL_BASE } from '../../core/canonical.js'
import { HubError } from '../../core/errors.js'
import { LANGUAGES, VIEWS, type View } from '../../core/list-view.js'
import { entityTagsOf } from '../interactions/read.js'
import { preferredLanguage } from '../negotiation.js'
import { namedPatient } from './named-patient.js'
import type { FhirOperation, OperationInput } from './operation.js'

export const medicationListOperation: FhirOperation = {
  definition: `${CANONICAL_BASE}/OperationDefinition/medication-list`,
  handle: async (deps, input) => {
    const person = await namedPatient(deps.store, input)
    const noneMatch = input.request.header('if-none-match')
    const list = await deps.medicationList(person, {
      view: viewOf(input),
      language: preferredLanguage(input.request.header('accept-language'), LANGUAGES),
      ...(noneMatch === undefined ? {} : { ifNoneMatch: entityTagsOf(noneMatch) }),
      ...instantsOf(input),
    })
    if (list === undefined) throw new HubError('NOT_FOUND', 'no such patient')
    const headers = { ETag: list.etag, Vary: 'Accept-Language' }
    return list.notModified ? { status: 304, headers } : { status: 200, headers, body: list.body }
  },
}

/** @throws HubError QUERY_INVALID */
function viewOf({ parameters }: OperationInput): View {
  const [asked = 'all'] = parameters.get('view') ?? []
  const view = VIEWS.find((one) => one === asked)
  if (view === undefined)
    throw new HubError('QUERY_INVALID', `a view is one of ${VIEWS.join(', ')}`, { at: 'view' })
  if (view === 'today' && (parameters.has('at') || parameters.has('knownAt')))
    throw new HubError('QUERY_INVALID', 'the view of today is that of now', { at: 'view' })
  return view
}

/** Whether each is an instant is judged where its meaning is. */
function instantsOf({ parameters }: OperationInput): { readonly at?: string; readonly knownAt?: string } {
  const [at] = parameters.get('at') ?? []
  const [knownAt] = parameters.get('knownAt') ?? []
  return {
    ...(at === undefined ? {} : { at: String(at) }),
    ...(knownAt === undefined ? {} : { knownAt: String(knownAt) }),
  }
}
