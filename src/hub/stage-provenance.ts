/** Provenance: who said it, when, and which raw message it came in. One for each message that changed something. */
import type { Provenance, Reference } from 'fhir/r4.js'
import { sidUrl } from '../core/canonical.js'
import type { MessageId } from '../core/ids.js'
import { type Authorship, SUBJECT_REFERENCE } from '../core/message.js'
import type { NewId } from '../core/ports.js'
import { SHARED } from '../core/stored.js'
import type { ResourceWrite } from '../store/effect.js'
import { type Draft, stage } from './draft.js'

export interface ProvenanceContext {
  readonly messageId: MessageId
  /** ISO instant. */
  readonly receivedAt: string
  readonly newId: NewId
}

export function stageProvenance(
  draft: Draft,
  authorship: Authorship,
  caused: readonly ResourceWrite[],
  context: ProvenanceContext,
): void {
  const provenance: Provenance = {
    resourceType: 'Provenance',
    target: caused.map(({ stored }) => ({
      reference: `${stored.type}/${stored.id}/_history/${stored.version}`,
    })),
    ...(isDateTime(authorship.recorded) ? { occurredDateTime: authorship.recorded } : {}),
    recorded: isInstant(authorship.recorded) ? authorship.recorded : context.receivedAt,
    ...(authorship.activity === undefined ? {} : { activity: { text: authorship.activity } }),
    agent: [
      ...(authorship.author === undefined
        ? []
        : [
            {
              type: agentType('author'),
              who: agentReference(authorship.author),
              ...(authorship.onBehalfOf === undefined
                ? {}
                : { onBehalfOf: agentReference(authorship.onBehalfOf) }),
            },
          ]),
      { type: agentType('assembler'), who: { type: 'Device', display: 'Stafett' } },
    ],
    entity: [
      {
        role: 'source',
        what: { identifier: { system: sidUrl('message'), value: context.messageId } },
      },
    ],
  }
  const patient: Reference = { reference: SUBJECT_REFERENCE }
  const id = context.newId()
  stage(draft, {
    id,
    previous: undefined,
    content: draft.workspace.personId === SHARED ? provenance : withPatient(provenance, patient),
    key: `id|${id}`,
    order: context.receivedAt,
    layer: 'hub',
    sourceKey: 'hub',
    shared: draft.workspace.personId === SHARED,
  })
}

/** R4 Provenance has no patient element; the compartment is reached through its targets, the Patient among them. */
function withPatient(provenance: Provenance, patient: Reference): Provenance {
  return { ...provenance, target: [...provenance.target, patient] }
}

const agentType = (code: 'author' | 'assembler') => ({
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type', code }],
})

function agentReference(agent: NonNullable<Authorship['author']>): Reference {
  return {
    type: agent.type,
    ...(agent.identifier === undefined ? {} : { identifier: { ...agent.identifier } }),
    ...(agent.display === undefined ? {} : { display: agent.display }),
  }
}

const isInstant = (text: string): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(text)
const isDateTime = (text: string): boolean => isInstant(text) || /^\d{4}(-\d\d(-\d\d)?)?$/.test(text)
