/** `$summary`, `$medication-card`, `List/$find`: the list in the forms that others ask for (medication-list.md 11). */
import type { Bundle, FhirResource } from 'fhir/r4.js'
import { CANONICAL_BASE } from '../../core/canonical.js'
import { HubError } from '../../core/errors.js'
import { personId } from '../../core/ids.js'
import { LANGUAGES } from '../../core/list-view.js'
import { bundleIn, listIn } from '../../hub/list-answer.js'
import { looksNational, nationalIdInUrl } from '../national-id.js'
import { preferredLanguage } from '../negotiation.js'
import { namedPatient } from './named-patient.js'
import type { FhirOperation, OperationInput } from './operation.js'

const HEADERS = { Vary: 'Accept-Language' }
const PDF = 'application/pdf'

export const summaryOperation: FhirOperation = {
  definition: `${CANONICAL_BASE}/OperationDefinition/summary`,
  handle: async (deps, input) => {
    const person = await namedPatient(deps.store, input)
    const document = await deps.summary(person, languageOf(input))
    if (document === undefined) throw new HubError('NOT_FOUND', 'no such patient')
    return { status: 200, headers: HEADERS, body: JSON.stringify(document) }
  },
}

export const medicationCardOperation: FhirOperation = {
  definition: `${CANONICAL_BASE}/OperationDefinition/medication-card`,
  serves: PDF,
  handle: async (deps, input) => {
    const person = await namedPatient(deps.store, input)
    const card = await deps.medicationCard(person, languageOf(input))
    if (card === undefined) throw new HubError('NOT_FOUND', 'no such patient')
    if (input.request.accepted === PDF) return { status: 200, headers: HEADERS, body: card.pdf }
    const binary: FhirResource = {
      resourceType: 'Binary',
      contentType: PDF,
      data: Buffer.from(card.pdf).toString('base64'),
    }
    const bundle: Bundle<FhirResource> = {
      ...card.bundle,
      entry: [...(card.bundle.entry ?? []), { fullUrl: `urn:uuid:${deps.newId()}`, resource: binary }],
    }
    return { status: 200, headers: HEADERS, body: JSON.stringify(bundle) }
  },
}

export const findOperation: FhirOperation = {
  definition: `${CANONICAL_BASE}/OperationDefinition/find`,
  handle: async (deps, { parameters, request, type }) => {
    const [patient] = parameters.get('patient') ?? []
    const inUrl = request.query.some(({ name }) => name === 'patient')
    if (inUrl && looksNational(undefined, String(patient))) throw nationalIdInUrl(type, 'patient')
    const [name] = parameters.get('name') ?? []
    if (name !== 'current-medications')
      throw new HubError('QUERY_INVALID', 'the hub knows the name current-medications', { at: 'name' })
    const answer = await deps.medicationList(personId(String(patient)), { view: 'all' })
    if (answer === undefined) throw new HubError('NOT_FOUND', 'no such patient')
    return { status: 200, headers: { ETag: answer.etag }, body: JSON.stringify(listIn(bundleIn(answer))) }
  },
}

const languageOf = ({ request }: OperationInput) =>
  preferredLanguage(request.header('accept-language'), LANGUAGES)
