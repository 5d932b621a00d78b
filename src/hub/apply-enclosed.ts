/** A message and the whole messages inside it (attachments of M9.6, M9.12): one effect, each part with its own author. */
import type { Mapped, Unmapped } from '../core/message.js'
import type { SourceState } from '../core/stored.js'
import { type Applied, type ApplyContext, applyMapped } from './apply-message.js'
import type { Draft } from './draft.js'

export type AppliedAll = Omit<Applied, 'source'> & { readonly sources: readonly SourceState[] }

/**
 * What is enclosed comes first, so that the message itself meets its targets.
 * @throws HubError RESOURCE_INVALID
 */
export function applyWithEnclosed(draft: Draft, mapped: Mapped, context: ApplyContext): AppliedAll {
  const parts = (mapped.enclosed ?? []).map((one) => applyOne(draft, one, context))
  const own = applyOne(draft, mapped, context)
  const all = [...parts, own]
  return {
    writes: all.flatMap(({ writes }) => writes),
    amendments: all.flatMap(({ amendments }) => amendments),
    identities: all.flatMap(({ identities }) => identities),
    sources: all.map(({ source }) => source),
    superseded:
      own.superseded ||
      (own.writes.length + own.amendments.length === 0 && parts.some((one) => one.superseded)),
    targetKnown: own.targetKnown,
  }
}

function applyOne(draft: Draft, mapped: Mapped, context: ApplyContext): Applied {
  const applied = applyMapped(draft, mapped, context)
  // What follows must not state these identifiers as new again.
  draft.workspace.identities = [...draft.workspace.identities, ...applied.identities]
  return applied
}

/** What neither the message nor any message inside it could bring to FHIR. */
export const unmappedOf = (mapped: Mapped): readonly Unmapped[] => [
  ...(mapped.enclosed ?? []).flatMap(unmappedOf),
  ...mapped.unmapped,
]
