/**
 * What became of an ordination, as a fact of its person: a Communication that was received, refused, or is on its way
 * (medication-list.md 8.1). The hub's own; no client asks for it.
 */
import type { Communication, Parameters } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl, sidUrl, URI_SYSTEM, urnUuid } from '../../core/canonical.js'
import type { ClientOperation } from './client-operation.js'

export interface OrdinationNote {
  /** A UUID: id of the message. */
  readonly id: string
  readonly destination: string
  readonly outcome: 'due' | 'accepted' | 'rejected'
  /** ISO instants. */
  readonly stated: string
  readonly receivedAt: string | undefined
}

export const NOTE_ORDINATION = 'note-ordination'

export const ordinationNote = ({
  id,
  destination,
  outcome,
  stated,
  receivedAt,
}: OrdinationNote): Parameters => ({
  resourceType: 'Parameters',
  parameter: [
    { name: 'id', valueId: id },
    { name: 'destination', valueString: destination },
    { name: 'outcome', valueCode: outcome },
    { name: 'stated', valueInstant: stated },
    ...(receivedAt === undefined ? [] : [{ name: 'received', valueInstant: receivedAt }]),
  ],
})

export const noteOrdination: ClientOperation = {
  name: NOTE_ORDINATION,
  ifMatch: 'none',
  internal: true,
  apply: ({ parameters, person }) => {
    const named = new Map((parameters.parameter ?? []).map((part) => [part.name, part]))
    const id = named.get('id')?.valueId ?? ''
    const outcome = named.get('outcome')?.valueCode
    const stated = named.get('stated')?.valueInstant
    const received = named.get('received')?.valueInstant
    const note: Communication = {
      resourceType: 'Communication',
      id,
      identifier: [{ system: URI_SYSTEM, value: urnUuid(id) }],
      status: statusOf(outcome),
      category: [{ coding: [{ system: codeSystemUrl('communication-kind'), code: 'ordination' }] }],
      subject: { reference: person.patientRef },
      recipient: [
        {
          type: 'Organization',
          identifier: { system: sidUrl('destination'), value: named.get('destination')?.valueString ?? '' },
        },
      ],
      ...(stated === undefined
        ? {}
        : { extension: [{ url: extensionUrl('stated-at'), valueDateTime: stated }] }),
      ...(received === undefined || outcome !== 'accepted' ? {} : { received }),
    }
    return { resources: [note], answer: () => note }
  },
}

function statusOf(outcome: string | undefined): Communication['status'] {
  switch (outcome) {
    case 'accepted':
      return 'completed'
    case 'rejected':
      return 'stopped'
    default:
      return 'in-progress'
  }
}
