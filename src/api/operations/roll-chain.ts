/** `$roll-chain`: the roll from prescription to intake, down to the single pouch (medication-list.md 1). */
import { CANONICAL_BASE } from '../../core/canonical.js'
import { HubError } from '../../core/errors.js'
import { LANGUAGES } from '../../core/list-view.js'
import { preferredLanguage } from '../negotiation.js'
import { namedPatient } from './named-patient.js'
import type { FhirOperation, OperationInput } from './operation.js'

export const rollChainOperation: FhirOperation = {
  definition: `${CANONICAL_BASE}/OperationDefinition/roll-chain`,
  handle: async (deps, input) => {
    const person = await namedPatient(deps.store, input)
    const query = {
      roll: textOf(input, 'roll'),
      day: textOf(input, 'date'),
      slot: textOf(input, 'slot'),
    }
    const language = preferredLanguage(input.request.header('accept-language'), LANGUAGES)
    const chain = await deps.rollChain(person, query, language)
    if (chain === undefined) throw new HubError('NOT_FOUND', 'no such patient')
    return { status: 200, headers: { Vary: 'Accept-Language' }, body: JSON.stringify(chain) }
  },
}

function textOf({ parameters }: OperationInput, name: string): string | undefined {
  const [value] = parameters.get(name) ?? []
  return value === undefined ? undefined : String(value)
}
